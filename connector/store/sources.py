"""Where reading goes on, how each source is, and a few facts about the whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How one source is."""

    name: str
    first_read_at: int
    """When leadmode first asked it, UTC ms."""
    read_at: int | None
    """When it last answered, UTC ms."""
    failing_since: int | None
    failure: str
    set_aside: int
    """Rows that were not understood, in all."""
    loading: bool
    """Whether its first load is still going on."""


class Sources:
    """Cursors and the state of the sources."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def begin(self, source: str, now: int) -> int:
        """Note that `source` is read; returns when that was first so (UTC ms)."""
        self._db.execute(
            "INSERT OR IGNORE INTO source (name, first_read_at) VALUES (?, ?)", (source, now)
        )
        row = self._db.execute("SELECT first_read_at FROM source WHERE name = ?", (source,))
        return int(row.fetchone()[0])

    def expect(self, source: str, streams: Collection[str], now: int) -> None:
        """These streams are read from now on: the first load lasts until all of them were.

        A stream that is not wanted any more keeps nobody waiting; if it was not read to its end,
        it begins anew when it is wanted again.
        """
        marks = ", ".join("?" * len(streams))
        self._db.execute(
            f"DELETE FROM stream WHERE source = ? AND loaded = 0 AND stream NOT IN ({marks})",
            (source, *streams),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO stream (source, stream, begun_at) VALUES (?, ?, ?)",
            [(source, stream, now) for stream in streams],
        )

    def begun_at(self, source: str, stream: str) -> int | None:
        """When a stream was first wanted, UTC ms."""
        row = self._db.execute(
            "SELECT begun_at FROM stream WHERE source = ? AND stream = ?", (source, stream)
        ).fetchone()
        return row[0] if row else None

    def cursor(self, source: str, stream: str) -> str | None:
        """Where to go on; None: from the beginning."""
        row = self._db.execute(
            "SELECT cursor FROM stream WHERE source = ? AND stream = ?", (source, stream)
        ).fetchone()
        return row[0] if row else None

    def loaded(self, source: str, stream: str) -> bool:
        """Whether the first load of a stream has come to its end."""
        row = self._db.execute(
            "SELECT loaded FROM stream WHERE source = ? AND stream = ?", (source, stream)
        ).fetchone()
        return bool(row and row[0])

    def advance(self, source: str, stream: str, cursor: str, *, at_end: bool, now: int) -> None:
        """Go on from `cursor` next time; the first `at_end` ends the first load."""
        self._db.execute(
            "INSERT INTO stream (source, stream, begun_at, cursor, read_at, loaded) "
            "VALUES (:source, :stream, :now, :cursor, :now, :at_end) ON CONFLICT DO UPDATE "
            "SET cursor = excluded.cursor, read_at = excluded.read_at, "
            "loaded = max(loaded, excluded.loaded)",
            {
                "source": source,
                "stream": stream,
                "cursor": cursor,
                "now": now,
                "at_end": int(at_end),
            },
        )

    def answered(self, source: str) -> None:
        """A poll went through: trouble is over."""
        self._db.execute(
            "UPDATE source SET failing_since = NULL, failure = '' WHERE name = ?", (source,)
        )

    def set_aside(self, source: str, rows: int) -> None:
        """So many more rows were not understood."""
        self._db.execute(
            "UPDATE source SET set_aside = set_aside + ? WHERE name = ?", (rows, source)
        )

    def is_failing(self, source: str) -> bool:
        """Whether the last poll did not go through."""
        row = self._db.execute("SELECT failing_since FROM source WHERE name = ?", (source,))
        found = row.fetchone()
        return found is not None and found[0] is not None

    def failed(self, source: str, failure: str, now: int) -> None:
        """A poll did not go through; the first failure's moment is kept."""
        self.begin(source, now)
        self._db.execute(
            "UPDATE source SET failing_since = coalesce(failing_since, ?), failure = ? "
            "WHERE name = ?",
            (now, failure, source),
        )

    def states(self) -> list[SourceState]:
        """Every source that was ever read, by name."""
        rows = self._db.execute(
            "SELECT name, first_read_at, "
            "(SELECT max(read_at) FROM stream WHERE source = name), "
            "failing_since, failure, set_aside, "
            "EXISTS (SELECT 1 FROM stream WHERE source = name AND loaded = 0) "
            "FROM source ORDER BY name"
        )
        return [
            SourceState(
                name=name,
                first_read_at=first,
                read_at=read_at,
                failing_since=since,
                failure=failure,
                set_aside=aside,
                loading=bool(loading),
            )
            for name, first, read_at, since, failure, aside, loading in rows
        ]

    def note(self, name: str) -> str | None:
        """A fact about the whole, or None."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_note(self, name: str, value: str) -> None:
        """Keep a fact about the whole."""
        self._db.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) "
            "ON CONFLICT DO UPDATE SET value = excluded.value",
            (name, value),
        )
