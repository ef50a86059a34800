"""Builds queries: names are checked, values are escaped, nothing else gets into the text.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NewType

from connector.clock import from_millis

Condition = NewType("Condition", str)
"""A condition that was built here."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*", re.ASCII)
_ESCAPES: Final = {
    "\\": "\\\\",
    "'": "\\'",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


def name(text: str) -> str:
    """A field or object name as it is; ValueError for anything else."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of a field or object")
    return text


def literal(value: str | bool | int) -> str:  # noqa: FBT001 - a value is no switch
    """A value as a literal: texts in quotes with everything escaped."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    return f"'{''.join(map(_escaped, value))}'"


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    # Control characters, and halves of characters that no encoding of the query could carry.
    if sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff":
        return f"\\u{ord(sign):04x}"
    return sign


def moment(instant: int) -> str:
    """UTC milliseconds as a datetime literal."""
    return from_millis(instant).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant % 1_000:03d}Z"


def equals(field: str, value: str | bool | int) -> Condition:  # noqa: FBT001
    """The field has this value."""
    return Condition(f"{name(field)} = {literal(value)}")


def one_of(field: str, values: Sequence[str]) -> Condition:
    """The field has one of these values; ValueError without any, since `()` is no SOQL."""
    if not values:
        raise ValueError("a list of values cannot be empty")
    return Condition(f"{name(field)} IN ({', '.join(map(literal, values))})")


def is_set(field: str) -> Condition:
    """The field holds something."""
    return Condition(f"{name(field)} != NULL")


def past(stamp_field: str, stamp: int, record_id: str) -> Condition:
    """Rows behind (stamp, id) in the order of both.

    The first part alone is what the index of the stamp can be asked for.
    """
    field, bound = name(stamp_field), moment(stamp)
    if not record_id:
        return Condition(f"{field} >= {bound}")
    later = f"({field} > {bound} OR Id > {literal(record_id)})"
    return Condition(f"{field} >= {bound} AND {later}")


def above(field: str, value: str) -> Condition:
    """The field lies above the value."""
    return Condition(f"{name(field)} > {literal(value)}")


def until(stamp_field: str, stamp: int) -> Condition:
    """Rows stamped `stamp` (UTC ms) or before."""
    return Condition(f"{name(stamp_field)} <= {moment(stamp)}")


def select(
    fields: Sequence[str],
    origin: str,
    where: Iterable[Condition] = (),
    *,
    order_by: Sequence[str] = (),
    limit: int | None = None,
    children: Sequence[str] = (),
) -> str:
    """A whole query; `children` are queries made by `children_of`."""
    items = [*map(name, fields), *children]
    pieces = ["SELECT", ", ".join(items), "FROM", name(origin)]
    conditions = list(where)
    if conditions:
        pieces += ["WHERE", " AND ".join(conditions)]
    if order_by:
        pieces += ["ORDER BY", ", ".join(map(name, order_by))]
    if limit is not None:
        pieces += ["LIMIT", str(int(limit))]
    return " ".join(pieces)


def count(origin: str, most: int) -> str:
    """How many rows there are, counted up to `most`.

    https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_count.htm
    """
    return " ".join(["SELECT COUNT() FROM", name(origin), "LIMIT", str(int(most))])


def children_of(
    fields: Sequence[str], relationship: str, where: Iterable[Condition] = (), *, order_by: str
) -> str:
    """A query inside another one's field list."""
    return f"({select(fields, relationship, where, order_by=[order_by])})"
