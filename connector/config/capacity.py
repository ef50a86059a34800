"""Who comes first, how much a rep can follow up, who is away, and who is held out, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from connector.clock import DAY
from connector.engine.condition import Condition

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """How people in lead mode are put in order: a weighted sum of parts between 0 and 1.

    `stars`, `frequency` and `amount` are rising lower bounds for the second to the fifth step,
    `recency` falling upper ones; `flames` are lower bounds for one to three.
    """

    hand_raise: float = 150.0
    level: float = 20.0
    change: float = 20.0
    fit: float = 40.0
    value: float = 20.0
    phase: float = 40.0
    stars: tuple[float, ...] = (30.0, 50.0, 70.0, 90.0)
    flames: tuple[float, ...] = (15.0, 30.0, 50.0)
    late: float = 30.0
    """Points of late signals, of the phase conversion or behind it, that give the whole part."""
    window: int = 14 * DAY
    """ms over which the change of the score is looked at."""
    recency: tuple[int, ...] = (1_095 * DAY, 730 * DAY, 365 * DAY, 180 * DAY)
    """ms since the last won opportunity."""
    frequency: tuple[int, ...] = (2, 3, 5, 8)
    """Won opportunities."""
    amount: tuple[float, ...] = (5_000.0, 20_000.0, 50_000.0, 100_000.0)
    """Won in all, in the CRM's currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The weekly task that says what was deferred."""

    subject: str
    body: str
    on: int
    """Weekday, 0 is Monday."""
    at: int
    """ms after midnight in the configured time zone."""
    to: str | None = None
    """Platform id of the user who gets all of them; None: each rep gets their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many hand-offs can be followed up per week."""

    default: float | None = None
    """Of a rep for whom nothing else is said; None: any number."""
    measured: int | None = None
    """ms looked back for what a rep really did; None: nothing is measured."""
    touches: float = 6.0
    """Calls and meetings that one hand-off takes, for what is measured."""
    wait: int = 7 * DAY
    """ms after which a hand-off that found no place is given up."""
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Weekdays on which reps work, 0 is Monday."""
    owner: Mapping[str, float] = field(default_factory=dict)
    """Per week by platform id of a user."""
    digest: Digest | None = None


class Share(StrEnum):
    """Who of a team gets a task."""

    OWNER = "owner"
    """The owner, or when there is none of the team, whoever a hash of the task picks."""
    ROUND_ROBIN = "round_robin"
    """Whoever a hash of the task picks: evenly, and the same for ever for the same members."""
    LEAST_LOAD = "least_load"
    """Who got the fewest hand-offs this week; of equals, whoever the hash picks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Users who share what comes in."""

    id: str
    members: tuple[str, ...]
    """Platform ids."""
    capacity: float | None = None
    """Hand-offs per week of all together; None: each has their own."""
    share: Share = Share.OWNER
    when: Condition | None = None
    """Whose tasks go to the team, whoever owns them; None: only those of its members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A user is away."""

    owner: str
    since: date
    until: date
    """The last day of it."""

    def covers(self, day: date) -> bool:
        """Whether the user is away on a day."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """Episodes that are silently not handed off, to see what handing off brings."""

    share: float
    """Between 0 and 1."""
    draw: str = ""
    """Another text draws other episodes."""
