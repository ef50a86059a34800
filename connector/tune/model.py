"""Which signals can be weighed, with which half-lives, and whether that beats what is there now.

Everything is chosen by telling later cases of one fifth of the people from earlier cases of the
others: nobody is in both, and nothing is told backwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from connector.engine.rule import Rule
from connector.errors import AskOperator
from connector.tune.cases import Cases, drawn
from connector.tune.fit import Bools, Floats, Gain, fit, gain, surprise

PER_WEIGHT: Final = 10
"""Opportunities that every weight needs: with fewer, weights are off by much and often of the wrong
sign (Peduzzi and others, Journal of Clinical Epidemiology 49, 1996, pages 1373 to 1379)."""
LEAST: Final = 2 * PER_WEIGHT
"""With fewer nothing is learned: two weights are the least that can be put in proportion."""
PEOPLE: Final = 10
"""A signal that fewer people than these ever gave is not weighed."""
_FOLDS: Final = 5
_EDGES: Final = (0.4, 0.6, 0.8, 1.0)
"""Of the time that is learned from: the blocks that are told from what lies before them."""
_FOLD_SALT: Final = 3


class TooFew(AskOperator):
    """There is too little to learn from."""


class NoBetter(AskOperator):
    """What was found does not tell better than the present weights what will follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is weighed: signals with a half-life each; all others keep what they have."""

    rule: Rule
    signals: tuple[int, ...]
    """Positions in `rule.signals` of those that are weighed."""
    half_lives: tuple[int, ...]
    """ms, one for each of `signals`."""

    def points(self, cases: Cases) -> Floats:
        """[case, column]: a column per weighed signal, for weight 1.

        The last column holds the present points of the others, if there are any.
        """
        columns = [
            cases.done[:, signal, cases.half_lives.index(half_life)].astype(np.float64)
            for signal, half_life in zip(self.signals, self.half_lives, strict=True)
        ]
        others = [n for n in range(len(self.rule.signals)) if n not in self.signals]
        if others:
            columns.append(present_points(self.rule, cases, others))
        return np.stack(columns, axis=1)

    def with_half_life(self, place: int, half_life: int) -> Design:
        """The same with another half-life for one of the signals."""
        changed = list(self.half_lives)
        changed[place] = half_life
        return Design(rule=self.rule, signals=self.signals, half_lives=tuple(changed))


def present_points(rule: Rule, cases: Cases, signals: Sequence[int]) -> Floats:
    """Per case the points of some signals as the rule weighs them now, without caps."""
    total = np.zeros(len(cases.at))
    for number in signals:
        signal = rule.signals[number]
        place = cases.half_lives.index(signal.half_life)
        total += signal.weight * cases.done[:, number, place]
    return total


def weighable(rule: Rule, cases: Cases, what: str) -> tuple[int, ...]:
    """The signals that there is enough to weigh by, those that most people gave first.

    Raised hands enter whatever their points, so their weight is nothing to learn. Which signals
    are taken does not depend on what followed. Raises TooFew; `what` is what is counted there.
    """
    able = [
        number
        for number, signal in enumerate(rule.signals)
        if signal.weight > 0 and not signal.hand_raise and cases.people[number] >= PEOPLE
    ]
    if cases.sales < LEAST:
        raise TooFew(
            f"{cases.sales} {what} came after something to learn from; at least {LEAST} are "
            f"needed, that is {PER_WEIGHT} for each of two weights (docs/tuning.md says why). Try "
            "a longer --since, a longer --horizon, or --opened to learn from opportunities that "
            "were opened, won or not."
        )
    if not able:
        raise TooFew(
            f"No signal of the rule {rule.id} was given by at least {PEOPLE} people, raised hands "
            "left aside: there is nothing to weigh."
        )
    able.sort(key=lambda number: (-cases.people[number], number))
    every = len(able) == len(rule.signals)
    room = cases.sales // PER_WEIGHT
    return tuple(able[: room if every and len(able) <= room else max(1, room - 1)])


class Trial:
    """Tells later cases from earlier ones, each fifth of the people from the other four.

    The later cases come in blocks of time, each told from all that was known at its beginning.
    """

    def __init__(self, cases: Cases, horizon: int) -> None:
        self._cases = cases
        first, last = int(cases.at.min()), int(cases.at.max()) + 1
        edges = [first + int(share * (last - first)) for share in _EDGES]
        at = cases.at
        self._blocks: list[tuple[Bools, Bools]] = [
            (at + horizon <= begin, (at >= begin) & (at < end))
            for begin, end in itertools.pairwise(edges)
        ]
        self._late: Bools = at >= edges[0]
        self._fold = (drawn(cases.person, _FOLD_SALT) * _FOLDS).astype(np.int64)
        self.person = cases.person[self._late]

    def surprise(self, points: Floats) -> Floats:
        """Per later case how badly it was foretold."""
        cases = self._cases
        found = np.zeros(len(cases.at))
        for (early, block), fold in itertools.product(self._blocks, range(_FOLDS)):
            known = early & (self._fold != fold)
            asked = block & (self._fold == fold)
            told = fit(points[known], cases.followed[known], cases.weight[known])
            found[asked] = surprise(
                told.chance(points[asked]), cases.followed[asked], cases.weight[asked]
            )
        return found[self._late]


def choose_half_lives(
    design: Design, cases: Cases, trial: Trial, progress: Callable[[int, int], None]
) -> Design:
    """Another half-life than the present one only where it surely tells better."""
    best = trial.surprise(design.points(cases))
    total = len(design.signals)
    for place in range(total):
        progress(place, total)
        present, chosen, least = design.half_lives[place], design, best
        for half_life in cases.half_lives:
            if half_life == present:
                continue
            other = design.with_half_life(place, half_life)
            tried = trial.surprise(other.points(cases))
            if tried.sum() < least.sum() and gain(best, tried, trial.person).is_sure:
                chosen, least = other, tried
        design, best = chosen, least
    progress(total, total)
    return design


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """How much better later cases were told, in nats for all of them."""

    chance: Gain
    """Than by telling everybody the same."""
    now: Gain
    """Than by the present points."""


def compare(design: Design, cases: Cases, trial: Trial) -> Beats:
    """Raises NoBetter when the weights do not surely tell better than chance, and than now."""
    found = trial.surprise(design.points(cases))
    every = range(len(design.rule.signals))
    now = trial.surprise(present_points(design.rule, cases, every)[:, None])
    nothing = trial.surprise(np.empty((len(cases.at), 0)))
    beats = Beats(chance=gain(nothing, found, trial.person), now=gain(now, found, trial.person))
    if not beats.chance.is_sure:
        raise NoBetter(
            "Nothing is proposed: what people did does not tell what follows. Later cases of "
            "people who were not learned from were told no better than by chance "
            f"({said(beats.chance)})."
        )
    if not beats.now.is_sure:
        raise NoBetter(
            "Nothing is proposed: no better than now. Later cases of people who were not learned "
            f"from were told no surer than by the present weights ({said(beats.now)})."
        )
    return beats


def said(one: Gain) -> str:
    """A gain in words."""
    return f"gain {one.total:+.1f} nats, 95 % interval {one.low:+.1f} to {one.high:+.1f}"
