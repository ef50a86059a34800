"""Every object of an org, with the fields it has gained; and who points at whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from sandbox.salesforce.schema import activity, people, sales, setup
from sandbox.salesforce.schema.field import Field, fields_of
from sandbox.salesforce.schema.kind import ObjectType

ACTIVITY: Final = "Activity"
"""Custom fields of Task and Event are made on this object, which holds no records."""


class Child(NamedTuple):
    """Records of `type` point with `field` at the object that is looked at."""

    type: ObjectType
    field: Field

    @property
    def relationship(self) -> str | None:
        """What the parent calls them; None where it has no name for them."""
        return self.field.children


class Schema:
    """The objects of one org."""

    def __init__(self, *, person_accounts: bool = False) -> None:
        self._types: dict[str, ObjectType] = {}
        self._prefixes: dict[str, ObjectType] = {}
        made = people.objects() + sales.objects() + activity.objects() + setup.objects()
        for known in sorted(made, key=lambda each: each.name):
            self._types[known.name.lower()] = known
            self._prefixes[known.prefix] = known
        self.person_accounts = person_accounts
        if person_accounts:
            self._add_person_accounts()

    def _add_person_accounts(self) -> None:
        account, contact = self["Account"], self["Contact"]
        for known in fields_of(people.PERSON_ACCOUNT, people.PICKLISTS):
            account.add(known)
        flag = account.fields["ispersonaccount"]
        contact.add(replace(flag, label="Is Person Account"))

    def __getitem__(self, name: str) -> ObjectType:
        return self._types[name.lower()]

    def __iter__(self) -> Iterator[ObjectType]:
        return iter(self._types.values())

    def find(self, name: str) -> ObjectType | None:
        """The object of that name, whatever its case."""
        return self._types.get(name.lower())

    def of_id(self, record_id: str) -> ObjectType | None:
        """The object that an id belongs to."""
        return self._prefixes.get(record_id[:3])

    def children(self, parent: str) -> list[Child]:
        """Who points at records of `parent`."""
        return [
            Child(each, known)
            for each in self
            for known in each.references()
            if parent in known.reference_to
        ]

    def child(self, parent: str, relationship: str) -> Child | None:
        """The children that `parent` calls so."""
        wanted = relationship.lower()
        for found in self.children(parent):
            if found.relationship is not None and found.relationship.lower() == wanted:
                return found
        return None

    def relation(self, owner: ObjectType, relationship: str) -> Field | None:
        """The reference behind a relationship name such as `Account` or `Who`."""
        wanted = relationship.lower()
        for known in owner.references():
            if known.relationship is not None and known.relationship.lower() == wanted:
                return known
        return None

    def homes(self, name: str) -> list[ObjectType]:
        """The objects that a custom field of `name` appears on: two for Activity."""
        if name.lower() == ACTIVITY.lower():
            return [self["Task"], self["Event"]]
        found = self.find(name)
        return [found] if found is not None else []

    def add_field(self, owner: str, new: Field) -> list[ObjectType]:
        """Add a custom field; the objects that have it now."""
        homes = self.homes(owner)
        for home in homes:
            home.add(new)
        return homes
