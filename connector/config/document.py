"""A TOML file with its values and the place of each of them."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from connector.config.positions import Loc, Positions, find_positions
from connector.config.syntax import parse
from connector.errors import FixInput
from connector.problems import Place, Problem

LARGEST: Final = 1024 * 1024
"""Bytes; a larger file is no configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file that is valid TOML. What it says has not been checked."""

    file: str
    """The name to show to people."""
    values: Mapping[str, Any]
    source: bytes = field(repr=False)

    @property
    def positions(self) -> Positions:
        """Where its keys and values stand; looked for when the first of them is asked for."""
        return _positions(self.source)

    def place(self, path: Loc) -> Place:
        """Where the key at `path` stands; of an element of a list, where the element begins.

        For a path that is not in the file: the nearest table around it that is.
        """
        return self._at(self.positions.keys, path)

    def value_place(self, path: Loc) -> Place:
        """Where the value at `path` begins; a table under a [header] begins at its name."""
        return self._at(self.positions.values, path)

    def place_in(self, path: Loc, text: str) -> Place:
        """Where `text`, as written in the file, first stands inside the value at `path`."""
        start, end = self.positions.values.get(path, (0, 0))
        offset = self.source.find(text.encode(), start, end)
        return self.value_place(path) if offset < 0 else self._place_of(offset)

    def _at(self, spans: Mapping[Loc, tuple[int, int]], path: Loc) -> Place:
        if path in spans:
            return self._place_of(spans[path][0])
        while path and path not in self.positions.keys:
            path = path[:-1]
        return self._place_of(self.positions.keys[path][0]) if path else Place(file=self.file)

    def _place_of(self, offset: int) -> Place:
        start = self.source.rfind(b"\n", 0, offset) + 1
        line = self.source.count(b"\n", 0, offset) + 1
        before = self.source[start:offset]
        return Place(file=self.file, line=line, column=len(before.decode()) + 1)


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table of a document, with the name that people call it by."""

    name: str
    document: Document
    loc: Loc

    def place(self, loc: Loc) -> Place:
        """Where the key stands; () is the table itself."""
        return self.document.place((*self.loc, *loc))

    def value_place(self, loc: Loc) -> Place:
        """Where the value stands."""
        return self.document.value_place((*self.loc, *loc))


def read_document(path: Path, *, private: bool = False) -> Document:
    """Read a TOML file; FixInput names every syntax mistake.

    `private` also refuses a file that others than owner and group may change.
    """
    file = shown(path)
    source = _read(path, file, private=private)
    text = _decode(source, file)
    values, mistakes = parse(text)
    if mistakes:
        raise FixInput(
            [
                Problem(
                    place=Place(file=file, line=one.line, column=one.column),
                    message=one.message,
                    advice=one.advice,
                )
                for one in mistakes
            ]
        )
    return Document(file=file, values=values, source=source)


_positions = lru_cache(maxsize=32)(find_positions)
"""Most files are never asked for a place, and those with many mistakes for many."""


def shown(path: Path) -> str:
    """The name of a file for people: relative where it lies below the working folder."""
    here = Path.cwd()
    absolute = here / path
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)


def _read(path: Path, file: str, *, private: bool) -> bytes:
    try:
        with path.open("rb") as stream:
            source = stream.read(LARGEST + 1)
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise _refused(file, "There is no such file.") from None
    except IsADirectoryError:
        raise _refused(file, "This is a folder, not a file.") from None
    except OSError as error:
        raise _refused(file, f"The file cannot be read: {error.strerror}.") from error
    if len(source) > LARGEST:
        raise _refused(file, "The file is larger than 1 MiB.", "Is it the right one?")
    if private and mode & stat.S_IWOTH:
        advice = f"Run: chmod o-w {file}"
        raise _refused(file, "Everybody on this machine may change the file.", advice)
    return source


def _decode(source: bytes, file: str) -> str:
    advice = "Save it as UTF-8 without a byte order mark."
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(file, "The file is UTF-16.", advice)
    if source.startswith(b"\xef\xbb\xbf"):
        raise _refused(file, "The file begins with a byte order mark.", advice)
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        before = source[: error.start]
        last_line = before[before.rfind(b"\n") + 1 :].decode()
        place = Place(file=file, line=before.count(b"\n") + 1, column=len(last_line) + 1)
        bad = f"0x{source[error.start]:02x}"
        message = f"The byte {bad} is not UTF-8."
        raise FixInput([Problem(place=place, message=message, advice=advice)]) from None


def _refused(file: str, message: str, advice: str = "") -> FixInput:
    return FixInput([Problem(place=Place(file=file), message=message, advice=advice)])
