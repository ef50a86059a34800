"""What the signals of a rule can give at most, and which of them can fire at all."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final

from connector.engine.rule import Rule, Signal
from connector.model import Kind

_DAY: Final = 86_400_000
_WILD: Final = re.compile(r"[*?\[]")


def shadows(signals: Sequence[Signal], index: int) -> tuple[Signal, ...]:
    """The earlier signals that take everything the one at `index` matches; () if it can fire."""
    signal = signals[index]
    found: dict[str, Signal] = {}
    for kind in sorted(signal.kinds):
        taker = next((e for e in signals[:index] if kind in e.kinds and _takes(e, signal)), None)
        if taker is None:
            return ()
        found[taker.id] = taker
    return tuple(found.values())


def firing(rule: Rule) -> list[Signal]:
    """The signals of the rule that some engagement reaches and that give points for it."""
    return [
        one
        for index, one in enumerate(rule.signals)
        if one.weight > 0 and not shadows(rule.signals, index)
    ]


def kinds_that_count(rule: Rule) -> frozenset[Kind]:
    """The kinds of engagement that can qualify."""
    return frozenset(
        kind
        for index, one in enumerate(rule.signals)
        for kind in one.kinds
        if one.weight > 0 and never_taken(rule.signals[:index], one, kind)
    )


def most_points(rule: Rule) -> float:
    """No score of the rule is ever above this; infinite where nothing bounds it."""
    live = firing(rule)
    groups = {one.group for one in live}
    return sum(min(group_points(live, name), rule.caps.get(name, math.inf)) for name in groups)


def least_when_idle(rule: Rule) -> float:
    """No score is below this when silence ends an episode; 0 where nothing is sure.

    The last engagement gave its points `idle_after` ago, unless it lay beyond a limit.
    """
    live = firing(rule)
    if not live or any(one.limit is not None for one in live):
        return 0
    return min(
        min(one.weight * math.exp2(-rule.idle_after / one.half_life), _cap(rule, one))
        for one in live
    )


def _cap(rule: Rule, signal: Signal) -> float:
    return rule.caps.get(signal.group, math.inf)


def group_points(signals: Iterable[Signal], group: str) -> float:
    """The most that the signals of a group give together, its cap aside."""
    return sum(_most(one) for one in signals if one.group == group)


def _most(signal: Signal) -> float:
    """A full period now, one that ended just before, and all those before that, faded."""
    if signal.limit is None:
        return math.inf
    left = math.exp2(-signal.limit.days * _DAY / signal.half_life)
    if left >= 1:
        return math.inf
    return signal.weight * signal.limit.count * (1 + 1 / (1 - left))


def never_taken(earlier: Iterable[Signal], signal: Signal, kind: Kind) -> bool:
    """Whether no earlier signal takes all engagement of a kind that this one matches."""
    return not any(kind in one.kinds and _takes(one, signal) for one in earlier)


def _takes(earlier: Signal, later: Signal) -> bool:
    """Whether the earlier one matches whatever the later one does, kinds aside."""
    if earlier.sources and not (later.sources and later.sources <= earlier.sources):
        return False
    if earlier.classes and not (later.classes and later.classes <= earlier.classes):
        return False
    if not earlier.assets:
        return True
    return bool(later.assets) and all(
        any(_covers(wide.lower(), narrow.lower()) for wide in earlier.assets)
        for narrow in later.assets
    )


def _covers(wide: str, narrow: str) -> bool:
    """Whether every text that `narrow` matches is one that `wide` matches, where that is plain."""
    if wide == narrow or not wide.strip("*"):
        return bool(wide) or wide == narrow
    inside = wide[1:-1]
    if len(wide) < 3 or wide[0] != "*" or wide[-1] != "*" or _WILD.search(inside):
        return False
    return "[" not in narrow and any(inside in run for run in _WILD.split(narrow))
