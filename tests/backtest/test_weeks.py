"""What a rule would put on the team, week by week and rep by rep."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector.backtest.weeks import Load, load, monday
from connector.clock import DAY, HOUR, to_millis

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = to_millis(datetime(2026, 3, 2, tzinfo=UTC))


def counted(alerts: list[tuple[int, str]], *, weeks: int = 4, capacity: int = 3) -> Load:
    return load(
        alerts[:2],
        alerts,
        owners=["Ana", "Ben"],
        start=MONDAY,
        until=MONDAY + weeks * 7 * DAY - HOUR,
        capacity=capacity,
        zone=ZoneInfo("UTC"),
    )


def in_week(number: int, count: int, owner: str = "Ana") -> list[tuple[int, str]]:
    return [(MONDAY + number * 7 * DAY + each * HOUR, owner) for each in range(count)]


def test_weeks_begin_on_mondays_where_the_people_are():
    assert monday(MONDAY - 1, ZoneInfo("UTC")).isoformat() == "2026-02-23"
    assert monday(MONDAY - 1, BERLIN).isoformat() == "2026-03-02"


def test_empty_weeks_are_counted_too():
    told = counted(in_week(2, 2))
    assert [(week.monday, week.alerts) for week in told.weeks] == [
        ("2026-03-02", 0),
        ("2026-03-09", 0),
        ("2026-03-16", 2),
        ("2026-03-23", 0),
    ]
    assert round(told.per_week, 2) == 0.5
    assert round(told.per_week_and_rep or 0, 2) == 0.25


def test_what_is_beyond_the_capacity_of_a_rep_is_counted_week_by_week():
    told = counted([*in_week(0, 5), *in_week(1, 3), *in_week(1, 4, "Ben"), *in_week(2, 4)])
    assert told.too_many == 2 + 1 + 1
    assert [(r.owner, r.too_many, r.weeks_over, r.most_in_a_week) for r in told.reps] == [
        ("Ana", 3, 2, 5),
        ("Ben", 1, 1, 4),
    ]


def test_nobody_has_no_capacity_and_is_no_rep():
    told = counted(in_week(0, 9, ""))
    assert told.too_many == 0
    assert [rep.owner for rep in told.reps] == ["", "Ana", "Ben"]
    assert round(told.per_week_and_rep or 0, 2) == 0.25


def test_a_week_floods_with_three_times_the_median_and_at_least_ten():
    told = counted([*in_week(0, 4), *in_week(1, 4), *in_week(2, 12), *in_week(3, 11)], capacity=99)
    assert [week.floods for week in told.weeks] == [False, False, False, False]
    told = counted([*in_week(0, 4), *in_week(1, 4), *in_week(2, 4), *in_week(3, 12)])
    assert [week.floods for week in told.weeks] == [False, False, False, True]
    told = counted([*in_week(0, 1), *in_week(1, 1), *in_week(2, 1), *in_week(3, 9)])
    assert not any(week.floods for week in told.weeks)


def test_without_reps_there_is_nothing_per_rep():
    told = load([], [], owners=[], start=MONDAY, until=MONDAY + DAY, capacity=1, zone=BERLIN)
    assert told.per_week_and_rep is None
    assert len(told.weeks) == 1
