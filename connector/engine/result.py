"""What an evaluation says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from connector.engine.timeline import EndReason, Engaged


class Change(StrEnum):
    """How the state changed."""

    ENTERED = "entered"
    RAISED = "raised"
    """A hand was raised in an episode that goes on."""
    LEFT = "left"


class Reason(StrEnum):
    """Why it changed."""

    SCORE = "score"
    HAND_RAISE = "hand_raise"
    DECAYED = "decayed"
    IDLE = "idle"
    CONVERTED = "converted"
    REJECTED = "rejected"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    INELIGIBLE = "ineligible"

    @staticmethod
    def of_ending(reason: EndReason) -> Reason:
        """The same reason in the words of transitions."""
        return Reason(reason.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one engagement gave to the score at a moment."""

    engaged: Engaged
    signal: str
    """Signal id."""
    points: float
    """Decayed points at that moment, before group caps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One change of state, with its moment and why."""

    at: int
    change: Change
    reason: Reason
    burst: int
    """Start of the burst that the episode is anchored to, UTC ms: its identity for a person."""
    score: float
    """S at `at`, after the instant's engagements were applied, before an ending wiped any.

    Leaving by decay or silence comes before an instant of the same moment: S without it."""
    evidence: tuple[Contribution, ...] = ()
    """For entered and raised: the top contributions, best first (ties: later, then greater id)."""
    raised_by: Engaged | None = None
    """The hand-raise of the instant that made the transition (the greatest id of several)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the person stands after everything up to `now`; what `explain` is made of."""

    score: float
    """S(now)."""
    burst: int | None
    """Start of the current burst, None when there was no instant yet."""
    armed: bool
    last_instant: int | None
    distinct_kinds: int
    """In (now - window, now]."""
    humans: int
    """In (now - window, now]."""
    fits: bool
    contributions: tuple[Contribution, ...]
    """The top contributions now."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The answer for one person and one rule at one moment."""

    transitions: tuple[Transition, ...]
    """All up to and including `now`, in order."""
    in_lead_mode: bool
    due: int | None
    """The first later moment at which the transitions can change without new data."""
    stand: Callable[[], Standing] = field(repr=False, compare=False)
    """Works out the standing. Of all who are evaluated, few are asked where they stand."""

    @cached_property
    def standing(self) -> Standing:
        """Where the person stands at `now`; worked out when first asked for."""
        return self.stand()
