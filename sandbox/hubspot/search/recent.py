"""The objects of a table by when they were last changed, so that a window of time is found fast."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final

from sandbox.hubspot.kept import Kept
from sandbox.hubspot.table import Table

_FEW: Final = 32
"""Up to so many new entries are put in one by one; more are sorted in."""


class Recent:
    """An index over one table. It catches up with what the table says was touched."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._entries: list[tuple[int, int]] = [(k.updated_at, k.id) for k in table.kept.values()]
        self._entries.sort()
        self._lagging: set[int] = {k.id for k in table.kept.values() if k.indexed_from}
        table.touched.clear()

    def serves(self, table: Table) -> bool:
        """Whether this is the index of that very table."""
        return self._table is table

    def between(self, low: float, high: float, now: int) -> Iterator[Kept]:
        """Each object that a search at `now` may see in the window, once; others may be among them.

        The ends (UTC ms) belong to the window.
        """
        self._catch_up()
        kept = self._table.kept
        lagging = self._lagging_at(now)
        start = bisect_left(self._entries, (low,))
        end = bisect_left(self._entries, (high, float("inf")))
        for at, number in self._entries[start:end]:
            found = kept.get(number)
            # An object that was changed again has a second entry, at its new place.
            if found is not None and found.updated_at == at and number not in lagging:
                yield found
        yield from (kept[number] for number in lagging if number in kept)

    def _lagging_at(self, now: int) -> set[int]:
        """Objects whose index entry is older than they are: their place here is not theirs yet."""
        kept = self._table.kept
        over = {n for n in self._lagging if n not in kept or kept[n].indexed_from <= now}
        self._lagging -= over
        return set(self._lagging)

    def _catch_up(self) -> None:
        touched = self._table.touched
        if not touched:
            return
        kept = [self._table.kept[number] for number in touched if number in self._table.kept]
        touched.clear()
        fresh = [(each.updated_at, each.id) for each in kept]
        self._lagging |= {each.id for each in kept if each.indexed_from}
        if len(fresh) > _FEW:
            self._entries += fresh
            self._tidy()
            return
        for entry in fresh:
            at = bisect_left(self._entries, entry)
            if at == len(self._entries) or self._entries[at] != entry:
                insort(self._entries, entry)
        if len(self._entries) > 2 * len(self._table.kept) + _FEW:
            self._tidy()

    def _tidy(self) -> None:
        kept = self._table.kept
        self._entries = sorted(
            {(at, n) for at, n in self._entries if n in kept and kept[n].updated_at == at}
        )
