"""Surges of accounts as they were recorded, and what was decided about each."""

from __future__ import annotations

from dataclasses import dataclass

from connector.model.episode import Hold, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSurge:
    """One time in which enough people of an account were engaged at once."""

    anchor: int
    """When it began as it was first seen, UTC ms: part of the write key, never moved."""
    began_at: int
    """When it began, by what is known now."""
    ended_at: int | None
    people: int
    """How many were engaged when it began."""
    weight: float
    """The same, each with the weight of their persona."""
    verdict: Verdict
    hold: Hold | None = None
    detail: str = ""
    receiver: str = ""
    """Platform id of who gets the task."""
    key: str = ""
    """Of the task's write; empty until it is queued."""
    revision: str
    decided_at: int
    superseded: bool = False
    """True when it no longer holds by what is known now; kept for the record."""

    @property
    def is_open(self) -> bool:
        """Whether the account surges by this one."""
        return self.ended_at is None and not self.superseded
