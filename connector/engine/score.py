"""The score: points that halve with time, summed over groups of which some are capped."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from connector.engine.parts import Parts, Row
from connector.engine.timeline import Engaged

_GUESSES: Final = 12
"""So often the moment of decay is guessed at most; two half-lives need about five."""


class Score:
    """The running score of one person, and who carried it.

    `rows` is all that counts, in (instant, id) order. What nobody asks for is not added up.
    """

    __slots__ = ("_buckets", "_left", "_parts", "_points", "_rows", "_since", "_taken", "carried")

    def __init__(self, parts: Parts, rows: Sequence[Row]) -> None:
        self._parts = parts
        self._rows = rows
        self._taken = 0
        self._points = [0.0] * len(parts.half_lives)
        self._since = [0] * len(parts.half_lives)
        self._buckets: list[int | None] = [None] * len(parts.terms)
        self._left = [0] * len(parts.terms)
        self.carried: defaultdict[int, list[Engaged]] = defaultdict(list)
        """By index of the signal, those that carry weight, in order."""

    def take(self, end: int) -> None:
        """Add the rows before place `end`, as far as they were not added yet."""
        points, since, buckets, left = self._points, self._since, self._buckets, self._left
        terms, carried = self._parts.terms, self.carried
        for t, _, _, index, one in self._rows[self._taken : end]:
            part, fresh, half_life, length, count = terms[index]
            if length:
                bucket = t // length
                if bucket != buckets[index]:
                    buckets[index], left[index] = bucket, count
                if left[index] <= 0:
                    continue
                left[index] -= 1
            carried[index].append(one)
            before = points[part]
            if before:
                fresh += before * 2.0 ** ((since[part] - t) / half_life)
            points[part] = fresh
            since[part] = t
        self._taken = end

    def clear(self, end: int) -> None:
        """Forget the points of the rows before place `end` and who carried them.

        Limits are not reset: the first of a bucket remain the first.
        """
        self.take(end)
        self._points = [0.0] * len(self._points)
        self.carried.clear()

    def at(self, t: int, end: int) -> float:
        """S(t) of the rows before place `end`, none of which is later than t."""
        if self._taken < end:
            self.take(end)
        points, since, half_lives = self._points, self._since, self._parts.half_lives
        total = 0.0
        for ours, cap in self._parts.groups:
            group = 0.0
            for part in ours:
                if points[part]:
                    group += points[part] * 2.0 ** ((since[part] - t) / half_lives[part])
            total += group if group < cap else cap  # noqa: FURB136 - a call costs more
        return total

    def lasts(self, score: float, level: float) -> float:
        """For how many ms a score stays above the level at least: as if all faded fastest."""
        return self._parts.shortest * (math.log2(score) - math.log2(level))

    def first_at_or_below(self, level: float, low: int, high: int) -> int:
        """The first millisecond in [low, high] with S <= level > 0; `high` is one."""
        guess = low
        for _ in range(_GUESSES):
            score = self.at(guess, self._taken)
            if score <= level:
                high = guess
                break
            low = guess + 1
            guess = min(guess + self._distance(guess, score, level), high)
        # A guess is not trusted to the last millisecond: the definition decides.
        if low < high and self.at(high - 1, self._taken) > level:
            return high
        while low < high:
            middle = (low + high) // 2
            if self.at(middle, self._taken) <= level:
                high = middle
            else:
                low = middle + 1
        return low

    def _distance(self, t: int, score: float, level: float) -> int:
        """About how many ms after t the level is reached, at least 1.

        One step of Newton's method on the logarithm of S: exact for a single half-life, and
        never too far. What a cap cuts off only makes the step shorter.
        """
        points, since, half_lives = self._points, self._since, self._parts.half_lives
        speed = 0.0
        for part, before in enumerate(points):
            share = before * 2.0 ** ((since[part] - t) / half_lives[part]) / score
            speed += share / half_lives[part]
        return max(1, math.ceil((math.log2(score) - math.log2(level)) / speed))
