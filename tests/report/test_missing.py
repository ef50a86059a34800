"""What `missing` says is tried: enough is enough, less is not, and time alone opens the door."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import DAY, MINUTE
from connector.config.rulebook import LeadMode
from connector.engine.condition import Always
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.rule import Limit, MachineTests, Rule, Signal
from connector.engine.timeline import Ending, EndReason, Engaged, FitChange, Timeline, Touchpoint
from connector.model import Evidence, Kind
from connector.report.as_of import AsOf
from connector.report.missing import Missing, missing

NOW = 1_000 * DAY
SIGNALS = (
    Signal(
        id="demo",
        kinds=frozenset({Kind.FORM_SUBMITTED}),
        assets=("*demo*",),
        weight=40,
        half_life=60 * DAY,
        hand_raise=True,
    ),
    Signal(
        id="pricing",
        kinds=frozenset({Kind.PAGE_VIEWED}),
        assets=("*[pP]ricing*",),
        weight=12,
        half_life=14 * DAY,
        limit=Limit(count=1, days=1),
        group="web",
    ),
    Signal(
        id="page",
        kinds=frozenset({Kind.PAGE_VIEWED}),
        weight=3,
        half_life=14 * DAY,
        group="web",
    ),
    Signal(id="webinar", kinds=frozenset({Kind.WEBINAR_ATTENDED}), weight=18, half_life=30 * DAY),
    Signal(id="click", kinds=frozenset({Kind.EMAIL_CLICKED}), weight=7, half_life=20 * DAY),
)
RULE = Rule(
    id="returning",
    signals=SIGNALS,
    enter=30,
    leave=10,
    dormant_after=60 * DAY,
    burst_max=20 * DAY,
    window=14 * DAY,
    distinct_kinds=2,
    human_min=2,
    idle_after=40 * DAY,
    rearm_after=20 * DAY,
    caps={"web": 20.0},
)
TOUCHES = {
    "demo": (Kind.FORM_SUBMITTED, "demo"),
    "pricing": (Kind.PAGE_VIEWED, "Pricing"),
    "page": (Kind.PAGE_VIEWED, "news"),
    "webinar": (Kind.WEBINAR_ATTENDED, "seals"),
    "click": (Kind.EMAIL_CLICKED, ""),
}


def did(signal: str, at: int, number: int, evidence: Evidence = Evidence.HUMAN) -> Engaged:
    kind, asset = TOUCHES[signal]
    return Engaged(at, number, kind.code, int(evidence), Touchpoint(asset=asset))


def asked(timeline: Timeline, rule: Rule = RULE, at: int = NOW) -> AsOf:
    machine = MachineTests()
    return AsOf(
        mode=LeadMode(rule=rule, applies_to=Always(), fit=Always()),
        at=at,
        evaluation=evaluate(rule, timeline, at, machine),
        timeline=timeline,
        matcher=Matcher(rule),
        machine=machine,
    )


def enters(timeline: Timeline, signals: tuple[str, ...], at: int, rule: Rule = RULE) -> bool:
    """Whether doing these things at `at` makes for an entry: asked without `missing`."""
    more = tuple(did(signal, at, 10_000 + n) for n, signal in enumerate(signals))
    whole = Timeline(
        known_at=timeline.known_at,
        engagements=timeline.engagements + more,
        endings=timeline.endings,
        fit=timeline.fit,
    )
    return evaluate(rule, whole, at).in_lead_mode


def found(timeline: Timeline, rule: Rule = RULE) -> Missing:
    answer = missing(asked(timeline, rule))
    assert answer is not None
    return answer


histories = st.builds(
    Timeline,
    known_at=st.sampled_from([None, NOW - 400 * DAY, NOW - 30 * DAY]),
    engagements=st.lists(
        st.builds(
            lambda signal, days, n, evidence: did(signal, NOW - days * DAY // 4, n, evidence),
            st.sampled_from(list(TOUCHES)),
            st.integers(1, 1_200),
            st.integers(1, 9_999),
            st.sampled_from(Evidence),
        ),
        max_size=7,
        unique_by=lambda one: one.id,
    ).map(tuple),
    endings=st.lists(
        st.builds(
            lambda days, reason: Ending(NOW - days * DAY, reason),
            st.integers(0, 80),
            st.sampled_from(EndReason),
        ),
        max_size=1,
    ).map(tuple),
    fit=st.sampled_from([(), (FitChange(0, False),)]),
)
PLAIN = tuple(signal.id for signal in SIGNALS if not signal.hand_raise)
SOON = NOW + 5 * MINUTE


@settings(max_examples=120, deadline=None)
@given(histories)
def test_every_option_is_enough_and_nothing_smaller_is(timeline: Timeline):
    answer = missing(asked(timeline))
    if answer is None:
        assert asked(timeline).evaluation.in_lead_mode
        return
    for option in answer.options:
        assert enters(timeline, tuple(step.signal for step in option.steps), SOON)
    smallest = min((len(option.steps) for option in answer.options), default=4)
    for size in range(1, min(smallest, 4)):
        for signals in combinations_with_replacement(PLAIN, size):
            assert not enters(timeline, signals, SOON)


@settings(max_examples=80, deadline=None)
@given(histories)
def test_the_moment_of_a_new_return_is_the_first_one(timeline: Timeline):
    answer = missing(asked(timeline))
    if answer is None or answer.by_score:
        return
    everything = ("pricing", "webinar", "click")
    fits = all(change.fits for change in timeline.fit)
    if answer.from_when is None:
        assert timeline.known_at is None
        assert not any(one.evidence != Evidence.MACHINE for one in timeline.engagements)
        return
    assert answer.from_when > NOW
    assert not enters(timeline, everything, answer.from_when - 1)
    assert enters(timeline, everything, answer.from_when) == fits


def test_a_raised_hand_is_enough_even_for_who_does_not_fit():
    answer = found(Timeline(known_at=NOW - 5 * DAY, fit=(FitChange(0, False),)))
    assert [hand.text for hand in answer.raised_hands] == ['fills in a form like "*demo*"']
    assert not answer.by_score


def test_the_cheapest_way_comes_first_and_says_what_it_gives():
    answer = found(
        Timeline(
            known_at=NOW - 400 * DAY,
            engagements=(did("webinar", NOW - 2 * DAY, 1), did("pricing", NOW - DAY, 2)),
        )
    )
    assert [[step.text for step in option.steps] for option in answer.options] == [
        ["looks at a page"],
        ["clicks in a mail"],
        ['looks at a page like "*[pP]ricing*"'],
        ["attends a webinar"],
    ]
    assert [round(option.points) for option in answer.options] == [3, 7, 9, 18]
    assert answer.complete


def test_a_cap_can_make_a_kind_useless():
    """Twenty points of the web are all there are: more pages do not help."""
    week = tuple(did("pricing", NOW - n * DAY, n) for n in range(1, 4))
    answer = found(Timeline(known_at=NOW - 400 * DAY, engagements=week))
    assert answer.by_score
    for option in answer.options:
        assert any(step.signal in {"webinar", "click"} for step in option.steps)


def test_a_rule_of_raised_hands_alone():
    rule = Rule(
        id="hands",
        signals=SIGNALS[:1],
        enter=30,
        leave=10,
        dormant_after=60 * DAY,
        burst_max=20 * DAY,
        window=14 * DAY,
        idle_after=40 * DAY,
    )
    answer = found(Timeline(known_at=NOW - 400 * DAY), rule)
    assert (answer.by_score, answer.from_when, answer.options) == (False, None, ())
    assert len(answer.raised_hands) == 1


def test_a_very_long_timeline_is_answered_quickly_and_says_that_not_all_was_tried():
    many = tuple(did("page", NOW - 700 * DAY + n * MINUTE, n) for n in range(100_000))
    hard = replace(RULE, human_min=9)
    answer = found(Timeline(known_at=NOW - 900 * DAY, engagements=many), hard)
    assert (answer.options, answer.complete) == ((), False)
