"""One type of object: its fields, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sandbox.salesforce.schema.field import Field, fields_of

SYSTEM: Final = """
CreatedDate datetime d Created Date
CreatedById ref(User:CreatedBy) d Created By ID
LastModifiedDate datetime d Last Modified Date
LastModifiedById ref(User:LastModifiedBy) d Last Modified By ID
SystemModstamp datetime d System Modstamp
"""
FULL: Final = frozenset(
    {
        "createable", "deletable", "layoutable", "queryable", "replicateable", "retrieveable",
        "triggerable", "updateable",
    }
)  # fmt: skip
CRM: Final = FULL | {"feedEnabled", "mruEnabled", "searchable", "undeletable"}
READ_ONLY: Final = frozenset({"queryable", "retrieveable"})


@dataclass(slots=True, kw_only=True)
class ObjectType:
    """An object as the org keeps it; custom fields are added to `fields`."""

    name: str
    prefix: str
    label: str
    plural: str
    powers: frozenset[str] = FULL
    """Names of the describe properties that are true."""
    fields: dict[str, Field] = field(default_factory=dict)
    """By lower-case name, in the order in which a describe lists them."""
    bulk: bool = True
    """Whether the Bulk APIs know it."""
    _flags: list[str] | None = None
    synonyms: tuple[str, ...] = ()
    """Objects that share its custom fields, as Task and Event share those of Activity."""

    def field(self, name: str) -> Field | None:
        """The field of that name, whatever its case."""
        return self.fields.get(name.lower())

    def add(self, new: Field) -> None:
        """Put one more field in."""
        self.fields[new.name.lower()] = new
        self._flags = None

    def remove(self, name: str) -> None:
        """Take a field out."""
        self.fields.pop(name.lower(), None)
        self._flags = None

    @property
    def name_field(self) -> str | None:
        """The field that a person would read."""
        return next((f.name for f in self.fields.values() if f.name_field), None)

    def flags(self) -> list[str]:
        """Names of the fields that are true or false, never null."""
        if self._flags is None:
            self._flags = [f.name for f in self.fields.values() if f.type == "boolean"]
        return self._flags

    def references(self) -> list[Field]:
        """Fields that point at other records."""
        return [f for f in self.fields.values() if f.reference_to]


def define(
    name: str,
    prefix: str,
    label: str,
    plural: str,
    notation: str,
    picklists: dict[str, tuple[str, ...]] | None = None,
    *,
    powers: frozenset[str] = FULL,
    stamped: bool = True,
    deleted: bool = True,
    bulk: bool = True,
) -> ObjectType:
    """An object from its notation, with the fields that every object has."""
    lines = [f"Id id d {label} ID;lookup"]
    if deleted:
        lines.append("IsDeleted boolean - Deleted")
    lines.append(notation)
    if stamped:
        lines.append(SYSTEM)
    made = ObjectType(
        name=name, prefix=prefix, label=label, plural=plural, powers=powers, bulk=bulk
    )
    for known in fields_of("\n".join(lines), picklists or {}):
        made.add(known)
    return made
