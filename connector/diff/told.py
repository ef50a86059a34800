"""What a diff of two sets of rules tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.config.rule_changes import RuleChange
from connector.model import Hold
from connector.report.dossier import Who


class Now(StrEnum):
    """What is different about a person at this moment."""

    ENTERS = "enters"
    """In lead mode under the new rules only."""
    LEAVES = "leaves"
    """In lead mode under the old rules only."""
    HELD = "held"
    """In lead mode under both; the hand-off is held under one, or for another reason."""
    MOVES = "moves"
    """In lead mode under both, with another grade, or another place among those who are."""


class Past(StrEnum):
    """What is different about an alert of the past."""

    ONLY_OLD = "only_old"
    ONLY_NEW = "only_new"
    MOVED = "moved"
    """The same stay, entered at another moment."""
    HELD = "held"
    """The same moment; held under one only, or for another reason."""
    ENDED = "ended"
    """The same beginning; another end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where somebody in lead mode stands under one side."""

    entered_at: int
    """UTC ms."""
    score: float
    """Now."""
    grade: str
    rank: int | None
    """Among those whom both sides have in lead mode by this rule or another; 1 is best."""
    hold: Hold | None
    """Why the last alert of the episode would have been held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NowChange:
    """One person and rule that are not the same under both sides now."""

    who: Who
    rule: str
    what: Now
    old: Here | None
    new: Here | None
    also: tuple[str, ...]
    """Other rules by which the side that lacks them has them in lead mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One alert under one side."""

    at: int
    """UTC ms."""
    entered: bool
    """An episode began; otherwise a hand was raised within one."""
    by_hand: bool
    score: float
    hold: Hold | None
    left_at: int | None
    left_because: str
    """In words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """One alert of the past that is not the same under both sides."""

    who: Who
    rule: str
    what: Past
    old: Stay | None
    new: Stay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One difference in words."""

    who: Who
    rule: str
    what: str
    """`Now` or `Past`."""
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often what is different, for one owner or one rule."""

    name: str
    now: Mapping[str, int]
    """By `Now`."""
    past: Mapping[str, int]
    """By `Past`."""
    handed_off_old: int
    """Hand-offs of the period."""
    handed_off_new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTold:
    """One set of rules."""

    label: str
    revision: str
    running: bool
    """Whether leadmode worked by these rules last."""
    in_lead_mode: int
    """Persons, now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything."""

    at: int
    zone: str
    start_at: int
    """From here on alerts of the past are compared, UTC ms."""
    old: SideTold
    new: SideTold
    rules: tuple[RuleChange, ...]
    now: tuple[NowChange, ...]
    past: tuple[AlertChange, ...]
    """Newest first."""
    by_owner: tuple[Counts, ...]
    by_rule: tuple[Counts, ...]
    examples: tuple[Example, ...]
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs: neither what the files say, nor what comes of it."""
        return not (self.rules or self.now or self.past)
