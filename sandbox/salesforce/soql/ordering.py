"""Sorts rows.

Follows the SOQL and SOSL Reference, "ORDER BY": null comes first unless the query says otherwise,
text sorts without regard to case, a picklist by the order of its values. The sort is stable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.salesforce.soql.operands import Operand
from sandbox.salesforce.soql.syntax import OrderKey

T = TypeVar("T")


def sort(rows: list[T], keys: list[tuple[OrderKey, Operand, Callable[[T], Any]]]) -> None:
    """Sort in place by the keys, the first one counting most."""
    for key, operand, get in reversed(keys):
        descending = bool(key.descending)
        # Reversing turns the nulls round too, so that they are marked for the way back.
        null_mark = bool(key.nulls_last) is not descending
        rank = rank_of(operand)
        rows.sort(key=_sort_key(get, rank, null_mark=null_mark), reverse=descending)


def _sort_key(
    get: Callable[[T], Any], rank: Callable[[Any], Any], *, null_mark: bool
) -> Callable[[T], tuple[bool, Any]]:
    def sort_key(row: T) -> tuple[bool, Any]:
        value = get(row)
        return (null_mark, None) if value is None else (not null_mark, rank(value))

    return sort_key


def rank_of(operand: Operand) -> Callable[[Any], Any]:
    """What to sort a value of the operand by."""
    column = operand.column
    if operand.type == "picklist" and column is not None and column.values:
        places = {value: place for place, value in enumerate(column.values)}
        behind = len(places)
        return lambda value: (places.get(value, behind), value.lower())
    if operand.type == "datetime":
        return lambda value: value // 1_000
    if operand.type in {"id", "reference"} or operand.case_sensitive:
        return lambda value: value
    return lambda value: value.lower() if isinstance(value, str) else value
