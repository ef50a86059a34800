"""Who asks, and what for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The app or person behind a call."""

    name: str
    """Which app or user; the history's `sourceId`."""
    scopes: frozenset[str] = field(default_factory=frozenset)
    """What it may do; `*` is everything."""
    source: str = "INTEGRATION"
    """The history's `sourceType`: INTEGRATION, CRM_UI, IMPORT, FORM, EMAIL, ..."""
    user: int | None = None
    """User id of the person, where there is one."""


PEOPLE = Caller(name="user", scopes=frozenset({"*"}), source="CRM_UI", user=1_001)
"""Somebody who works in the CRM itself."""
PORTAL = Caller(name="portal", scopes=frozenset({"*"}), source="CALCULATED")
"""The portal, for what follows from other changes."""
