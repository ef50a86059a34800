"""Opportunities and the episodes before them."""

from __future__ import annotations

from connector.backtest.period import Period
from connector.backtest.wins import Sales, Warned, warned
from connector.clock import DAY
from connector.model import Person, Record
from tests.backtest.history import START, contact, sale

PERIOD = Period(
    start_at=START,
    judged_until_at=START + 310 * DAY,
    until_at=START + 400 * DAY,
    horizon_ms=90 * DAY,
    wished_at=START,
)


def day(number: float) -> int:
    return START + round(number * DAY)


def told(*records: Record, entries: dict[int, list[int]], instants: list[int] | None = None):
    sales = Sales(PERIOD)
    for number in (1, 2):
        one = Person(id=number, records=(contact(f"P{number}"),), opportunities=records)
        sales.note(one, "Ada" if number == 1 else "", instants or [])
    return warned(sales.all(), entries, PERIOD.horizon_ms)


def test_an_opportunity_of_two_people_is_one():
    found = told(sale("O1", "P1", 100, won=130), entries={})
    assert (found.opened, found.wins) == (1, 1)
    (missed,) = found.missed
    assert missed.people == ("Ada", "#2")
    assert (missed.amount, missed.opened_at, missed.won_at) == (1_000.0, day(100), day(130))


def test_any_of_its_people_announces_it_from_the_first_entry_on():
    entries = {1: [day(20), day(90)], 2: [day(5), day(60), day(99)]}
    found = told(sale("O1", "P1", 100, won=130), entries=entries)
    assert (found.announced, found.missed, found.median_days) == (1, (), 80)


def test_an_entry_after_the_opening_or_long_before_it_announces_nothing():
    for at in (day(100), day(100.1), day(9.9)):
        found = told(sale("O1", "P1", 100, won=130), entries={1: [at]})
        assert (found.announced, len(found.missed)) == (0, 1), at
    assert told(sale("O1", "P1", 100, won=130), entries={1: [day(10)]}).announced == 1


def test_only_wins_can_be_missed():
    found = told(sale("O1", "P1", 100), sale("O2", "P1", 110, lost=120), entries={})
    assert found == Warned(opened=2, announced=0, median_days=None, wins=0, missed=())


def test_what_was_opened_outside_of_the_period_is_left_out():
    assert told(sale("O1", "P1", -1), sale("O2", "P1", 401), entries={}).opened == 0


def test_what_its_people_did_before_is_counted():
    found = told(
        sale("O1", "P1", 100, won=130),
        entries={},
        instants=[day(9), day(10), day(50), day(100), day(101)],
    )
    assert found.missed[0].seen == 2 * 3
