"""Everything leadmode remembers: one SQLite file behind one door."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Self

from connector.store.accounts import Accounts
from connector.store.connection import not_waiting, open_copy, open_reader, open_writer
from connector.store.episodes import Episodes
from connector.store.followed import FollowedTasks
from connector.store.nurture import Enrolments
from connector.store.outbox import Outbox
from connector.store.people import People
from connector.store.pins import Pins
from connector.store.ranks import Ranks
from connector.store.revisions import Revisions
from connector.store.schema import backup, prepare
from connector.store.sources import Sources
from connector.store.timelines import Timelines
from connector.store.waiting import Waiting

FILE_NAME: Final = "leadmode.sqlite"


class Store:
    """The state of one leadmode.

    Reading needs nothing; changing anything needs `transaction()`, which is exclusive among
    threads and processes. A store opened with `read` refuses every change.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._lock = threading.RLock()
        self.connection = connection
        self.people = People(self.connection)
        self.accounts = Accounts(self.connection)
        self.timelines = Timelines(self.connection)
        self.episodes = Episodes(self.connection)
        self.enrolments = Enrolments(self.connection)
        self.followed = FollowedTasks(self.connection)
        self.outbox = Outbox(self.connection)
        self.sources = Sources(self.connection)
        self.pins = Pins(self.connection)
        self.revisions = Revisions(self.connection)
        self.ranks = Ranks(self.connection)
        self.waiting = Waiting(self.connection)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open, and if need be make or upgrade, the database in the state folder.

        Raises StateTooNew when a newer leadmode wrote it.
        """
        path = folder / FILE_NAME
        connection = open_writer(path)
        try:
            prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(path, connection)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Open the database for reading beside a running daemon. Raises FileNotFoundError."""
        path = folder / FILE_NAME
        return cls(path, open_reader(path))

    @classmethod
    def copy(cls, folder: Path) -> Self:
        """A copy of the database to try things out on, beside a running daemon.

        Changing it changes nothing else, and closing it leaves nothing. Whether leadmode is armed
        is what the original says. Raises FileNotFoundError.
        """
        path = folder / FILE_NAME
        return cls(path, open_copy(path))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in the block happens, or nothing does. Blocks do not nest."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                self.timelines.forget_cache()
                if self.connection.in_transaction:  # a full disk may have rolled back by itself
                    self.connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: when the block raises, only what it changed is taken back."""
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.timelines.forget_cache()
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            raise
        self.connection.execute("RELEASE part")

    @contextlib.contextmanager
    def attempt(self) -> Iterator[Callable[[], None]]:
        """As `savepoint`; calling what it gives takes back what the block changed so far."""

        def take_back() -> None:
            self.timelines.forget_cache()
            self.connection.execute("ROLLBACK TO part")

        with self.savepoint():
            yield take_back

    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[None]:
        """As `transaction`, but nothing is kept: what would happen if."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                self.timelines.forget_cache()
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """Several readings that belong together, not disturbed by another thread's changes."""
        with self._lock:
            yield

    @property
    def identity(self) -> str:
        """What tells this database from any other; a restored backup has that of the original."""
        return self.sources.note("database") or ""

    def place(self) -> dict[str, int]:
        """How far everything has come; equal places of one database hold the same."""
        row = self.connection.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM decision), (SELECT count(*) FROM outbox), "
            "(SELECT count(*) FROM engagement), (SELECT coalesce(max(read_at), 0) FROM stream)"
        ).fetchone()
        return dict(zip(("decisions", "writes", "engagements", "read_at"), row, strict=True))

    @property
    def armed(self) -> bool:
        """Whether an admin ended the dry run.

        A mark beside the database, so that a running daemon sees it without a second writer.
        """
        return self._armed.exists()

    def arm(self, armed: bool) -> None:  # noqa: FBT001 - the word says it
        """End the dry run, or begin it again."""
        if armed:
            self._armed.touch(mode=0o600)
        else:
            self._armed.unlink(missing_ok=True)

    @property
    def _armed(self) -> Path:
        return self.path.with_name("armed")

    def checkpoint(self, *, above: int = 0) -> None:
        """Move the write-ahead log into the database, if it has more than `above` bytes.

        Not within a transaction. What a reader still needs stays for the next time; so does
        everything, while work that failed half-way still holds on to a row that it was reading.
        """
        with self._lock:
            if above and self._log_size() <= above:
                return
            with not_waiting(self.connection):
                try:
                    self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                except sqlite3.OperationalError as error:
                    if getattr(error, "sqlite_errorname", "") != "SQLITE_LOCKED":
                        raise

    def _log_size(self) -> int:
        try:
            return self.path.with_name(self.path.name + "-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def backup(self, target: Path) -> None:
        """Write a whole, consistent copy to `target`, readable by this user only."""
        with self._lock:
            backup(self.connection, target)

    def close(self) -> None:
        """Close the file; twice is harmless."""
        with self._lock:
            self.connection.close()
