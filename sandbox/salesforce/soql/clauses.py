"""Reads the clauses that are not conditions.

Follows the SOQL and SOSL Reference, the pages named as the clauses are.
"""

from __future__ import annotations

from typing import Final

from sandbox.salesforce.soql.expressions import read_expression
from sandbox.salesforce.soql.reading import Reader
from sandbox.salesforce.soql.syntax import (
    DataCategory,
    Expression,
    From,
    GroupBy,
    OrderKey,
)
from sandbox.salesforce.soql.words import SCOPES, SELECTORS

SECURITY: Final = frozenset({"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"})
PURPOSES: Final = frozenset({"VIEW", "REFERENCE", "UPDATE"})
UPDATES: Final = frozenset({"TRACKING", "VIEWSTAT"})
_UPPER_SCOPES: Final = {scope.upper(): scope for scope in SCOPES}


def read_from(reader: Reader) -> tuple[From, ...]:
    """The object with its alias, and aliases of its relationships behind commas."""
    origins = [From(reader.path(), reader.alias())]
    while reader.skip_sign(","):
        origins.append(From(reader.path(), reader.alias()))
    return tuple(origins)


def read_scope(reader: Reader) -> str | None:
    """USING SCOPE; the scope as the reference spells it."""
    if not reader.skip("USING"):
        return None
    reader.expect("SCOPE")
    scope = _UPPER_SCOPES.get(reader.next.upper)
    if scope is None:
        reader.refuse()
    reader.take()
    return scope


def read_with(reader: Reader) -> tuple[str | None, tuple[DataCategory, ...]]:
    """WITH SECURITY_ENFORCED and its like, or WITH DATA CATEGORY."""
    if not reader.skip("WITH"):
        return None, ()
    if reader.sees_any(SECURITY):
        return reader.take().upper, ()
    reader.expect("DATA")
    reader.expect("CATEGORY")
    categories = [_category(reader)]
    while reader.skip("AND"):
        categories.append(_category(reader))
    return None, tuple(categories)


def _category(reader: Reader) -> DataCategory:
    group = reader.name()
    if not reader.sees_any(SELECTORS):
        reader.refuse()
    selector = reader.take().upper
    if not reader.skip_sign("("):
        return DataCategory(group, selector, (reader.name(),))
    names = [reader.name()]
    while reader.skip_sign(","):
        names.append(reader.name())
    reader.expect_sign(")")
    return DataCategory(group, selector, tuple(names))


def read_group_by(reader: Reader) -> GroupBy | None:
    """GROUP BY with a list, ROLLUP or CUBE."""
    if not reader.skip("GROUP"):
        return None
    reader.expect("BY")
    for kind in ("ROLLUP", "CUBE"):
        if reader.sees(kind) and reader.after(1).text == "(":
            reader.take()
            reader.expect_sign("(")
            fields = [reader.path()]
            while reader.skip_sign(","):
                fields.append(reader.path())
            reader.expect_sign(")")
            return GroupBy(kind, tuple(fields))
    return GroupBy("", _expressions(reader))


def _expressions(reader: Reader) -> tuple[Expression, ...]:
    found = [read_expression(reader)]
    while reader.skip_sign(","):
        found.append(read_expression(reader))
    return tuple(found)


def read_order_by(reader: Reader) -> tuple[OrderKey, ...]:
    """ORDER BY with its keys."""
    if not reader.skip("ORDER"):
        return ()
    reader.expect("BY")
    keys = [_order_key(reader)]
    while reader.skip_sign(","):
        keys.append(_order_key(reader))
    return tuple(keys)


def _order_key(reader: Reader) -> OrderKey:
    expression = read_expression(reader)
    descending = None
    if reader.sees("ASC") or reader.sees("DESC"):
        descending = reader.take().upper == "DESC"
    nulls_last = None
    if reader.skip("NULLS"):
        if not reader.sees("FIRST") and not reader.sees("LAST"):
            reader.refuse()
        nulls_last = reader.take().upper == "LAST"
    return OrderKey(expression, descending, nulls_last)


def read_purposes(reader: Reader) -> tuple[str, ...]:
    """FOR VIEW, FOR REFERENCE, FOR UPDATE, each at most once."""
    found: list[str] = []
    while reader.skip("FOR"):
        if not reader.sees_any(PURPOSES) or reader.next.upper in found:
            reader.refuse()
        found.append(reader.take().upper)
    return tuple(found)


def read_updates(reader: Reader) -> tuple[str, ...]:
    """UPDATE TRACKING, VIEWSTAT or both."""
    if not reader.skip("UPDATE"):
        return ()
    found: list[str] = []
    while not found or reader.skip_sign(","):
        if not reader.sees_any(UPDATES) or reader.next.upper in found:
            reader.refuse()
        found.append(reader.take().upper)
    return tuple(found)
