"""A raised hand, by example."""

from __future__ import annotations

from dataclasses import replace

from connector.engine.alert import alerts
from connector.engine.result import Change, Reason
from connector.engine.rule import Limit
from connector.engine.timeline import EndReason
from connector.model import Evidence
from tests.engine.stories import (
    DEMO,
    FORM,
    RETURNING,
    bursts,
    demo,
    ending,
    fit,
    form,
    look,
    page,
    rule,
    timeline,
    told,
)


def test_a_raised_hand_enters_at_once_whatever_the_rule_asks():
    strict = rule(enter=99.0, leave=50.0, distinct_kinds=3, human_min=5)
    who = timeline(page(-1), demo(0), known=-2, fit=(fit(-9, False),))
    assert told(who, strict, now=0) == ["0 entered hand_raise"]
    assert bursts(who, strict, now=0) == [0]


def test_a_machine_or_nobody_knows_who_raises_no_hand():
    for evidence in (Evidence.MACHINE, Evidence.UNKNOWN):
        assert told(timeline(demo(0, evidence=evidence)), now=0) == []


def test_a_hand_raise_without_weight_does_not_qualify():
    by = rule(signals=(replace(DEMO, weight=0.0), FORM))
    assert told(timeline(demo(0)), by, now=0) == []


def test_over_its_limit_a_hand_is_still_raised():
    by = rule(signals=(replace(DEMO, limit=Limit(count=1, days=30)), FORM))
    assert told(timeline(demo(0), demo(0.5)), by, now=1) == [
        "0 entered hand_raise",
        "0.5 raised hand_raise",
    ]


def test_a_hand_raised_together_with_a_normal_entry_is_the_reason():
    who = timeline(page(-1), form(0, number=1), demo(0, number=3), demo(0, number=2))
    [entered] = look(who, now=0).transitions
    assert entered.reason is Reason.HAND_RAISE
    assert entered.raised_by is not None
    assert entered.raised_by.id == 3
    assert bursts(who, now=0) == [0]


def test_in_lead_mode_the_episode_goes_on_and_says_so_once_per_instant():
    who = timeline(form(0), demo(1), demo(1), demo(2))
    assert told(who, now=2) == [
        "0 entered score",
        "1 raised hand_raise",
        "2 raised hand_raise",
    ]
    assert bursts(who, now=2) == [0, 0, 0]
    raised = look(who, now=2).transitions[1]
    assert {each.signal for each in raised.evidence} == {"form", "demo"}


def test_after_a_raised_hand_the_episode_does_not_decay():
    assert told(timeline(demo(0))) == ["0 entered hand_raise", "30 left idle"]
    assert told(timeline(form(0), demo(1)))[-1] == "31 left idle"
    # The next episode may decay again.
    assert told(timeline(demo(0), form(200)))[-1] == "210 left decayed"


def test_a_raised_hand_disarms_its_burst():
    who = timeline(demo(0), form(40), endings=(ending(1, EndReason.CONVERTED),))
    assert told(who) == ["0 entered hand_raise", "1 left converted"]


def test_a_second_raised_hand_in_a_burst_that_is_over_starts_a_new_one():
    who = timeline(form(0), demo(20))
    assert told(who, now=20) == ["0 entered score", "10 left decayed", "20 entered hand_raise"]
    assert bursts(who, now=20) == [0, 0, 20]


def test_raised_hands_alert_whatever_the_cool_down():
    who = timeline(form(0), demo(1), form(100), form(300))
    transitions = look(who, RETURNING, now=300).transitions
    assert [(each.change, each.reason) for each in transitions] == [
        (Change.ENTERED, Reason.SCORE),
        (Change.RAISED, Reason.HAND_RAISE),
        (Change.LEFT, Reason.IDLE),
        (Change.ENTERED, Reason.SCORE),
        (Change.LEFT, Reason.DECAYED),
        (Change.ENTERED, Reason.SCORE),
    ]
    day = 86_400_000
    # The hand on day 1 counts for the cool-down of day 100, the held entry there counts for none.
    assert alerts(transitions, 99 * day + 1) == (True, True, False, False, False, True)
    assert alerts(transitions, 99 * day) == (True, True, False, True, False, True)
