"""Who enters lead mode by score: the first qualifying instant of each armed burst."""

from __future__ import annotations

from typing import Final

import numpy as np

from connector.engine.replay.bursts import Bursts, Persons, reach, run_of
from connector.engine.replay.columns import Bools, Ints, People, Rows
from connector.engine.replay.prepare import Prepared
from connector.engine.rule import Rule
from connector.model import Kind

_BITS: Final = 1 << np.arange(len(Kind))
_BACK: Final = (12, 64)
_PATIENCE: Final = 3
"""So many candidates of a burst are tried one at a time before all the rest are tried at once."""


class Entrance:
    """The tests of an instant that are looked up only where the score is high enough."""

    def __init__(
        self, rule: Rule, rows: Prepared, bursts: Bursts, persons: Persons, people: People
    ) -> None:
        self._rule, self._rows, self._bursts = rule, rows, bursts
        self._persons, self._people = persons, people

    def first_passing(self, hot: Rows, hands: Rows) -> Rows:
        """Rows at which somebody enters, one per burst at most.

        `hot` are the closing rows with score enough, `hands` those of raised hands, ascending. A
        raised hand disarms the burst, so only what lies before it counts.
        """
        candidates, burst = self._in_time(hot, hands)
        entered: list[Rows] = []
        for _ in range(_PATIENCE):
            if not len(candidates):
                break
            leading = np.ones(len(burst), np.bool_)
            leading[1:] = burst[1:] != burst[:-1]
            front = candidates[leading]
            passes = self._passes(front)
            entered.append(front[passes])
            done = np.zeros(len(self._bursts.starts), np.bool_)
            done[burst[leading][passes]] = True
            left = ~leading & ~done[burst]
            candidates, burst = candidates[left], burst[left]
        if len(candidates):
            passes = self._passes(candidates)
            candidates, burst = candidates[passes], burst[passes]
            leading = np.ones(len(burst), np.bool_)
            leading[1:] = burst[1:] != burst[:-1]
            entered.append(candidates[leading])
        return np.sort(np.concatenate(entered)) if entered else np.empty(0, np.intp)

    def _in_time(self, hot: Rows, hands: Rows) -> tuple[Rows, Rows]:
        bursts, at = self._bursts, self._rows.at
        burst = run_of(bursts.starts, hot)
        start = bursts.starts[burst]
        good = bursts.armed[burst] & (at[hot] - at[start] <= self._rule.burst_max)
        if len(hands):
            ends = reach(bursts.starts, len(self._rows))
            barrier = np.append(hands, len(self._rows))[np.searchsorted(hands, bursts.starts)]
            good &= hot < np.minimum(barrier, ends)[burst]
        return hot[good], burst[good]

    def _passes(self, rows: Rows) -> Bools:
        good = np.ones(len(rows), np.bool_)
        for test in (self._fits, self._humans, self._kinds):
            left = np.flatnonzero(good)
            if len(left):
                good[left] = test(rows[left])
        return good

    def _fits(self, rows: Rows) -> Bools:
        fits = np.ones(len(rows), np.bool_)
        people = self._people
        if not len(people.fit_person):
            return fits
        person, at = self._rows.person[rows], self._rows.at[rows]
        low = np.searchsorted(people.fit_person, person, "left")
        high = np.searchsorted(people.fit_person, person, "right")
        some = np.flatnonzero(low < high)
        last = last_not_after(people.fit_at, low[some], high[some], at[some])
        known = last >= low[some]
        fits[some[known]] = people.fits[last[known]]
        return fits

    def _humans(self, rows: Rows) -> Bools:
        need = self._rule.human_min
        if need <= 0:
            return np.ones(len(rows), np.bool_)
        if self._rows.source.evidence is None:
            nth = rows - need + 1
        else:
            humans = self._human_rows()
            before = np.searchsorted(humans, rows, "right") - need
            nth = np.where(before >= 0, np.append(humans, -1)[np.maximum(before, -1)], -1)
        return self._in_window(nth, rows)

    def _human_rows(self) -> Rows:
        if not hasattr(self, "_humans_found"):
            everybody = np.arange(len(self._rows))
            self._humans_found: Rows = np.flatnonzero(self._rows.humans(everybody))
        return self._humans_found

    def _in_window(self, earlier: Rows, rows: Rows) -> Bools:
        """Whether the earlier row is of the same person and in the window of the later one."""
        at, person = self._rows.at, self._rows.person
        there = np.maximum(earlier, 0)
        found: Bools = (
            (earlier >= 0)
            & (person[there] == person[rows])
            & (at[there] > at[rows] - self._rule.window)
        )
        return found

    def _kinds(self, rows: Rows) -> Bools:
        """Distinct kinds by walking back some rows; what that does not settle goes on by kind."""
        need = self._rule.distinct_kinds
        enough = np.ones(len(rows), np.bool_)
        if need <= 1:
            return enough
        going = np.arange(len(rows))
        for block in _BACK:
            back = rows[going][:, None] - np.arange(block)
            inside = self._in_window(back, rows[going][:, None])
            bits = np.where(inside, _BITS[self._rows.kinds(np.maximum(back, 0))], 0)
            enough[going] = np.bitwise_count(np.bitwise_or.reduce(bits, axis=1)) >= need
            going = going[~enough[going] & inside[:, -1]]
            if not len(going):
                return enough
        enough[going] = self._kinds_by_kind(rows[going])
        return enough

    def _kinds_by_kind(self, rows: Rows) -> Bools:
        """Distinct kinds by the last row of each kind; its cost does not grow with the window."""
        low, high = self._span(rows)
        kinds = self._rows.kinds(np.arange(low, high))
        seen = np.zeros(len(rows), np.int64)
        for kind in np.unique(kinds):
            mine = np.flatnonzero(kinds == kind) + low
            last = np.searchsorted(mine, rows, "right") - 1
            seen += (last >= 0) & self._in_window(mine[np.maximum(last, 0)], rows)
        enough: Bools = seen >= self._rule.distinct_kinds
        return enough

    def _span(self, rows: Rows) -> tuple[int, int]:
        """The rows that can lie in the windows of these."""
        persons = self._persons
        first = int(persons.heads[persons.of(rows[:1])][0]) if len(rows) else 0
        return first, int(rows.max()) + 1 if len(rows) else 0


def last_not_after(values: Ints, low: Rows, high: Rows, limits: Ints) -> Rows:
    """Per search the last position in [low, high) whose value is <= its limit; low - 1: none.

    `values` ascend within every one of the ranges.
    """
    left, right = low.copy(), high.copy()
    while (left < right).any():
        middle = (left + right) >> 1
        early = (left < right) & (values[np.minimum(middle, len(values) - 1)] <= limits)
        right = np.where(early | (left >= right), right, middle)
        left = np.where(early, middle + 1, left)
    return left - 1
