"""Reads WHERE and HAVING.

Follows the SOQL and SOSL Reference, "Condition Expression Syntax (WHERE Clause)", "Comparison
Operators", "Logical Operators" and "Query Multi-Select Picklists". AND and OR side by side need
parentheses, and so does NOT beside either of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sandbox.salesforce.soql.errors import malformed
from sandbox.salesforce.soql.expressions import read_expression
from sandbox.salesforce.soql.literals import read_literal
from sandbox.salesforce.soql.reading import Reader
from sandbox.salesforce.soql.syntax import (
    And,
    Comparison,
    Condition,
    Literal,
    Membership,
    Not,
    Or,
    Query,
    SemiJoin,
)
from sandbox.salesforce.soql.tokens import Kind

_SIGNS: Final = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

QueryReader = Callable[[Reader], Query]


def read_condition(reader: Reader, read_query: QueryReader) -> Condition:
    """A whole condition; `read_query` reads the query of a semi-join.

    It ends before an AND or OR that may not stand beside what was read, where nobody wants one.
    """
    reader.deeper()
    if reader.skip("NOT"):
        condition: Condition = Not(_part(reader, read_query))
    else:
        condition = _chain(reader, read_query)
    reader.shallower()
    return condition


def _chain(reader: Reader, read_query: QueryReader) -> Condition:
    parts = [_part(reader, read_query)]
    word = "AND" if reader.sees("AND") else "OR"
    while reader.skip(word):
        parts.append(_part(reader, read_query))
    if len(parts) == 1:
        return parts[0]
    return And(tuple(parts)) if word == "AND" else Or(tuple(parts))


def _part(reader: Reader, read_query: QueryReader) -> Condition:
    if reader.skip_sign("("):
        condition = read_condition(reader, read_query)
        reader.expect_sign(")")
        return condition
    return _test(reader, read_query)


def _test(reader: Reader, read_query: QueryReader) -> Condition:
    at = reader.next.at
    left = read_expression(reader)
    token = reader.next
    if token.kind is Kind.SIGN and token.text in _SIGNS:
        operator = _SIGNS[reader.take().text]
        return Comparison(left, operator, read_literal(reader), at)
    if reader.skip("LIKE"):
        return Comparison(left, "LIKE", read_literal(reader), at)
    operator = _list_operator(reader)
    if reader.sees_sign(":"):
        raise malformed("Bind variables only allowed in Apex code", reader.text, reader.next.at)
    reader.expect_sign("(")
    found: Condition
    if reader.sees("SELECT") and operator in {"IN", "NOT IN"}:
        found = SemiJoin(left, operator, read_query(reader), at)
    else:
        found = Membership(left, operator, _values(reader), at)
    reader.expect_sign(")")
    return found


def _list_operator(reader: Reader) -> str:
    if reader.skip("NOT"):
        reader.expect("IN")
        return "NOT IN"
    if not reader.sees_any(frozenset({"IN", "INCLUDES", "EXCLUDES"})):
        reader.refuse()
    return reader.take().upper


def _values(reader: Reader) -> tuple[Literal, ...]:
    values = [read_literal(reader)]
    while reader.skip_sign(","):
        values.append(read_literal(reader))
    return tuple(values)
