"""What is measured and against what, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.clock import DAY
from connector.engine.condition import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of the market."""

    id: str
    label: str
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How a report counts."""

    fewest: int = 10
    """No share and no median is claimed of fewer than these."""
    horizon: int = 90 * DAY
    """ms; an opportunity opened at most this long after an entry counts as following it."""
    answer_within: int = 30 * DAY
    """ms; what somebody does with an offer at most this long after a touch answers it."""
    unreached_after: int = 90 * DAY
    """ms without touch, task and engagement, after which nothing reaches a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What a segment needs for each stage of the cycle; as `HealthTable`."""

    prime_hand_offs: int = 20
    prime_accepted: float = 0.5
    age_opportunities: int = 10
    age_rate: float = 0.1
    age_unreached: float = 0.5
    success_wins: int = 3
    success_rate: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """Everything about measurement that the rule files say."""

    segments: tuple[Segment, ...] = ()
    counting: Counting = field(default_factory=Counting)
    stages: Stages = field(default_factory=Stages)
