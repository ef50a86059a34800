"""The folder of exports: which files there are, what they begin with, how far they were read."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from adapters.csv.cells import clean
from adapters.csv.columns import COLUMNS, BadHeader, Layout, lay_out
from adapters.csv.cursor import Mark
from adapters.csv.dialect import (
    SAMPLE,
    Dialect,
    NotCsv,
    Position,
    Row,
    begin,
    cells_of,
    find_dialect,
    rows,
)
from adapters.csv.settings import Settings
from connector.clock import Clock
from connector.errors import GrantAccess, Rejected, TryAgain
from connector.ports import Stream

NEEDED: Final = (Stream.PEOPLE, Stream.ENGAGEMENTS)
"""Streams whose files must be there unless they are switched off."""
EDGE: Final = 4_096
WHOLE: Final = 256 * 1024 * 1024
"""Up to so many bytes, everything that was read is compared when a file has changed; beyond, only
its first and last bytes."""
QUIET: Final = 3.0
"""Seconds: a file system's time stamps may be this coarse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One open file."""

    name: str
    file: BinaryIO
    dialect: Dialect
    layout: Layout
    first: Position
    """Where the rows begin."""
    stat: os.stat_result
    settled: bool
    """Whether it has not changed for so long that its last line is whole."""

    def rows(self, start: Position | None = None) -> Iterator[Row]:
        """The rows from a position on, by default all."""
        return rows(self.file, self.dialect, start or self.first, settled=self.settled)

    def cells(self, row: Row) -> list[str]:
        """The cells of a row; ValueError with the reason when it is none."""
        if row.problem:
            raise ValueError(row.problem)
        return cells_of(row.text, self.dialect.delimiter)

    def mark(self, at: Position, tail: int) -> Mark:
        """The border `at`, to be kept."""
        return Mark(
            inode=self.stat.st_ino,
            size=self.stat.st_size,
            modified=self.stat.st_mtime_ns,
            offset=at.offset,
            line=at.line,
            crc=at.crc,
            edges=_edges(self.file, at.offset),
            tail=tail,
        )


class Folder:
    """The files of one source. Nothing is kept open between calls."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._seen: dict[str, tuple[tuple[int, int, int], float, bool]] = {}

    def files(self, stream: str) -> list[Path]:
        """The files of a stream, by name. TryAgain when a needed one is missing."""
        pattern, folder = self.settings.pattern(stream), self.settings.folder
        if not pattern:
            return []
        try:
            os.scandir(folder).close()
        except OSError as error:
            raise trouble("read the folder", folder, error) from error
        plain = folder / pattern
        found = [plain] if not glob.has_magic(pattern) or plain.exists() else folder.glob(pattern)
        files = sorted(path for path in found if path.is_file())
        if not files and stream in NEEDED:
            raise TryAgain(
                f'There is no file "{pattern}" in {folder}. '
                f'Put the export there, or set {stream} = "" if there is none.'
            )
        return files

    def name(self, path: Path) -> str:
        """How a file is called in cursors, rejects and messages."""
        return path.relative_to(self.settings.folder).as_posix()

    @contextmanager
    def open(self, path: Path, stream: str) -> Iterator[Export | None]:
        """A file with its header understood; None when it has no header line yet, or is gone.

        Rejected when the header does not fit, naming the file and what is missing.
        """
        try:
            file = path.open("rb")
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise trouble("read", path, error) from error
        with file:
            yield self._export(path, file, stream)

    def is_done(self, path: Path, mark: Mark) -> bool:
        """Whether a file is surely unchanged since it was read to its end; opens nothing."""
        try:
            stamp = _stamp(path.stat())
        except OSError:
            return False
        unchanged = stamp == (mark.inode, mark.size, mark.modified)
        return unchanged and mark.done and self._known(self.name(path), stamp)

    def going_on(self, export: Export, mark: Mark | None) -> tuple[Position, bool]:
        """Where to go on in a file, and whether nothing is left of it.

        A file that was replaced, cut or rewritten begins again; one that grew goes on.
        """
        if mark is None or not self._same(export, mark):
            return export.first, False
        stamp = _stamp(export.stat)
        left = stamp != (mark.inode, mark.size, mark.modified) or not mark.done
        return mark.position, not left

    def _export(self, path: Path, file: BinaryIO, stream: str) -> Export | None:
        name, state = self.name(path), os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            return None
        chosen = self.settings.columns.get(stream, {})
        wanted = [chosen.get(column, column) for column in COLUMNS[stream]]
        age = self.clock.now() - state.st_mtime_ns // 1_000_000
        try:
            dialect = find_dialect(
                file.read(SAMPLE), self.settings.encoding, self.settings.delimiter, wanted
            )
            settled = age >= self.settings.settle_ms
            for row in rows(file, dialect, begin(file, dialect), settled=settled):
                if row.text.strip():
                    headers = [clean(text) for text in cells_of(row.text, dialect.delimiter)]
                    extra = self.settings.extra.get(stream, {})
                    layout = lay_out(stream, headers, chosen, extra)
                    return Export(
                        name=name,
                        file=file,
                        dialect=dialect,
                        layout=layout,
                        first=row.after,
                        stat=state,
                        settled=settled,
                    )
        except NotCsv as error:
            raise Rejected(f"{path}:1: The file {error}") from error
        except BadHeader as error:
            raise Rejected(f"{path}:{row.line}: The header {error}") from error
        except ValueError as error:
            raise Rejected(f"{path}:{row.line}: The header {error}.") from error
        return None

    def _same(self, export: Export, mark: Mark) -> bool:
        """Whether everything before the mark is what it was when the mark was set."""
        if export.stat.st_ino != mark.inode or export.stat.st_size < mark.offset:
            return False
        if mark.offset < export.first.offset:
            return False
        stamp = _stamp(export.stat)
        if stamp == (mark.inode, mark.size, mark.modified) and self._known(export.name, stamp):
            return True
        if _edges(export.file, mark.offset) != mark.edges:
            return False
        return mark.offset > WHOLE or _crc(export.file, mark.offset) == mark.crc

    def _known(self, name: str, stamp: tuple[int, int, int]) -> bool:
        """Whether an unchanged stamp proves an unchanged file.

        It does not while the stamp may be as young as the clock of the file system is coarse.
        """
        now = self.clock.monotonic()
        seen = self._seen.get(name)
        if seen is None or seen[0] != stamp:
            self._seen[name] = (stamp, now, False)
            return False
        old = now - seen[1] >= QUIET
        self._seen[name] = (stamp, seen[1], old)
        return old and seen[2]


def trouble(what: str, path: Path, error: OSError) -> GrantAccess | TryAgain:
    """The error of the contract for one of the operating system."""
    message = f"Cannot {what} {path}: {error.strerror or error}."
    if isinstance(error, PermissionError):
        return GrantAccess(f"{message} Allow it to the user that leadmode runs as.")
    return TryAgain(message)


def _stamp(state: os.stat_result) -> tuple[int, int, int]:
    return (state.st_ino, state.st_size, state.st_mtime_ns)


def _edges(file: BinaryIO, offset: int) -> str:
    file.seek(0)
    digest = hashlib.sha256(file.read(min(EDGE, offset)))
    file.seek(max(0, offset - EDGE))
    digest.update(file.read(min(EDGE, offset)))
    return digest.hexdigest()[:16]


def _crc(file: BinaryIO, offset: int) -> int:
    file.seek(0)
    crc, left = 0, offset
    while left and (chunk := file.read(min(left, 1 << 20))):
        crc, left = zlib.crc32(chunk, crc), left - len(chunk)
    return crc
