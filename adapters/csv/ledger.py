"""Which keys were written: a journal beside the files, which outlives files that are moved away.

Each append to a file is two lines here: `begin` before it, with the keys, the place and a check
sum of the rows, and `end` after the rows are safely on the disk. A `begin` without an `end` is
what a killed process leaves; `unfinished` tells it, and the writer looks what became of the rows.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from connector.errors import TryAgain

NAME: Final = ".leadmode-keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Rows that were about to be appended."""

    file: str
    at: int
    """Size of the file before."""
    size: int
    """Bytes of the rows."""
    crc: int
    """CRC-32 of the rows."""
    keys: tuple[str, ...]


class Ledger:
    """The keys of one out folder. Used by one process at a time, within `held`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file: BinaryIO | None = None
        self._forget()

    def _forget(self) -> None:
        self._inode = self._read = 0
        self.applied: dict[str, str] = {}
        """Key to the file it went to."""
        self.unknown: set[str] = set()
        """Keys of rows that were lost from sight, because their file was moved in mid-write."""
        self.unfinished: Begun | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the only lock on the folder, with all that is written in the ledger known.

        TryAgain when another process holds it. The kernel frees the lock of a killed process.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TryAgain(f"Another process writes to {self._path.parent}.") from None
            self._file = file
            try:
                self._catch_up(file)
                yield
            finally:
                self._file = None

    def begin(self, begun: Begun) -> None:
        """Note what will be appended; OSError when that cannot be made sure."""
        self._append(
            {
                "begin": begun.file,
                "at": begun.at,
                "size": begun.size,
                "crc": begun.crc,
                "keys": list(begun.keys),
            }
        )

    def end(self) -> None:
        """Note that the rows are there."""
        self._append({"end": True})

    def undo(self) -> None:
        """Note that none of the rows is there."""
        self._append({"undo": True})

    def lost(self, found: Sequence[str]) -> None:
        """Note that only these of the keys are known to be there, and nobody knows of the rest."""
        self._append({"lost": True, "found": list(found)})

    def _append(self, told: dict[str, Any]) -> None:
        assert self._file is not None, "the ledger is written while it is held"  # noqa: S101
        self._catch_up(self._file)
        data = json.dumps(told, separators=(",", ":")).encode() + b"\n"
        write_all(self._file, data)
        self._catch_up(self._file)

    def _catch_up(self, file: BinaryIO) -> None:
        """Take in what was added since the last look; a line cut short is cut off."""
        state = os.fstat(file.fileno())
        if state.st_ino != self._inode or state.st_size < self._read:
            self._forget()
            self._inode = state.st_ino
        file.seek(self._read)
        data = file.read(state.st_size - self._read) if state.st_size > self._read else b""
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            file.truncate(self._read + whole)
        for line in data[:whole].splitlines():
            self._take(line)
        self._read += whole

    def _take(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            if "begin" in told:
                self.unfinished = Begun(
                    file=told["begin"],
                    at=told["at"],
                    size=told["size"],
                    crc=told["crc"],
                    keys=tuple(told["keys"]),
                )
            elif self.unfinished:
                self._finish(self.unfinished, told)
        except (ValueError, KeyError, TypeError):
            self._forget()
            raise TryAgain(
                f"{self._path} is damaged. Put back a copy of it from a backup: it says which "
                "tasks were written."
            ) from None

    def _finish(self, begun: Begun, told: dict[str, Any]) -> None:
        there: Sequence[str] = ()
        if "end" in told:
            there = begun.keys
        elif "lost" in told:
            there = told["found"]
            self.unknown.update(set(begun.keys) - set(there))
        self.applied.update(dict.fromkeys(there, begun.file))
        self.unfinished = None


def write_all(file: BinaryIO, data: bytes) -> None:
    """All of the bytes onto the disk, or OSError."""
    left = memoryview(data)
    while left:
        left = left[os.write(file.fileno(), left) :]
    os.fsync(file.fileno())
