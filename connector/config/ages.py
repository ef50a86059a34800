"""Facts that no platform has and conditions may ask for: history, and ages that grow by time."""

from __future__ import annotations

from typing import Final

HISTORIES: Final = ("history", "account_history")
"""Subjects that leadmode fills in from opportunities: of the person, and of the whole company."""
COUNTS: Final = ("won", "lost", "won_amount")
SINCE: Final = ("first_won_ago", "last_won_ago", "last_lost_ago")
OWNERSHIP_AGE: Final = "owner.ownership_age"
"""How long the record belongs to its owner."""
AGES: Final = frozenset(
    {OWNERSHIP_AGE, *(f"{subject}.{name}" for subject in HISTORIES for name in SINCE)}
)
"""Paths whose values are lengths of time, in ms."""
OF_HISTORY: Final = frozenset(
    f"{subject}.{name}" for subject in HISTORIES for name in (*COUNTS, *SINCE)
)
