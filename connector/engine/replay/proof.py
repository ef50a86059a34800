"""The top contributions at chosen rows, found by walking back until nothing older can matter."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from connector.engine.replay.bursts import Persons
from connector.engine.replay.columns import Bools, Floats, Ints, Proof, Rows
from connector.engine.replay.prepare import Prepared
from connector.engine.rule import Rule

_BLOCK: Final = 16
_SPARE: Final = 3
"""Kept beyond the top, so that near ties across its edge are seen."""
_NEAR: Final = 1e-12
_TINY: Final = 1e-290


class Weights(NamedTuple):
    """The signals of a rule as tables."""

    weight: Floats
    half_life: Floats

    @staticmethod
    def of(rule: Rule) -> Weights:
        """The tables of a rule."""
        return Weights(
            np.array([signal.weight for signal in rule.signals], np.float64),
            np.array([signal.half_life for signal in rule.signals], np.float64),
        )


class _Best(NamedTuple):
    """Per search the best so far, best first; row -1 fills up."""

    points: Floats
    row: Ints


def proof_of(
    rule: Rule, rows: Prepared, persons: Persons, carried: Bools | None, wanted: Rows
) -> Proof:
    """The top contributions at the closing rows `wanted`."""
    if not rule.top or not len(wanted):
        none = np.empty(0, np.int64)
        return Proof(np.zeros(len(wanted) + 1, np.int64), none, none, np.empty(0))
    tables = Weights.of(rule)
    best = _search(rule, tables, rows, persons, carried, wanted)
    _settle_near_ties(rule, rows, wanted, best)
    points, row = best.points[:, : rule.top], best.row[:, : rule.top]
    filled = row >= 0
    starts = np.zeros(len(wanted) + 1, np.int64)
    np.cumsum(filled.sum(axis=1), out=starts[1:])
    flat = row[filled]
    return Proof(starts, rows.ids(flat), rows.signal[flat], points[filled])


def _search(
    rule: Rule,
    tables: Weights,
    rows: Prepared,
    persons: Persons,
    carried: Bools | None,
    wanted: Rows,
) -> _Best:
    keep = rule.top + _SPARE
    best = _Best(np.full((len(wanted), keep), -1.0), np.full((len(wanted), keep), -1))
    head = persons.heads[persons.of(wanted)]
    going, reached = np.arange(len(wanted)), wanted.copy()
    heaviest, slowest = tables.weight.max(), tables.half_life.max()
    while len(going):
        start = head[going]
        back = reached[:, None] - np.arange(_BLOCK)
        inside = back >= start[:, None]
        back = np.maximum(back, start[:, None])
        if carried is not None:
            inside &= carried[back]
        moment = rows.at[wanted[going]]
        signal = rows.signal[back]
        age = moment[:, None] - rows.at[back]
        points = tables.weight[signal] * np.exp2(-(age / tables.half_life[signal]))
        _merge(best, going, np.where(inside, points, -1.0), back)
        reached -= _BLOCK
        more = reached >= start
        # An older one of the same points loses the tie, so equality is enough to stop; but what
        # rounding could turn round is kept in sight.
        age = moment - rows.at[np.maximum(reached, start)]
        possible = heaviest * np.exp2(-(age / slowest)) * (1 + _NEAR)
        more &= possible >= best.points[going, -1]
        going, reached = going[more], reached[more]
    best.row[best.points < 0] = -1
    return best


def _merge(best: _Best, going: Rows, points: Floats, row: Ints) -> None:
    """Keep the best; the older stand behind and lose ties.

    Positive floats sort like the integers of the same bits. The lowest bits give way to the
    column, which costs less precision than near ties are settled with.
    """
    keep = best.points.shape[1]
    if keep > _BLOCK or len(going) < len(best.row) or best.row[0, 0] >= 0:
        points = np.concatenate([best.points[going], points], axis=1)
        row = np.concatenate([best.row[going], row], axis=1)
    mask = (1 << int(points.shape[1] - 1).bit_length()) - 1
    keys = points.view(np.int64) & ~mask
    keys |= mask - np.arange(points.shape[1])
    keys.sort(axis=1)
    order = mask - (keys[:, : -keep - 1 : -1] & mask)
    best.points[going] = np.take_along_axis(points, order, axis=1)
    best.row[going] = np.take_along_axis(row, order, axis=1)


def _settle_near_ties(rule: Rule, rows: Prepared, wanted: Rows, best: _Best) -> None:
    """Order near ties by the very arithmetic of `evaluate`, whose rounding may differ by a bit."""
    points, row = best
    close = points[:, :-1] - points[:, 1:] <= points[:, :-1] * _NEAR + _TINY
    close &= row[:, 1:] >= 0
    left, right = np.maximum(row[:, :-1], 0), np.maximum(row[:, 1:], 0)
    close &= (rows.at[left] != rows.at[right]) | (rows.signal[left] != rows.signal[right])
    for place in np.flatnonzero(close.any(axis=1)).tolist():
        ranked = []
        for one in row[place][row[place] >= 0].tolist():
            signal = rule.signals[int(rows.signal[one])]
            age = int(rows.at[wanted[place]]) - int(rows.at[one])
            ranked.append((-(signal.weight * 2.0 ** (-age / signal.half_life)), -one))
        ranked.sort()
        for rank, (minus_points, minus_row) in enumerate(ranked):
            points[place, rank], row[place, rank] = -minus_points, -minus_row
