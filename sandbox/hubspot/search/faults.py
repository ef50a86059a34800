"""What real searches do that no document promises; each can be switched on.

Seen in the field: https://github.com/estuary/connectors/pull/5180 (order),
https://github.com/airbytehq/airbyte/pull/80745 (ids as text, short pages),
https://github.com/estuary/connectors/pull/2210 (results outside the window).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

from connector.clock import HOUR
from sandbox.hubspot.search.asking import Filter
from sandbox.hubspot.search.values import OBJECT_ID

_LOW: Final = {"GT": -1, "GTE": -1}
_HIGH: Final = {"LT": 1, "LTE": 1}


@dataclass(slots=True, kw_only=True)
class SearchFaults:
    """Which faults searches have."""

    seed: int = 0
    unordered: bool = False
    """Results of the last hour do not come in the order that was asked for."""
    ids_as_text: bool = False
    """`hs_object_id` is compared and sorted as text: 9 comes after 10."""
    short_pages: bool = False
    """Pages hold fewer results than there are, some none, and yet more follows."""
    loose_window: bool = False
    """A window of time also gives what lies a millisecond outside."""
    fresh_values: bool = False
    """An object is found by what the index has and shown as it is: newer than asked for."""

    @staticmethod
    def all(seed: int) -> SearchFaults:
        """Everything at once."""
        return SearchFaults(
            seed=seed,
            unordered=True,
            ids_as_text=True,
            short_pages=True,
            loose_window=True,
            fresh_values=True,
        )

    def kind_of(self, name: str, kind: str) -> str:
        """The type by which a property is compared."""
        return "string" if self.ids_as_text and name == OBJECT_ID else kind

    def chance(self, *parts: object) -> int:
        """A number that depends on the seed and the parts alone."""
        return crc32(":".join(map(str, (self.seed, *parts))).encode())

    def displaced(self, at: float, object_id: int, now: int) -> float:
        """Where an instant sorts: up to an hour from its place, if it lies in the last hour."""
        if not self.unordered or at < now - HOUR:
            return at
        return at + self.chance("order", object_id) % (2 * HOUR) - HOUR

    def gap(self, place: int, limit: int) -> int:
        """How many dead entries of the index lie before a result."""
        if not self.short_pages:
            return 0
        drawn = (place * 0x9E3779B1 + self.seed * 0x85EBCA77) & 0xFFFFFFFF
        drawn = (drawn ^ (drawn >> 15)) * 0x2C1B3C6D & 0xFFFFFFFF
        drawn ^= drawn >> 12
        if drawn % 97 == 0:
            return limit + 1
        return drawn % 3 if drawn % 11 == 0 else 0


def loosened(given: Filter) -> Filter:
    """A filter on instants, wider by a millisecond."""
    if given.operator == "BETWEEN":
        return replace(given, value=_moved(given.value, -1), high=_moved(given.high, 1))
    by = _LOW.get(given.operator, 0) + _HIGH.get(given.operator, 0)
    return replace(given, value=_moved(given.value, by)) if by else given


def _moved(text: str, by: int) -> str:
    return str(int(text) + by) if text.isascii() and text.isdigit() else text
