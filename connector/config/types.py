"""Kinds of values that several tables use: lengths of time, limits, one-or-many, names."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from connector.config.durations import PATTERN, parse_duration
from connector.engine.rule import Limit
from connector.model import Evidence, Kind, Scalar

Duration = Annotated[
    int, BeforeValidator(parse_duration), WithJsonSchema({"type": "string", "pattern": PATTERN})
]
"""Written "90s", "15m", "2h", "60d", "2w" or "1h30m"; held as ms."""


def lasting(default: str, *, zero: bool = False) -> Any:
    """A field that holds a Duration; `zero` allows the length 0."""
    bound: dict[str, Any] = {"ge": 0} if zero else {"gt": 0}
    default_ms = parse_duration(default)
    return Field(default=default_ms, json_schema_extra={"default": default}, **bound)


NAME_PATTERN: Final = r"^[a-z0-9-]{1,32}$"
ID_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"
CLOCK_PATTERN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
PATTERNS_IN_WORDS: Final = {
    CLOCK_PATTERN: 'is no time of day; write it like "09:00", from "00:00" to "23:59"',
    NAME_PATTERN: 'may only hold a to z, 0 to 9 and "-", 32 at most',
    ID_PATTERN: 'may only hold a to z, 0 to 9, "-" and "_", 63 at most',
}
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""Of an instance, which becomes part of every write key."""
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""Of a rule or signal; lasting, because transitions and write keys name it."""

_LIMIT: Final = re.compile(r"\s*([1-9]\d{0,5})\s*/\s*([1-9]\d{0,4})?\s*(days?|d|weeks?|w)\s*")


class BadLimit(ValueError):
    """A text is no limit; `advice` says what to write."""

    advice = 'Write a count and whole days, for example "3/day", "10/week" or "1/30d".'


def parse_limit(value: object) -> Limit:
    """The limit behind "3/day", "10/week" or "1/30d"; anything else raises BadLimit."""
    found = _LIMIT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadLimit("is not a limit")
    count, periods, unit = found.groups()
    return Limit(count=int(count), days=int(periods or 1) * (7 if unit.startswith("w") else 1))


LimitText = Annotated[
    Limit,
    BeforeValidator(parse_limit),
    WithJsonSchema(
        {"type": "string", "pattern": "^[1-9][0-9]*/([1-9][0-9]*)?(day|days|d|week|weeks|w)$"}
    ),
]

T = TypeVar("T")


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def one_or_many(item: dict[str, Any]) -> tuple[BeforeValidator, WithJsonSchema]:
    """A single value stands for a list of one. `item` is the JSON Schema of one value."""
    schema = {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}
    return BeforeValidator(_as_list), WithJsonSchema(schema)


def parse_scalar(value: object) -> Scalar:
    """A text, number or truth value as it is; anything else raises ValueError."""
    if isinstance(value, str | int | float) and value == value:
        return value
    raise ValueError("must be a text, a number, true or false")


AnyKind = Annotated[Kind, Field(strict=False)]
_KINDS = one_or_many({"enum": [kind.value for kind in Kind]})
_TEXTS = one_or_many({"type": "string", "minLength": 1})
_SCALARS = one_or_many({"type": ["string", "number", "boolean"]})

CLASSES: Final = {"human": Evidence.HUMAN, "unknown": Evidence.UNKNOWN}
"""Evidence classes that a signal may ask for; a machine's engagement never counts."""
_CLASSES = one_or_many({"enum": list(CLASSES)})
Classes = Annotated[list[Literal["human", "unknown"]], *_CLASSES, Field(min_length=1)]
Kinds = Annotated[list[AnyKind], *_KINDS, Field(min_length=1)]
Texts = Annotated[
    list[Annotated[str, StringConstraints(min_length=1)]], *_TEXTS, Field(min_length=1)
]
Scalars = Annotated[
    list[Annotated[Any, BeforeValidator(parse_scalar)]], *_SCALARS, Field(min_length=1)
]

Condition = Annotated[dict[str, Any], WithJsonSchema({"$comment": "Condition"})]
"""A table in the language of `connector.config.conditions`, which checks it."""
