"""Rows of a load as JSON would have told them, and lists in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.salesforce.fields import Fields, shown
from adapters.salesforce.replies import Json


def chunks(items: Sequence[str], size: int) -> Iterator[list[str]]:
    """The items in lists of at most `size`."""
    for first in range(0, len(items), size):
        yield list(items[first : first + size])


def nested(fields: Fields, cells: Mapping[str, str]) -> Json:
    """A CSV row as JSON would have told it: typed, and `Campaign.Name` inside `Campaign`."""
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        parent, _, child = name.partition(".")
        if child:
            inner = row.setdefault(parent, {})
            inner[child] = cell or None
        else:
            row[name] = shown(fields.get(name.lower()), cell)
    return row
