"""Scores as lanes: one decayed sum per group and half-life."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from connector.engine.replay.columns import Bools, Floats, Ints, Rows
from connector.engine.replay.scan import places, scan, turned, unturned
from connector.engine.rule import EPSILON, Rule

NOTHING: Final = -1
_STEPS: Final = 4
_MISS: Final = 32
"""ms by which the guess may be wrong without costing more steps."""
_SHORT: Final = 10_000.0
_FAR: Final = 1e15
_TINY: Final = 1e-300


class Lanes(NamedTuple):
    """The weights of a rule, sorted by what decays together.

    Uncapped groups with one half-life share a lane, because their sums only ever add up.
    """

    half_lives: Floats
    """Per lane, ms."""
    caps: tuple[float, ...]
    """Per capped group, then infinity for everything without a cap."""
    groups: tuple[int, ...]
    """Per lane: position of its group in `caps`."""
    weights: Floats
    """[lane, signal]; 0 where the signal is not of the lane. The last column is all 0: NOTHING."""

    @staticmethod
    def of(rule: Rule) -> Lanes:
        """The lanes of a rule."""
        capped = sorted({signal.group for signal in rule.signals} & set(rule.caps))
        caps = (*(rule.caps[group] for group in capped), math.inf)
        places = [
            (capped.index(one.group) if one.group in capped else len(capped), one.half_life)
            for one in rule.signals
        ]
        used = sorted({p for p, one in zip(places, rule.signals, strict=True) if one.weight > 0})
        weights = np.zeros((len(used), len(rule.signals) + 1))
        for number, (place, signal) in enumerate(zip(places, rule.signals, strict=True)):
            if signal.weight > 0:
                weights[used.index(place), number] = signal.weight
        return Lanes(
            half_lives=np.array([half_life for _, half_life in used], np.float64),
            caps=caps,
            groups=tuple(group for group, _ in used),
            weights=weights,
        )

    def total(self, lanes: list[Floats]) -> Floats:
        """S from the sums of the lanes."""
        sums: dict[int, Floats] = {}
        for group, lane in zip(self.groups, lanes, strict=True):
            sums[group] = sums[group] + lane if group in sums else lane
        capped = [
            one if math.isinf(self.caps[group]) else np.minimum(one, self.caps[group])
            for group, one in sums.items()
        ]
        out = capped[0]
        for more in capped[1:]:
            out = out + more
        return out

    def after(self, lanes: list[Floats], wait: Floats) -> Floats:
        """S when nothing happens for `wait` ms."""
        pairs = zip(lanes, self.half_lives, strict=True)
        return self.total([lane * np.exp2(wait * (-1.0 / half)) for lane, half in pairs])


class Scored(NamedTuple):
    """The scores at the rows of a batch."""

    lanes: list[Floats]
    """Per lane, the decayed sum after each row, as a turned table."""
    total: Floats
    """S after each row, as a turned table."""
    enough: Bools
    """Per row, whether S after it lets somebody enter."""
    faded: Bools
    """Per row, whether S just before it lets an episode decay; true where a person begins."""

    def score(self, rows: Rows) -> Floats:
        """S after rows."""
        return self.total.reshape(-1)[places(self.total, rows)]

    def sums(self, rows: Rows) -> list[Floats]:
        """The decayed sums of the lanes after rows."""
        there = places(self.total, rows)
        return [lane.reshape(-1)[there] for lane in self.lanes]


def scored(rule: Rule, lanes: Lanes, since: Ints, heads: Rows, points: Ints) -> Scored:
    """Scores after every row.

    `since` is ms since the row before, `heads` where persons begin, `points` the column of
    `lanes.weights` that each row adds.
    """
    size = len(since)
    waited = since.astype(np.float64)
    waited[heads] = np.inf
    wait, column = turned(waited, 0.0), turned(points.astype(np.intp), -1)
    before, after = [], []
    for half_life, table in zip(lanes.half_lives, lanes.weights, strict=True):
        keep = wait * (-1.0 / half_life)
        np.exp2(keep, out=keep)
        was, becomes = scan(keep, table.take(column))
        before.append(was)
        after.append(becomes)
    total = lanes.total(after)
    enough = total >= rule.enter * (1 - EPSILON)
    faded = lanes.total(before) <= rule.leave * (1 + EPSILON)
    return Scored(after, total, unturned(enough, size), unturned(faded, size))


def first_decayed(lanes: Lanes, sums: list[Floats], limit: Ints, leave: float) -> Ints:
    """The first whole ms in [0, limit] after which S is at or below `leave`.

    S must be there at `limit`. Bisection, because caps make S neither convex nor smooth; a good
    guess only narrows where it begins.
    """
    low, high = np.zeros(len(limit), np.int64), limit.astype(np.int64)
    guess = _guess(lanes, sums, limit, leave)
    rows = np.arange(len(limit))
    for shift in (-_MISS, _MISS):
        _narrow(lanes, sums, leave, low, high, rows, np.clip(guess + shift, low, high))
    while len(rows := np.flatnonzero(low < high)):
        _narrow(lanes, sums, leave, low, high, rows, (low[rows] + high[rows]) >> 1)
    return high


def _narrow(
    lanes: Lanes,
    sums: list[Floats],
    leave: float,
    low: Ints,
    high: Ints,
    rows: Rows,
    middle: Ints,
) -> None:
    """Move one bound of some rows to a moment between them."""
    score = lanes.after([lane[rows] for lane in sums], middle.astype(np.float64))
    gone = score <= leave * (1 + EPSILON)
    high[rows[gone]] = middle[gone]
    low[rows[~gone]] = np.minimum(middle + 1, high[rows])[~gone]


def _guess(lanes: Lanes, sums: list[Floats], limit: Ints, leave: float) -> Ints:
    """About when S is down to `leave`: Newton's steps on log2 S, which is nearly straight."""
    wait = np.zeros(len(limit))
    for _ in range(_STEPS):
        now, soon = (
            np.log2(np.maximum(lanes.after(sums, moment), _TINY))
            for moment in (wait, wait + _SHORT)
        )
        fall = np.maximum(now - soon, _TINY)
        wait = np.clip(wait + _SHORT * np.minimum((now - math.log2(leave)) / fall, _FAR), 0, limit)
    return wait.astype(np.int64)
