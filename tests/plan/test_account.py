"""Surges beside what was recorded; quadrants, phases, personas."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import DAY
from connector.config.rulebook import AccountRule, Holds
from connector.engine.account import surges
from connector.engine.condition import Always
from connector.engine.rule import Rule
from connector.model import AccountSurge, Hold, Verdict
from connector.plan.account import (
    AccountSituation,
    Quadrant,
    Span,
    account_phase,
    holds_against,
    lacking,
    quadrant,
    settle,
    spans_of,
)

RULE = AccountRule(
    rule=Rule(
        id="account", signals=(), enter=1, leave=0, dormant_after=1, burst_max=1, window=1,
        idle_after=1,
    ),
    who=Always(),
    people=2,
    window=10,
    cooldown=30,
    group=("executive", "champion"),
    likely=50,
    engaged=100,
    subject="",
    body="",
    due=0,
)  # fmt: skip


def span(began: int, ended: int | None = None) -> Span:
    return Span(began_at=began, ended_at=ended, people=2, weight=2.0)


def surge(began: int, ended: int | None = None, **more: object) -> AccountSurge:
    plain = AccountSurge(
        anchor=began, began_at=began, ended_at=ended, people=2, weight=2.0,
        verdict=Verdict.HANDED_OFF, revision="r", decided_at=began, receiver="olga",
    )  # fmt: skip
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spans", "recorded", "changed", "fresh"),
    [
        ([span(100)], [], [], [100]),
        ([span(100)], [surge(100)], [], []),
        ([span(100, 120)], [surge(100)], [(100, 100, 120, False)], []),
        ([span(90)], [surge(100)], [(100, 90, None, False)], []),  # moved to the front
        ([span(105, 110)], [surge(100, 108)], [(100, 105, 110, False)], []),
        ([span(100, 105), span(107)], [surge(100)], [], []),  # split
        ([span(100)], [surge(100, 110), surge(115)],
         [(100, 100, None, False), (115, 115, None, True)], []),  # joined
        ([], [surge(100)], [(100, 100, None, True)], []),  # taken back
        ([span(104)], [surge(100, superseded=True)], [(100, 104, None, False)], []),
        ([span(111)], [surge(100, 103, superseded=True)], [], [111]),
        ([span(100, 110), span(110)], [surge(100, 110)], [], [110]),  # one after the other
        ([span(20, 30)], [], [], []),  # not known from its beginning
    ],
)  # fmt: skip
def test_a_surge_stays_the_one_that_was_recorded_wherever_it_moves(spans, recorded, changed, fresh):
    found = settle(spans, recorded, known_from=50, window=10)
    assert [(c.anchor, c.began_at, c.ended_at, c.superseded) for c in found.changed] == changed
    assert [each.began_at for each in found.fresh] == fresh


touches = st.lists(
    st.tuples(st.integers(0, 120), st.integers(1, 4)), min_size=1, max_size=14, unique=True
)


@settings(max_examples=60, deadline=None)
@given(touches=touches, order=st.randoms(use_true_random=False))
def test_in_whatever_order_engagement_arrives_one_surge_makes_one_task(touches, order):
    """Looked at after each arrival, as a daemon does; then every surge has one verdict."""
    arrived: list[tuple[int, int, float]] = []
    recorded: dict[int, AccountSurge] = {}
    waiting = [*touches]
    order.shuffle(waiting)
    for at, person in waiting:
        arrived.append((at, person, 1.0))
        spans = spans_of(surges(arrived, RULE.people, RULE.window, 130)[0])
        found = settle(spans, list(recorded.values()), known_from=-1, window=RULE.window)
        for each in found.changed:
            assert each.key == recorded[each.anchor].key  # what was decided stands
            recorded[each.anchor] = each
        for one in found.fresh:
            assert one.began_at not in recorded
            recorded[one.began_at] = surge(one.began_at, one.ended_at, key=str(one.began_at))
        live = [each for each in recorded.values() if not each.superseded]
        for one in spans:  # every surge that is, is one that was recorded, and told of once
            assert (
                sum(
                    each.began_at < (one.ended_at or 999) and one.began_at < (each.ended_at or 999)
                    for each in live
                )
                == 1
            )


def situation(**more: object) -> AccountSituation:
    plain = AccountSituation(
        rule=RULE, holds=Holds(), recorded=(), facts={}, opportunity="", worked=False,
        receiver="olga", baseline_before=None, dry_run=False,
    )  # fmt: skip
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "around", "holds"),
    [
        (span(100), {}, []),
        (span(100), {"baseline_before": 99}, []),
        (span(100), {"baseline_before": 100}, [Hold.BASELINE]),
        (span(100, 110), {}, [Hold.OVER]),
        (span(100), {"opportunity": "crm:Deal:1"}, [Hold.OPEN_OPPORTUNITY]),
        (
            span(100),
            {"opportunity": "crm:Deal:1", "holds": Holds(open_opportunity=False)},
            [],
        ),
        (span(100), {"worked": True, "receiver": ""}, [Hold.WORKED, Hold.NO_OWNER]),
        (span(100), {"dry_run": True}, [Hold.DRY_RUN]),
        (span(100), {"recorded": [surge(50, 70)]}, []),
        (span(100), {"recorded": [surge(50, 71)]}, [Hold.COOLDOWN]),
        (span(100), {"recorded": [surge(50, 71, verdict=Verdict.HELD)]}, []),
        (span(100), {"recorded": [surge(71, superseded=True)]}, [Hold.COOLDOWN]),
    ],
)
def test_what_speaks_against_a_task(one, around, holds):
    assert [hold for hold, _ in holds_against(one, situation(**around))] == holds


@pytest.mark.parametrize(
    ("likely", "engaged", "where"),
    [
        (50, 100, Quadrant.PURSUE),
        (50, 99.9, Quadrant.WARM_UP),
        (49.9, 100, Quadrant.QUALIFY),
        (49.9, 99.9, Quadrant.WATCH),
    ],
)
def test_propensity_against_engagement(likely, engaged, where):
    assert quadrant(RULE, likely=likely, engaged=engaged) is where


@pytest.mark.parametrize(
    ("of_people", "won", "phase"),
    [
        ([], 0, ""),
        (["", "consideration", "awareness"], 0, "consideration"),
        (["conversion"], 1, "acquisition"),
        (["conversion"], 3, "advocacy"),
        (["advocacy"], 1, "advocacy"),
    ],
)
def test_the_phase_is_the_furthest_that_people_or_sales_speak_of(of_people, won, phase):
    assert account_phase(RULE, of_people, won) == phase


def test_who_is_missing_stands_in_the_order_of_the_rule():
    assert lacking(RULE, set()) == ("executive", "champion")
    assert lacking(RULE, {"executive", "end_user"}) == ("champion",)


def test_a_day_is_no_moment_of_its_own():
    """The anchor is a moment and nothing coarser: two surges of one day are two."""
    found = settle([span(100, 120), span(130)], [surge(100, 120)], known_from=50, window=DAY)
    assert [each.began_at for each in found.fresh] == [130]
