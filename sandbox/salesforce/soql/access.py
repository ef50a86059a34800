"""Chooses how to get at the rows: through an index where the conditions allow it.

The whole condition is tested again on every row that comes, so that an index only has to bring
enough rows, never exactly the right ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sandbox.salesforce.soql.comparing import ID_TYPES, constant, key_range
from sandbox.salesforce.soql.filtering import Filter
from sandbox.salesforce.soql.operands import Operand
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.source import Row, Start
from sandbox.salesforce.soql.syntax import (
    And,
    Comparison,
    Condition,
    DateLiteral,
    FieldPath,
    Membership,
    Or,
    OrderKey,
    SemiJoin,
    Text,
)

_BEFORE_ALL: Final = ""
_AFTER_ALL: Final = "~"


class Span(NamedTuple):
    """The part of an index over (moment, Id) in which a condition can hold."""

    start: Start | None = None
    end: int | None = None


class Rows(NamedTuple):
    """Rows that may satisfy the condition; `ordered_by` names the index they come sorted by."""

    rows: Iterable[Row]
    ordered_by: str | None = None


def reachable(
    scope: Scope, where: Condition | None, order: tuple[OrderKey, ...], chosen: Filter
) -> Rows:
    """The fewest rows that are sure to hold all that satisfy the condition."""
    conditions = where.parts if isinstance(where, And) else (where,) if where else ()
    for condition in conditions:
        found = _by_value(scope, condition, chosen)
        if found is not None:
            return Rows(found)
    sorted_by = _sort_field(scope, order)
    for field in dict.fromkeys([sorted_by, *_moments(scope, conditions)]):
        if field is None:
            continue
        span = _span(scope, where, field) if where else Span()
        if span == Span() and field != sorted_by:
            continue
        rows = scope.source.rows_from(
            scope.object, field, span.start, span.end, deleted=scope.deleted
        )
        if rows is not None:
            return Rows(rows, field)
    return Rows(scope.source.rows(scope.object, deleted=scope.deleted))


def is_ordered(scope: Scope, order: tuple[OrderKey, ...], rows: Rows) -> bool:
    """Whether the rows come in the wanted order already."""
    return (
        bool(order) and rows.ordered_by is not None and rows.ordered_by == _sort_field(scope, order)
    )


def _sort_field(scope: Scope, order: tuple[OrderKey, ...]) -> str | None:
    """The field of an index which gives this order: F or F, Id, ascending."""
    names = [_plain(scope, key) for key in order]
    if not names or None in names or any(key.descending or key.nulls_last for key in order):
        return None
    if len(names) == 1 or names[1:] == ["Id"]:
        return names[0]
    return None


def _plain(scope: Scope, key: OrderKey) -> str | None:
    if not isinstance(key.expression, FieldPath):
        return None
    operand = scope.field(key.expression)
    return operand.field if operand.type in {"datetime", "id"} else None


# one value or several


def _by_value(scope: Scope, condition: Condition, chosen: Filter) -> Iterable[Row] | None:
    match condition:
        case Comparison(operator="=", right=Text() as right):
            literals = [right]
        case Membership(operator="IN", values=values):
            literals = [value for value in values if isinstance(value, Text)]
            if len(literals) < len(values):
                return None
        case SemiJoin(operator="IN", left=left):
            found = chosen.ids_of(condition)
            operand = scope.operand(left)
            return None if found is None else _look_up(scope, operand, found)
        case _:
            return None
    operand = scope.operand(condition.left)
    texts = {constant(scope, operand, literal, condition.at) for literal in literals}
    if operand.type not in ID_TYPES:
        texts = {literal.value for literal in literals}
    return None if None in texts or "" in texts else _look_up(scope, operand, texts)


def _look_up(scope: Scope, operand: Operand, values: set[str]) -> Iterable[Row] | None:
    if operand.field is None or operand.type == "multipicklist":
        return None
    return scope.source.rows_by(scope.object, operand.field, values, deleted=scope.deleted)


# a span of moments


def _moments(scope: Scope, conditions: Iterable[Condition]) -> Iterator[str]:
    """The plain fields of moments, and Id, that the conditions speak of."""
    for condition in conditions:
        match condition:
            case And(parts=parts) | Or(parts=parts):
                yield from _moments(scope, parts)
            case Comparison(left=FieldPath() as left):
                operand = scope.field(left)
                if operand.field is not None and operand.type in {"datetime", "id"}:
                    yield operand.field
            case _:
                pass


def _span(scope: Scope, condition: Condition, field: str) -> Span:
    match condition:
        case And(parts=parts):
            return _meet(scope, parts, field)
        case Or(parts=parts):
            return _join([_span(scope, part, field) for part in parts])
        case Comparison(left=FieldPath() as left):
            operand = scope.field(left)
            return _of_test(scope, operand, condition) if operand.field == field else Span()
    return Span()


def _meet(scope: Scope, parts: tuple[Condition, ...], field: str) -> Span:
    spans = [_span(scope, part, field) for part in parts]
    starts = [span.start for span in spans if span.start is not None]
    ends = [span.end for span in spans if span.end is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    if field != "Id" and start is not None and start.moment == end:
        # Only one second is left: the ids asked for say where to start in it.
        after = _meet(scope, parts, "Id").start
        start = start if after is None else max(start, Start(start.moment, after.id))
    return Span(start, end)


def _join(spans: list[Span]) -> Span:
    starts = [span.start for span in spans if span.start is not None]
    ends = [span.end for span in spans if span.end is not None]
    start = min(starts) if len(starts) == len(spans) else None
    return Span(start, max(ends) if len(ends) == len(spans) else None)


def _of_test(scope: Scope, operand: Operand, test: Comparison) -> Span:
    if operand.type == "id":
        return _of_ids(scope, operand, test)
    if isinstance(test.right, DateLiteral):
        first, behind = key_range(scope, operand, test.right)
        last = behind - 1
    else:
        first = last = constant(scope, operand, test.right, test.at)
        if first is None:
            return Span()
    return _of_seconds(test.operator, first, last)


def _of_seconds(operator: str, first: int, last: int) -> Span:
    from_first = Start(first * 1_000, _BEFORE_ALL)
    match operator:
        case "=":
            return Span(from_first, last * 1_000)
        case ">":
            return Span(Start(last * 1_000, _AFTER_ALL), None)
        case ">=":
            return Span(from_first, None)
        case "<":
            return Span(None, (first - 1) * 1_000)
        case "<=":
            return Span(None, last * 1_000)
    return Span()


def _of_ids(scope: Scope, operand: Operand, test: Comparison) -> Span:
    wanted = constant(scope, operand, test.right, test.at)
    if wanted is None or test.operator not in {">", ">=", "="}:
        return Span()
    # An id that is not left out itself: start behind the greatest text that is smaller.
    after = wanted if test.operator == ">" else wanted[:-1]
    return Span(Start(0, after), None)
