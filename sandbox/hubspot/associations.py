"""Which objects belong together, seen from both sides.

What follows from an association (the primary company of a contact, the end of a lead) is in
`linking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from sandbox.hubspot.linktypes import LinkType, LinkTypes

Links = dict[int, tuple[int, ...]]
"""Id of the other object -> numbers of the types, ascending."""
_NONE: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType({})


class Associations:
    """All associations of a portal."""

    def __init__(self) -> None:
        self.types = LinkTypes()
        self._links: dict[tuple[str, str], dict[int, Links]] = {}
        self._inverses: dict[tuple[str, str, tuple[int, ...]], tuple[int, ...]] = {}

    def of(self, one: str, object_id: int, other: str) -> Mapping[int, tuple[int, ...]]:
        """The objects of type `other` that an object of type `one` is associated with."""
        return self._links.get((one, other), {}).get(object_id, _NONE)

    def numbers(self, one: str, object_id: int, other: str, other_id: int) -> tuple[int, ...]:
        """By which types two objects are associated; none if they are not."""
        return self.of(one, object_id, other).get(other_id, ())

    def put(
        self, one: str, object_id: int, other: str, other_id: int, numbers: Iterable[int]
    ) -> None:
        """Associate two objects by exactly these types, in both directions; none: not any more."""
        there = tuple(sorted(set(numbers)))
        self._set(one, object_id, other, other_id, there)
        back = self._inverse(one, other, there)
        self._set(other, other_id, one, object_id, back)

    def _inverse(self, one: str, other: str, there: tuple[int, ...]) -> tuple[int, ...]:
        known = self._inverses.get((one, other, there))
        if known is None:
            found = [self.types.find(one, other, number) for number in there]
            known = tuple(sorted({each.inverse for each in found if each is not None}))
            self._inverses[one, other, there] = known
        return known

    def _set(
        self, one: str, object_id: int, other: str, other_id: int, numbers: tuple[int, ...]
    ) -> None:
        by_object = self._links.setdefault((one, other), {})
        if numbers:
            by_object.setdefault(object_id, {})[other_id] = numbers
            return
        links = by_object.get(object_id, {})
        links.pop(other_id, None)
        if not links:
            by_object.pop(object_id, None)

    def around(self, one: str, object_id: int) -> Iterator[tuple[str, int, tuple[int, ...]]]:
        """All associations of an object: (other type, other id, numbers)."""
        for (origin, other), by_object in list(self._links.items()):
            if origin == one:
                for other_id, numbers in list(by_object.get(object_id, {}).items()):
                    yield other, other_id, numbers

    def primary(self, one: str, object_id: int, other: str) -> int | None:
        """The object that is the primary one; None if there is none."""
        kind = self.types.primary(one, other)
        return None if kind is None else self.first(one, object_id, other, kind)

    def first(self, one: str, object_id: int, other: str, kind: LinkType) -> int | None:
        """The first object associated by this type."""
        links = self.of(one, object_id, other)
        found = (each for each, numbers in links.items() if kind.number in numbers)
        return next(found, None)
