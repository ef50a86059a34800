"""A share of things counted, and how sure it is: Wilson's interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

Z: Final = 1.959964
"""Half the width of a 95 % interval in standard deviations."""


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
