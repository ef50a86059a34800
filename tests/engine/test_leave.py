"""Leaving by decay and by silence, and the due moment, each by example."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from connector.engine.parts import Parts
from connector.engine.result import Reason
from connector.engine.rule import Rule
from connector.engine.score import Score
from connector.engine.timeline import EndReason
from tests.engine.stories import (
    DAY_0,
    FORM,
    PAGE,
    bursts,
    ending,
    fit,
    form,
    look,
    ms,
    page,
    rule,
    timeline,
    told,
)
from tests.engine.strategies import DAY

NO_DECAY = rule(leave=0.0)


def test_the_episode_ends_when_the_score_has_decayed():
    # 10 points, level 5: exactly one half-life.
    [_, left] = look(timeline(form(0))).transitions
    assert (left.at, left.reason, left.score) == (ms(10), Reason.DECAYED, 5.0)
    assert left.evidence == ()
    assert look(timeline(form(0)), now=10 - 1 / DAY).in_lead_mode


@pytest.mark.parametrize(
    "by",
    [
        rule(leave=3.3),
        rule(leave=3.3, caps={"default": 10.5}),
        rule(leave=3.3, signals=(FORM, replace(PAGE, half_life=3 * DAY))),
        rule(leave=3.3, signals=(FORM, replace(PAGE, group="web")), caps={"web": 5.0}),
    ],
    ids=["closed form", "capped", "two half-lives", "two groups"],
)
def test_decay_is_the_first_millisecond_at_or_below_the_level(by: Rule):
    who = timeline(form(0), page(0), page(0.3))
    left = look(who, by).transitions[-1]
    assert left.reason is Reason.DECAYED
    assert look(who, by, now=(left.at - DAY_0) / DAY).standing.score <= 3.3
    assert look(who, by, now=(left.at - 1 - DAY_0) / DAY).standing.score > 3.3


@pytest.mark.parametrize("half_lives", [(7,), (7, 30), (40_000,), (40_000, 90_000), (10**8,)])
def test_no_closed_form_is_trusted_to_the_millisecond(half_lives: tuple[int, ...]):
    chance = random.Random(len(half_lives))
    for _ in range(300):
        signals = [
            replace(FORM, half_life=half_life * DAY, weight=chance.uniform(1, 50))
            for half_life in half_lives
        ]
        done = [form(0) for _ in half_lives]
        rows = [(one.at, one.kind, one.evidence, index, one) for index, one in enumerate(done)]
        score = Score(Parts(rule(signals=tuple(signals))), rows)
        level = score.at(DAY_0, len(rows)) * chance.uniform(0.1, 0.95)
        high = DAY_0 + 4 * max(half_lives) * DAY
        found = score.first_at_or_below(level, DAY_0, high)
        assert score.at(found, len(rows)) <= level < score.at(found - 1, len(rows))


def test_another_engagement_puts_decay_off():
    assert told(timeline(form(0), form(9)))[1] > "15"
    assert told(timeline(form(0), page(10))) == ["0 entered score", "10 left decayed"]


def test_silence_ends_the_episode_too():
    assert told(timeline(form(0)), NO_DECAY) == ["0 entered score", "30 left idle"]
    assert told(timeline(form(0), page(29)), NO_DECAY) == ["0 entered score", "59 left idle"]


def test_decay_wins_a_tie_with_silence():
    assert told(timeline(form(0)), rule(idle_after=10)) == ["0 entered score", "10 left decayed"]
    assert told(timeline(form(0)), rule(idle_after=9)) == ["0 entered score", "9 left idle"]


def test_a_level_of_zero_is_never_reached():
    # After 20,000 half-lives there is nothing left in floating point; that is not decay.
    by = rule(leave=0.0, idle_after=200_000, dormant_after=200_000)
    who = timeline(form(0), known=-300_000)
    assert told(who, by, now=300_000) == ["0 entered score", "200000 left idle"]


def test_leaving_comes_before_an_instant_of_the_same_millisecond():
    by = rule(leave=0.0, dormant_after=30)
    who = timeline(form(0), form(30))
    assert told(who, by, now=30) == ["0 entered score", "30 left idle", "30 entered score"]
    assert bursts(who, by, now=30) == [0, 0, 30]
    assert [each.score for each in look(who, by, now=30).transitions] == [10.0, 1.25, 11.25]


def test_leaving_at_the_very_moment_of_looking_has_happened():
    assert told(timeline(form(0)), now=10) == ["0 entered score", "10 left decayed"]


def test_the_due_moment_is_when_the_episode_will_end():
    assert look(timeline(form(0)), now=3).due == ms(10)
    assert look(timeline(form(0)), NO_DECAY, now=3).due == ms(30)
    assert look(timeline(form(0)), now=10).due is None


def test_somebody_passive_is_not_due():
    assert look(timeline(page(0)), now=1).due is None


def test_what_is_known_of_the_future_is_due():
    who = timeline(
        form(0), page(4), endings=(ending(3, EndReason.CONVERTED),), fit=(fit(2, False),)
    )
    assert [look(who, now=day).due for day in (-1, 0, 2, 3)] == [ms(0), ms(2), ms(3), ms(4)]


def test_history_does_not_depend_on_whether_anybody_was_in_lead_mode():
    # One armed burst, entered late: the leaving moment is the same as had they entered at once.
    early = told(timeline(form(0), page(1)))
    late = told(timeline(form(0), page(1)), rule(enter=13.0))
    assert early[-1] == late[-1]
