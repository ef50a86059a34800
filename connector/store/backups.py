"""Backups of the database, and getting one back: checked before and after, never in place."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from connector.errors import AskOperator
from connector.store.connection import open_reader
from connector.store.schema import VERSION

FOLDER: Final = "backups"
_NAMES: Final = "leadmode-*.sqlite"
_OF_THE_LIBRARY: Final = frozenset({"_sqlite_migrations", "sqlite_sequence"})
"""Tables that are there before ours are."""
_LEFTOVERS: Final = ("-wal", "-shm", "-journal")


class NotUsable(AskOperator):
    """The file is no whole database of leadmode."""


def name_at(now: int) -> str:
    """The name of a backup that is made at a moment (UTC ms)."""
    return f"leadmode-{_stamp(now)}.sqlite"


def make_backup(database: Path, target: Path) -> None:
    """A whole, checked copy of the database beside a running daemon, for this user only.

    `target` is there when this returns, or is as it was. Raises FileNotFoundError, OSError,
    sqlite3.Error, NotUsable when the copy is damaged.
    """
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    with contextlib.closing(open_reader(database)) as source:
        draft.touch(mode=0o600)
        copy = sqlite3.connect(draft)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
    try:
        check(draft)
    except NotUsable:
        draft.unlink()
        raise
    _keep(draft, target)


def make_daily_backup(database: Path, now: int, keep: int) -> Path:
    """One more backup in the state folder, of which the newest `keep` stay. As `make_backup`."""
    folder = database.parent / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / name_at(now)
    make_backup(database, target)
    keep_only(database.parent, keep)
    return target


def check(path: Path) -> int:
    """Look whether a file is a whole database of leadmode; returns its schema version.

    Raises NotUsable with what is wrong, FileNotFoundError.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        with contextlib.closing(_opened(path)) as found:
            version = int(found.execute("PRAGMA user_version").fetchone()[0])
            told = [row[0] for row in found.execute("PRAGMA quick_check(3)")]
            known = found.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'")
            is_ours = known.fetchone()[0] == 1
    except sqlite3.DatabaseError as error:
        raise NotUsable(f"{path} cannot be used: {error}.") from None
    if told != ["ok"]:
        raise NotUsable(f"{path} is damaged: {'; '.join(told)}.")
    if version > VERSION:
        raise NotUsable(
            f"{path} was written by a newer leadmode (schema {version}, this one knows {VERSION})."
        )
    if not is_ours or not version:
        raise NotUsable(f"{path} is not a database of leadmode.")
    return version


def is_unbegun(path: Path) -> bool:
    """Whether a file is a database without anything in it: its making was cut off."""
    try:
        with contextlib.closing(_opened(path)) as found:
            (version,) = found.execute("PRAGMA user_version").fetchone()
            named = "SELECT name FROM sqlite_master WHERE type = 'table'"
            tables = {name for (name,) in found.execute(named)}
    except sqlite3.DatabaseError:
        return False
    return not version and tables <= _OF_THE_LIBRARY


def put_back(backup: Path, database: Path, now: int) -> Path | None:
    """Put a checked copy of a backup in the place of the database, whose lock the caller holds.

    What was there is kept under another name, which is returned; None: there was nothing.
    Raises NotUsable and changes nothing when the backup is damaged.
    """
    check(backup)
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = database.with_name(database.name + ".part")
    draft.unlink(missing_ok=True)
    with contextlib.closing(_opened(backup)) as source:
        draft.touch(mode=0o600)
        copy = sqlite3.connect(draft)
        try:
            source.backup(copy)
        finally:
            copy.close()
    check(draft)
    moved = set_aside(database, now, "before-restore")
    _keep(draft, database)
    return moved


def set_aside(database: Path, now: int, why: str) -> Path | None:
    """Give the database, and what belongs to it, another name; None: there is none."""
    if not database.exists():
        return None
    moved = database.with_name(f"{database.stem}.{why}-{_stamp(now)}{database.suffix}")
    for suffix in _LEFTOVERS:
        left = database.with_name(database.name + suffix)
        if left.exists():
            left.rename(moved.with_name(moved.name + suffix))
    database.rename(moved)
    return moved


def backups_in(folder: Path) -> list[Path]:
    """The backups of a state folder, newest first."""
    return sorted((folder / FOLDER).glob(_NAMES), reverse=True)


def newest_usable(folder: Path) -> Path | None:
    """The newest backup that is whole; None: there is none."""
    for path in backups_in(folder):
        with contextlib.suppress(NotUsable, OSError):
            check(path)
            return path
    return None


def keep_only(folder: Path, number: int) -> None:
    """Delete all but the newest backups of a state folder."""
    for path in backups_in(folder)[number:]:
        path.unlink(missing_ok=True)


def backup_is_due(folder: Path, now: int, every: int) -> bool:
    """Whether the newest backup is older than `every` (ms), or there is none."""
    return all(path.name < name_at(now - every) for path in backups_in(folder)[:1])


def _opened(path: Path) -> sqlite3.Connection:
    # A plain connection would make files beside it, and a backup may lie where nobody may write.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _keep(draft: Path, target: Path) -> None:
    """Make the draft the target, for good."""
    with _flushing(draft):
        draft.replace(target)
    with _flushing(target.parent):
        pass


@contextlib.contextmanager
def _flushing(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        yield
    finally:
        os.close(descriptor)


def _stamp(now: int) -> str:
    return datetime.fromtimestamp(now / 1_000, UTC).strftime("%Y%m%dT%H%M%SZ")
