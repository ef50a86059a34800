"""Opportunities beside episodes: which were announced, how early, and which wins were missed."""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.backtest.period import Period
from connector.clock import DAY
from connector.model import Person, Record
from connector.plan.history import is_won


@dataclass(slots=True, kw_only=True)
class Sale:
    """One opportunity with the people it is about, put together portion by portion."""

    record: Record
    people: list[tuple[int, str]] = field(default_factory=list)
    """(number, name)."""
    seen: int = 0
    """What its people did themselves in the horizon before it was opened."""


class Sales:
    """All opportunities that were opened within a period."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self._found: dict[str, Sale] = {}

    def note(self, person: Person, name: str, instants: Sequence[int]) -> None:
        """Take in the opportunities of one person, with the instants of own doing (ascending)."""
        for record in person.opportunities:
            opened = record.created_at
            if opened is None or not self._period.start_at <= opened <= self._period.until_at:
                continue
            sale = self._found.setdefault(str(record.ref), Sale(record=record))
            sale.people.append((person.id, name))
            begin = bisect_left(instants, opened - self._period.horizon_ms)
            sale.seen += bisect_right(instants, opened) - begin

    def all(self) -> list[Sale]:
        """In the order in which they were opened."""
        return sorted(self._found.values(), key=lambda sale: sale.record.created_at or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedWin:
    """An opportunity that was won, and that no episode came before."""

    record: str
    """Its reference."""
    name: str
    amount: float | None
    opened_at: int
    won_at: int | None
    people: tuple[str, ...]
    """Names, or numbers as `explain` takes them."""
    seen: int
    """What its people did in the horizon before it was opened; with 0 no rule could have told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Opportunities opened in the period, and the episodes before them."""

    opened: int
    announced: int
    """Those of which one of the people entered at most a horizon before."""
    median_days: float | None
    """From the first such entry to the opening."""
    wins: int
    """Of the opened ones, those that were won by the end of the period."""
    missed: tuple[MissedWin, ...]
    """Wins that were not announced, in the order of their opening."""


def warned(sales: Iterable[Sale], entries: Mapping[int, Sequence[int]], horizon: int) -> Warned:
    """Put opportunities beside the entries (ascending) of persons by their number."""
    opened, days, wins, missed = 0, [], 0, []
    for sale in sales:
        opened += 1
        won = is_won(sale.record)
        wins += won
        early = _warning(sale, entries, horizon)
        if early is not None:
            days.append(early / DAY)
        elif won:
            missed.append(_missed(sale))
    return Warned(
        opened=opened,
        announced=len(days),
        median_days=statistics.median(days) if days else None,
        wins=wins,
        missed=tuple(missed),
    )


def _warning(sale: Sale, entries: Mapping[int, Sequence[int]], horizon: int) -> int | None:
    """The ms from the first entry in the horizon to the opening."""
    opened = sale.record.created_at or 0
    found = []
    for person, _ in sale.people:
        mine = entries.get(person, ())
        place = bisect_left(mine, opened - horizon)
        if place < len(mine) and mine[place] < opened:
            found.append(opened - mine[place])
    return max(found, default=None)


def _missed(sale: Sale) -> MissedWin:
    record = sale.record
    amount, name = record.fields.get("amount"), record.fields.get("name")
    return MissedWin(
        record=str(record.ref),
        name=str(name or record.ref),
        amount=float(amount) if isinstance(amount, int | float) else None,
        opened_at=record.created_at or 0,
        won_at=record.closed_at,
        people=tuple(name or f"#{number}" for number, name in sale.people),
        seen=sale.seen,
    )
