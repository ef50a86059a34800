"""Values as a search compares them: instants, numbers and text out of stored text.

Filter values are epoch milliseconds; ISO text is taken too. A `date` is midnight UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from connector.clock import to_millis

MOMENTS: Final = ("date", "datetime")
NUMBERS: Final = ("number", "object_id")
OBJECT_ID: Final = "hs_object_id"
Comparable = float | str
"""Two of one property are always of the same kind."""


@lru_cache(maxsize=1 << 16)
def moment(text: str) -> float | None:
    """UTC ms of epoch milliseconds or ISO text; None when it is neither."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return float(to_millis(found if found.tzinfo else found.replace(tzinfo=UTC)))


def number(text: str) -> float | None:
    """A number, or None for text such as "N/A"."""
    try:
        return float(text)
    except ValueError:
        return None


def reading(kind: str) -> Callable[[str], Comparable | None]:
    """How stored text of a property type is read before it is compared."""
    if kind in MOMENTS:
        return moment
    return number if kind in NUMBERS else str.lower
