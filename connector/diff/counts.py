"""How often what differs, per owner and per rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from connector.backtest.play import Played
from connector.diff.here import Key
from connector.diff.told import AlertChange, Counts, Now, NowChange, Past

_HANDED = ("handed off, old", "handed off, new")


class Tally:
    """Adds up the hand-offs of both sides, portion by portion, and then what differs."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._handed: Counter[tuple[int, str, str]] = Counter()
        """Hand-offs since then by side, owner and rule."""

    def take(
        self, side: int, played: Mapping[Key, Sequence[Played]], owners: Mapping[int, str]
    ) -> None:
        """Take in the alerts of one portion under the old side (0) or the new one (1)."""
        for (number, rule), alerts in played.items():
            handed = sum(one.hold is None and one.at >= self._start for one in alerts)
            self._handed[side, owners[number], rule] += handed

    def per_owner(
        self, now: Sequence[NowChange], past: Sequence[AlertChange], owners: Mapping[int, str]
    ) -> tuple[Counts, ...]:
        """Per owner, in alphabetical order; `owners` by person."""
        handed = [(side, owner, n) for (side, owner, _), n in self._handed.items()]
        return _counts(now, past, handed, lambda one: owners[one.who.person])

    def per_rule(self, now: Sequence[NowChange], past: Sequence[AlertChange]) -> tuple[Counts, ...]:
        """Per rule, in alphabetical order."""
        handed = [(side, rule, n) for (side, _, rule), n in self._handed.items()]
        return _counts(now, past, handed, lambda one: one.rule)


def _counts(
    now: Sequence[NowChange],
    past: Sequence[AlertChange],
    handed: Sequence[tuple[int, str, int]],
    name: Callable[[NowChange | AlertChange], str],
) -> tuple[Counts, ...]:
    counted: dict[str, Counter[object]] = defaultdict(Counter)
    changes: tuple[NowChange | AlertChange, ...] = (*now, *past)
    for one in changes:
        counted[name(one)][type(one.what), one.what] += 1
    for side, key, number in handed:
        counted[key][_HANDED[side]] += number
    return tuple(
        Counts(
            name=key,
            now={what.value: values[Now, what] for what in Now},
            past={what.value: values[Past, what] for what in Past},
            handed_off_old=values[_HANDED[0]],
            handed_off_new=values[_HANDED[1]],
        )
        for key, values in sorted(counted.items())
        if any(values.values())
    )
