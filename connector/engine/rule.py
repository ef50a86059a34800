"""What a lead-mode rule says, ready to be evaluated. Times are milliseconds, weights points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from connector.model import Evidence, Kind

DEFAULT_GROUP: Final = "default"
EPSILON: Final = 1e-11
"""Relative tolerance of every comparison of a score with a threshold (docs/semantics.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `count` carried engagements per person, signal and bucket of `days` whole days.

    Buckets are aligned to the epoch in UTC: floor(at / (days * 86,400,000)).
    """

    count: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Turns engagement of some kinds into points."""

    id: str
    kinds: frozenset[Kind]
    weight: float
    """Points of one fresh engagement; 0 makes matching engagements not qualify."""
    half_life: int
    """Milliseconds after which half of the points are left; > 0."""
    assets: tuple[str, ...] = ()
    """Case-insensitive shell patterns; the asset or the link must match one. Empty: any."""
    sources: frozenset[str] = frozenset()
    """Instance names; empty: any."""
    classes: frozenset[Evidence] = frozenset()
    """Evidence classes; empty: any. What a machine did never gets here."""
    group: str = DEFAULT_GROUP
    limit: Limit | None = None
    hand_raise: bool = False
    phase: str = ""
    """Which phase of the buyer's journey it speaks of; says nothing about points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named lead-mode rule (docs/semantics.md)."""

    id: str
    signals: tuple[Signal, ...]
    """In file order: the first that matches scores an engagement."""
    enter: float
    """Score at or above which a person may enter."""
    leave: float
    """Score at or below which an episode has decayed; < enter."""
    dormant_after: int
    """A gap of at least this many ms starts an armed burst."""
    burst_max: int
    """A burst may be entered this many ms after its start, at the latest."""
    window: int
    """ms looked back for distinct kinds and human evidence: (t - window, t]."""
    distinct_kinds: int = 1
    human_min: int = 0
    idle_after: int
    """ms of silence that end an episode; <= dormant_after."""
    cooldown: int = 0
    """ms after a hand-off in which an entry raises no further one."""
    fresh_start: bool = True
    """Whether a disposition wipes the slate."""
    rearm_after: int = 0
    """ms after a disposition from which the next instant starts a new armed burst."""
    caps: Mapping[str, float] = field(default_factory=dict)
    """Most points per group; a group that is not named has no cap."""
    top: int = 5
    """How many engagements are kept as evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineTests:
    """Our own tests for clicks that no human made; the defaults are those seen in mail tools."""

    click_after_send: int = 2_000
    """A click within this many ms of the sending of the same message is a machine's."""
    scan_links: int = 3
    """This many distinct links clicked by one person ..."""
    scan_within: int = 2_000
    """... within this many ms (inclusive) are a scanner's; 0 switches a test off."""
