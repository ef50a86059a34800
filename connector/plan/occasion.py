"""What a hand-off is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.condition import Facts
from connector.engine.result import Transition
from connector.model import Person, Record, RecordRef
from connector.plan.brief.known import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One alert of one person, with everything that its texts may tell."""

    instance: str
    """The configured id of this leadmode; part of every key."""
    rulebook: Rulebook
    mode: LeadMode
    person: Person
    facts: Facts
    target: RecordRef
    """The record that gets the task."""
    transition: Transition
    quiet_since: int | None
    """The last qualifying engagement before the burst, UTC ms."""
    zone: ZoneInfo
    """Of dates for whom no zone is known."""
    now: int
    known: Known = field(default_factory=Known)
    """What else is known about the person."""
    fallback: Record | None = None
    """The user who gets the tasks when no owner does, as far as they were read."""
    speak: str = ""
    """A language to use whatever the owner's is; empty: the owner's."""
