"""What a backtest tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.backtest.bands import Band
from connector.backtest.lift import Followed
from connector.backtest.period import Period
from connector.backtest.weeks import Load
from connector.backtest.wins import Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTold:
    """What one rule would have done."""

    rule: str
    title: str
    looked_at: int
    """Persons it is for."""
    people: int
    """Persons with an episode in the period."""
    episodes: int
    """Entries in the period."""
    alerts: int
    """Of entries and raised hands, those that would have been handed off."""
    held: Mapping[str, int]
    """Those that would have been held, by reason."""
    too_recent: int
    """Episodes that began less than a horizon before the end: not judged."""
    opportunity: Followed
    """How often an opportunity was opened within the horizon."""
    win: Followed
    """How often one was won within the horizon."""
    load: Load
    warned: Warned
    bands: tuple[Band, ...]
    """By opportunities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One set of rules."""

    label: str
    folders: tuple[str, ...]
    revision: str
    rules: tuple[RuleTold, ...]
    together: Warned
    """Opportunities that any of the rules announced."""
    present_fields: tuple[str, ...]
    """What the rules ask of people that is only known as it is today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How much later than it happened leadmode came to know of engagement, as far as it noted."""

    late: int
    """Engagements that came an hour or more after they happened; each counts from its arrival."""
    decisions: int
    """Alerts that the running leadmode decided about after its first load."""
    median_ms: int | None
    """From the engagement to the decision about it."""
    slow_ms: int | None
    """A tenth took longer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Everything, of one or two sets of rules over the same history."""

    period: Period
    zone: str
    capacity: int
    """Alerts that a rep can take in a week."""
    persons: int
    engagements: int
    company_wide: bool
    """Whether opportunities that name nobody count for everybody of their company."""
    unnamed: int
    """Opportunities opened in the period that name nobody."""
    opportunities: int
    """Opened in the period, without those that name nobody unless they count."""
    wins: int
    """Of them, those that were won."""
    reps: int
    arrival: Arrival
    sides: tuple[Side, ...]
    notes: tuple[str, ...]
    """What to keep in mind about these figures."""
