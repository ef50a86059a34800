"""The threshold at which the proposed weights make as many episodes as the present ones."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from connector.backtest.period import Period
from connector.backtest.play import Player
from connector.backtest.reading import portions
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.rule import Rule
from connector.store import Store
from connector.tune.proposal import readable

_LOWEST: Final = 0.1
_HIGHEST: Final = 3.0
"""Times the present `enter`: between these a threshold is looked for ..."""
_TRIED: Final = 28
"""... at so many values."""
_NOW: Final = "now"
_Z: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What is proposed for `enter` and `leave`."""

    enter_before: float
    enter: float
    low: float
    high: float
    """Tried values between these make a number of episodes that differs by no more than chance."""
    leave_before: float
    leave: float
    episodes_before: int
    """In the time that was learned from."""
    episodes: int


def threshold(
    store: Store,
    now: tuple[Rulebook, LeadMode],
    proposed: Rulebook,
    authority: str,
    when: Period,
    progress: Callable[[int], None] = lambda _persons: None,
) -> Threshold:
    """The threshold that makes as much work as now.

    The time that was learned from is played under many thresholds at once.
    """
    book, mode = now
    new = next(each for each in proposed.lead_modes if each.rule.id == mode.rule.id)
    tried = _tried(mode.rule)
    variants = [_named(new, f"{number}", enter) for number, enter in enumerate(tried)]
    several = dataclasses.replace(proposed, revision="tried", lead_modes=tuple(variants))
    only = dataclasses.replace(book, revision="tried", lead_modes=(_named(mode, _NOW),))
    players = [Player(store, each, authority, when.until_at) for each in (only, several)]
    counts: Counter[str] = Counter()
    for portion in portions(store, authority, when.until_at, 20_000):
        for player in players:
            entries = player.entries(portion)
            counts.update(rule for rule, at in entries if at >= when.start_at)
        progress(len(portion.persons))
    return _chosen(mode.rule, tried, counts)


def _tried(rule: Rule) -> list[float]:
    values = np.geomspace(_LOWEST * rule.enter, _HIGHEST * rule.enter, _TRIED)
    return sorted({readable(float(value)) for value in values} | {rule.enter})


def _named(mode: LeadMode, name: str, enter: float | None = None) -> LeadMode:
    rule = mode.rule
    if enter is not None:
        rule = dataclasses.replace(rule, enter=enter, leave=leave_at(mode.rule, enter))
    return dataclasses.replace(mode, rule=dataclasses.replace(rule, id=name))


def leave_at(rule: Rule, enter: float) -> float:
    """`leave` in the present proportion to `enter`, and below it."""
    if rule.leave <= 0:
        return 0.0
    proportion = readable(enter * rule.leave / rule.enter)
    return proportion if proportion < enter else round(enter / 2, 2)


def _chosen(rule: Rule, tried: list[float], counts: Counter[str]) -> Threshold:
    wanted = counts[_NOW]
    made = [counts[f"{number}"] for number in range(len(tried))]
    best = min(range(len(tried)), key=lambda n: (abs(made[n] - wanted), abs(tried[n] - rule.enter)))
    chance = _Z * np.sqrt(max(1, made[best]))
    alike = [
        enter for enter, count in zip(tried, made, strict=True) if abs(count - made[best]) <= chance
    ]
    return Threshold(
        enter_before=rule.enter,
        enter=tried[best],
        low=min(alike),
        high=max(alike),
        leave_before=rule.leave,
        leave=leave_at(rule, tried[best]),
        episodes_before=wanted,
        episodes=made[best],
    )
