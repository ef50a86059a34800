"""Ranges of numbers in a test file: 55, [50, 60] or { at_least = 50 }."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from connector.config.wording import Table


class RangeTable(Table):
    """A range of numbers."""

    above: float | None = None
    """More than this."""
    at_least: float | None = None
    """This or more."""
    at_most: float | None = None
    """This or less."""
    below: float | None = None
    """Less than this."""

    def holds(self, number: float) -> bool:
        """Whether the number lies within every bound that is given."""
        return (
            (self.above is None or number > self.above)
            and (self.at_least is None or number >= self.at_least)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


class BadRange(ValueError):
    """A value is no range; `advice` says what to write."""

    advice = "Write 55, [50, 60] or { at_least = 50 }."


def _as_range(value: object) -> object:
    match value:
        case bool():
            raise BadRange("is not a range of numbers")
        case int() | float():
            return {"at_least": value - 0.5, "below": value + 0.5}
        case [int() | float() as low, int() | float() as high] if low <= high:
            return {"at_least": low, "at_most": high}
        case Mapping() if value:
            return value
    raise BadRange("is not a range of numbers")


Range = Annotated[
    RangeTable,
    BeforeValidator(_as_range),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
                {
                    "type": "object",
                    "properties": {key: {"type": "number"} for key in RangeTable.model_fields},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ]
        }
    ),
]
