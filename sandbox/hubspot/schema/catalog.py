"""All types of objects of a portal, by any of their names."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.hubspot.schema import activities, companies, contacts, deals, leads
from sandbox.hubspot.schema.kind import Kind


class Schema:
    """What objects and properties there are."""

    def __init__(self, *, leads_too: bool) -> None:
        kinds = [contacts.kind(), companies.kind(), deals.kind(), *activities.kinds()]
        if leads_too:
            kinds.append(leads.kind())
        self.kinds = {kind.name: kind for kind in kinds}

    def find(self, name: str) -> Kind | None:
        """The type that a path names: contacts, contact or 0-1; None if there is none."""
        found = self.kinds.get(name)
        return found or next((kind for kind in self if kind.named(name)), None)

    def __getitem__(self, name: str) -> Kind:
        """The type of that plural name."""
        return self.kinds[name]

    def __iter__(self) -> Iterator[Kind]:
        """All types."""
        return iter(self.kinds.values())
