"""Engagement, clustered by person and instant, as the engine reads it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import Final

from connector.clock import HOUR
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Engagement

MOST_CACHED: Final = 100_000
"""Touchpoints kept in memory; links with a token per recipient would fill it otherwise."""

LATE: Final = HOUR
"""From so much on it is kept when an engagement arrived: polls are minutes apart."""


def engagement_id(engagement: Engagement) -> int:
    """The 63-bit number of an engagement: the same for ever for one (instance, id)."""
    text = f"{engagement.instance}\0{engagement.id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 1


class Timelines:
    """Engagement of all persons."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._ids: dict[Touchpoint, int] = {}
        self._touchpoints: dict[int, Touchpoint] = {}

    def add(
        self, engagements: Iterable[tuple[int, Engagement]], *, arrived_at: int | None = None
    ) -> set[int]:
        """Store engagements with their person; returns the persons for whom something is new.

        A repeated id at the same instant changes nothing. A repeated id at another instant is a
        correction: the latest reading stays. One that is withdrawn goes, whenever it was.
        `arrived_at` (UTC ms) is noted of those that come `LATE` or more; None: nobody knows, as in
        a first load.
        """
        added: dict[int, dict[int, int]] = {}
        lost = set()
        for person, engagement in engagements:
            number = engagement_id(engagement)
            if engagement.withdrawn:
                added.get(person, {}).pop(number, None)
                lost |= {person} if self._withdraw(person, number) else set()
                continue
            if arrived_at is not None and arrived_at - engagement.at >= LATE:
                self._note_late(person, number, engagement.at, arrived_at - engagement.at)
            if self._add(person, number, engagement):
                added.setdefault(person, {})[number] = engagement.at
        for person, instants in added.items():
            self._drop_corrected(person, instants)
        return added.keys() | lost

    def _withdraw(self, person: int, number: int) -> bool:
        gone = self._db.execute(
            "DELETE FROM engagement WHERE person = ? AND id = ?", (person, number)
        )
        return gone.rowcount > 0

    def of(self, person: int, *, after: int = -(2**62)) -> tuple[Engaged, ...]:
        """The engagement of one person in order, all or that after a moment (UTC ms)."""
        rows = self._db.execute(
            "SELECT at, id, kind, evidence, touchpoint FROM engagement WHERE person = ? "
            "AND at > ? ORDER BY at, id",
            (person, after),
        )
        known = self._touchpoints
        return tuple(
            Engaged(at, number, kind, evidence, known.get(point) or self._load(point))
            for at, number, kind, evidence, point in rows
        )

    def _note_late(self, person: int, number: int, at: int, late: int) -> None:
        """Before it is stored: what is there already arrived then."""
        self._db.execute(
            "INSERT OR IGNORE INTO late SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS "
            "(SELECT 1 FROM engagement WHERE person = ?1 AND at = ?2 AND id = ?3)",
            (person, at, number, late),
        )

    def move(self, loser: int, winner: int) -> None:
        """Give all engagement of one person to another."""
        self._db.execute(
            "INSERT OR IGNORE INTO late SELECT ?1, at, id, ms FROM late WHERE person = ?2 "
            "AND NOT EXISTS (SELECT 1 FROM engagement AS e WHERE e.person = ?1 "
            "AND e.at = late.at AND e.id = late.id)",
            (winner, loser),
        )
        self._db.execute("DELETE FROM late WHERE person = ?", (loser,))
        self._db.execute(
            "INSERT OR IGNORE INTO engagement "
            "SELECT ?, at, id, kind, evidence, touchpoint FROM engagement WHERE person = ?",
            (winner, loser),
        )
        self._db.execute("DELETE FROM engagement WHERE person = ?", (loser,))

    def count(self) -> int:
        """How many engagements are stored."""
        return int(self._db.execute("SELECT count(*) FROM engagement").fetchone()[0])

    def forget_cache(self) -> None:
        """Touchpoints of a transaction that was taken back must not be remembered."""
        self._ids.clear()
        self._touchpoints.clear()

    def _add(self, person: int, number: int, engagement: Engagement) -> bool:
        added = self._db.execute(
            "INSERT INTO engagement VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "kind = excluded.kind, evidence = excluded.evidence, touchpoint = excluded.touchpoint "
            "WHERE (kind, evidence, touchpoint) IS NOT "
            "(excluded.kind, excluded.evidence, excluded.touchpoint)",
            (
                person,
                engagement.at,
                number,
                engagement.kind.code,
                int(engagement.evidence),
                self._intern(engagement),
            ),
        )
        return added.rowcount > 0

    def _drop_corrected(self, person: int, instants: dict[int, int]) -> None:
        # One pass over the timeline, not one per engagement: some timelines are very long.
        twice = self._db.execute(
            "SELECT id FROM engagement WHERE person = ? GROUP BY id HAVING count(*) > 1",
            (person,),
        ).fetchall()
        gone = [(person, number, instants[number]) for (number,) in twice if number in instants]
        for table in ("engagement", "late"):
            self._db.executemany(
                f"DELETE FROM {table} WHERE person = ? AND id = ? AND at <> ?", gone
            )

    def _intern(self, engagement: Engagement) -> int:
        point = Touchpoint(
            engagement.instance, engagement.asset, engagement.link, engagement.message
        )
        if len(self._ids) > MOST_CACHED:
            self._ids.clear()
        if point not in self._ids:
            self._db.execute(
                "INSERT OR IGNORE INTO touchpoint (source, asset, link, message) "
                "VALUES (?, ?, ?, ?)",
                point,
            )
            row = self._db.execute(
                "SELECT id FROM touchpoint "
                "WHERE source = ? AND asset = ? AND link = ? AND message = ?",
                point,
            )
            self._ids[point] = row.fetchone()[0]
        return self._ids[point]

    def _load(self, number: int) -> Touchpoint:
        if len(self._touchpoints) > MOST_CACHED:
            self._touchpoints.clear()
        row = self._db.execute(
            "SELECT source, asset, link, message FROM touchpoint WHERE id = ?", (number,)
        ).fetchone()
        return self._touchpoints.setdefault(number, Touchpoint(*row))
