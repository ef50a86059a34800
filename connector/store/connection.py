"""Opening SQLite the one way that is safe here.

One connection writes (WAL-reset corruption needs two); readers are query-only and never
checkpoint. Transactions are BEGIN IMMEDIATE, so nobody loses a lock half-way.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BUSY_MS: Final = 10_000
STATEMENTS: Final = 512
"""How many stay prepared: more than there are, or looking at one person prepares them anew."""
CACHE_KIB: Final = 8_000


def open_writer(path: Path) -> sqlite3.Connection:
    """The writing connection; the file is made, readable by this user only, when missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    return _connect(
        path, "journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 0",
        "secure_delete = ON",
    )  # fmt: skip


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot change anything. Raises FileNotFoundError when there is no file."""
    if not path.exists():
        raise FileNotFoundError(path)
    return _connect(path, "wal_autocheckpoint = 0", "query_only = ON")


def open_copy(path: Path) -> sqlite3.Connection:
    """A copy in a file without a name, gone when closed. Raises FileNotFoundError."""
    reader = open_reader(path)
    copy = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    try:
        reader.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
        copy.execute(f"PRAGMA cache_size = -{CACHE_KIB:d}")
    except BaseException:
        copy.close()
        raise
    finally:
        reader.close()
    return copy


@contextlib.contextmanager
def not_waiting(connection: sqlite3.Connection) -> Iterator[None]:
    """Within the block nothing waits for a reader: everybody else would wait with it."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS:d}")


def is_own_trouble(error: BaseException) -> bool:
    """Whether the database itself is in trouble: full, locked, damaged.

    Its other errors are about the values it was given.
    """
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def _connect(path: Path, *settings: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
    )
    everywhere = (
        f"busy_timeout = {BUSY_MS:d}",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB:d}",
    )
    try:
        for setting in (*everywhere, *settings):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()  # a file that is no database
        raise
    return connection
