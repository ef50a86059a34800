"""The statistics, on numbers whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from connector.tune.fit import fit, gain, redrawn, surprise

pytestmark = pytest.mark.xdist_group("tune")  # the library is loaded once

PEOPLE, EACH = 400, 20


@pytest.fixture(scope="module")
def cases():
    """Three columns: the first speaks for, the second says nothing, the third speaks against."""
    chance = np.random.default_rng(8)
    points = chance.exponential(0.5, (PEOPLE * EACH, 3))
    odds = -3.0 + points @ np.array([1.5, 0.0, -1.0])
    followed = chance.random(len(odds)) < 1 / (1 + np.exp(-odds))
    person = np.repeat(np.arange(PEOPLE), EACH)
    return points, followed, np.ones(len(odds)), person


def test_it_finds_the_truth_and_nothing_below_zero(cases):
    points, followed, weight, _ = cases
    intercept, speaks, silent, against = fit(points, followed, weight).coefficients
    assert speaks == pytest.approx(1.5, abs=0.25)
    assert silent == pytest.approx(0.0, abs=0.2)
    assert against == 0.0
    assert intercept < -2


def test_held_at_zero_is_the_best_of_all_that_are_not_below_zero(cases):
    points, followed, weight, _ = cases
    told = fit(points, followed, weight)
    best = surprise(told.chance(points), followed, weight).sum()
    for place in range(4):
        for step in (-0.05, 0.05):
            other = told.coefficients.copy()
            other[place] += step
            if place == 0 or other[place] >= 0:
                moved = type(told)(other)
                assert surprise(moved.chance(points), followed, weight).sum() > best - 0.5


def test_a_weight_is_as_good_as_repeating(cases):
    points, followed, weight, _ = cases
    twice = np.concatenate([points, points[:500]])
    again = fit(twice, np.concatenate([followed, followed[:500]]), np.ones(len(twice)))
    weight = weight.copy()
    weight[:500] = 2
    assert fit(points, followed, weight).coefficients == pytest.approx(again.coefficients, abs=1e-4)


def test_what_only_buyers_did_stays_finite():
    points = np.zeros((1_000, 1))
    points[:20] = 1.0
    followed = points[:, 0] > 0
    found = fit(points, followed, np.ones(1_000)).coefficients
    assert 2 < found[1] < 15


def test_intervals_hold_the_truth_and_come_out_the_same_again(cases):
    points, followed, weight, person = cases
    draws = redrawn(points, followed, weight, person, times=60, seed=1)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    assert low[1] < 1.5 < high[1]
    assert low[1] > 1.0
    assert low[2] == 0.0
    assert (draws[:, 3] == 0).all()
    again = redrawn(points, followed, weight, person, times=60, seed=1)
    assert (draws == again).all()


def test_a_gain_is_doubted_by_people_not_by_cases():
    person = np.repeat(np.arange(10), 100)
    better = np.where(person < 6, 0.1, -0.1)
    found = gain(np.zeros(1_000) + better, np.zeros(1_000), person)
    assert found.total == pytest.approx(20)
    assert not found.is_sure  # six people of ten prove nothing, however often they were asked
    alone = gain(np.zeros(1_000) + better, np.zeros(1_000), np.arange(1_000))
    assert alone.is_sure
