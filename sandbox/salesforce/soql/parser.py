"""Reads a query.

Follows the SOQL and SOSL Reference, "SOQL SELECT Syntax" with the pages of its clauses: "Alias
Notation", "TYPEOF", "FIELDS()", "USING SCOPE", "WITH", "GROUP BY", "HAVING", "ORDER BY", "LIMIT",
"OFFSET", "FOR VIEW", "FOR REFERENCE", "FOR UPDATE", "UPDATE". ALL ROWS and bind variables belong
to Apex and are refused, as the API refuses them. Whatever cannot be read is an error: nothing is
ever left out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sandbox.salesforce.soql.clauses import (
    read_from,
    read_group_by,
    read_order_by,
    read_purposes,
    read_scope,
    read_updates,
    read_with,
)
from sandbox.salesforce.soql.conditions import read_condition
from sandbox.salesforce.soql.errors import MALFORMED_QUERY, SoqlError
from sandbox.salesforce.soql.expressions import read_expression
from sandbox.salesforce.soql.reading import Reader
from sandbox.salesforce.soql.syntax import (
    AllFields,
    ChildQuery,
    Condition,
    FieldPath,
    Query,
    Selected,
    SelectItem,
    TypeOf,
    When,
)
from sandbox.salesforce.soql.tokens import Kind

LONGEST: Final = 100_000
"""Characters of a query, at most."""


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """The query that the text says, wholly; raises SoqlError where it cannot be read."""
    if len(text) > LONGEST:
        raise SoqlError(
            MALFORMED_QUERY, f"SOQL statements cannot be longer than {LONGEST} characters."
        )
    reader = Reader(text)
    query = _query(reader)
    if reader.next.kind is not Kind.END:
        reader.refuse()
    return query


def _query(reader: Reader) -> Query:
    reader.deeper()
    at = reader.expect("SELECT").at
    select = _select(reader)
    reader.expect("FROM")
    origins = read_from(reader)
    scope = read_scope(reader)
    where = read_condition(reader, _query) if reader.skip("WHERE") else None
    security, categories = read_with(reader)
    group_by = read_group_by(reader)
    having = _having(reader) if group_by else None
    order_by = read_order_by(reader)
    query = Query(
        select=select,
        origins=origins,
        scope=scope,
        where=where,
        security=security,
        categories=categories,
        group_by=group_by,
        having=having,
        order_by=order_by,
        limit=reader.whole_number() if reader.skip("LIMIT") else None,
        offset=reader.whole_number() if reader.skip("OFFSET") else None,
        purposes=read_purposes(reader),
        updates=read_updates(reader),
        text=reader.text,
        at=at,
    )
    reader.shallower()
    return query


def _having(reader: Reader) -> Condition | None:
    return read_condition(reader, _query) if reader.skip("HAVING") else None


# the field list


def _select(reader: Reader) -> tuple[SelectItem, ...]:
    items = [_item(reader)]
    while reader.skip_sign(","):
        items.append(_item(reader))
    return tuple(items)


def _item(reader: Reader) -> SelectItem:
    at = reader.next.at
    if reader.skip_sign("("):
        query = _query(reader)
        reader.expect_sign(")")
        return ChildQuery(query, at)
    if reader.sees("TYPEOF") and reader.after(1).kind is Kind.WORD and not _ends_item(reader, 1):
        return _type_of(reader)
    if reader.sees("FIELDS") and reader.after(1).text == "(":
        return _all_fields(reader)
    expression = read_expression(reader)
    if reader.next.kind is Kind.WORD and _ends_item(reader, 1):
        return Selected(expression, reader.alias(), at)
    return Selected(expression, None, at)


def _ends_item(reader: Reader, steps: int) -> bool:
    """Whether the token so many steps ahead can follow a finished item of the list."""
    token = reader.after(steps)
    if token.kind is Kind.WORD:
        return token.upper == "FROM"
    return token.kind is Kind.SIGN and token.text == ","


def _all_fields(reader: Reader) -> AllFields:
    at = reader.take().at
    reader.expect_sign("(")
    if not reader.sees_any(frozenset({"ALL", "STANDARD", "CUSTOM"})):
        reader.refuse()
    group = reader.take().upper
    reader.expect_sign(")")
    return AllFields(group, at)


def _type_of(reader: Reader) -> TypeOf:
    at = reader.take().at
    path = reader.path()
    branches = [_when(reader)]
    while reader.sees("WHEN"):
        branches.append(_when(reader))
    otherwise = _field_list(reader) if reader.skip("ELSE") else None
    reader.expect("END")
    return TypeOf(path, tuple(branches), otherwise, at)


def _when(reader: Reader) -> When:
    reader.expect("WHEN")
    at = reader.next.at
    name = reader.name()
    reader.expect("THEN")
    return When(name, _field_list(reader), at)


def _field_list(reader: Reader) -> tuple[FieldPath, ...]:
    fields = [reader.path()]
    while reader.skip_sign(","):
        fields.append(reader.path())
    return tuple(fields)
