"""Shares and medians with how sure they are, as values and in words."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Z: Final = 1.959964
"""Half the width of a 95 % interval in standard deviations."""
UNKNOWN: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of things counted, with its 95 % interval."""

    count: int
    of: int
    share: float | None
    """None when there is nothing to take a share of."""
    low: float | None
    high: float | None


def share(count: int, of: int) -> Share:
    """A share with its interval."""
    if of == 0:
        return Share(count=0, of=0, share=None, low=None, high=None)
    rate, spread = count / of, Z * Z / of
    middle = (rate + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(rate * (1 - rate) / of + spread / (4 * of))
    return Share(
        count=count, of=of, share=rate, low=max(0.0, middle - half), high=min(1.0, middle + half)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """The middle of some values, with its 95 % interval."""

    of: int
    value: float | None
    """None when there are no values."""
    low: float | None
    high: float | None
    """None when there are too few values for an interval."""


def median(values: Sequence[float]) -> Median:
    """The median; its interval is that of order statistics, so nothing is drawn or assumed."""
    if not values:
        return Median(of=0, value=None, low=None, high=None)
    known, of = sorted(values), len(values)
    middle = statistics.median(known)
    below = _ranks_outside(of)
    if below is None:
        return Median(of=of, value=middle, low=None, high=None)
    return Median(of=of, value=middle, low=known[below], high=known[of - 1 - below])


_HALF_OUTSIDE: Final = 0.025
"""Of what a 95 % interval leaves out, the half at one end."""
_EXACT: Final = 60
"""From so many values on the normal approximation tells the ranks."""


def _ranks_outside(of: int) -> int | None:
    """How many values at each end lie outside the interval; None: there are too few for one."""
    if of > _EXACT:
        return max(0, math.floor((of - Z * math.sqrt(of)) / 2) - 1)
    tail, found = 0.0, None
    for rank in range(of // 2):
        tail += math.comb(of, rank) / 2**of
        if tail > _HALF_OUTSIDE:
            break
        found = rank
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One share less another, with its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None


def difference(one: Share, other: Share) -> Difference:
    """One share less another; the interval is Newcombe's, made of the two of Wilson."""
    if (
        one.share is None or one.low is None or one.high is None
        or other.share is None or other.low is None or other.high is None
    ):  # fmt: skip
        return Difference(value=None, low=None, high=None)
    value = one.share - other.share
    return Difference(
        value=value,
        low=value - math.hypot(one.share - one.low, other.high - other.share),
        high=value + math.hypot(one.high - one.share, other.share - other.low),
    )


def share_said(one: Share) -> str:
    """A share with what it is of and how sure it is."""
    if one.share is None or one.low is None or one.high is None:
        return UNKNOWN
    return f"{one.share:.1%} ({one.low:.1%} to {one.high:.1%}), {one.count:,} of {one.of:,}"


def percent(value: float | None) -> str:
    """A chance."""
    return UNKNOWN if value is None else f"{value:.2%}"


def number(value: float | None) -> str:
    """A number that may not be known."""
    return UNKNOWN if value is None else f"{value:.1f}"


def part(count: int, of: int) -> str:
    """So many of so many."""
    return f"{count:,} of {of:,} ({count / of:.0%})" if of else UNKNOWN
