"""Who asks, and with which call options.

Follows the REST headers Sforce-Auto-Assign, Sforce-Duplicate-Rule-Header and
Sforce-Query-Options (REST API guide, headers).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The user behind a call."""

    user: str
    """User id."""
    auto_assign: bool = True
    """The platform's default is true, also for updates."""
    allow_duplicates: bool = False
    """allowSave of the duplicate rule header."""
    system: bool = False
    """The org itself, or a test: field-level security and read-only flags do not apply."""
