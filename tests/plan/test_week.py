"""The working week in a time zone, and what of it may be given by a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.clock import HOUR, to_millis
from connector.config.capacity import Absence
from connector.plan.week import (
    allowed_by,
    day_of,
    is_away,
    moment_in_week,
    monday_of,
    next_opening,
    week_start,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 10, 19)  # summer time ends on the Sunday after
WORK = (0, 1, 2, 3, 4)


def at(day: date, hour: int = 12) -> int:
    return to_millis(datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN))


def always(_: date) -> bool:
    return True


def test_a_week_begins_on_monday_at_midnight_of_the_zone():
    for days in range(7):
        assert week_start(at(MONDAY + timedelta(days=days)), BERLIN) == at(MONDAY, 0)
    assert week_start(at(MONDAY, 0) - 1, BERLIN) == at(MONDAY - timedelta(days=7), 0)
    assert day_of(at(MONDAY, 0), BERLIN) == MONDAY
    assert day_of(at(MONDAY, 0) - 1, BERLIN) == MONDAY - timedelta(days=1)
    assert monday_of(at(MONDAY + timedelta(days=6)), BERLIN) == MONDAY


def test_the_week_in_which_the_clocks_change_has_an_hour_more():
    following = MONDAY + timedelta(days=7)
    assert at(following, 0) - at(MONDAY, 0) == (7 * 24 + 1) * HOUR
    assert week_start(at(following), BERLIN) == at(following, 0)
    friday = moment_in_week(at(following), BERLIN, 4, 15 * HOUR)
    assert friday == at(following + timedelta(days=4), 15)


@pytest.mark.parametrize(("weekday", "ahead"), [(0, 1), (3, 1), (4, 3), (5, 2), (6, 1)])
def test_the_next_working_day_opens_at_midnight(weekday: int, ahead: int):
    day = MONDAY + timedelta(days=weekday)
    assert next_opening(at(day), BERLIN, WORK) == at(day + timedelta(days=ahead), 0)


def test_with_one_day_a_week_it_opens_a_week_later():
    assert next_opening(at(MONDAY), BERLIN, (0,)) == at(MONDAY + timedelta(days=7), 0)


@pytest.mark.parametrize(
    ("per_week", "expected"),
    [
        (0, [0, 0, 0, 0, 0, 0, 0]),
        (1, [1, 1, 1, 1, 1, 0, 0]),
        (5, [1, 2, 3, 4, 5, 0, 0]),
        (7, [2, 3, 5, 6, 7, 0, 0]),
        (2.5, [1, 1, 2, 2, 3, 0, 0]),
    ],
)
def test_each_working_day_has_its_share(per_week: float, expected: list[int]):
    days = [MONDAY + timedelta(days=n) for n in range(7)]
    assert [allowed_by(per_week, day, WORK, always) for day in days] == expected


def test_days_away_give_nothing():
    absences = (Absence(owner="ann", since=MONDAY, until=MONDAY + timedelta(days=2)),)

    def is_there(day: date) -> bool:
        return not is_away(absences, "ann", day)

    days = [MONDAY + timedelta(days=n) for n in range(5)]
    assert [allowed_by(5, day, WORK, is_there) for day in days] == [0, 0, 0, 1, 2]
    assert not is_away(absences, "bob", MONDAY)
    assert not is_away(absences, "ann", MONDAY - timedelta(days=1))
