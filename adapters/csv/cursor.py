"""How far each file of a stream was read, as the opaque text that the core keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from adapters.csv.dialect import Position

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A border in one file, and enough of the file to know it again."""

    inode: int
    size: int
    modified: int
    """Nanoseconds, by the file system."""
    offset: int
    line: int
    crc: int
    """CRC-32 of all bytes before the border."""
    edges: str
    """SHA-256 of the first and the last bytes before the border."""
    tail: int = 0
    """Bytes after the border that were read as a row although no line end closed them."""

    @property
    def position(self) -> Position:
        """The border itself."""
        return Position(offset=self.offset, line=self.line, crc=self.crc)

    @property
    def done(self) -> bool:
        """Whether nothing was left of the file as it was then."""
        return self.offset + self.tail >= self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The marks of all files of one stream."""

    digest: str
    """Of the settings under which the rows were understood."""
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def dump(self) -> str:
        """The same text for the same cursor."""
        marks = {name: list(asdict(mark).values()) for name, mark in self.marks.items()}
        told = {"v": VERSION, "settings": self.digest, "files": marks}
        return json.dumps(told, sort_keys=True, separators=(",", ":"))


def load(text: str | None, digest: str) -> Cursor:
    """The cursor of a text; from the beginning when it is none, or of other settings.

    Beginning again repeats rows, which is allowed, and misses none.
    """
    try:
        told = json.loads(text or "{}")
        if told.get("v") == VERSION and told.get("settings") == digest:
            names = Mark.__dataclass_fields__.keys()
            marks = {
                name: Mark(**dict(zip(names, values, strict=True)))
                for name, values in told["files"].items()
            }
            return Cursor(digest=digest, marks=marks)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    return Cursor(digest=digest)
