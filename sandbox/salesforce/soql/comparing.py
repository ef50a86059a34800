"""Compares the values of a field with literals.

Follows the SOQL and SOSL Reference, "Comparison Operators", "Use null in WHERE", "Query
Multi-Select Picklists" and "Date Formats and Date Literals in WHERE". Decided here where the
reference is silent: nothing is unknown, so `!=` and NOT IN hold for null; the empty string means
null; moments are compared in whole seconds; < and > never hold for null.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sandbox.salesforce.ids import normal
from sandbox.salesforce.soql.dates import days_of, midnight
from sandbox.salesforce.soql.errors import INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR
from sandbox.salesforce.soql.operands import Getter, Operand
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.source import Row
from sandbox.salesforce.soql.syntax import (
    Boolean,
    Currency,
    DateLiteral,
    DateTimeValue,
    DateValue,
    Literal,
    Null,
    Number,
    Text,
    TimeValue,
)

Predicate = Callable[[Row], bool]

ID_TYPES: Final = frozenset({"id", "reference"})
NUMBER_TYPES: Final = frozenset({"int", "double", "currency", "percent", "long"})
_NOT_FILTERABLE: Final = frozenset({"address", "location", "base64"})
_ALL: Final = frozenset({"=", "!=", "<", "<=", ">", ">=", "IN", "NOT IN"})
_EQUAL: Final = frozenset({"=", "!=", "IN", "NOT IN"})
_OPERATORS: Final = {
    **dict.fromkeys((*ID_TYPES, *NUMBER_TYPES, "date", "datetime", "time"), _ALL),
    "boolean": _EQUAL,
    "multipicklist": _EQUAL | {"INCLUDES", "EXCLUDES"},
}
_TEXT_OPERATORS: Final = _ALL | {"LIKE"}
_LITERALS: Final[dict[str, type]] = {
    **dict.fromkeys(NUMBER_TYPES, Number),
    "boolean": Boolean,
    "date": DateValue,
    "time": TimeValue,
}
_SHOWN_TYPES: Final = {"datetime": "dateTime", "currency": "double", "percent": "double"}


def key_of(operand: Operand) -> Callable[[Any], Any] | None:
    """What makes two values of the operand equal or one smaller; None: they are as they are."""
    if operand.type == "datetime":
        return lambda instant: instant // 1_000
    if operand.type == "multipicklist":
        return lambda value: tuple(sorted(value.lower().split(";")))
    if operand.type in _OPERATORS or operand.case_sensitive:
        return None
    return str.lower


def compile_comparison(
    scope: Scope, operand: Operand, operator: str, literal: Literal, at: int
) -> Predicate:
    """The test for `operand operator literal`; refuses what does not go together."""
    check_operator(scope, operand, operator, at)
    if operator == "LIKE":
        return _like(scope, operand, literal, at)
    if isinstance(literal, Null) and operator not in _EQUAL:
        return lambda row: False  # noqa: ARG005 - a test takes a row
    if operand.type == "boolean":
        wanted = bool(constant(scope, operand, literal, at)) is (operator == "=")
        get = operand.get
        return lambda row: bool(get(row)) is wanted
    if isinstance(literal, DateLiteral) and operand.type in {"date", "datetime"}:
        return _in_range(operand.get, operator, *key_range(scope, operand, literal), operand)
    return _against(operand.get, key_of(operand), operator, constant(scope, operand, literal, at))


def compile_membership(
    scope: Scope, operand: Operand, operator: str, values: tuple[Literal, ...], at: int
) -> Predicate:
    """The test for `operand IN (values)` and its like."""
    check_operator(scope, operand, operator, at)
    if operator in {"INCLUDES", "EXCLUDES"}:
        chosen = [constant(scope, operand, value, at) for value in values]
        return _includes(operand.get, [set(each) for each in chosen if each], operator)
    ranged = operand.type in {"date", "datetime"}
    if operand.type == "boolean" or (ranged and any(isinstance(v, DateLiteral) for v in values)):
        tests = [compile_comparison(scope, operand, "=", value, at) for value in values]
        inside = operator == "IN"
        return lambda row: any(test(row) for test in tests) is inside
    return among(operand, {constant(scope, operand, value, at) for value in values}, operator)


def among(operand: Operand, wanted: set[Any], operator: str) -> Predicate:
    """The test for membership in a set of keys; None in it stands for null."""
    get, key = operand.get, key_of(operand)
    inside = operator == "IN"
    if key is None:
        return lambda row: (get(row) in wanted) is inside

    def test(row: Row) -> bool:
        value = get(row)
        return ((value if value is None else key(value)) in wanted) is inside

    return test


# what goes together


def check_operator(scope: Scope, operand: Operand, operator: str, at: int) -> None:
    """Refuse a field that cannot be filtered, or not in this way."""
    column = operand.column
    hidden = operand.type in _NOT_FILTERABLE or (column is not None and not column.filterable)
    if hidden and operand.function is None:
        problem = f"field '{operand.name}' can not be filtered in a query call"
        raise scope.refuse(INVALID_FIELD, problem, at)
    if operator not in _OPERATORS.get(operand.type, _TEXT_OPERATORS):
        shown = "id" if operand.type in ID_TYPES else operand.type
        raise scope.refuse(INVALID_QUERY_FILTER_OPERATOR, f"invalid operator on {shown} field", at)


def constant(scope: Scope, operand: Operand, literal: Literal, at: int) -> Any:
    """The literal as a key to compare with, None for null; refuses a literal of another type."""
    match literal:
        case Null():
            return None
        case Text() if operand.type in ID_TYPES:
            return _id_key(scope, literal, at)
        case Text() if operand.type not in _OPERATORS or operand.type == "multipicklist":
            return _text_key(operand, literal.value)
        case Boolean() | Number() | DateValue() | TimeValue() if _fits(operand, literal):
            return literal.value
        case DateTimeValue() if operand.type == "datetime":
            return literal.instant // 1_000
    raise _wrong_type(scope, operand, literal, at)


def _text_key(operand: Operand, value: str) -> Any:
    key = key_of(operand)
    return (key(value) if key else value) if value else None


def _fits(operand: Operand, literal: Literal) -> bool:
    return type(literal) is _LITERALS.get(operand.type)


def _id_key(scope: Scope, literal: Text, at: int) -> str | None:
    if not literal.value:
        return None
    found = normal(literal.value)
    if found is None:
        problem = f"invalid ID field: {literal.value}"
        raise scope.refuse(INVALID_QUERY_FILTER_OPERATOR, problem, at)
    return found


def _wrong_type(scope: Scope, operand: Operand, literal: Literal, at: int) -> Exception:
    if isinstance(literal, Currency) and operand.type in NUMBER_TYPES:
        problem = f"Invalid currency: {literal.code}. Multiple currencies are not enabled."
        return scope.refuse(INVALID_FIELD, problem, at)
    quotes = operand.type not in _OPERATORS or operand.type in {*ID_TYPES, "multipicklist"}
    kind = "string" if quotes else _SHOWN_TYPES.get(operand.type, operand.type)
    rule = "should be enclosed in quotes" if quotes else "should not be enclosed in quotes"
    problem = f"value of filter criterion for field '{operand.name}' must be of type {kind}"
    return scope.refuse(INVALID_FIELD, f"{problem} and {rule}", at)


def key_range(scope: Scope, operand: Operand, literal: DateLiteral) -> tuple[Any, Any]:
    """The first key of a range of days and the first one behind it."""
    days = days_of(literal, scope.now, scope.viewer)
    first, end = (_day_key(day, operand, scope) for day in days)
    return first, end


def _day_key(day: date, operand: Operand, scope: Scope) -> int | str:
    if operand.type == "date":
        return day.isoformat()
    return midnight(day, scope.viewer.zone) // 1_000


# tests


def _against(
    get: Getter, key: Callable[[Any], Any] | None, operator: str, wanted: Any
) -> Predicate:
    if wanted is None:
        return _against_null(get, operator)
    if operator in {"=", "!="}:
        return _equal(get, key, wanted, same=operator == "=")
    keyed: Callable[[Any], Any] = key or (lambda value: value)
    ordered: dict[str, Callable[[Any], bool]] = {
        "<": lambda value: bool(keyed(value) < wanted),
        "<=": lambda value: bool(keyed(value) <= wanted),
        ">": lambda value: bool(keyed(value) > wanted),
        ">=": lambda value: bool(keyed(value) >= wanted),
    }
    holds = ordered[operator]

    def test(row: Row) -> bool:
        value = get(row)
        return value is not None and holds(value)

    return test


def _equal(get: Getter, key: Callable[[Any], Any] | None, wanted: Any, *, same: bool) -> Predicate:
    if key is None:
        return lambda row: (get(row) == wanted) is same

    def test(row: Row) -> bool:
        value = get(row)
        return (value is not None and key(value) == wanted) is same

    return test


def _against_null(get: Getter, operator: str) -> Predicate:
    if operator == "=":
        return lambda row: get(row) is None
    if operator in {"!=", ">"}:
        return lambda row: get(row) is not None
    return lambda row: operator == ">=" and get(row) is not None


def _in_range(get: Getter, operator: str, first: Any, end: Any, operand: Operand) -> Predicate:
    key = key_of(operand) or (lambda value: value)
    inside: dict[str, Callable[[Any], bool]] = {
        "=": lambda value: bool(first <= value < end),
        "!=": lambda value: not first <= value < end,
        "<": lambda value: bool(value < first),
        "<=": lambda value: bool(value < end),
        ">": lambda value: bool(value >= end),
        ">=": lambda value: bool(value >= first),
    }
    holds = inside[operator]

    def test(row: Row) -> bool:
        value = get(row)
        return operator == "!=" if value is None else holds(key(value))

    return test


def _includes(get: Getter, groups: list[set[str]], operator: str) -> Predicate:
    wanted = operator == "INCLUDES"

    def test(row: Row) -> bool:
        chosen = set((get(row) or "").lower().split(";"))
        return any(group <= chosen for group in groups) is wanted

    return test


def _like(scope: Scope, operand: Operand, literal: Literal, at: int) -> Predicate:
    if not isinstance(literal, Text):
        raise _wrong_type(scope, operand, literal, at)
    wild = {"%": ".*", "_": "."}
    pieces = [
        re.escape(character) if escaped else wild.get(character, re.escape(character))
        for character, escaped in literal.characters()
    ]
    flags = re.DOTALL if operand.case_sensitive else re.DOTALL | re.IGNORECASE
    matches = re.compile("".join(pieces), flags).fullmatch
    get = operand.get

    def test(row: Row) -> bool:
        value = get(row)
        return value is not None and matches(value) is not None

    return test
