"""Rows appended to the files for import, each exactly once, whatever moment the process is killed.

The order is: the ledger's `begin`, the rows, fsync, the ledger's `end`. What a killed process left
in between is settled before anything else is written.
"""

from __future__ import annotations

import codecs
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from adapters.csv.dialect import LONGEST, Dialect, Row, begin, cells_of, rows
from adapters.csv.ledger import Begun, Ledger, write_all
from adapters.csv.outgoing import FILES, OutFile, line, lines
from connector.errors import TryAgain
from connector.model import Scalar

BY_NAME: Final = {file.name: file for file in FILES.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The rows of one write."""

    key: str
    rows: Sequence[Sequence[str]]
    before: Mapping[str, Scalar] | None = None
    """What the fields have that it changes, as far as the exports tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A file as it was last looked at."""

    stamp: tuple[int, int, int]
    keys: frozenset[str]
    """The first cells of its rows."""
    cut: int | None = None
    """Where a last row of ours that was cut short begins."""
    ended: bool = True
    """Whether a line end closes the last row."""


class OutFolder:
    """The files for import of one folder."""

    def __init__(self, folder: Path, *, bom: bool = False) -> None:
        self.folder = folder
        self.ledger = Ledger(folder)
        self._bom = codecs.BOM_UTF8 if bom else b""
        self._seen: dict[str, _Seen] = {}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the only lock on the folder; an unfinished append is settled first."""
        with self.ledger.held():
            self._settle()
            yield

    def where(self, key: str, file: OutFile) -> str | None:
        """The name of the file that a key was written to; None when it was not."""
        if key in self.ledger.applied:
            return self.ledger.applied[key]
        return file.name if line(key) in self._look(file).keys else None

    def is_lost(self, key: str) -> bool:
        """Whether nobody knows if this key was written."""
        return key in self.ledger.unknown

    def append(self, file: OutFile, entries: Sequence[Entry]) -> None:
        """Add the rows of all entries, or raise and have added none.

        TryAgain when the file was made into something that rows cannot be added to, OSError when
        the disk does not take them.
        """
        self._settle()
        path = self._made(file)
        seen = self._look(file)
        if seen.cut is not None:
            os.truncate(path, seen.cut)
            seen = self._look(file)
        text = lines([row for entry in entries for row in entry.rows])
        data = (b"" if seen.ended else b"\r\n") + text.encode()
        with path.open("ab", buffering=0) as out:
            at = os.fstat(out.fileno()).st_size
            begun = Begun(
                file=file.name,
                at=at,
                size=len(data),
                crc=zlib.crc32(data),
                keys=tuple(entry.key for entry in entries),
            )
            self.ledger.begin(begun)
            try:
                write_all(out, data)
            except OSError:
                with suppress(OSError):  # or the next call does both
                    out.truncate(at)
                    os.fsync(out.fileno())
                    self.ledger.undo()
                raise
            with suppress(OSError):  # the next call finds the rows, and notes it
                self.ledger.end()
            self._remember(file, seen, out, entries)

    def _remember(
        self, file: OutFile, seen: _Seen, out: BinaryIO, entries: Sequence[Entry]
    ) -> None:
        stamp = _stamp(os.fstat(out.fileno()))
        keys = seen.keys | {line(entry.key) for entry in entries}
        self._seen[file.name] = _Seen(stamp=stamp, keys=keys)

    def _made(self, file: OutFile) -> Path:
        """The file, begun with a header if it was not there."""
        path = self.folder / file.name
        if path.exists() and path.stat().st_size:
            return path
        draft = self.folder / f".{file.name}.new"
        with draft.open("wb", buffering=0) as out:
            write_all(out, self._bom + file.header.encode())
        draft.rename(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return path

    def _settle(self) -> None:
        """Find out what became of an append that a killed process had begun."""
        begun = self.ledger.unfinished
        if begun is None:
            return
        path = self.folder / begun.file
        try:
            with path.open("r+b", buffering=0) as out:
                size = os.fstat(out.fileno()).st_size
                out.seek(begun.at)
                tail = out.read(begun.size)
                if len(tail) == begun.size and zlib.crc32(tail) == begun.crc:
                    os.fsync(out.fileno())
                    self.ledger.end()
                    return
                if size >= begun.at and size - begun.at == len(tail) and _is_start(tail, begun):
                    out.truncate(begun.at)
                    os.fsync(out.fileno())
                    self.ledger.undo()
                    return
        except FileNotFoundError:
            self.ledger.lost(())
            return
        keys = self._look(BY_NAME[begun.file]).keys
        self.ledger.lost([key for key in begun.keys if line(key) in keys])

    def _look(self, file: OutFile) -> _Seen:
        """The keys in a file, and how it ends."""
        path = self.folder / file.name
        try:
            with path.open("rb") as found:
                stamp = _stamp(os.fstat(found.fileno()))
                seen = self._seen.get(file.name)
                if seen is None or seen.stamp != stamp:
                    seen = self._scan(path, found, file, stamp)
                    self._seen[file.name] = seen
                return seen
        except FileNotFoundError:
            return _Seen(stamp=(0, 0, 0), keys=frozenset())

    def _scan(
        self, path: Path, found: BinaryIO, file: OutFile, stamp: tuple[int, int, int]
    ) -> _Seen:
        keys: set[str] = set()
        mark = codecs.BOM_UTF8 if found.read(3) == codecs.BOM_UTF8 else b""
        dialect = Dialect(encoding="utf-8", delimiter=",", start=len(mark))
        border = begin(found, dialect)
        ended, headers = True, None
        for row in rows(found, dialect, border):
            if not row.text.strip():
                border, ended = row.after, row.ended
                continue
            cells = _cells(row)
            if headers is None:
                headers = tuple(cells)
                if headers != file.columns:
                    break
            elif not row.ended or not cells:
                short = stamp[1] - border.offset <= LONGEST  # the open quote takes in all of it
                if short and self._is_ours(row, cells, file):
                    return _Seen(stamp=stamp, keys=frozenset(keys), cut=border.offset)
                if not cells:
                    raise TryAgain(
                        f"{path}:{row.line}: {row.problem or 'This is not a row'}. "
                        "Mend the row, or move the file away; a new one will be begun."
                    )
            keys.update(cells[:1])
            border, ended = row.after, row.ended
        if headers is not None and headers != file.columns:
            raise TryAgain(
                f"{path}:1: The header is not the one that leadmode wrote. "
                "Move the file away; a new one will be begun."
            )
        return _Seen(stamp=stamp, keys=frozenset(keys), ended=ended)

    def _is_ours(self, row: Row, cells: Sequence[str], file: OutFile) -> bool:
        """Whether a last row is the beginning of one that was written here."""
        if len(cells) == len(file.columns):
            return False
        start = row.text.split('",', 1)[0].removeprefix('"').rstrip('"')
        whole = '",' in row.text
        keys = map(line, self.ledger.applied)
        return any(key == start if whole else key.startswith(start) for key in keys)


def _cells(row: Row) -> list[str]:
    if row.problem:
        return []
    try:
        return cells_of(row.text, ",")
    except ValueError:
        return []


def _is_start(tail: bytes, begun: Begun) -> bool:
    """Whether the bytes are the beginning of the rows, or what a power cut left in their place."""
    bare = tail.lstrip(b"\r\n").rstrip(b"\0")
    first = f'"{line(begun.keys[0])}",'.replace("\0", "").encode("utf-8", "replace")
    return first.startswith(bare[: len(first)])


def _stamp(state: os.stat_result) -> tuple[int, int, int]:
    return (state.st_ino, state.st_size, state.st_mtime_ns)
