"""Shares and lifts, and that their intervals are as sure as they say."""

from __future__ import annotations

import random

import pytest

from connector.backtest.lift import FEWEST, Subject, followed
from connector.figures.share import share

SPAN = 1_000


def subject(episodes: int, kept: int, chance: float) -> Subject:
    return Subject(episodes, kept, SPAN, round(chance * SPAN))


def test_a_share_has_wilsons_interval():
    one = share(8, 20)
    assert one.share == 0.4
    assert (one.low, one.high) == pytest.approx((0.218805, 0.613418), abs=1e-5)


def test_a_share_of_nothing_says_nothing():
    assert share(0, 0).share is None


def test_nobody_is_never_quite_nobody():
    one = share(0, 10)
    assert one.low == 0
    assert one.high == pytest.approx(0.277533, abs=1e-5)


def test_the_chance_of_the_same_people_counts_each_as_often_as_they_had_an_episode():
    buyers = [subject(2, 1, 0.2), *(subject(4, 3, 0.1) for _ in range(4))]
    told = followed([*buyers, subject(2, 0, 0.0), subject(0, 0, 0.9)])
    assert told.people == 6
    assert told.episodes.share == 0.65
    assert told.same.chance == pytest.approx(2.0 / 20)
    assert told.same.lift == pytest.approx(13 / 2.0)
    assert told.same.most == pytest.approx(18 / 2.0)


def test_everybody_counts_those_without_an_episode_too():
    told = followed([subject(2, 1, 0.1)] * 5 + [subject(0, 0, 0.3)] * 5)
    assert told.everybody.chance == pytest.approx(0.2)
    assert told.everybody.lift == pytest.approx(2.5)


def test_too_few_episodes_give_no_lift():
    told = followed([subject(1, 1, 0.1) for _ in range(FEWEST - 1)])
    assert told.same.lift is None
    assert told.episodes.share == 1.0


def test_without_any_outcome_there_is_no_lift():
    told = followed([subject(1, 0, 0.0) for _ in range(50)])
    assert (told.same.lift, told.everybody.lift) == (None, None)
    assert told.same.most is None


def test_none_followed_is_a_lift_of_0_with_an_upper_end():
    told = followed([subject(1, 0, 0.1) for _ in range(50)])
    assert told.same.lift == 0
    assert told.same.low == 0
    assert told.same.high == pytest.approx((share(0, 50).high or 0) / 0.1)
    assert told.everybody.high == told.same.high


def test_what_happened_to_very_few_people_gives_no_lift():
    """One person, one episode, followed: the ratio would be 10, and sure of itself."""
    told = followed([subject(1, 1, 0.1), *(subject(1, 0, 0.0) for _ in range(200))])
    assert (told.same.lift, told.everybody.lift) == (None, None)


def test_people_who_are_all_alike_leave_some_doubt():
    told = followed([subject(2, 2, 0.1) for _ in range(6)]).same
    assert told.lift == pytest.approx(10)
    assert told.low == pytest.approx(10 * (share(12, 12).low or 0))


@pytest.mark.parametrize("which", ["same", "everybody"])
def test_the_interval_holds_the_truth_as_often_as_it_says(which: str):
    """People differ in how often they buy; episodes make it three times as likely."""
    chance = random.Random(11)
    held = 0
    for _ in range(400):
        people = []
        for number in range(300):
            base = chance.choice((0.02, 0.05, 0.2))
            episodes = chance.randrange(3) if number % 2 else 0
            rate = 3 * base if which == "same" else 0.27
            kept = sum(chance.random() < rate for _ in range(episodes))
            people.append(subject(episodes, kept, base))
        one = getattr(followed(people), which)
        held += one.low <= 3.0 <= one.high
    assert 0.92 <= held / 400 <= 0.995


def test_alike_episodes_of_one_person_make_less_sure_than_those_of_many():
    many = followed([subject(1, n % 2, 0.1) for n in range(80)]).same
    one = followed([subject(10, 10 * (n % 2), 0.1) for n in range(8)]).same
    assert many.lift == one.lift
    assert (one.high or 0) - (one.low or 0) > 2 * ((many.high or 0) - (many.low or 0))
