"""What is said never to happen in a rule never does, tried with the real evaluator."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from connector.config.reach import kinds_that_count, least_when_idle, most_points, shadows
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.result import Change, Reason
from connector.engine.rule import Limit, Rule, Signal
from connector.engine.timeline import Engaged, Timeline, Touchpoint
from connector.model import Evidence, Kind
from tests.depth import depth
from tests.engine.strategies import DAY, START, Case, cases

usual = settings(
    max_examples=depth(25, 60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TEXTS = ("", "demo", "Demo", "Pricing page", "https://a.example/1", "memo", "x.example/2 pricing")


CLASSES = (Evidence.HUMAN, Evidence.UNKNOWN)


def limited(rule: Rule) -> Rule:
    """The rule with a limit on every signal, so that its points have a bound."""
    limit = Limit(count=2, days=1)
    return replace(rule, signals=tuple(replace(s, limit=s.limit or limit) for s in rule.signals))


def around(rule: Rule) -> list[Touchpoint]:
    sources = {"", "mail", "web"}.union(*(one.sources for one in rule.signals))
    return [
        Touchpoint(s, asset, link) for s in sorted(sources) for asset in TEXTS for link in TEXTS
    ]


@usual
@given(cases())
def test_a_signal_said_never_to_fire_scores_nothing(case: Case):
    rule = case[0]
    matcher = Matcher(rule)
    never = {i for i in range(len(rule.signals)) if shadows(rule.signals, i)}
    fired = {
        matcher.signal(kind.code, evidence, each)
        for kind in Kind
        for evidence in CLASSES
        for each in around(rule)
    }
    assert never.isdisjoint(fired)
    kinds = kinds_that_count(rule)
    for kind in Kind:
        counts = {
            matcher.signal(kind.code, evidence, each)
            for evidence in CLASSES
            for each in around(rule)
        }
        assert kind in kinds or not any(i >= 0 and rule.signals[i].weight > 0 for i in counts)


@usual
@given(cases())
def test_no_score_is_above_the_most_that_is_said(case: Case):
    rule, timeline, now = limited(case[0]), case[1], case[2]
    most = most_points(rule)
    for moment in sorted({*(one.at for one in timeline.engagements), now}):
        assert evaluate(rule, timeline, moment).stand().score <= most * (1 + 1e-9)


@usual
@given(cases())
def test_a_threshold_said_never_to_be_reached_is_not(case: Case):
    rule, timeline, now = limited(case[0]), case[1], case[2]
    enter = most_points(rule) * (1 + 1e-6) + 1e-6
    out_of_reach = replace(rule, enter=enter, leave=min(rule.leave, enter / 2))
    kinds = len(kinds_that_count(rule))
    for strict in (out_of_reach, replace(rule, distinct_kinds=kinds + 1)):
        entered = [
            one.reason
            for one in evaluate(strict, timeline, now).transitions
            if one.change is Change.ENTERED
        ]
        assert set(entered) <= {Reason.HAND_RAISE}


@usual
@given(cases())
def test_leave_said_never_to_be_reached_is_not(case: Case):
    rule, timeline, now = case
    free = replace(rule, signals=tuple(replace(one, limit=None) for one in rule.signals))
    least = least_when_idle(free)
    leave = least * (1 - 1e-6)
    if leave > 0:
        lasting = replace(free, leave=leave, enter=max(free.enter, leave * 2))
        reasons = {one.reason for one in evaluate(lasting, timeline, now).transitions}
        assert Reason.DECAYED not in reasons


def test_leave_that_is_just_above_the_least_is_reached():
    rule = Rule(
        id="r", signals=(signal("page"),), enter=10, leave=1,
        dormant_after=90 * DAY, burst_max=30 * DAY, window=14 * DAY, idle_after=45 * DAY,
    )  # fmt: skip
    least = least_when_idle(rule)
    seen = (Engaged(START, 1, Kind.PAGE_VIEWED.code, int(Evidence.HUMAN)),)
    timeline = Timeline(known_at=START - 400 * DAY, engagements=seen)
    for leave, reason in ((least * 1.001, Reason.DECAYED), (least * 0.999, Reason.IDLE)):
        told = evaluate(replace(rule, leave=leave), timeline, START + 60 * DAY).transitions
        assert [one.reason for one in told] == [Reason.SCORE, reason]
    assert least_when_idle(replace(rule, caps={"default": least / 2})) == least / 2
    limited_one = signal("page", limit=Limit(count=1, days=1))
    assert least_when_idle(replace(rule, signals=(limited_one,))) == 0


def signal(name: str, asset: str = "", *, weight: float = 10, limit: Limit | None = None) -> Signal:
    return Signal(
        id=name,
        kinds=frozenset({Kind.PAGE_VIEWED}),
        weight=weight,
        half_life=7 * DAY,
        assets=(asset,) if asset else (),
        limit=limit,
    )


def test_the_bound_is_reached_so_it_is_not_just_large():
    limit = Limit(count=2, days=1)
    rule = Rule(
        id="r", signals=(signal("page", limit=limit),), enter=1, leave=0,
        dormant_after=90 * DAY, burst_max=30 * DAY, window=14 * DAY, idle_after=45 * DAY,
    )  # fmt: skip
    moments = [START + day * DAY - 1 for day in range(120)] + [START + 119 * DAY]
    seen = tuple(
        Engaged(at, 2 * i + twice, Kind.PAGE_VIEWED.code, int(Evidence.HUMAN))
        for i, at in enumerate(moments)
        for twice in (0, 1)
    )
    timeline = Timeline(known_at=START - DAY, engagements=seen)
    score = evaluate(rule, timeline, START + 119 * DAY).stand().score
    assert 0.999 * most_points(rule) < score <= most_points(rule)


def test_patterns_that_cover_others():
    def hidden(*assets: str) -> bool:
        return bool(shadows([signal(str(i), a) for i, a in enumerate(assets)], len(assets) - 1))

    assert hidden("*price*", "*PRICE-list*")
    assert hidden("*price*", "a?price*")
    assert hidden("", "*demo*")
    assert hidden("*", "demo")
    assert not hidden("*demo*", "")
    assert not hidden("*price*", "*pri*ce*")
    assert not hidden("*price*", "pr?ce")
    assert not hidden("demo", "*demo*")
    assert not hidden("*a]b*", "[a]b]")


def test_two_signals_can_share_in_hiding_a_third():
    clicks = replace(signal("clicks"), kinds=frozenset({Kind.EMAIL_CLICKED}))
    both = replace(signal("both"), kinds=frozenset({Kind.PAGE_VIEWED, Kind.EMAIL_CLICKED}))
    found = shadows((signal("page"), clicks, both), 2)
    assert {one.id for one in found} == {"page", "clicks"}
    assert shadows((signal("page"), both), 1) == ()
