"""A CRM object as the portal keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One value that a property had, as `propertiesWithHistory` tells it."""

    value: str
    at: int
    """UTC ms."""
    source_type: str = "CRM_UI"
    source_id: str = ""
    user: int | None = None


@dataclass(slots=True, kw_only=True)
class Kept:
    """One object. Every value is text; a property that is cleared or was never set is absent."""

    id: int
    type: str
    """Plural, as in paths: "contacts"."""
    properties: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Version]] = field(default_factory=dict)
    """Newest first."""
    created_at: int
    updated_at: int
    """UTC ms; what `lastmodifieddate` or `hs_lastmodifieddate` says, too."""
    archived_at: int | None = None
    gone: bool = False
    """Privacy-deleted, or merged into another one: no list and no search shows it."""
    merged_into: int | None = None
    indexed: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """The properties as the search index has them until `indexed_from`; empty: it has none yet."""
    indexed_from: int = 0
    """UTC ms from which a search sees the object as it is."""

    @property
    def is_live(self) -> bool:
        """Whether ordinary lists and searches show it."""
        return self.archived_at is None and not self.gone

    def as_searched(self, now: int) -> Mapping[str, str] | None:
        """The properties that a search at `now` (UTC ms) sees; None: it does not know it yet."""
        if now >= self.indexed_from:
            return self.properties
        return self.indexed or None
