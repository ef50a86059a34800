"""Rules and timelines in which things happen: ties, limits, caps, raised hands, dispositions.

One generator makes both the seeded cases (`random_case`) and the hypothesis strategies: it only
asks a `Chooser` for its choices, so both draw from the same world.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from connector.engine.rule import DEFAULT_GROUP, Limit, MachineTests, Rule, Signal
from connector.engine.timeline import (
    Ending,
    EndReason,
    Engaged,
    FitChange,
    Timeline,
    Touchpoint,
)
from connector.model import Evidence, Kind

SECOND = 1_000
HOUR = 3_600_000
DAY = 86_400_000
START = 1_700_000_000_000 // DAY * DAY

Case = tuple[Rule, Timeline, int]
T = TypeVar("T")

KINDS = (
    Kind.EMAIL_CLICKED,
    Kind.PAGE_VIEWED,
    Kind.FORM_SUBMITTED,
    Kind.WEBINAR_ATTENDED,
    Kind.EMAIL_OPENED,
)
TOUCHPOINTS = (
    Touchpoint(),
    Touchpoint("mail", "", "https://a.example/1", "m1"),
    Touchpoint("mail", "", "https://a.example/2", "m1"),
    Touchpoint("mail", "", "https://a.example/Pricing", "m2"),
    Touchpoint("web", "Pricing page", "", ""),
    Touchpoint("web", "Demo", "https://b.example/demo", ""),
)
ASSETS = ("*pricing*", "demo", "*", "*.example/[12]", "?emo")


class Chooser(Protocol):
    """What decides: a seeded generator, or hypothesis."""

    def choice(self, options: Sequence[T], /) -> T: ...

    def randint(self, low: int, high: int, /) -> int: ...


def make_rule(chance: Chooser) -> Rule:
    dormant_after = chance.choice((6 * HOUR, DAY, 2 * DAY, 5 * DAY))
    enter = chance.choice((1.0, 4.0, 5.0, 5.0, 8.0, 10.0, 12.5))
    signals = tuple(_make_signal(chance, index) for index in range(chance.randint(2, 6)))
    return Rule(
        id="random",
        signals=signals,
        enter=enter,
        leave=enter * chance.choice((0.0, 0.25, 0.5, 0.5, 0.5, 0.8, 0.8, 0.99)),
        dormant_after=dormant_after,
        burst_max=chance.choice((0, HOUR, DAY, 2 * DAY, 10 * DAY, 10 * DAY, 30 * DAY)),
        window=chance.choice((1, HOUR, DAY, 2 * DAY, 5 * DAY)),
        distinct_kinds=chance.choice((0, 1, 1, 1, 1, 2, 3)),
        human_min=chance.choice((0, 0, 0, 1, 1, 2)),
        idle_after=dormant_after // chance.choice((1, 1, 1, 2)),
        cooldown=chance.choice((0, DAY)),
        fresh_start=chance.randint(0, 3) > 0,
        rearm_after=chance.choice((0, 0, 1, HOUR, DAY, 2 * DAY)),
        caps={
            group: chance.choice((4.0, 5.0, 6.0, 20.0))
            for group in (DEFAULT_GROUP, "web", "mail")
            if chance.randint(0, 2) == 0
        },
        top=chance.choice((0, 1, 2, 3, 5, 5)),
    )


def _make_signal(chance: Chooser, index: int) -> Signal:
    kinds = {chance.choice(KINDS) for _ in range(chance.randint(1, 4))}
    limited = chance.randint(0, 3) == 0
    narrow = index > 0 or chance.randint(0, 3) == 0
    return Signal(
        id=f"signal-{index}",
        kinds=frozenset(kinds),
        weight=chance.choice((0.0, 0.5, 1.0, 2.0, 3.7, 4.0, 5.0, 5.0, 8.0, 10.0, 10.0)),
        half_life=chance.choice((HOUR, 6 * HOUR, 6 * HOUR, DAY, DAY, 2 * DAY, 7 * DAY)),
        assets=(chance.choice(ASSETS),) if narrow and chance.randint(0, 3) == 0 else (),
        sources=frozenset({"web"}) if narrow and chance.randint(0, 4) == 0 else frozenset(),
        group=chance.choice((DEFAULT_GROUP, DEFAULT_GROUP, "web", "mail")),
        limit=Limit(count=chance.randint(1, 3), days=chance.choice((1, 2, 30)))
        if limited
        else None,
        hand_raise=chance.randint(0, 14) == 0,
        classes=frozenset({chance.choice((Evidence.HUMAN, Evidence.HUMAN, Evidence.UNKNOWN))})
        if narrow and chance.randint(0, 4) == 0
        else frozenset(),
    )


def make_timeline(chance: Chooser, rule: Rule) -> Timeline:
    """Visits in bursts; the steps between them like to land on the very edges of the rule."""
    moments = _moments(chance, rule)
    engagements = [
        Engaged(
            at=chance.choice(moments),
            # Ids do not grow with time: what arrived late bears a greater one.
            id=chance.randint(1, 10_000),
            kind=chance.choice((*KINDS, *KINDS, Kind.EMAIL_SENT, Kind.UNSUBSCRIBED)).code,
            evidence=chance.choice(
                (Evidence.HUMAN,) * 7 + (Evidence.UNKNOWN, Evidence.UNKNOWN, Evidence.MACHINE)
            ),
            touchpoint=chance.choice(TOUCHPOINTS),
        )
        for _ in range(chance.randint(0, 40))
    ]
    if engagements and chance.randint(0, 3) == 0:
        repeated = chance.choice(engagements)
        engagements += [repeated, repeated._replace(at=chance.choice(moments))]
    return Timeline(
        known_at=chance.choice(
            (None, START - 90 * DAY, START - 90 * DAY, START - rule.dormant_after, START + HOUR)
        ),
        engagements=tuple(engagements),
        endings=_some(
            chance, lambda: Ending(chance.choice(moments), chance.choice(tuple(EndReason)))
        ),
        fit=_some(chance, lambda: FitChange(chance.choice(moments), chance.randint(0, 2) > 0)),
    )


def _some(chance: Chooser, make: Callable[[], T]) -> tuple[T, ...]:
    count = chance.choice((0, 0, 0, 1, 1, 2, 4))
    return tuple(make() for _ in range(count))


def _moments(chance: Chooser, rule: Rule) -> list[int]:
    edges = (rule.dormant_after, rule.idle_after, rule.window, rule.rearm_after)
    steps = (
        *(1, 500, 2 * SECOND, HOUR, 3 * HOUR, DAY // 4, DAY // 2, DAY, DAY, 2 * DAY),
        *(edge + shift for edge in edges for shift in (0, 0, -1, 1)),
        *(rule.dormant_after + chance.choice((0, DAY)),) * 6,
        *(signal.half_life for signal in rule.signals),
    )
    moments = [START]
    for _ in range(chance.randint(0, 20)):
        moments.append(moments[-1] + max(0, chance.choice(steps)))
    return moments


def make_case(chance: Chooser) -> Case:
    rule = make_rule(chance)
    timeline = make_timeline(chance, rule)
    times = [one.at for one in timeline.engagements] or [START]
    last = max(times)
    now = chance.choice((last, last, last + 1, last + 30 * DAY, last + 30 * DAY, min(times)))
    if chance.randint(0, 3) == 0:
        now = chance.choice(times) + chance.choice((0, HOUR, DAY))
    return rule, timeline, now


def random_case(seed: int) -> Case:
    """The same rule, timeline and moment for the same seed, quickly."""
    return make_case(random.Random(seed))


class _Drawn:
    """Hypothesis as a chooser."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def choice(self, options: Sequence[T], /) -> T:
        return self._draw(st.sampled_from(options))

    def randint(self, low: int, high: int, /) -> int:
        return self._draw(st.integers(low, high))


@st.composite
def _drawn_cases(draw: st.DrawFn) -> Case:
    return make_case(_Drawn(draw))


def cases() -> st.SearchStrategy[Case]:
    """Rule, timeline and moment: drawn one by one, to shrink well, or seeded, to be eventful."""
    return st.one_of(_drawn_cases(), st.integers(0, 2**32 - 1).map(random_case))


NO_TESTS = MachineTests(click_after_send=0, scan_links=0, scan_within=0)
"""No tests of our own: only what the platform says is a machine's."""
