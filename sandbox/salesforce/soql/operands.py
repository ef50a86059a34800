"""What stands for a value in every row: a field at the end of a path, or a function of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sandbox.salesforce.soql.source import Column, Row, Source

Getter = Callable[[Row], Any]


class Step(NamedTuple):
    """One relationship of a path: its name, the reference behind it, the targets."""

    name: str
    field: str
    targets: tuple[str, ...]

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """Something with a value in every row: a field at the end of a path, or a function of one."""

    name: str
    """What messages call it."""
    type: str
    get: Getter
    """The value, from a row of the object that the query is about."""
    own: Getter
    """The value, from the row at the end of the path."""
    object: str
    column: Column | None = None
    """The field, if there is one."""
    steps: tuple[Step, ...] = ()
    function: str | None = None

    @property
    def field(self) -> str | None:
        """The field's proper name if it is a plain field of the object itself."""
        plain = not self.steps and self.function is None and self.column is not None
        return self.name if plain else None

    @property
    def path(self) -> str:
        """The whole path, properly spelled; two operands of one path are the same field."""
        return ".".join([*(step.name for step in self.steps), self.name])

    @property
    def targets(self) -> tuple[str, ...]:
        """The objects that an id in here may belong to."""
        if self.column is None:
            return ()
        return self.column.reference_to if self.type == "reference" else (self.object,)

    @property
    def case_sensitive(self) -> bool:
        return self.column is not None and self.column.case_sensitive


# reading rows


def getter(name: str) -> Getter:
    """Reads a field of the row itself."""
    return lambda row: row.get(name)


def own_type(source: Source) -> Getter:
    """Tells of which object the row is."""
    return lambda row: source.object_of(row["Id"])


def through(source: Source, steps: tuple[Step, ...], get: Getter, *, deleted: bool) -> Getter:
    """The getter behind parents; null where one of them is missing."""
    if not steps:
        return get

    def follow(row: Row) -> Any:
        for step in steps:
            found = parent_of(source, row, step, deleted=deleted)
            if found is None:
                return None
            row = found
        return get(row)

    return follow


def parent_of(source: Source, row: Row, step: Step, *, deleted: bool) -> Row | None:
    """The record that the step leads to; a deleted one only if deleted ones are asked for."""
    record_id = row.get(step.field)
    if record_id is None:
        return None
    target = source.object_of(record_id) if step.polymorphic else step.targets[0]
    parent = source.row(target, record_id) if target else None
    if parent is not None and not deleted and parent.get("IsDeleted"):
        return None
    return parent


def compound(column: Column, columns: Mapping[str, Column]) -> Getter:
    """An address is put together from its parts; any other field is read as it is."""
    if column.type != "address":
        return getter(column.name)
    prefix = column.name.removesuffix("Address")
    parts = [
        (part.name.removeprefix(prefix), part.name)
        for part in columns.values()
        if part.compound == column.name
    ]
    keys = [(f"{short[:1].lower()}{short[1:]}", name) for short, name in parts]

    def compose(row: Row) -> dict[str, Any] | None:
        address = {key: row.get(name) for key, name in keys}
        return address if any(value is not None for value in address.values()) else None

    return compose
