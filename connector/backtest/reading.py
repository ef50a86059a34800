"""Stored history in portions of whole persons, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from connector.backtest.late import Arrived
from connector.engine.replay import Columns
from connector.engine.replay.columns import Ints
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Evidence, Kind, Person, RecordRef
from connector.plan.decide import WORK
from connector.store import Store
from connector.store.persons import load_person

PORTION: Final = 20_000
"""Engagements in a portion; one person's always stay together."""

_DONE_WITH: Final = (Kind.EMAIL_SENT.code, Kind.BOUNCED.code)
_COUNTS: Final = """SELECT p.id, count(e.at) FROM person p LEFT JOIN engagement e
    ON e.person = p.id AND e.at <= :until WHERE p.merged_into IS NULL GROUP BY p.id ORDER BY p.id"""
_ROWS: Final = """SELECT person, at, id, kind, evidence, touchpoint, coalesce(ms, 0)
    FROM engagement LEFT JOIN late USING (person, at, id)
    WHERE person BETWEEN ? AND ? AND at <= ? ORDER BY person, at, id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some persons with everything that is stored about them up to a moment."""

    persons: tuple[Person, ...]
    """In order of their number; one without records too."""
    columns: Columns
    """Their engagement, in order of (person, instant, id)."""
    late: Ints
    """Per engagement, how many ms after it happened it arrived; 0: soon, or nobody knows."""
    touchpoints: tuple[Touchpoint, ...]

    def rows_of(self, person: int) -> slice:
        """Where a person's engagement lies in the columns."""
        low, high = np.searchsorted(self.columns.person, [person, person + 1])
        return slice(int(low), int(high))

    def late_persons(self) -> set[int]:
        """The persons some of whose engagement came late."""
        return set(np.unique(self.columns.person[self.late > 0]).tolist())

    def arrived(self, person: int) -> list[Arrived]:
        """The engagement of a person with its arrival, in the order in which it happened."""
        rows = self.rows_of(person)
        columns = self.columns.take(rows)
        described = [columns.at, columns.id, columns.kind, columns.evidence, columns.touchpoint]
        told = [column.tolist() for column in described if column is not None]
        return [
            Arrived(at + late, Engaged(at, number, kind, shown, self.touchpoints[place]))
            for at, number, kind, shown, place, late in zip(
                *told, self.late[rows].tolist(), strict=True
            )
        ]

    def instants_of(self, person: int) -> list[int]:
        """When the person did something, or something was done with them, in order."""
        found: list[int] = self.columns.at[self.rows_of(person)].tolist()
        return found

    def acts_of(self, person: int) -> list[int]:
        """When the person did something, machines and what was done with them left out."""
        rows = self.rows_of(person)
        evidence, kind = self.columns.evidence, self.columns.kind[rows]
        own = ~np.isin(kind, _DONE_WITH)
        if evidence is not None:
            own &= evidence[rows] != Evidence.MACHINE
        found: list[int] = self.columns.at[rows][own].tolist()
        return found

    def talks_of(self, person: int) -> list[Engaged]:
        """Calls and meetings that were held with the person."""
        rows = self.rows_of(person)
        at, kind = self.columns.at[rows], self.columns.kind[rows]
        held = np.flatnonzero(np.isin(kind, list(WORK)))
        return [Engaged(int(at[row]), int(row), int(kind[row]), 0) for row in held]


@contextmanager
def one_moment(store: Store) -> Iterator[None]:
    """All that is read within is of one moment, also beside a running daemon."""
    store.connection.execute("BEGIN")
    try:
        yield
    finally:
        store.connection.execute("COMMIT")


def size(store: Store, until: int) -> int:
    """Persons and engagements up to a moment, in all portions together."""
    rows = "SELECT (SELECT count(*) FROM person WHERE merged_into IS NULL) + "
    rows += "(SELECT count(*) FROM engagement WHERE at <= ?)"
    return int(store.connection.execute(rows, (until,)).fetchone()[0])


def portions(store: Store, authority: str, until: int, size: int) -> Iterator[Portion]:
    """All persons of the store with what happened up to `until`, portion by portion."""
    for persons in _cut(store, until, size):
        columns, touchpoints, late = _columns(store, persons[0], persons[-1], until)
        yield Portion(
            persons=tuple(load_person(store.connection, each, authority) for each in persons),
            columns=columns,
            touchpoints=touchpoints,
            late=late,
        )


def naming_somebody(store: Store) -> frozenset[RecordRef]:
    """The opportunities that name at least one person."""
    rows = store.connection.execute(
        "SELECT instance, object_type, external_id FROM record WHERE role = 'opportunity' "
        "AND id IN (SELECT opportunity FROM opportunity_person)"
    )
    return frozenset(RecordRef(*row) for row in rows)


def naming_nobody(store: Store, start: int, until: int) -> int:
    """How many opportunities of companies, opened in a stretch of time, name nobody."""
    row = store.connection.execute(
        "SELECT count(*) FROM record WHERE role = 'opportunity' AND deleted = 0 "
        "AND account IS NOT NULL AND created_at BETWEEN ? AND ? "
        "AND id NOT IN (SELECT opportunity FROM opportunity_person)",
        (start, until),
    ).fetchone()
    return int(row[0])


def _cut(store: Store, until: int, size: int) -> Iterator[list[int]]:
    portion: list[int] = []
    rows = 0
    for person, count in store.connection.execute(_COUNTS, {"until": until}).fetchall():
        # Persons cost something too, even those who never did anything.
        if portion and (rows + count > size or len(portion) >= max(1, size // 10)):
            yield portion
            portion, rows = [], 0
        portion.append(person)
        rows += count
    if portion:
        yield portion


def _columns(
    store: Store, first: int, last: int, until: int
) -> tuple[Columns, tuple[Touchpoint, ...], Ints]:
    rows = store.connection.execute(_ROWS, (first, last, until)).fetchall()
    table = np.array(rows, np.int64).reshape(-1, 7)
    numbers, place = np.unique(table[:, 5], return_inverse=True)
    touchpoints = tuple(_touchpoint(store, number) for number in numbers.tolist())
    return (
        Columns(
            person=np.ascontiguousarray(table[:, 0]),
            at=np.ascontiguousarray(table[:, 1]),
            id=np.ascontiguousarray(table[:, 2]),
            kind=table[:, 3].astype(np.int8),
            evidence=table[:, 4].astype(np.int8),
            touchpoint=place.astype(np.int64),
        ),
        touchpoints,
        np.ascontiguousarray(table[:, 6]),
    )


def _touchpoint(store: Store, number: int) -> Touchpoint:
    row = store.connection.execute(
        "SELECT source, asset, link, message FROM touchpoint WHERE id = ?", (number,)
    ).fetchone()
    return Touchpoint(*row)
