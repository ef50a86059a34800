"""Where everybody in lead mode stands in the order of their rep, as of the last look at them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One open episode in the order of its rep."""

    person: int
    rule: str
    receiver: str
    """Platform id of the rep; empty: nobody."""
    record: str
    """The CRM record of the person."""
    entered_at: int
    points: float
    score: float
    stars: int
    flames: int
    amount: float
    """What was won with the person before."""


class Ranks:
    """The order of open episodes: one row of the newest per person and rule."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def put(self, place: Place) -> None:
        """Note where somebody stands now."""
        self._db.execute(
            "INSERT OR REPLACE INTO ranked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                place.person,
                place.rule,
                place.receiver,
                place.record,
                place.entered_at,
                place.points,
                place.score,
                place.stars,
                place.flames,
                place.amount,
            ),
        )

    def drop(self, person: int, rule: str | None = None) -> None:
        """The person is not in lead mode by this rule, or by any."""
        self._db.execute(
            "DELETE FROM ranked WHERE person = ? AND rule = coalesce(?, rule)", (person, rule)
        )

    def of(self, person: int, rule: str) -> Place | None:
        """Where somebody stands by a rule."""
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM ranked WHERE person = ? AND rule = ?", (person, rule)
        ).fetchone()
        return place_of(row) if row else None

    def beside(self, receiver: str) -> list[Place]:
        """All of one rep, in no order."""
        rows = self._db.execute(f"SELECT {COLUMNS} FROM ranked WHERE receiver = ?", (receiver,))
        return [place_of(row) for row in rows]


COLUMNS = "person, rule, receiver, record, entered_at, points, score, stars, flames, amount"


def place_of(row: tuple[object, ...]) -> Place:
    """A row of table `ranked`."""
    person, rule, receiver, record, entered_at, points, score, stars, flames, amount = row
    return Place(
        person=int(str(person)),
        rule=str(rule),
        receiver=str(receiver),
        record=str(record),
        entered_at=int(str(entered_at)),
        points=float(str(points)),
        score=float(str(score)),
        stars=int(str(stars)),
        flames=int(str(flames)),
        amount=float(str(amount)),
    )
