"""Rows that could not be understood, kept where a person can mend them."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.csv.client import trouble

HEADER: Final = ("mark", "place", "reason", "row exactly as found - not safe for spreadsheets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One row that was set aside."""

    file: str
    line: int
    reason: str
    row: str

    @property
    def mark(self) -> str:
        """The same whenever the same row is met in the same place."""
        text = f"{self.file}:{self.line}:{self.row}"
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


class RejectFiles:
    """One reject file per export, each row in it once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: tuple[Path, int, set[str]] | None = None

    def path(self, file: str) -> Path:
        """Where the rejects of an export are."""
        return self._folder / f"{file.replace('/', '_')}.rejects.csv"

    def add(self, rejects: Sequence[Reject]) -> None:
        """Write those that are not there yet, for good; all are of the same file."""
        if not rejects:
            return
        path = self.path(rejects[0].file)
        with self._lock:
            try:
                self._append(path, rejects)
            except OSError as error:
                raise trouble("write", path, error) from error

    def _append(self, path: Path, rejects: Sequence[Reject]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            known, end = self._load(path, file.seek(0, os.SEEK_END))
            fresh = list({r.mark: r for r in rejects if r.mark not in known}.values())
            if not fresh:
                return
            file.truncate(end)
            text = io.StringIO(newline="")
            rows = csv.writer(text, quoting=csv.QUOTE_ALL)
            if not end:
                rows.writerow(HEADER)
            for reject in fresh:
                place = f"{reject.file}:{reject.line}"
                rows.writerow((reject.mark, place, reject.reason, reject.row.rstrip("\r\n")))
            data = text.getvalue().encode("utf-8", "backslashreplace")
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            known.update(reject.mark for reject in fresh)
            self._known = (path, end + len(data), known)

    def _load(self, path: Path, size: int) -> tuple[set[str], int]:
        """The marks in the file, and where its last whole row ends."""
        if self._known and self._known[:2] == (path, size):
            return self._known[2], size
        known: set[str] = set()
        end, quotes, first = 0, 0, True
        with path.open("rb") as file:
            begins, offset = True, 0
            for line in file:
                if begins:
                    mark, quotes = line[1:17].decode("ascii", "replace"), 0
                quotes += line.count(b'"')
                offset += len(line)
                begins = quotes % 2 == 0 and line.endswith(b"\n")
                if begins:
                    if not first:
                        known.add(mark)
                    end, first = offset, False
        return known, end
