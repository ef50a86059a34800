"""Episodes and alerts over time and over reps: which weeks flood, who would have had too many."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import DAY, from_millis

_WEEK: Final = 7 * DAY
_FLOODS_AT: Final = 3
"""A week floods with so many times the alerts of the median week ..."""
_FLOODS_FROM: Final = 10
"""... but not with fewer than these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week, by the Monday it begins with."""

    monday: str
    episodes: int
    alerts: int
    floods: bool
    """At least 10 alerts, and at least three times as many as in the median week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """What one owner would have had."""

    owner: str
    """Empty: alerts that would have gone to nobody."""
    episodes: int
    alerts: int
    per_week: float
    """Episodes."""
    most_in_a_week: int
    """Alerts."""
    too_many: int
    """Alerts beyond the capacity of their week; nobody has none."""
    weeks_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a rule would have put on the team."""

    weeks: tuple[Week, ...]
    """All of them, also the empty ones."""
    reps: tuple[Rep, ...]
    """The most burdened first; also those who would have had nothing."""
    per_week: float
    """Episodes."""
    per_week_and_rep: float | None
    median_week: float
    """Alerts."""
    too_many: int


def load(
    episodes: Sequence[tuple[int, str]],
    alerts: Sequence[tuple[int, str]],
    *,
    owners: Iterable[str],
    start: int,
    until: int,
    capacity: int,
    zone: ZoneInfo,
) -> Load:
    """Count (instant, owner) of episodes and of alerts that would have been handed off."""
    length = max(1.0, (until - start) / _WEEK)
    begun = Counter(monday(at, zone) for at, _ in episodes)
    raised = Counter(monday(at, zone) for at, _ in alerts)
    every = mondays(start, until, zone)
    median = statistics.median(raised[each] for each in every)
    named = frozenset(owners) - {""}
    known = sorted({*owners, *(owner for _, owner in (*episodes, *alerts))})
    reps = [_rep(owner, episodes, alerts, capacity, zone, length) for owner in known]
    return Load(
        weeks=tuple(
            Week(
                monday=each.isoformat(),
                episodes=begun[each],
                alerts=raised[each],
                floods=raised[each] >= max(_FLOODS_FROM, _FLOODS_AT * median),
            )
            for each in every
        ),
        reps=tuple(sorted(reps, key=lambda rep: (-rep.too_many, -rep.alerts, rep.owner))),
        per_week=len(episodes) / length,
        per_week_and_rep=len(episodes) / length / len(named) if named else None,
        median_week=median,
        too_many=sum(rep.too_many for rep in reps),
    )


def monday(at: int, zone: ZoneInfo) -> date:
    """The Monday of the week of an instant, as people in the zone see it."""
    day = from_millis(at).astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def mondays(start: int, until: int, zone: ZoneInfo) -> list[date]:
    """Those of all weeks from one instant to another, the first and last cut or not."""
    first, last = monday(start, zone), monday(until, zone)
    return [first + timedelta(days=days) for days in range(0, (last - first).days + 1, 7)]


def _rep(
    owner: str,
    episodes: Sequence[tuple[int, str]],
    alerts: Sequence[tuple[int, str]],
    capacity: int,
    zone: ZoneInfo,
    length: float,
) -> Rep:
    mine = Counter(monday(at, zone) for at, who in alerts if who == owner)
    begun = sum(who == owner for _, who in episodes)
    over = [count - capacity for count in mine.values() if owner and count > capacity]
    return Rep(
        owner=owner,
        episodes=begun,
        alerts=mine.total(),
        per_week=begun / length,
        most_in_a_week=max(mine.values(), default=0),
        too_many=sum(over),
        weeks_over=len(over),
    )
