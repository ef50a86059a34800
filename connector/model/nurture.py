"""Nurture as it was recorded: runs through programs, and the touches that were made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One run of one person through one program."""

    program: str
    anchor: int
    """When they left lead mode or were last heard of, UTC ms: part of every key."""
    entry: str
    """"left_lead_mode" or "passive"."""
    enrolled_at: int
    starts_at: int
    """From when on it counts, UTC ms: a day takes in only so many."""
    ended_at: int | None = None
    reason: str = ""
    """Why it ended."""
    exhausted_at: int | None = None
    """Since when no offer is left that suits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One touch that was made."""

    key: str
    """Of the write."""
    program: str
    anchor: int
    number: int
    """From 1."""
    offer: str
    at: int
    """UTC ms."""
    persona: str
    """Of the person then; "": none."""
    phase: str
    """Of the person then; "": none."""
