"""What a hand-off is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.condition import Facts
from connector.engine.result import Transition
from connector.model import Episode, Person, Record, RecordRef
from connector.plan.brief.known import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What the placeholders about the order say; empty where nobody was put in order."""

    rank: str = ""
    """For example "rank 2 of 7: A1, never bought"."""
    stars: str = ""
    flames: str = ""
    value: str = ""


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
    episodes: Sequence[Episode] = ()
    """Those of the person, of all rules, as recorded now."""
    receiver: str | None = None
    """Platform id of who gets the task; None: nobody is named."""
    addressee: Record | None = None
    """The same user, as far as they were read: the texts are in their language."""
    ranking: Ranking = field(default_factory=Ranking)
    speak: str = ""
    """A language to use whatever the owner's is; empty: the owner's."""
