"""Endings from outside, the fresh start and arming again, each by example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.engine.rule import Limit
from connector.engine.timeline import Ending, EndReason
from tests.engine.stories import (
    FORM,
    bursts,
    demo,
    ending,
    form,
    look,
    ms,
    page,
    rule,
    timeline,
    told,
)

DISPOSITIONS = (EndReason.REJECTED, EndReason.RECYCLED, EndReason.DISQUALIFIED)
OTHERS = (EndReason.CONVERTED, EndReason.INELIGIBLE)


@pytest.mark.parametrize("reason", EndReason)
def test_an_ending_ends_the_episode_with_its_own_reason(reason: EndReason):
    who = timeline(form(0), endings=(ending(2, reason),))
    assert told(who, now=5) == ["0 entered score", f"2 left {reason}"]


@pytest.mark.parametrize("reason", EndReason)
def test_an_ending_of_somebody_passive_says_nothing(reason: EndReason):
    assert told(timeline(page(0), endings=(ending(2, reason),)), now=5) == []


def test_an_ending_takes_effect_after_its_instant():
    who = timeline(form(0), endings=(ending(0, EndReason.REJECTED),))
    assert told(who, now=0) == ["0 entered score", "0 left rejected"]
    assert [each.score for each in look(who, now=0).transitions] == [10.0, 10.0]
    assert look(who, now=1).standing.score == 0.0


def test_leaving_by_itself_in_the_same_millisecond_comes_first():
    who = timeline(form(0), endings=(ending(10, EndReason.CONVERTED),))
    assert told(who) == ["0 entered score", "10 left decayed"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_endings_of_one_moment_the_first_in_the_fixed_order_is_named(order: int):
    both = (ending(1, EndReason.REJECTED), ending(1, EndReason.CONVERTED))[::order]
    who = timeline(form(0), endings=both)
    assert told(who, now=1) == ["0 entered score", "1 left converted"]
    assert look(who, now=1).standing.score == 0.0


def test_an_ending_after_now_has_not_happened():
    assert look(timeline(form(0), endings=(ending(2, EndReason.CONVERTED),)), now=1).in_lead_mode


@pytest.mark.parametrize("reason", DISPOSITIONS)
def test_a_disposition_wipes_points_kinds_and_humans(reason: EndReason):
    who = timeline(form(0), page(0.5), page(2), endings=(ending(1, reason),))
    standing = look(who, now=2).standing
    assert (standing.score, standing.distinct_kinds, standing.humans) == (4.0, 1, 1)
    assert [each.engaged.at for each in standing.contributions] == [ms(2)]


@pytest.mark.parametrize("reason", OTHERS)
def test_other_endings_wipe_nothing(reason: EndReason):
    standing = look(timeline(form(0), endings=(ending(1, reason),)), now=1).standing
    assert standing.score > 9
    assert (standing.distinct_kinds, standing.humans) == (1, 1)


def test_what_was_wiped_does_not_help_to_enter_again():
    by = rule(distinct_kinds=2)
    who = timeline(page(0), form(0), page(2), page(3), endings=(ending(1, EndReason.RECYCLED),))
    assert told(who, by, now=3) == ["0 entered score", "1 left recycled"]
    more = timeline(*who.engagements, form(4), endings=who.endings)
    assert told(more, by, now=4)[-1] == "4 entered score"
    assert bursts(more, by, now=4)[-1] == 2


def test_after_a_disposition_the_next_instant_starts_a_new_armed_burst():
    who = timeline(form(0), form(2), endings=(ending(1, EndReason.REJECTED),))
    assert told(who, now=2) == ["0 entered score", "1 left rejected", "2 entered score"]
    assert bursts(who, now=2) == [0, 0, 2]


def test_only_after_rearm_after_a_new_burst_is_armed():
    by = rule(rearm_after=7)
    wiped = (ending(1, EndReason.REJECTED),)
    assert told(timeline(form(0), form(7.9), endings=wiped), by, now=8)[-1] == "1 left rejected"
    on_the_day = timeline(form(0), form(8), endings=wiped)
    assert told(on_the_day, by, now=8)[-1] == "8 entered score"
    later = timeline(form(0), page(3), page(8), form(9), endings=wiped)
    assert told(later, by, now=9)[-1] == "9 entered score"
    assert bursts(later, by, now=9)[-1] == 8


def test_the_first_instant_after_the_time_arms_and_later_ones_do_not():
    by = rule(rearm_after=7, burst_max=1)
    who = timeline(form(0), page(8), form(10), endings=(ending(1, EndReason.REJECTED),))
    assert told(who, by, now=10)[-1] == "1 left rejected"
    assert look(who, by, now=10).standing.burst == ms(8)


def test_the_latest_disposition_counts_for_the_time():
    by = rule(rearm_after=7)
    twice = (ending(1, EndReason.REJECTED), ending(5, EndReason.RECYCLED))
    assert told(timeline(form(0), form(8), endings=twice), by, now=8)[-1] == "1 left rejected"
    assert told(timeline(form(0), form(12), endings=twice), by, now=12)[-1] == "12 entered score"


def test_a_disposition_disarms_a_burst_that_nobody_entered():
    by = rule(rearm_after=30)
    who = timeline(page(0), form(2), endings=(ending(1, EndReason.DISQUALIFIED),))
    assert told(who, by, now=5) == []
    assert not look(who, by, now=5).standing.armed


def test_a_long_gap_arms_even_before_rearm_after():
    by = rule(rearm_after=300)
    who = timeline(form(0), form(61), endings=(ending(1, EndReason.REJECTED),))
    assert told(who, by, now=61)[-1] == "61 entered score"


def test_what_was_wiped_still_counts_as_recency():
    by = rule(rearm_after=300)
    who = timeline(form(0), form(59), endings=(ending(1, EndReason.REJECTED),))
    assert told(who, by, now=59)[-1] == "1 left rejected"


def test_a_disposition_before_the_first_instant_arms_it():
    who = timeline(form(0), known=-1, endings=(ending(-0.5, EndReason.RECYCLED),))
    assert told(who, now=0) == ["0 entered score"]


def test_a_raised_hand_does_not_wait_for_rearm_after():
    by = rule(rearm_after=300)
    who = timeline(form(0), demo(2), endings=(ending(1, EndReason.REJECTED),))
    assert told(who, by, now=2)[-1] == "2 entered hand_raise"


def test_an_armed_burst_that_starts_inside_an_episode_leaves_its_anchor_alone():
    by = rule(rearm_after=7)
    who = timeline(
        form(0),
        demo(2),
        page(8),
        form(10),
        endings=(ending(1, EndReason.REJECTED), ending(9, EndReason.CONVERTED)),
    )
    assert told(who, by, now=10) == [
        "0 entered score",
        "1 left rejected",
        "2 entered hand_raise",
        "9 left converted",
        "10 entered score",
    ]
    assert bursts(who, by, now=10) == [0, 0, 2, 2, 8]


def test_without_fresh_start_a_disposition_only_ends_the_episode():
    by = rule(fresh_start=False)
    who = timeline(form(0), form(2), endings=(ending(1, EndReason.REJECTED),))
    assert told(who, by, now=2) == ["0 entered score", "1 left rejected"]
    assert look(who, by, now=2).standing.score > 18


def test_limits_outlive_a_disposition():
    by = rule(signals=(replace(FORM, limit=Limit(count=1, days=36_500)),))
    who = timeline(form(0), form(2), endings=(Ending(ms(1), EndReason.REJECTED),))
    assert told(who, by, now=2) == ["0 entered score", "1 left rejected"]
