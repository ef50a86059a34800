"""Nurture as values: what may be offered to whom, and the programs that offer it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from connector.config.rulebook import Owned, Phase
    from connector.engine.condition import Logical

FEWEST_TOUCHES: Final = 5
MOST_TOUCHES: Final = 7
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Channel(StrEnum):
    """How a touch reaches somebody; consent is given by channel."""

    MAIL = "mail"
    CALL = "call"


class Entry(StrEnum):
    """How somebody comes into a program."""

    LEFT_LEAD_MODE = "left_lead_mode"
    """They left lead mode without buying."""
    PASSIVE = "passive"
    """They are known, and have done nothing for long."""


class Means(StrEnum):
    """How a program delivers its touches."""

    TASK = "task"
    """A task for a rep."""
    LIST = "list"
    """Membership in a list or campaign of the platform, which does the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that a touch can offer."""

    id: str
    title: str
    text: str
    assets: tuple[str, ...]
    """Patterns of what counts as its response, and as having had it already."""
    personas: frozenset[str]
    """Empty: everybody."""
    phases: tuple[Phase, ...]
    """Empty: any."""
    channel: Channel
    list: str
    """The platform's id of the list or campaign that delivers it; empty: none does."""
    active: bool

    def is_for(self, persona: str) -> bool:
        """Whether it is meant for a persona; "" is somebody without one."""
        return not self.personas or persona in self.personas


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When somebody may be touched, by the wall clock."""

    opens: int
    """Minutes after midnight."""
    closes: int
    days: frozenset[int]
    """0 is Monday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A sequence of touches. Times in ms."""

    id: str
    title: str
    epoch: int
    entry: tuple[Entry, ...]
    reasons: frozenset[str]
    """How an episode must have ended for `left_lead_mode`."""
    quiet_for: int
    who: Logical
    touches: int
    first_after: int
    spacing: int
    """Between two touches there is never less."""
    jitter: int
    """So much more at most."""
    hours: Hours
    per_day: int
    """Most people who start on one day, for each way of entry."""
    rest: int
    """After a program somebody is left alone for so long."""
    pause_for: int
    """So long after a rep's call, meeting or hand-off nothing is sent."""
    means: Means
    on: str
    """Name of the source that gets the touches; empty: the one that gets the tasks."""
    offers: frozenset[str]
    """Ids; empty: all."""
    subject: str
    body: str
    due: int
    priority: str
    owners: tuple[Owned, ...]
    fallback_owner: str | None
    content_owner: str | None
    """Who is asked for content when an offer is wanting; None: nobody."""
