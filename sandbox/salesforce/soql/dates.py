"""Date literals as ranges, and the date functions.

Follows the SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE" and "Date
Functions". LAST_N_DAYS:n holds today and the n days before; NEXT_N_DAYS:n starts tomorrow; the
LAST_N and NEXT_N of longer units leave out the unit that today lies in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from sandbox.salesforce.soql.rendering import moment_of
from sandbox.salesforce.soql.source import Viewer
from sandbox.salesforce.soql.syntax import DateLiteral

_MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12, "FISCAL_QUARTER": 3, "FISCAL_YEAR": 12}
_SINGLE: Final = {
    "YESTERDAY": ("DAY", -1, 0),
    "TODAY": ("DAY", 0, 1),
    "TOMORROW": ("DAY", 1, 2),
    "LAST_90_DAYS": ("DAY", -90, 1),
    "NEXT_90_DAYS": ("DAY", 1, 91),
}
_SIDES: Final = {"LAST": (-1, 0), "THIS": (0, 1), "NEXT": (1, 2)}


def days_of(literal: DateLiteral, now: int, viewer: Viewer) -> tuple[date, date]:
    """The first day of the range and the day after its last one, in the viewer's zone."""
    unit, first, end = _units(literal)
    today = moment_of(now, viewer.zone).date()
    return _start(unit, first, today, viewer), _start(unit, end, today, viewer)


def midnight(day: date, zone: tzinfo) -> int:
    """The UTC milliseconds at which that day starts in the zone."""
    try:
        moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def _units(literal: DateLiteral) -> tuple[str, int, int]:
    if literal.name in _SINGLE:
        return _SINGLE[literal.name]
    if literal.count is None:
        side, _, unit = literal.name.partition("_")
        return unit, *_SIDES[side]
    count = literal.count
    if literal.name.endswith("_AGO"):
        return literal.name[2:-5], -count, 1 - count
    side, unit = literal.name[:4], literal.name[7:-1]
    if side == "NEXT":
        return unit, 1, 1 + count
    return unit, -count, 1 if unit == "DAY" else 0


def _start(unit: str, offset: int, today: date, viewer: Viewer) -> date:
    """The first day of the unit that lies so many units from the one that holds today."""
    if unit == "DAY":
        return _day(today.toordinal() + offset)
    if unit == "WEEK":
        back = (today.weekday() - viewer.first_weekday) % 7
        return _day(today.toordinal() - back + 7 * offset)
    length = _MONTHS[unit]
    shift = viewer.fiscal_start - 1 if unit.startswith("FISCAL") else 0
    month = today.year * 12 + today.month - 1 - shift
    return _first_of_month(month // length * length + offset * length + shift)


def _day(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def _first_of_month(month: int) -> date:
    year, index = divmod(month, 12)
    if year < 1:
        return date.min
    return date(year, index + 1, 1) if year <= date.max.year else date.max


# functions


def date_function(name: str, viewer: Viewer) -> Callable[[datetime | date], int | str]:
    """What the function makes of a day or a moment in the zone that counts."""

    def fiscal_month(day: date) -> int:
        return (day.month - viewer.fiscal_start) % 12 + 1

    def fiscal_year(day: date) -> int:
        # A fiscal year is called after the calendar year in which it ends.
        return day.year + (viewer.fiscal_start > 1 and day.month >= viewer.fiscal_start)

    functions: dict[str, Callable[[datetime | date], int | str]] = {
        "CALENDAR_MONTH": lambda day: day.month,
        "CALENDAR_QUARTER": lambda day: (day.month - 1) // 3 + 1,
        "CALENDAR_YEAR": lambda day: day.year,
        "DAY_IN_MONTH": lambda day: day.day,
        "DAY_IN_WEEK": lambda day: day.isoweekday() % 7 + 1,
        "DAY_IN_YEAR": lambda day: day.timetuple().tm_yday,
        "DAY_ONLY": lambda day: day.strftime("%Y-%m-%d"),
        "FISCAL_MONTH": fiscal_month,
        "FISCAL_QUARTER": lambda day: (fiscal_month(day) - 1) // 3 + 1,
        "FISCAL_YEAR": fiscal_year,
        "HOUR_IN_DAY": lambda day: day.hour if isinstance(day, datetime) else 0,
        "WEEK_IN_MONTH": lambda day: (day.day - 1) // 7 + 1,
        "WEEK_IN_YEAR": lambda day: (day.timetuple().tm_yday - 1) // 7 + 1,
    }
    return functions[name]
