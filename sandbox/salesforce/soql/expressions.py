"""Reads fields and function calls.

Follows the SOQL and SOSL Reference, "Aggregate Functions", "Date Functions", "toLabel()",
"FORMAT()", "convertCurrency()", "GROUP BY ROLLUP" (GROUPING) and "Location-Based SOQL Queries".
"""

from __future__ import annotations

from typing import Final

from sandbox.salesforce.soql.reading import Reader
from sandbox.salesforce.soql.syntax import Call, Expression, FieldPath, Number, Text
from sandbox.salesforce.soql.tokens import Kind
from sandbox.salesforce.soql.words import AGGREGATES, DATE_FUNCTIONS, FUNCTIONS


def read_expression(reader: Reader) -> Expression:
    """A field path, or a call of a known function."""
    following = reader.after(1)
    if reader.next.kind is Kind.WORD and following.kind is Kind.SIGN and following.text == "(":
        return read_call(reader)
    return reader.path()


def read_call(reader: Reader) -> Call:
    """A function with its arguments; an unknown name is refused at its parenthesis."""
    name = FUNCTIONS.get(reader.next.upper)
    if name is None:
        reader.refuse(reader.after(1))
    at = reader.take().at
    reader.expect_sign("(")
    call = Call(name, _arguments(reader, name), at)
    reader.expect_sign(")")
    return call


_INSIDE: Final = {
    "FORMAT": AGGREGATES | {"convertCurrency", "convertTimezone"},
    **dict.fromkeys(DATE_FUNCTIONS, frozenset({"convertTimezone"})),
    **dict.fromkeys(AGGREGATES, DATE_FUNCTIONS | {"convertCurrency", "DISTANCE"}),
}
"""Which calls may stand inside a call; a function not named here takes a field only."""


def _arguments(reader: Reader, name: str) -> tuple[Expression | Text | Number, ...]:
    if name == "COUNT" and reader.sees_sign(")"):
        return ()
    if name == "GEOLOCATION":
        return _coordinates(reader)
    if name == "DISTANCE":
        return _distance(reader)
    if name in _INSIDE:
        return (_nested(reader, _INSIDE[name]),)
    return (reader.path(),)


def _nested(reader: Reader, allowed: frozenset[str]) -> Expression:
    at = reader.next
    expression = read_expression(reader)
    if isinstance(expression, Call) and expression.name not in allowed:
        reader.refuse(at)
    return expression


def _coordinates(reader: Reader) -> tuple[Number, Number]:
    latitude = _number(reader)
    reader.expect_sign(",")
    return latitude, _number(reader)


def _number(reader: Reader) -> Number:
    if reader.next.kind is not Kind.NUMBER:
        reader.refuse()
    token = reader.take()
    return Number(token.text, token.at)


def _distance(reader: Reader) -> tuple[Expression | Text, ...]:
    field: FieldPath = reader.path()
    reader.expect_sign(",")
    place = _nested(reader, frozenset({"GEOLOCATION"}))
    reader.expect_sign(",")
    if reader.next.kind is not Kind.TEXT:
        reader.refuse()
    unit = reader.take()
    return field, place, Text(unit.text, unit.at)
