"""What a query gives: records, made only when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, overload

from sandbox.salesforce.soql.source import Row

AGGREGATE: Final = "AggregateResult"
"""The type of the rows of a query with groups or aggregates."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a result, holding the selected fields only, in the order of the query.

    A value is null, text, a number, a boolean, an address as a dict, a parent `Record`, or the
    children as a `Result`. Moments are text already.
    """

    type: str
    """What `attributes.type` says: the object, Name behind a polymorphic path, AggregateResult."""
    object: str
    """The object that the record is of; for its URL."""
    id: str | None
    """The record's id, selected or not; None in an aggregate result."""
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query."""

    size: int
    """How many records there are; for SELECT COUNT() the count."""
    records: Sequence[Record]
    """All of them, each made anew when it is looked at; empty for SELECT COUNT()."""


Value: TypeAlias = str | int | float | bool | dict[str, Any] | Record | Result | None


class Projected(Sequence[Record]):
    """Rows that become records when they are asked for; a slice is projected on its own."""

    def __init__(self, rows: Sequence[Row], project: Callable[[Row], Record]) -> None:
        self._rows = rows
        self._project = project

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        if isinstance(index, slice):
            return Projected(self._rows[index], self._project)
        return self._project(self._rows[index])
