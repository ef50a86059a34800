"""What is to happen when nobody works a hand-off, and when people work, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Do(StrEnum):
    """What a step does."""

    REMIND = "remind"
    """Whoever has the task gets a further one that says so."""
    ESCALATE = "escalate"
    """The manager of whoever has the task gets one."""
    REASSIGN = "reassign"
    """The next who may get the task gets one."""
    RECYCLE = "recycle"
    """The hand-off is taken back: the episode ends as recycled."""


class Until(StrEnum):
    """What makes a step needless."""

    ACCEPTED = "accepted"
    """Somebody has taken the task up."""
    WORKED = "worked"
    """The task is done, or somebody has spoken with the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """When some users work."""

    id: str
    owners: frozenset[str] = frozenset()
    """Platform ids of users; empty: everybody."""
    zone: str = ""
    """IANA name; empty: that of the user, else that of the configuration."""
    opens: int = 9 * 60
    """Minutes after midnight."""
    closes: int = 17 * 60
    days: frozenset[int] = frozenset(range(5))
    """0 is Monday."""
    country: str = ""
    """Whose public holidays are free; empty: none are."""
    region: str = ""
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One [[sla_step]]."""

    id: str
    do: Do
    after: int
    """ms; a day stands for a working day."""
    raised_after: int
    """The same for a raised hand."""
    until: Until
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """Everything that follows when a hand-off is left alone."""

    steps: tuple[Deadline, ...] = ()
    offices: tuple[Office, ...] = ()
    rules: frozenset[str] = frozenset()
    """Ids of lead modes; empty: all."""
    look_every: int = 15 * 60_000
    """ms between two readings of a fresh task."""
    trust_for: int = 60 * 60_000
    """ms for which a reading is taken for the truth; then a step waits for another."""
    manager: str = ""
    """Platform id of who gets what is escalated when the CRM names no manager."""
    due: int = 4 * 3_600_000
    """ms after which the tasks of steps are due."""
    priority: str = "high"
    cooling: int | None = None
    """ms before the end of an untouched episode at which its rep is warned; None: never."""
    cooling_subject: str = ""
    cooling_body: str = ""
