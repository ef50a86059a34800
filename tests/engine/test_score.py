"""Decay, limits, groups and caps, and evidence, each by example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.engine.rule import Limit
from connector.engine.timeline import EndReason, Timeline
from connector.model import Kind
from tests.engine.stories import (
    DEMO,
    FORM,
    PAGE,
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
from tests.engine.strategies import DAY


def score(who: Timeline, by=None, *, on: float) -> float:
    return look(who, by or rule(), now=on).standing.score


def test_points_halve_every_half_life():
    who = timeline(form(0))
    assert [score(who, on=day) for day in (0, 10, 20, 30)] == [10.0, 5.0, 2.5, 1.25]
    assert score(who, on=5) == pytest.approx(10 / 2**0.5)


def test_every_signal_has_its_own_half_life():
    slow = rule(signals=(FORM, replace(PAGE, half_life=20 * DAY)))
    assert score(timeline(form(0), page(0)), slow, on=20) == pytest.approx(2.5 + 2.0)


def test_points_from_years_ago_vanish_without_complaint():
    assert score(timeline(form(0), page(200_000)), on=200_000) == 4.0


DAILY = rule(signals=(FORM, replace(PAGE, limit=Limit(count=2, days=1))))


def test_over_the_limit_of_a_day_nothing_more_is_given():
    who = timeline(*(page(0.1 * number) for number in range(5)), page(1.0))
    assert len(look(who, DAILY, now=1).standing.contributions) == 3
    assert score(timeline(page(0), page(0), page(0)), DAILY, on=0) == 8.0


def test_the_limit_takes_the_first_by_time_then_id():
    who = timeline(page(0, number=9), page(0, number=7), page(0, number=8))
    found = look(who, DAILY, now=0).standing.contributions
    assert [each.engaged.id for each in found] == [8, 7]


def test_buckets_of_several_days_are_aligned_to_the_epoch():
    weekly = rule(signals=(replace(PAGE, limit=Limit(count=1, days=7)),))
    # Day 0 of these stories is day 20,254 since the epoch: the fourth day of a bucket of seven.
    found = look(timeline(*(page(day) for day in range(7))), weekly, now=7).standing.contributions
    assert [each.engaged.at for each in found] == [ms(4), ms(0)]


def test_over_the_limit_it_is_still_recent_and_still_a_kind():
    by = rule(signals=(replace(FORM, limit=Limit(count=1, days=30)), PAGE), distinct_kinds=2)
    who = timeline(form(0.0), form(0.5), page(1.0), page(1.0))
    assert score(who, by, on=1) == pytest.approx(10 * 2**-0.1 + 8)
    assert told(who, by, now=1) == ["1 entered score"]
    standing = look(timeline(form(0), form(0.5)), by, now=0.5).standing
    assert standing.last_instant is not None
    assert (standing.distinct_kinds, standing.humans, standing.score < 10) == (1, 2, True)


def test_a_disposition_gives_no_new_limit():
    who = timeline(page(0), page(0), page(0.5), endings=(ending(0.2, EndReason.RECYCLED),))
    assert score(who, DAILY, on=0.5) == 0.0


def test_a_capped_group_gives_its_cap_at_most():
    capped = rule(
        signals=(FORM, replace(PAGE, group="web")),
        caps={"web": 6.0},
    )
    assert score(timeline(page(0), page(0), page(0)), capped, on=0) == 6.0
    assert score(timeline(page(0), page(0), form(0)), capped, on=0) == 16.0
    # 12 points have faded to 6 after a half-life, and below the cap after that.
    assert score(timeline(page(0), page(0), page(0)), capped, on=10) == 6.0
    assert score(timeline(page(0), page(0), page(0)), capped, on=20) == 3.0


def test_signals_of_several_half_lives_share_the_cap_of_their_group():
    capped = rule(
        signals=(replace(FORM, group="web", half_life=20 * DAY), replace(PAGE, group="web")),
        caps={"web": 12.0, "nobody": 1.0},
    )
    assert score(timeline(form(0), page(0)), capped, on=0) == 12.0
    assert score(timeline(form(0), page(0)), capped, on=20) == 6.0


def test_the_default_group_may_be_capped_too():
    assert score(timeline(form(0), form(0)), rule(caps={"default": 15.0}), on=0) == 15.0


def test_evidence_is_the_top_by_contribution_later_first_then_greater_id():
    by = rule(top=3, enter=18.0)
    who = timeline(
        page(0, number=9),
        # One half-life ago 10 points are 5 now: more than the 4 of a page.
        form(0, number=1),
        page(10, number=5),
        page(10, number=6),
        page(10, number=4),
    )
    [entered] = look(who, by, now=10).transitions
    assert [(each.engaged.id, each.signal, each.points) for each in entered.evidence] == [
        (1, "form", 5.0),
        (6, "page", 4.0),
        (5, "page", 4.0),
    ]


def test_equal_contributions_of_different_age_show_the_later_first():
    five = replace(PAGE, weight=5.0)
    who = timeline(form(0, number=2), page(10, number=1))
    [entered] = look(who, rule(signals=(FORM, five), leave=1.0, enter=10.0), now=10).transitions[:1]
    assert [each.engaged.id for each in entered.evidence] == [2]
    found = look(who, rule(signals=(FORM, five)), now=10).standing.contributions
    assert [(each.engaged.id, each.points) for each in found] == [(1, 5.0), (2, 5.0)]


def test_evidence_carries_weight():
    by = rule(signals=(replace(FORM, limit=Limit(count=1, days=30)), PAGE))
    [entered] = look(timeline(form(0, number=1), form(0, number=2)), by, now=0).transitions
    assert [each.engaged.id for each in entered.evidence] == [1]


def test_no_evidence_may_be_wanted():
    [entered] = look(timeline(form(0)), rule(top=0), now=0).transitions
    assert entered.evidence == ()


def test_many_raised_hands_take_no_quadratic_time():
    # 20,000 transitions with evidence: walking back over all of them each time takes minutes.
    hand = replace(DEMO, assets=(), weight=1.0)
    rare = replace(PAGE, weight=1_000.0, half_life=1_000 * DAY)
    by = rule(signals=(hand, rare))
    who = timeline(page(0), *(demo(1 + number / 10_000) for number in range(20_000)))
    evaluation = look(who, by, now=4)
    assert len(evaluation.transitions) == 20_001
    assert evaluation.transitions[-1].evidence[0].signal == "page"
    assert Kind.of_code(evaluation.transitions[-1].evidence[1].engaged.kind) is Kind.FORM_SUBMITTED
