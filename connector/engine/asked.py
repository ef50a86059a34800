"""What conditions are made of: the fields they look at, and the bounds they compare with."""

from __future__ import annotations

from collections.abc import Iterator

from connector.engine.condition import (
    AllOf,
    AnyOf,
    Condition,
    Empty,
    Equals,
    Not,
    Range,
    Text,
    Unless,
)

Comparison = Equals | Text | Range | Empty
"""A condition about one field."""


def comparisons_of(condition: Condition) -> Iterator[Comparison]:
    """Every comparison in a condition, as often as it is there."""
    match condition:
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from comparisons_of(part)
        case Not() | Unless():
            yield from comparisons_of(condition.part)
        case Equals() | Text() | Range() | Empty():
            yield condition


def paths_of(condition: Condition) -> Iterator[str]:
    """The fields that a condition looks at, each as often as it does."""
    return (one.path for one in comparisons_of(condition))


def bounds_of(condition: Condition) -> Iterator[tuple[str, float]]:
    """Every field that is compared with numbers, and each of the numbers."""
    for one in comparisons_of(condition):
        if isinstance(one, Range):
            for bound in (one.above, one.at_least, one.at_most, one.below):
                if bound is not None:
                    yield one.path, bound
