"""Lists of contacts: static ones that integrations fill, and dynamic ones that the portal fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

STATIC: Final = ("MANUAL", "SNAPSHOT")
"""Processing types of lists that records can be added to."""


@dataclass(slots=True, kw_only=True)
class Listed:
    """One list."""

    id: str
    name: str
    processing: str = "MANUAL"
    members: set[int] = field(default_factory=set)
    """Ids of contacts."""


class Lists:
    """The lists of the portal by id."""

    def __init__(self) -> None:
        self._lists: dict[str, Listed] = {}

    def make(self, name: str, processing: str = "MANUAL") -> Listed:
        """A marketer makes a list."""
        made = Listed(id=str(len(self._lists) + 1), name=name, processing=processing)
        self._lists[made.id] = made
        return made

    def find(self, list_id: str) -> Listed | None:
        """The list with this id."""
        return self._lists.get(list_id)
