"""What the text of a cell means, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.csv.cells import (
    BadCell,
    check_plausible,
    clean,
    parse_boolean,
    parse_instant,
    parse_number,
    parse_span,
)
from connector.clock import DAY, to_millis

NINE = to_millis(datetime(2026, 3, 1, 9, tzinfo=UTC))
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.fault("F46")
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-01T09:00:00Z", NINE),
        ("2026-03-01t09:00:00z", NINE),
        ("2026-03-01 09:00:00 UTC", NINE),
        ("2026-03-01T09:00:00.000+0000", NINE),
        ("2026-03-01T10:00:00.250+01:00", NINE + 250),
        ("2026-03-01T10:00+01", NINE),
        ("2026-03-01T05:30:00-03:30", NINE),
        ("20260301T090000Z", NINE),
        ("2026-03-01T08:59:60Z", NINE),
        ("2026-02-28T24:00:00Z", NINE - 9 * 3_600_000),
        ("2026-03-01T09:00:00,123456789Z", NINE + 123),
        (str(NINE), NINE),
        (str(NINE // 1_000), NINE),
        (f"{NINE // 1_000}.5", NINE + 500),
    ],
)
def test_times_are_read(text, wanted):
    assert parse_instant(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-13-01T00:00Z",
        "2026-02-30",
        "01.03.2026",
        "17",
        "2026-03-01T09:00:00+99:00",
        "1772355600000000",
        "2026-03-01T25:00:00Z",
        "2026-03-01T24:30:00Z",
        "-1",
        "٢٠٢٦-03-01T09:00Z",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(BadCell):
        parse_instant(text, zone=UTC)


@pytest.mark.fault("F46")
def test_a_time_without_a_zone_needs_one():
    with pytest.raises(BadCell, match="time_zone"):
        parse_instant("2026-03-01T10:00")
    assert parse_instant("2026-03-01T10:00", zone=BERLIN) == NINE
    assert parse_instant("2026-03-01", zone=BERLIN) == NINE - 10 * 3_600_000


@pytest.mark.fault("F47")
def test_clock_changes_are_decided():
    repeated = parse_instant("2026-10-25T02:30", zone=BERLIN)
    assert repeated == parse_instant("2026-10-25T02:30+02:00")
    left_out = parse_instant("2026-03-29T02:30", zone=BERLIN)
    assert left_out == parse_instant("2026-03-29T03:30+02:00")


def test_a_pattern_is_the_only_way_then():
    assert parse_instant("01.03.2026 10:00", zone=BERLIN, pattern="%d.%m.%Y %H:%M") == NINE
    assert parse_instant("1.3.26 10:00 +0100", pattern="%d.%m.%y %H:%M %z") == NINE
    with pytest.raises(BadCell, match="written as"):
        parse_instant("2026-03-01", zone=UTC, pattern="%d.%m.%Y")


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_whatever_python_writes_is_read_back(moment, minutes):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_instant(aware.isoformat()) == to_millis(aware)


@pytest.mark.fault("F45")
def test_only_times_of_our_days_are_believed():
    assert check_plausible(NINE + 2 * DAY, NINE, 2 * DAY, "x") == NINE + 2 * DAY
    with pytest.raises(BadCell, match="future"):
        check_plausible(NINE + 2 * DAY + 1, NINE, 2 * DAY, "x")
    with pytest.raises(BadCell, match="before the year 2000"):
        check_plausible(NINE // 1_000, NINE, 2 * DAY, "x")


@pytest.mark.parametrize(
    ("text", "decimal", "wanted"),
    [
        ("17", ".", 17),
        ("-1,234,567.50", ".", -1234567.5),
        ("1.234.567,5", ",", 1234567.5),
        ("1 234,00 €", ",", 1234),
        ("$1,200", ".", 1200),
        ("1E+06", ".", 1_000_000),
        ("0.1", ".", 0.1),
        ("9007199254740993", ".", 9007199254740993),
    ],
)
def test_numbers_are_read(text, decimal, wanted):
    found = parse_number(text, decimal)
    assert (found, type(found)) == (wanted, type(wanted))


@pytest.mark.parametrize(
    "text", ["", "NaN", "inf", "1e999", "1,2,3", "51-200", "0x10", "1.234.567", "1" * 60, "٣"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadCell):
        parse_number(text, ".")


def test_truths_are_read():
    assert [parse_boolean(text) for text in ("TRUE", "Wahr", "1", "yes")] == [True] * 4
    assert [parse_boolean(text) for text in ("false", "FALSCH", "0", "No")] == [False] * 4
    with pytest.raises(BadCell):
        parse_boolean("maybe")


def test_spans_need_a_unit():
    assert [parse_span(text) for text in ("10s", "2d", "1500ms")] == [10_000, 2 * DAY, 1_500]
    with pytest.raises(ValueError, match="10s"):
        parse_span("10")


def test_texts_are_cleaned():
    assert clean("  A\0nn \ud800 Zo\u0065\u0308 ") == "Ann \ufffd Zo\u00eb"
