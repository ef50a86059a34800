"""What is known about one person, in the form the engine evaluates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Touchpoint(NamedTuple):
    """What an engagement was about. Few distinct ones exist, so they are interned."""

    source: str = ""
    """Instance name."""
    asset: str = ""
    link: str = ""
    message: str = ""


class Engaged(NamedTuple):
    """One engagement of the person. Sorts by (at, id), which is the order of evaluation."""

    at: int
    """UTC ms."""
    id: int
    """Unique in the timeline; a repeated id is a duplicate and dropped."""
    kind: int
    """`Kind.code`."""
    evidence: int
    """`Evidence`, as the platform claims it."""
    touchpoint: Touchpoint = Touchpoint()


class EndReason(StrEnum):
    """Why an episode ends from outside."""

    CONVERTED = "converted"
    """An opportunity was opened."""
    REJECTED = "rejected"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    INELIGIBLE = "ineligible"

    @property
    def is_disposition(self) -> bool:
        """Whether a rep said so; only then is the slate wiped."""
        return self in _DISPOSITIONS


_DISPOSITIONS = frozenset({EndReason.REJECTED, EndReason.RECYCLED, EndReason.DISQUALIFIED})


class Ending(NamedTuple):
    """Something outside the engagement that ends an episode. Takes effect after its instant."""

    at: int
    reason: EndReason


class FitChange(NamedTuple):
    """From `at` (inclusive) the fit predicate has this value; before the first one it is true."""

    at: int
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything about one person that one rule needs; in any order, duplicates allowed."""

    known_at: int | None = None
    """When the person became known: creation of the oldest record, UTC ms; None: never."""
    engagements: tuple[Engaged, ...] = ()
    endings: tuple[Ending, ...] = ()
    fit: tuple[FitChange, ...] = ()
