"""Which associations there are between two types of objects, and their numbers.

Follows the list of association type ids in
https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide. A type has a direction;
each has another number for the way back. The unlabelled type stands for "associated at all".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HUBSPOT: Final = "HUBSPOT_DEFINED"
USER: Final = "USER_DEFINED"
PAIRS: Final = (
    ("contacts", "companies", 279, 280, 1, 2),
    ("deals", "contacts", 3, 4, 0, 0),
    ("deals", "companies", 341, 342, 5, 6),
    ("calls", "contacts", 194, 193, 0, 0),
    ("calls", "companies", 182, 181, 0, 0),
    ("calls", "deals", 206, 205, 0, 0),
    ("emails", "contacts", 198, 197, 0, 0),
    ("emails", "companies", 186, 185, 0, 0),
    ("emails", "deals", 210, 209, 0, 0),
    ("meetings", "contacts", 200, 199, 0, 0),
    ("meetings", "companies", 188, 187, 0, 0),
    ("meetings", "deals", 212, 211, 0, 0),
    ("notes", "contacts", 202, 201, 0, 0),
    ("notes", "companies", 190, 189, 0, 0),
    ("notes", "deals", 214, 213, 0, 0),
    ("tasks", "contacts", 204, 203, 0, 0),
    ("tasks", "companies", 192, 191, 0, 0),
    ("tasks", "deals", 216, 215, 0, 0),
    ("leads", "contacts", 608, 607, 578, 577),
    ("leads", "companies", 610, 609, 580, 579),
    ("leads", "calls", 596, 595, 0, 0),
    ("leads", "emails", 598, 597, 0, 0),
    ("leads", "meetings", 600, 599, 0, 0),
    ("leads", "notes", 854, 855, 0, 0),
    ("leads", "tasks", 646, 647, 0, 0),
    ("contacts", "contacts", 449, 449, 0, 0),
    ("companies", "companies", 450, 450, 0, 0),
    ("deals", "deals", 451, 451, 0, 0),
)
"""(one, other, number from one to other, way back, number when primary, way back)."""
PRIMARY: Final = {
    ("contacts", "companies"): "associatedcompanyid",
    ("deals", "companies"): "hs_primary_associated_company",
    ("leads", "contacts"): "hs_primary_contact_id",
    ("leads", "companies"): "hs_primary_company_id",
}
"""The property that repeats the id of the primary associated object."""
_OWN_FROM: Final = 100
"""Labels of the portal's own are numbered from here; HubSpot's numbers are not used twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkType:
    """One type of association, in one direction."""

    number: int
    inverse: int
    """The number of the way back."""
    label: str | None = None
    """None: unlabelled."""
    primary: bool = False
    """An object has one of these at most."""
    category: str = HUBSPOT

    def as_json(self) -> dict[str, object]:
        """As the associations API shows it."""
        return {"category": self.category, "typeId": self.number, "label": self.label}


class LinkTypes:
    """All types, by the two object types in their order."""

    def __init__(self) -> None:
        self._by_pair: dict[tuple[str, str], list[LinkType]] = {}
        self._by_number: dict[tuple[str, str, int], LinkType] = {}
        for one, other, there, back, main, main_back in PAIRS:
            self._pair(one, other, there, back)
            if main:
                # Seen from the company it is the contact with it as the primary one.
                self._pair(one, other, main, main_back, primary=True)
        self._next = _OWN_FROM

    def _pair(self, one: str, other: str, there: int, back: int, *, primary: bool = False) -> None:
        label = "Primary" if primary else None
        self._add(one, other, LinkType(number=there, inverse=back, label=label, primary=primary))
        if there != back:
            self._add(other, one, LinkType(number=back, inverse=there, label=label))

    def _add(self, one: str, other: str, kind: LinkType) -> None:
        self._by_pair.setdefault((one, other), []).append(kind)
        self._by_number[one, other, kind.number] = kind

    def between(self, one: str, other: str) -> list[LinkType]:
        """The types from `one` to `other`; none if they can not be associated."""
        return self._by_pair.get((one, other), [])

    def find(self, one: str, other: str, number: int) -> LinkType | None:
        """The type of that number; None if there is none from `one` to `other`."""
        return self._by_number.get((one, other, number))

    def plain(self, one: str, other: str) -> LinkType | None:
        """The unlabelled type; None if the two can not be associated."""
        found = self.between(one, other)
        return found[0] if found else None

    def primary(self, one: str, other: str) -> LinkType | None:
        """The type of which an object has one at most; None if there is no such type."""
        return next((each for each in self.between(one, other) if each.primary), None)

    def add_label(self, one: str, other: str, label: str, inverse_label: str = "") -> int:
        """A label of the portal's own; its number from `one` to `other`."""
        there, back = self._fresh(), self._fresh()
        kind = LinkType(number=there, inverse=back, label=label, category=USER)
        self._add(one, other, kind)
        way_back = LinkType(number=back, inverse=there, label=inverse_label or label, category=USER)
        self._add(other, one, way_back)
        return there

    def _fresh(self) -> int:
        taken = {each.number for each in self}
        while self._next in taken:
            self._next += 1
        self._next += 1
        return self._next - 1

    def __iter__(self) -> Iterator[LinkType]:
        """All types."""
        return (each for kinds in self._by_pair.values() for each in kinds)
