"""Dates and times as HubSpot writes and takes them.

Follows https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide, "date and
datetime": ISO 8601 in UTC, or epoch milliseconds; a date is a day, or the midnight (UTC) of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from connector.clock import DAY, to_millis

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 253_402_300_799_999
"""The end of the year 9999, ms."""


@lru_cache(maxsize=4_096)
def shown(instant: int) -> str:
    """As answers have it: 2026-03-01T09:00:00.5Z has its digits, whole seconds have none."""
    seconds, millis = divmod(instant, 1_000)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    return f"{text}.{millis:03d}Z" if millis else f"{text}Z"


def shown_day(instant: int) -> str:
    """The day (UTC) of an instant: 2026-03-01."""
    return (_EPOCH + timedelta(milliseconds=instant)).strftime("%Y-%m-%d")


def read(text: str) -> int:
    """UTC ms of a datetime in either spelling; ValueError for anything else."""
    stripped = text.strip()
    if stripped.lstrip("-").isdigit():
        instant = int(stripped)
        if abs(instant) > _LATEST:
            raise ValueError(text)
        return instant
    if len(stripped) == len("2026-01-31"):
        return day_start(stripped)
    moment = datetime.fromisoformat(stripped)
    return to_millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def read_day(text: str) -> str:
    """The day that a date in either spelling means; ValueError when it is no midnight."""
    instant = read(text)
    if instant % DAY:
        raise ValueError(text)
    return shown_day(instant)


def day_start(day: str) -> int:
    """UTC midnight of a day, ms."""
    return (date.fromisoformat(day) - _EPOCH.date()).days * DAY
