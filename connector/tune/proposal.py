"""From coefficients to numbers an admin can read: weights, caps, and a rulebook with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.rule import Rule
from connector.tune.cases import Cases
from connector.tune.fit import Floats
from connector.tune.model import Design, NoBetter

LITTLE: Final = 0.1
"""The least weight that is proposed: 0 would switch the signal off altogether, so that it would
neither break a silence nor count as a kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What is proposed for one signal."""

    signal: str
    before: float
    weight: float
    low: float
    high: float
    """The 95 % interval of the weight, in points."""
    is_sure: bool
    """Whether it is told apart from 0."""
    half_life_before: int
    half_life: int
    """ms."""
    people: int
    """Who gave the signal, of those looked at."""
    cases: int
    """Cases in which it still counted: at least a tenth of one fresh engagement."""
    followed: int
    """Of them, those that an opportunity followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """What is proposed for a group: its cap in the old proportion to its strongest signal."""

    group: str
    before: float
    cap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What is proposed for all signals together."""

    weights: tuple[Weight, ...]
    caps: tuple[Cap, ...]


def readable(points: float) -> float:
    """Rounded to what an admin would write: whole points, halves below 10, tenths below 1."""
    step = 1.0 if points >= 10 else 0.5 if points >= 1 else LITTLE
    return max(LITTLE, round(round(points / step) * step, 1))


def propose(design: Design, cases: Cases, found: Floats, draws: Floats) -> Weights:
    """Weights in proportion to the coefficients; the strongest signal keeps the most points.

    `found` and `draws` are coefficients, intercept first. Raises NoBetter when all are 0.
    """
    rule, count = design.rule, len(design.signals)
    own, drawn = found[1 : count + 1], draws[:, 1 : count + 1]
    if not own.max() > 0:
        raise NoBetter(
            "Nothing is proposed: none of the signals that can be weighed tells what follows."
        )
    scale = max(rule.signals[number].weight for number in design.signals) / own.max()
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0) * scale
    weights = tuple(
        _weight(
            design, cases, place, float(own[place]) * scale, float(low[place]), float(high[place])
        )
        for place in range(count)
    )
    return Weights(weights=weights, caps=tuple(_caps(rule, {w.signal: w.weight for w in weights})))


def _weight(
    design: Design, cases: Cases, place: int, points: float, low: float, high: float
) -> Weight:
    number, half_life = design.signals[place], design.half_lives[place]
    signal = design.rule.signals[number]
    counted = cases.done[:, number, cases.half_lives.index(half_life)] >= 0.1
    return Weight(
        signal=signal.id,
        before=signal.weight,
        weight=readable(points),
        low=low,
        high=high,
        is_sure=low > LITTLE / 2,
        half_life_before=signal.half_life,
        half_life=half_life,
        people=cases.people[number],
        cases=int(counted.sum()),
        followed=int((counted & cases.followed).sum()),
    )


def _caps(rule: Rule, weights: Mapping[str, float]) -> Sequence[Cap]:
    found = []
    for group, cap in sorted(rule.caps.items()):
        mine = [signal for signal in rule.signals if signal.group == group and signal.weight > 0]
        if not any(signal.id in weights for signal in mine):
            continue
        before = max(signal.weight for signal in mine)
        after = max(weights.get(signal.id, signal.weight) for signal in mine)
        found.append(Cap(group=group, before=cap, cap=readable(cap * after / before)))
    return found


def with_weights(book: Rulebook, proposed: Weights) -> Rulebook:
    """The rulebook with the proposed weights, half-lives and caps, in every lead mode."""
    by_id = {one.signal: one for one in proposed.weights}
    caps = {one.group: one.cap for one in proposed.caps}

    def changed(mode: LeadMode) -> LeadMode:
        signals = tuple(
            dataclasses.replace(
                each, weight=by_id[each.id].weight, half_life=by_id[each.id].half_life
            )
            if each.id in by_id
            else each
            for each in mode.rule.signals
        )
        new_caps = {group: caps.get(group, cap) for group, cap in mode.rule.caps.items()}
        rule = dataclasses.replace(mode.rule, signals=signals, caps=new_caps)
        return dataclasses.replace(mode, rule=rule)

    return dataclasses.replace(
        book, revision="proposed", lead_modes=tuple(map(changed, book.lead_modes))
    )


def with_threshold(book: Rulebook, rule: str, enter: float, leave: float) -> Rulebook:
    """The rulebook with other thresholds for one of its rules."""
    modes = tuple(
        dataclasses.replace(mode, rule=dataclasses.replace(mode.rule, enter=enter, leave=leave))
        if mode.rule.id == rule
        else mode
        for mode in book.lead_modes
    )
    return dataclasses.replace(book, lead_modes=modes)
