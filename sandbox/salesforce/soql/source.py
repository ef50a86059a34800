"""What the query engine asks of the records it runs over.

Values in a row: text, id, picklist and the like are `str`; booleans `bool`; numbers `int` or
`float`; a date is an ISO string (2026-01-31), a time too (09:30:00.000Z); a moment is an `int` of
UTC milliseconds; null is None or a missing key, never the empty string. Ids have 18 characters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, NamedTuple, Protocol, TypeAlias

from sandbox.salesforce.soql.rendering import rest_moment

Row: TypeAlias = Mapping[str, Any]


class Column(Protocol):
    """A field that the user may see, as a describe call tells it."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str:
        """The type in the words of a describe call: id, reference, string, datetime ..."""
        ...

    @property
    def reference_to(self) -> tuple[str, ...]:
        """The objects that a reference may point at; several make it polymorphic."""
        ...

    @property
    def relationship(self) -> str | None:
        """The name under which a path goes on to the target: Account for AccountId."""
        ...

    @property
    def values(self) -> tuple[str, ...]:
        """The values of a picklist in their order, which is also the order of ORDER BY."""
        ...

    @property
    def compound(self) -> str | None:
        """The address or name that this field is a part of."""
        ...

    @property
    def custom(self) -> bool: ...
    @property
    def case_sensitive(self) -> bool: ...
    @property
    def filterable(self) -> bool: ...
    @property
    def sortable(self) -> bool: ...
    @property
    def groupable(self) -> bool: ...
    @property
    def aggregatable(self) -> bool: ...


class Start(NamedTuple):
    """A place in an index over (moment, Id): everything after it is wanted."""

    moment: int
    """UTC ms of a whole second; 0 in an index over Id alone."""
    id: str
    """An id of that second; "" is before all ids and "~" after them."""


class ChildLink(NamedTuple):
    """Where children are: records of `object` whose `field` holds the parent's id."""

    relationship: str
    """What the parent calls them, properly spelled."""
    object: str
    field: str


class Source(Protocol):
    """Records with their schema, as one user sees them. Names come in any case."""

    def object_name(self, name: str) -> str | None:
        """The proper spelling of an object; None if there is no such object for the user."""
        ...

    def columns(self, name: str) -> Mapping[str, Column]:
        """The fields the user may see, by name in small letters, in the order of describe."""
        ...

    def child(self, name: str, relationship: str) -> ChildLink | None:
        """The children that the object calls so; `name` is properly spelled."""
        ...

    def object_of(self, record_id: str) -> str | None:
        """The object that an id belongs to."""
        ...

    def label(self, name: str, field: str, value: str) -> str:
        """What toLabel() shows for a picklist value."""
        ...

    def rows(self, name: str, *, deleted: bool) -> Iterable[Row]:
        """All records; deleted and archived ones only if asked for."""
        ...

    def row(self, name: str, record_id: str) -> Row | None:
        """One record by its id, deleted or not."""
        ...

    def rows_by(
        self, name: str, field: str, values: Collection[str], *, deleted: bool
    ) -> Iterable[Row] | None:
        """The records whose field holds one of these texts; None if there is no index for it.

        More records than asked for do no harm, fewer do: text without `case_sensitive` is to be
        found in any case. No record may come twice.
        """
        ...

    def rows_from(
        self, name: str, field: str, start: Start | None, end: int | None, *, deleted: bool
    ) -> Iterable[Row] | None:
        """The records in the order of (moment in the field, Id); None without such an index.

        Only for fields that are never null. Moments count in whole seconds.
        What is not after `start` is left out, and what lies in a later second than `end` (ms).
        With the field Id the order is by Id alone and `end` is None.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks, as far as answers depend on it."""

    user_id: str = ""
    """For USING SCOPE mine."""
    zone: tzinfo = UTC
    """Bounds the days of date literals, and what convertTimezone() converts to."""
    first_weekday: int = 6
    """On which day a week starts, 0 is Monday; the locale en_US starts on Sunday."""
    fiscal_start: int = 1
    """The month in which the fiscal year starts."""
    show_moment: Callable[[int], str] = rest_moment
    """How a moment (UTC ms) is written into results."""
