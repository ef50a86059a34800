"""The users of the portal who can own records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Owner:
    """An owner. Its id is another number than that of the user behind it."""

    id: int
    user_id: int
    email: str
    first_name: str = ""
    last_name: str = ""
    archived: bool = False
    """The user was deactivated or removed; records may still name it."""
    created_at: int
    updated_at: int
    """UTC ms."""
    teams: tuple[tuple[str, str, bool], ...] = ()
    """(id, name, whether it is the main one)."""


class Owners:
    """All owners by id."""

    def __init__(self) -> None:
        self.by_id: dict[int, Owner] = {}

    def add(self, owner: Owner) -> Owner:
        """One more."""
        self.by_id[owner.id] = owner
        return owner

    def __iter__(self) -> Iterator[Owner]:
        """By ascending id."""
        return iter(sorted(self.by_id.values(), key=lambda owner: owner.id))

    def known(self, owner_id: str) -> bool:
        """Whether records may be given to it."""
        found = self.by_id.get(int(owner_id)) if owner_id.isdigit() else None
        return found is not None and not found.archived
