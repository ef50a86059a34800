"""How values look in results.

Follows the REST API Developer Guide, "Valid Date and DateTime Formats", and the SOQL and SOSL
Reference, "FORMAT()" (for the locale en_US).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(instant: int, zone: tzinfo = UTC) -> datetime:
    """The aware datetime of UTC milliseconds, in that zone."""
    return (_EPOCH + timedelta(milliseconds=instant)).astimezone(zone)


def rest_moment(instant: int) -> str:
    """UTC milliseconds as the REST API writes them: 2026-01-31T09:30:00.000+0000."""
    return f"{_iso(instant)}+0000"


def bulk_moment(instant: int) -> str:
    """UTC milliseconds as the Bulk API writes them: 2026-01-31T09:30:00.000Z."""
    return f"{_iso(instant)}Z"


def _iso(instant: int) -> str:
    return moment_of(instant).replace(tzinfo=None).isoformat(timespec="milliseconds")


def formatted(value: object, kind: str, zone: tzinfo) -> object:
    """What FORMAT() shows for a value of that field type; null stays null."""
    if value is None or isinstance(value, bool):
        return value
    if kind == "datetime" and isinstance(value, int):
        moment = moment_of(value, zone)
        return f"{_day(moment.date())}, {moment.hour % 12 or 12}:{moment:%M %p}"
    if kind == "date" and isinstance(value, str):
        return _day(date.fromisoformat(value))
    if kind == "currency" and isinstance(value, int | float):
        return f"${value:,.2f}"
    if kind == "percent" and isinstance(value, int | float):
        return f"{value:,}%"
    return f"{value:,}" if isinstance(value, int | float) else value


def _day(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"
