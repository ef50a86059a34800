"""Who was seen doing what lately: distinct kinds and human engagements in the window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from connector.engine.parts import Row
from connector.engine.rule import Rule
from connector.model import Evidence

_HUMAN = int(Evidence.HUMAN)


class Window:
    """The qualifying engagements of one person, seen through (t - window, t].

    `rows` are all that qualifies, each with the index of its signal, in (instant, id) order.
    They are looked at when `take` says so: what nobody asks for costs nothing.
    """

    __slots__ = (
        "_distinct_kinds",
        "_human_min",
        "_humans",
        "_last_seen",
        "_length",
        "_rows",
        "_taken",
    )

    def __init__(self, rule: Rule, rows: Sequence[Row]) -> None:
        self._length = rule.window
        self._distinct_kinds = rule.distinct_kinds
        self._human_min = rule.human_min
        self._rows = rows
        self._taken = 0
        self._last_seen: dict[int, int] = {}
        self._humans: list[int] = []

    def take(self, end: int) -> None:
        """Take in the rows before place `end`, as far as they were not taken yet."""
        last_seen = self._last_seen
        for t, kind, evidence, _, _ in self._rows[self._taken : end]:
            last_seen[kind] = t
            if evidence == _HUMAN:
                self._humans.append(t)
        self._taken = end

    def forget(self, end: int) -> None:
        """Forget the rows before place `end`."""
        self._taken = end
        self._last_seen.clear()
        self._humans.clear()

    def suffices(self, t: int, end: int) -> bool:
        """Whether there are kinds and humans enough for an entry at t, the last of the rows."""
        self.take(end)
        if len(self._last_seen) < self._distinct_kinds:
            return False
        wanted = self._human_min
        if wanted > 0 and (len(self._humans) < wanted or self._humans[-wanted] <= t - self._length):
            return False
        return self.kinds(t) >= self._distinct_kinds

    def kinds(self, t: int) -> int:
        """Distinct kinds at t, not before the last instant."""
        low = t - self._length
        return len([at for at in self._last_seen.values() if at > low])

    def humans(self, t: int) -> int:
        """Human engagements at t, not before the last instant."""
        return len(self._humans) - bisect_right(self._humans, t - self._length)
