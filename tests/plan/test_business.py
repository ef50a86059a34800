"""Working time, by the clocks and holidays of an office."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import DAY, HOUR, MINUTE, from_millis, to_millis
from connector.config.sla import Office, Sla
from connector.plan.business import Calendar, calendar_for

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=zone))


def office(**more: object) -> Calendar:
    return Calendar(office=Office(id="o", **more), zone=BERLIN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "start", "hours", "end"),
    [
        ({}, "2026-03-02T09:00", 2, "2026-03-02T11:00"),
        ({}, "2026-03-02T16:00", 2, "2026-03-03T10:00"),
        ({}, "2026-03-02T09:00", 8, "2026-03-02T17:00"),
        ({}, "2026-03-02T17:00", 0, "2026-03-03T09:00"),
        ({}, "2026-03-02T12:00", 0, "2026-03-02T12:00"),
        ({}, "2026-03-06T16:00", 2, "2026-03-09T10:00"),  # over a weekend
        ({}, "2026-03-07T12:00", 1, "2026-03-09T10:00"),
        ({}, "2026-03-27T16:00", 2, "2026-03-30T10:00"),  # summer time begins on the Sunday
        ({}, "2026-10-23T16:00", 2, "2026-10-26T10:00"),  # and ends
        # A night shift works through the change of the clocks: 23 and 25 hours long.
        (
            {"opens": 0, "closes": 23 * 60, "days": frozenset({6})},
            "2026-03-29T00:00",
            4,
            "2026-03-29T05:00",
        ),
        (
            {"opens": 0, "closes": 23 * 60, "days": frozenset({6})},
            "2026-10-25T00:00",
            4,
            "2026-10-25T03:00",
        ),
        ({"country": "DE"}, "2026-12-24T16:00", 2, "2026-12-28T10:00"),
        ({"country": "DE"}, "2026-01-05T16:00", 2, "2026-01-06T10:00"),  # no Epiphany in general
        ({"country": "DE", "region": "BY"}, "2026-01-05T16:00", 2, "2026-01-07T10:00"),
        ({"country": "US"}, "2026-11-25T16:00", 2, "2026-11-27T10:00"),  # Thanksgiving
        ({"closed": frozenset({date(2026, 3, 3)})}, "2026-03-02T16:00", 2, "2026-03-04T10:00"),
        ({"days": frozenset({0, 2})}, "2026-03-02T16:00", 2, "2026-03-04T10:00"),
    ],
)
def test_working_time_passes(more, start, hours, end):
    calendar = office(**more)
    found = calendar.after(at(start), hours * HOUR)
    shown = from_millis(found).astimezone(BERLIN).isoformat()[:16]
    assert shown == end
    assert calendar.between(at(start), found) == hours * HOUR


def test_days_of_a_rule_are_working_days():
    calendar = office(opens=8 * 60, closes=14 * 60)
    assert calendar.length(2 * DAY + 3 * HOUR) == 15 * HOUR
    assert calendar.length(90 * MINUTE) == 90 * MINUTE


def test_whose_office_it_is():
    munich = Office(id="munich", owners=frozenset({"ann"}), zone="Europe/Berlin", country="DE")
    everybody = Office(id="all", opens=600)
    sla, tokyo = Sla(offices=(munich, everybody)), ZoneInfo("Asia/Tokyo")
    hers = calendar_for(sla, "ann", tokyo)
    assert (hers.office, hers.zone.key) == (munich, "Europe/Berlin")
    assert calendar_for(sla, "bob", tokyo) == Calendar(office=everybody, zone=tokyo)
    assert calendar_for(Sla(), "bob", tokyo).office == Office(id="")


@settings(max_examples=40, deadline=None)
@given(
    start=st.integers(at("2026-01-01T00:00"), at("2026-12-31T00:00")),
    first=st.integers(0, 40 * 60),
    second=st.integers(1, 40 * 60),
)
def test_time_adds_up(start: int, first: int, second: int):
    calendar = office(country="DE", region="BY")
    between = calendar.after(start, first * MINUTE)
    end = calendar.after(between, second * MINUTE)
    assert end > between >= start
    assert end == calendar.after(start, (first + second) * MINUTE)
    assert calendar.between(start, end) == (first + second) * MINUTE
