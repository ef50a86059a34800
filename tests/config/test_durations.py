"""Lengths of time as admins write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import DAY, HOUR, MINUTE
from connector.config.durations import LONGEST, BadDuration, duration_text, parse_duration


@given(st.integers(0, LONGEST))
def test_every_length_is_read_back_from_its_own_text(millis: int):
    assert parse_duration(duration_text(millis)) == millis


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("90s", 90_000),
        ("15m", 15 * MINUTE),
        ("2h", 2 * HOUR),
        ("60d", 60 * DAY),
        ("2w", 14 * DAY),
        ("1h30m", 90 * MINUTE),
        ("1d 12h", 36 * HOUR),
        ("250ms", 250),
        ("0d", 0),
    ],
)
def test_units(text: str, millis: int):
    assert parse_duration(text) == millis


@pytest.mark.parametrize(
    ("millis", "text"), [(0, "0s"), (60 * DAY, "60d"), (90 * MINUTE, "90m"), (1_500, "1s500ms")]
)
def test_texts_are_short(millis: int, text: str):
    assert duration_text(millis) == text


@pytest.mark.parametrize(
    "bad", ["", "d", "5", "5 y", "-5d", "30m1h", "1.5h", "5dd", "٣d", True, []]
)
def test_anything_else_is_refused_with_advice(bad: object):
    with pytest.raises(BadDuration) as caught:
        parse_duration(bad)
    assert '"60d"' in caught.value.advice


@pytest.mark.parametrize("bad", [60, 1.5])
def test_a_bare_number_is_told_its_unit(bad: float):
    with pytest.raises(BadDuration) as caught:
        parse_duration(bad)
    assert caught.value.advice == f'Did you mean "{bad}s" or "{bad}d"?'


@pytest.mark.parametrize("bad", ["99999999999d", "9" * 5000 + "d"])
def test_nothing_lasts_longer_than_a_century(bad: str):
    with pytest.raises(BadDuration, match="hundred years"):
        parse_duration(bad)
