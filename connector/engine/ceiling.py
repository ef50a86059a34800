"""The most that a score can be, known without adding it up: most instants need no more."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from connector.engine.parts import Parts, Row

_ROUNDING: Final = 1e-9
"""Relative: far more than sums of points are ever off."""


class Ceiling:
    """From when on the score of one person may have reached a level.

    Points only fade. So a score grows by no more than the fresh points of the rows since.
    """

    __slots__ = ("_given", "_level", "_longest", "_lost", "place")

    def __init__(self, parts: Parts, rows: Sequence[Row], level: float) -> None:
        weights = parts.weights
        self._given = [0.0, *accumulate([weights[row[3]] for row in rows])]
        """The fresh points of all rows before a place."""
        self._level = level - (level + self._given[-1]) * _ROUNDING
        self._longest = parts.longest
        self._lost = 0.0
        """Of all points given, so many at least count no more."""
        self.place = bisect_left(self._given, self._level)
        """The rows before an earlier place than this cannot have reached the level."""

    def know(self, score: float, end: int) -> None:
        """This was the score of the rows before place `end`, at the last of them."""
        self._lose(self._given[end] - score)

    def fade(self, ms: int, end: int) -> None:
        """So many ms went by after the last of the rows before place `end`."""
        given = self._given[end]
        self._lose(given - (given - self._lost) * 2.0 ** (-ms / self._longest))

    def _lose(self, points: float) -> None:
        self._lost = points
        self.place = bisect_left(self._given, self._level + points)
