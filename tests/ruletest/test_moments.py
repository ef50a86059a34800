"""Moments of a test in relative time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import DAY, HOUR, SECOND
from connector.ruletest.moments import ZERO, BadMoment, moment_text, parse_moment


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        ("now", 0),
        ("-70d", -70 * DAY),
        ("+2w", 14 * DAY),
        ("-1d + 30s", -DAY + 30 * SECOND),
        ("-1d+30s", -DAY + 30 * SECOND),
        ("-1d12h", -36 * HOUR),
        ("- 1d 12h", -36 * HOUR),
        ("-1d + 2h - 1s", -DAY + 2 * HOUR - SECOND),
        ("-0d", 0),
    ],
)
def test_a_moment_is_a_distance_from_now(text: str, distance: int):
    assert parse_moment(text) - ZERO == distance


@pytest.mark.parametrize(
    "text", ["", "70d", "-70", "yesterday", "-", "-1d +", "--1d", "-1x", 5, None]
)
def test_anything_else_is_refused_with_advice(text: object):
    with pytest.raises(BadMoment) as refused:
        parse_moment(text)
    assert "-70d" in refused.value.advice


@given(st.integers(min_value=-30_000 * DAY, max_value=30_000 * DAY))
def test_every_moment_reads_back(distance: int):
    assert parse_moment(moment_text(ZERO + distance)) == ZERO + distance


def test_moments_are_shown_as_people_write_them():
    shown = [moment_text(ZERO + distance) for distance in (0, -70 * DAY, -DAY + 30 * SECOND, HOUR)]
    assert shown == ["now", "-70d", "-1d + 30s", "+1h"]
