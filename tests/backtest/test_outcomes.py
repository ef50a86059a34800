"""What follows what, and who somebody was at a moment."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from connector.backtest.outcomes import as_of, covered, follows, outcomes_of
from connector.clock import DAY
from connector.model import Person
from tests.backtest.history import START, contact, sale

INSTANTS = st.lists(st.integers(-50, 150), max_size=6).map(sorted)


@given(outcomes=INSTANTS, horizon=st.integers(1, 60), end=st.integers(1, 120))
def test_covered_counts_every_moment_that_an_outcome_follows(
    outcomes: list[int], horizon: int, end: int
):
    counted = sum(follows(outcomes, at, horizon) for at in range(end))
    assert covered(outcomes, 0, end, horizon) == counted


def test_covered_is_the_chance_at_a_random_moment():
    chance = random.Random(3)
    outcomes = [200 * DAY, 260 * DAY, 500 * DAY]
    drawn = [chance.randrange(700 * DAY) for _ in range(40_000)]
    share = sum(follows(outcomes, at, 90 * DAY) for at in drawn) / len(drawn)
    assert abs(share - covered(outcomes, 0, 700 * DAY, 90 * DAY) / (700 * DAY)) < 0.01


def test_what_happens_at_the_very_moment_does_not_follow_it():
    assert not follows([100], 100, 50)
    assert follows([101], 100, 50)
    assert follows([150], 100, 50)
    assert not follows([151], 100, 50)


def person(*sales: object) -> Person:
    return Person(id=1, records=(contact("P1", since=-10),), opportunities=sales)  # type: ignore[arg-type]


def test_outcomes_end_where_the_stored_history_ends():
    known = person(sale("O1", "P1", 10, won=30), sale("O2", "P1", 40, won=60))
    told = outcomes_of(known, START + 50 * DAY)
    assert told.opened == (START + 10 * DAY, START + 40 * DAY)
    assert told.won == (START + 30 * DAY,)


def test_an_opportunity_that_was_lost_is_no_win():
    assert outcomes_of(person(sale("O1", "P1", 10, lost=30)), START + 50 * DAY).won == ()


def test_an_opportunity_is_open_between_its_moments_only():
    known = person(sale("O1", "P1", 10, won=30))
    for day, there, won in ((9.99, 0, False), (10, 1, False), (29.99, 1, False), (30, 1, True)):
        then = as_of(known, START + round(day * DAY))
        assert len(then.opportunities) == there, day
        assert all(o.fields["is_won"] is won for o in then.opportunities), day
        assert all((o.closed_at is not None) is won for o in then.opportunities), day


def test_somebody_not_known_yet_has_no_record():
    assert as_of(person(), START - 11 * DAY).records == ()
    assert len(as_of(person(), START - 10 * DAY).records) == 1


def test_somebody_of_whom_nobody_says_beginning_always_was():
    always = Person(id=1, records=(contact("P1", since=None),))
    assert len(as_of(always, START - 400 * DAY).records) == 1
