"""The benchmark of order and capacity: the same world for both, equal places, a steady truth."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks import capacity
from benchmarks.capacity_market import START, Someone, Spell, engagements, people
from connector.assess import admission
from connector.clock import DAY
from connector.plan.capacity import Claim, in_turn


def test_the_same_seed_is_the_same_world():
    assert people(1, 50) == people(1, 50)
    assert people(1, 50) != people(2, 50)
    assert engagements(1, people(1, 50)) == engagements(1, people(1, 50))


def test_only_who_is_shopping_may_buy_and_the_later_the_less():
    spell = Spell(start=START, end=START + 10 * DAY, serious=1.0)
    one = Someone(
        id="p", title="", employees=1, rep="rep0", won=(), spell=spell, able=0.5, luck=0.3
    )
    assert (one.chance(START), one.chance(START + 10 * DAY)) == (0.5, 0.2)
    assert one.chance(START - 1) == one.chance(START + 10 * DAY + 1) == 0
    assert (one.would_buy(START), one.would_buy(START + 10 * DAY)) == (True, False)
    assert dataclasses.replace(one, spell=None).chance(START) == 0


def test_both_orders_have_equal_places_and_none_is_exceeded():
    came = capacity.live(3, 100, 1, order=capacity.first_come, days=28)
    best = capacity.live(3, 100, 1, days=28)
    for year in (came, best):
        weeks, reps = 4, 2
        assert 0 < len(year.handed_off) - year.raised <= weeks * reps
        assert len(year.won) <= len(year.handed_off)
    assert came.raised == best.raised


def test_who_came_first_is_first_whatever_the_points():
    late = Claim(id=1, points=9, score=9, at=2, record="a")
    early = Claim(id=2, points=1, score=1, at=1, record="b")
    assert capacity.first_come([late, early]) == [early, late]
    with capacity.order_of(capacity.first_come):
        assert admission.in_turn is capacity.first_come  # type: ignore[attr-defined]
    with capacity.order_of(None):
        assert admission.in_turn is in_turn  # type: ignore[attr-defined]


def test_the_interval_is_students():
    mean, low, high = capacity.interval([1.0, 2.0, 3.0])
    assert (mean, round(low, 2), round(high, 2)) == (2.0, -0.48, 4.48)
    assert capacity.interval([2.0])[0] == pytest.approx(2.0)
