"""Shares, medians and differences say how sure they are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.figures.share import difference, median, share, share_said


def test_a_share_in_words_and_of_nothing():
    assert share_said(share(3, 12)) == "25.0% (8.9% to 53.2%), 3 of 12"
    assert share_said(share(0, 0)) == "-"


@pytest.mark.parametrize(
    ("of", "ranks"),
    # Ranks of the 95 % interval of a median, as printed in tables of the sign test.
    [(5, None), (6, (1, 6)), (9, (2, 8)), (20, (6, 15)), (40, (14, 27))],
)
def test_the_interval_of_a_median_is_that_of_the_tables(of: int, ranks: tuple[int, int] | None):
    found = median([float(n) for n in range(of, 0, -1)])
    assert found.value == (of + 1) / 2
    assert (found.low, found.high) == (ranks or (None, None))


def test_no_values_have_no_median():
    assert median([]).value is None


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_a_median_lies_in_its_interval(values: list[float]):
    found = median(values)
    if found.low is not None and found.high is not None and found.value is not None:
        assert min(values) <= found.low <= found.value <= found.high <= max(values)


def test_many_values_go_on_from_few():
    exact, normal = median(list(map(float, range(60)))), median(list(map(float, range(61))))
    assert exact.low is not None
    assert normal.low is not None
    assert abs(exact.low - normal.low) <= 1


def test_a_difference_by_newcombe():
    # Newcombe 1998, method 10, example (a): 56/70 less 48/80.
    found = difference(share(56, 70), share(48, 80))
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=1e-4)
    assert found.high == pytest.approx(0.3339, abs=1e-4)
    assert difference(share(1, 2), share(0, 0)).value is None
    assert math.isclose(found.value or 0, 56 / 70 - 48 / 80)
