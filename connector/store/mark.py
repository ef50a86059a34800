"""A mark beside the database that tells how far leadmode had come.

A database that is older than its mark was set back, and one that is missing was lost. Either way
something may have been written into the CRM that it does not remember.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE_NAME: Final = "generation"
_PLACE: Final = (
    "SELECT (SELECT value FROM meta WHERE name = 'database'), "
    "(SELECT coalesce(max(rowid), 0) FROM outbox), "
    "(SELECT coalesce(max(read_at), 0) FROM stream)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a database had come."""

    database: str
    """Which database it was; a backup has the name of the original."""
    writes: int
    """The number of the last write that was queued."""
    read_at: int
    """When a source had answered last, UTC ms."""


def place_of(connection: sqlite3.Connection) -> Mark:
    """How far this database has come."""
    database, writes, read_at = connection.execute(_PLACE).fetchone()
    return Mark(database=database or "", writes=writes, read_at=read_at)


def read_mark(folder: Path) -> Mark | None:
    """The mark of a state folder; None: there is none, or it is damaged."""
    try:
        return Mark(**json.loads((folder / FILE_NAME).read_text(encoding="ascii")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def leave_mark(folder: Path, mark: Mark) -> None:
    """Keep the mark; once this returns, it survives a power cut. Raises OSError."""
    draft = folder / f"{FILE_NAME}.part"
    with draft.open("w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(asdict(mark), file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / FILE_NAME)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_behind(place: Mark, mark: Mark) -> bool:
    """Whether a database has not come as far as its mark says, or is another one."""
    return place.database != mark.database or place.writes < mark.writes
