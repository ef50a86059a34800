"""What a type of object is: its names, number, stamps, and what a new one must have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sandbox.hubspot.schema.property import Property

ACTIVITIES: Final = ("tasks", "notes", "meetings", "calls", "emails")
"""Types whose objects are logged on others."""


@dataclass(slots=True, kw_only=True)
class Group:
    """A group of properties."""

    name: str
    label: str
    order: int = -1
    archived: bool = False


@dataclass(slots=True, kw_only=True)
class Kind:
    """One type of object."""

    name: str
    """Plural, as in paths: contacts."""
    singular: str
    number: str
    """The type id: 0-1."""
    modified: str
    """The property that says when it changed last."""
    created: str
    """The property that says when it was made."""
    required: tuple[str, ...] = ()
    """Properties without which no object is made."""
    properties: dict[str, Property] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    """What is shown when a call does not say which properties it wants."""

    @property
    def is_activity(self) -> bool:
        """Whether it is logged on contacts, companies and deals."""
        return self.name in ACTIVITIES

    def live(self, name: str) -> Property | None:
        """A property by its name (in any case of its letters) unless it is archived."""
        found = self.properties.get(name) or self.properties.get(name.lower())
        return None if found is None or found.archived else found

    def named(self, *texts: str) -> bool:
        """Whether one of these words stands for this type."""
        return any(text.lower() in (self.name, self.singular, self.number) for text in texts)


def kind_of(
    name: str,
    singular: str,
    number: str,
    properties: Iterable[Property],
    groups: Iterable[tuple[str, str]],
    *,
    stamps: tuple[str, str] = ("hs_createdate", "hs_lastmodifieddate"),
    required: tuple[str, ...] = (),
    shown: tuple[str, ...] = (),
) -> Kind:
    """A type with its default properties; `stamps` are those of making and changing."""
    return Kind(
        name=name,
        singular=singular,
        number=number,
        created=stamps[0],
        modified=stamps[1],
        required=required,
        properties={each.name: each for each in properties},
        groups={each: Group(name=each, label=label) for each, label in groups},
        shown=(*shown, stamps[0], stamps[1], "hs_object_id"),
    )
