"""A rule in the form in which scores are added up, and the engagements that are."""

from __future__ import annotations

import math
from typing import Final

from connector.engine.rule import Rule, Signal
from connector.engine.timeline import Engaged

Row = tuple[int, int, int, int, Engaged]
"""An engagement that counts: (instant, kind code, evidence, index of its signal, itself)."""
_DAY: Final = 86_400_000
_UNCAPPED: Final = (0, "")


class Parts:
    """How a rule's score divides: one part per capped group and half-life.

    Within a part, all points fade alike, so one number stands for any count of engagements.
    Groups without a cap fade as one.
    """

    __slots__ = ("groups", "half_lives", "hands", "longest", "shortest", "terms", "weights")

    def __init__(self, rule: Rule) -> None:
        keys = [
            ((1, signal.group) if signal.group in rule.caps else _UNCAPPED, signal.half_life)
            for signal in rule.signals
        ]
        ordered = sorted(set(keys))
        self.weights = [signal.weight for signal in rule.signals]
        self.terms = [
            (ordered.index(key), signal.weight, float(signal.half_life), *_limit(signal))
            for key, signal in zip(keys, rule.signals, strict=True)
        ]
        """Per signal (part, fresh points, half-life, length of a bucket, its limit)."""
        self.hands = frozenset(
            index for index, signal in enumerate(rule.signals) if signal.hand_raise
        )
        """Which signals are raised hands."""
        self.half_lives = [float(half_life) for _, half_life in ordered]
        self.shortest = min(self.half_lives, default=1)
        """The shortest half-life, ms: nothing fades faster."""
        self.longest = math.inf if rule.caps else max(self.half_lives, default=1.0)
        """The longest half-life, ms: nothing fades slower. What is at its cap does not fade."""
        groups = [group for group, _ in ordered]
        self.groups = tuple(
            (
                range(groups.index(group), groups.index(group) + groups.count(group)),
                math.inf if group == _UNCAPPED else rule.caps[group[1]],
            )
            for group in dict.fromkeys(groups)
        )
        """(parts, cap) per group."""


def _limit(signal: Signal) -> tuple[int, int]:
    return (signal.limit.days * _DAY, signal.limit.count) if signal.limit else (0, 0)
