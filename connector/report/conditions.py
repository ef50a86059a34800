"""What a condition asks for that the facts do not give, in words."""

from __future__ import annotations

from connector.config.ages import AGES
from connector.config.durations import duration_text
from connector.engine.condition import (
    AllOf,
    Always,
    AnyOf,
    Condition,
    Empty,
    Equals,
    Facts,
    Not,
    Range,
    Text,
    TextOperator,
    Unless,
)
from connector.model import Scalar
from connector.plan.words import span

_OPERATORS = {
    TextOperator.CONTAINS: "contains",
    TextOperator.STARTS_WITH: "starts with",
    TextOperator.ENDS_WITH: "ends with",
    TextOperator.HAS_WORD: "has the word",
    TextOperator.IN_DOMAIN: "is in the domain",
}
_SHOWN = 4
"""Most values of a list that are named."""


def unmet(condition: Condition, facts: Facts) -> str:
    """Why the condition does not hold; empty when it does."""
    if condition.holds(facts):
        return ""
    match condition:
        case AllOf(parts):
            return "; ".join(filter(None, (unmet(part, facts) for part in parts)))
        case AnyOf(parts):
            return " or ".join(in_words(part) for part in parts)
        case Equals() | Text() | Range() | Empty():
            return f"{in_words(condition)} (it is {_value(facts, condition.path)})"
        case _:
            return in_words(condition)


def in_words(condition: Condition) -> str:
    """A condition as a phrase."""
    match condition:
        case AllOf(parts):
            return "(" + " and ".join(map(in_words, parts)) + ")"
        case AnyOf(parts):
            return "(" + " or ".join(map(in_words, parts)) + ")"
        case Not(Empty(path)):
            return f"{path} is filled in"
        case Not(part) | Unless(part):
            return f"not {in_words(part)}"
        case _:
            return _comparison(condition)


def _comparison(condition: Condition) -> str:
    match condition:
        case Always():
            return "everybody"
        case Equals(path, values):
            return f"{path} is {_listed(values)}"
        case Text(path, operator, values):
            return f"{path} {_OPERATORS[operator]} {_listed(values)}"
        case Range():
            return f"{condition.path} {_bounds(condition)}"
        case Empty(path):
            return f"{path} is empty"
        case _:
            return "a condition of its own"


def _bounds(condition: Range) -> str:
    told = (
        ("above", condition.above),
        ("at least", condition.at_least),
        ("at most", condition.at_most),
        ("below", condition.below),
    )
    shown = ((word, bound) for word, bound in told if bound is not None)
    return " and ".join(f"{word} {_number(condition.path, bound)}" for word, bound in shown)


def _number(path: str, value: float) -> str:
    return duration_text(round(value)) if path in AGES else f"{value:g}"


def _listed(values: tuple[Scalar, ...] | tuple[str, ...]) -> str:
    shown = [f'"{value}"' if isinstance(value, str) else str(value) for value in values[:_SHOWN]]
    more = len(values) - len(shown)
    return " or ".join(shown) + (f" or one of {more} more" if more else "")


def _value(facts: Facts, path: str) -> str:
    if path not in facts:
        return "not known"
    value = facts[path]
    if value is None or value == "":
        return "empty"
    if path in AGES and isinstance(value, int):
        return span(value)
    return f'"{value}"' if isinstance(value, str) else str(value)
