"""Working days around the end of the story."""

from __future__ import annotations

from connector.clock import DAY, HOUR, MINUTE

_SATURDAY = 2  # 1970-01-01 was a Thursday; day number modulo 7: Thursday 0, Saturday 2, Sunday 3


def midnight(instant: int) -> int:
    """The start of the instant's day, UTC."""
    return instant - instant % DAY


def is_workday(instant: int) -> bool:
    """Monday to Friday, UTC."""
    return (instant // DAY) % 7 not in (_SATURDAY, _SATURDAY + 1)


def workday(until: int, back: int) -> int:
    """Midnight of the `back`-th working day before `until`; 1 is the last one."""
    day = midnight(until)
    left = back
    while left:
        day -= DAY
        left -= is_workday(day)
    return day


def near_workday(instant: int) -> int:
    """The same time of day on this day, or on the next Monday at a weekend."""
    while not is_workday(instant):
        instant += DAY
    return instant


def later(instant: int, workdays: int) -> int:
    """The same time of day, so many working days later."""
    while workdays:
        instant = near_workday(instant + DAY)
        workdays -= 1
    return instant


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """A time of day, UTC."""
    return day + hour * HOUR + minute * MINUTE + second * 1_000
