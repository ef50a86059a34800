"""The working week: when it began, how much of it has come, and when the next day opens."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import from_millis, to_millis
from connector.config.capacity import Absence

_WEEK: Final = 7
_SPARE: Final = 1e-9
"""What a sum of floats may be short of a whole number."""


def day_of(instant: int, zone: ZoneInfo) -> date:
    """The day of an instant (UTC ms) in a time zone."""
    return from_millis(instant).astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> int:
    """When a day begins in a time zone, UTC ms."""
    return to_millis(datetime.combine(day, time(), zone))


def monday_of(instant: int, zone: ZoneInfo) -> date:
    """The first day of the week of an instant."""
    day = day_of(instant, zone)
    return day - timedelta(days=day.weekday())


def week_start(instant: int, zone: ZoneInfo) -> int:
    """When the week of an instant began, UTC ms."""
    return start_of(monday_of(instant, zone), zone)


def next_opening(instant: int, zone: ZoneInfo, days: Collection[int]) -> int:
    """When the next working day begins, UTC ms; `days` are weekdays, not none."""
    day = day_of(instant, zone)
    coming = (day + timedelta(days=ahead) for ahead in range(1, _WEEK + 1))
    return start_of(next(each for each in coming if each.weekday() in days), zone)


def moment_in_week(instant: int, zone: ZoneInfo, weekday: int, after_midnight: int) -> int:
    """A weekday's moment, so many ms after midnight, in the week of an instant; UTC ms."""
    day = monday_of(instant, zone) + timedelta(days=weekday)
    return start_of(day, zone) + after_midnight


def is_away(absences: Sequence[Absence], user: str, day: date) -> bool:
    """Whether a user is away on a day."""
    return any(each.owner == user and each.covers(day) for each in absences)


def allowed_by(
    per_week: float, day: date, days: Collection[int], is_there: Callable[[date], bool]
) -> int:
    """How many hand-offs of a week may have been made by a day: an even share of each working day.

    So Monday does not eat the week. A day on which nobody is there gives nothing; on a day off
    none may be made at all.
    """
    if day.weekday() not in days or not is_there(day):
        return 0
    so_far = (day - timedelta(days=back) for back in range(day.weekday() + 1))
    come = sum(each.weekday() in days and is_there(each) for each in so_far)
    return math.ceil(per_week * come / len(days) - _SPARE)
