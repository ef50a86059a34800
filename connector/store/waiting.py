"""Alerts that wait for a free place, how full the weeks are, and the digests about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from connector.model import Decision
from connector.model.engagement import Kind
from connector.store.episodes import decision_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """One alert that waits for a place, or did."""

    id: int
    """Of the decision."""
    person: int
    decision: Decision
    since: int
    """When it began to wait; once it is decided, when that was. UTC ms."""
    receiver: str
    """Platform id of who would get it; empty: nobody."""
    record: str = ""
    points: float = 0.0
    score: float = 0.0
    amount: float = 0.0
    """What was won with the person before."""
    ripe: bool = True
    """Whether something about it is new since it was looked at."""


_WAITER = (
    "SELECT d.id, d.person, d.decided_at, d.receiver, coalesce(r.record, ''), "
    "coalesce(r.points, 0), coalesce(r.score, 0), coalesce(r.amount, 0), d.ripe, "
    "d.rule, d.burst, d.at, d.change, d.verdict, d.hold, d.detail FROM decision d "
    "LEFT JOIN ranked r ON r.person = d.person AND r.rule = d.rule "
)


class Waiting:
    """What waits for a place, and what was given."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, person: int) -> list[Waiter]:
        """What waits of one person."""
        rows = self._db.execute(
            _WAITER + "WHERE d.person = ? AND d.verdict = 'waiting' ORDER BY d.id", (person,)
        )
        return [_waiter(row) for row in rows]

    def all(self) -> list[Waiter]:
        """Everything that waits, longest first."""
        rows = self._db.execute(_WAITER + "WHERE d.verdict = 'waiting' ORDER BY d.decided_at, d.id")
        return [_waiter(row) for row in rows]

    def count(self) -> int:
        """How many wait."""
        row = self._db.execute("SELECT count(*) FROM decision WHERE verdict = 'waiting'")
        return int(row.fetchone()[0])

    def is_ripe(self) -> bool:
        """Whether something that waits is to be looked at: it is new, or something moved."""
        row = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM decision WHERE verdict = 'waiting' AND ripe = 1)"
        )
        return bool(row.fetchone()[0])

    def ripen(self, person: int) -> None:
        """What waits of a person is to be looked at again."""
        self._db.execute(
            "UPDATE decision SET ripe = 1 WHERE person = ? AND verdict = 'waiting'", (person,)
        )

    def looked_at(self) -> None:
        """Whatever still waits was looked at."""
        self._db.execute("UPDATE decision SET ripe = 0 WHERE verdict = 'waiting' AND ripe = 1")

    def taken(self, since: int) -> dict[str, int]:
        """How many hand-offs each got from a moment on (UTC ms), by platform id."""
        rows = self._db.execute(
            "SELECT receiver, count(*) FROM decision WHERE verdict = 'handed_off' "
            "AND decided_at >= ? GROUP BY receiver",
            (since,),
        )
        return dict(rows.fetchall())

    def deferred(self, since: int, until: int) -> list[Waiter]:
        """What waits at the end of a stretch of time, and what was given up in it."""
        rows = self._db.execute(
            _WAITER + "WHERE (d.verdict = 'waiting' AND d.decided_at < :until) "
            "OR (d.hold = 'capacity' AND d.decided_at >= :since AND d.decided_at < :until) "
            "ORDER BY d.id",
            {"since": since, "until": until},
        )
        return [_waiter(row) for row in rows]

    def worked(self, since: int, until: int, kinds: Collection[Kind]) -> dict[str, int]:
        """How much of some kinds was done with people of each owner, by platform id."""
        marks = ", ".join("?" * len(kinds))
        rows = self._db.execute(
            "SELECT o.external_id, count(DISTINCT e.id) FROM engagement e "
            "JOIN record r ON r.person = e.person AND r.deleted = 0 AND r.owner IS NOT NULL "
            f"JOIN record o ON o.id = r.owner WHERE e.kind IN ({marks}) "
            "AND e.at >= ? AND e.at < ? GROUP BY o.external_id",
            (*[kind.code for kind in kinds], since, until),
        )
        return dict(rows.fetchall())

    def want_digest(self, receiver: str, week: int, due_at: int) -> None:
        """Somebody's week (UTC ms of its start) gets a digest; wanting it twice is harmless."""
        self._db.execute("INSERT OR IGNORE INTO digest VALUES (?, ?, ?)", (receiver, week, due_at))

    def due_digests(self, now: int) -> list[tuple[str, int]]:
        """Receiver and week of the digests that are to be written."""
        rows = self._db.execute(
            "SELECT receiver, week FROM digest WHERE due_at <= ? ORDER BY week, receiver", (now,)
        )
        return rows.fetchall()

    def next_digest(self) -> int | None:
        """When the next digest is due, UTC ms."""
        row = self._db.execute("SELECT min(due_at) FROM digest WHERE due_at IS NOT NULL")
        found = row.fetchone()[0]
        return None if found is None else int(found)

    def digested(self, receiver: str, week: int) -> None:
        """The digest is queued, or there was nothing to say."""
        self._db.execute(
            "UPDATE digest SET due_at = NULL WHERE receiver = ? AND week = ?", (receiver, week)
        )


def _waiter(row: tuple[object, ...]) -> Waiter:
    number, person, since, receiver, record, points, score, amount, ripe, *decision = row
    return Waiter(
        id=int(str(number)),
        person=int(str(person)),
        decision=decision_of(tuple(decision)),
        since=int(str(since)),
        receiver=str(receiver),
        record=str(record),
        points=float(str(points)),
        score=float(str(score)),
        amount=float(str(amount)),
        ripe=bool(ripe),
    )
