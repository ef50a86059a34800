"""When a touch may be made: hours and workdays by the wall clock, and spacing that is not even."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import from_millis, to_millis
from connector.config.nurture import Hours

_A_WEEK: Final = 7


def next_open(at: int, hours: Hours, zone: ZoneInfo) -> int:
    """The first moment from `at` (UTC ms) on that lies in the hours, by the clocks of `zone`."""
    today = from_millis(at).astimezone(zone).date()
    for ahead in range(_A_WEEK + 1):
        day = today + timedelta(days=ahead)
        if day.weekday() not in hours.days:
            continue
        start, end = (
            to_millis(datetime.combine(day, time(*divmod(minutes, 60)), zone))
            for minutes in (hours.opens, hours.closes)
        )
        if at < end:
            return max(at, start)
    raise AssertionError("every week has an open day")  # the tables demand one


def jitter(most: int, *parts: object) -> int:
    """0 to `most` (ms, inclusive): the same for the same parts, whenever and wherever."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8]) % (most + 1)
