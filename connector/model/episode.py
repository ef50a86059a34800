"""Episodes as they were recorded: what happened, what was decided, what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What was decided about an alert."""

    HANDED_OFF = "handed_off"
    HELD = "held"
    WAITING = "waiting"
    """It waits for a free place in the week of whoever would get it."""


class Hold(StrEnum):
    """Why a hand-off was not made. The order is the order in which reasons are looked for."""

    BASELINE = "baseline"
    """It was so before leadmode, or this rule, started to look."""
    OVER = "over"
    """It was found late, and the episode had ended by then."""
    SAME_BURST = "same_burst"
    """Late data moved the start of a burst that had been handed off already."""
    EXCLUDED = "excluded"
    """A competitor, an employee ...: somebody the rules never hand off."""
    CONSENT = "consent"
    """The person may not be contacted on any channel."""
    OPEN_OPPORTUNITY = "open_opportunity"
    """The person or the account has an open opportunity: somebody sells already."""
    WORKED = "worked"
    """A rep spoke with the person a short time ago."""
    PUT_AWAY = "put_away"
    """Sales put the person away; by the rules only a raised hand brings them back."""
    COOLDOWN = "cooldown"
    """An earlier hand-off of this person is too recent."""
    SILENCE = "silence"
    """The rules hold hand-offs at that time: a [[silence]]."""
    NO_RECORD = "no_record"
    """The person has no record in the CRM that receives the tasks."""
    NO_OWNER = "no_owner"
    """Of an account that surges: nobody who works there would get the task."""
    JOINED = "joined"
    """The task about the person's company tells the same owner of them."""
    HOLDOUT = "holdout"
    """One of those that are not handed off to see what handing off brings."""
    CAPACITY = "capacity"
    """It waited for a free place until it was over, or for too long."""
    MACHINE_ONLY = "machine_only"
    """Only machine evidence spoke for it; with it the person would have entered."""
    DRY_RUN = "dry_run"
    """leadmode is not armed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one alert of one episode, and why."""

    rule: str
    burst: int
    """The episode's anchor, UTC ms."""
    at: int
    """The transition's moment, UTC ms."""
    change: str
    """"entered" or "raised"."""
    verdict: Verdict
    hold: Hold | None = None
    detail: str = ""
    """What an explanation adds, for example the opportunity's reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One recorded stay in lead mode."""

    rule: str
    burst: int
    """Anchor: the start of its burst, UTC ms."""
    entered_at: int
    reason: str
    """`engine.result.Reason` of the entry."""
    score: float
    """Points when it was entered."""
    left_at: int | None = None
    left_reason: str | None = None
    superseded: bool = False
    """True when the anchor no longer holds; kept for the record, not counted as lead mode."""
    revision: str = ""
    """The rule revision that recorded it."""

    @property
    def is_open(self) -> bool:
        """Whether the person is in lead mode by this episode."""
        return self.left_at is None and not self.superseded


class OutboxState(StrEnum):
    """Where a write is on its way."""

    PENDING = "pending"
    INFLIGHT = "inflight"
    """Claimed by a sender until its lease ends."""
    DONE = "done"
    RETRY = "retry"
    """To be sent again at a moment."""
    UNKNOWN = "unknown"
    """Sent; nobody knows. Sent again where the target recognises the key."""
    HELD = "held"
    """Waits for a person to decide."""
    DEAD = "dead"
    """Refused for good; waits for a person to look."""
    CANCELLED = "cancelled"
    """Not wanted any more."""
    EXPIRED = "expired"
    """Too late to be of use."""
    UNDONE = "undone"
    """Taken back by `leadmode undo`; its key stays spent."""
