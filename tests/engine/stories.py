"""Short timelines in days, so that an example test reads like the paragraph it shows."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from connector.engine.evaluate import evaluate
from connector.engine.result import Evaluation, Transition
from connector.engine.rule import Rule, Signal
from connector.engine.timeline import Ending, EndReason, Engaged, FitChange, Timeline, Touchpoint
from connector.model import Evidence, Kind
from tests.engine.strategies import DAY

DAY_0 = 1_750_000_000_000 // DAY * DAY
LONG_AGO = -1_000.0
_ids = count(1)

FORM = Signal(id="form", kinds=frozenset({Kind.FORM_SUBMITTED}), weight=10.0, half_life=10 * DAY)
PAGE = Signal(id="page", kinds=frozenset({Kind.PAGE_VIEWED}), weight=4.0, half_life=10 * DAY)
DEMO = Signal(
    id="demo",
    kinds=frozenset({Kind.FORM_SUBMITTED}),
    assets=("*demo*",),
    weight=1.0,
    half_life=10 * DAY,
    hand_raise=True,
)

RETURNING = Rule(
    id="returning",
    signals=(DEMO, FORM, PAGE),
    enter=10.0,
    leave=5.0,
    dormant_after=60 * DAY,
    burst_max=14 * DAY,
    window=14 * DAY,
    idle_after=30 * DAY,
)
"""One form is enough to enter; without another touch its points have halved after ten days."""


def rule(**changes: Any) -> Rule:
    """The example rule with other numbers; durations are given in days."""
    for name in ("dormant_after", "burst_max", "window", "idle_after", "cooldown", "rearm_after"):
        if name in changes:
            changes[name] = round(changes[name] * DAY)
    return replace(RETURNING, **changes)


def ms(day: float) -> int:
    return DAY_0 + round(day * DAY)


def did(
    day: float,
    kind: Kind,
    asset: str = "",
    *,
    evidence: Evidence = Evidence.HUMAN,
    number: int | None = None,
    source: str = "web",
    link: str = "",
    message: str = "",
) -> Engaged:
    return Engaged(
        at=ms(day),
        id=next(_ids) if number is None else number,
        kind=kind.code,
        evidence=evidence,
        touchpoint=Touchpoint(source, asset, link, message),
    )


def form(day: float, **more: Any) -> Engaged:
    return did(day, Kind.FORM_SUBMITTED, "Newsletter", **more)


def page(day: float, **more: Any) -> Engaged:
    return did(day, Kind.PAGE_VIEWED, "Pricing", **more)


def demo(day: float, **more: Any) -> Engaged:
    return did(day, Kind.FORM_SUBMITTED, "Request a demo", **more)


def ending(day: float, reason: EndReason) -> Ending:
    return Ending(ms(day), reason)


def fit(day: float, fits: bool) -> FitChange:
    return FitChange(ms(day), fits)


def timeline(
    *engagements: Engaged,
    known: float | None = LONG_AGO,
    endings: tuple[Ending, ...] = (),
    fit: tuple[FitChange, ...] = (),
) -> Timeline:
    return Timeline(
        known_at=None if known is None else ms(known),
        engagements=engagements,
        endings=endings,
        fit=fit,
    )


def look(who: Timeline, by: Rule = RETURNING, *, now: float = 1_000.0) -> Evaluation:
    return evaluate(by, who, ms(now))


def told(who: Timeline, by: Rule = RETURNING, *, now: float = 1_000.0) -> list[str]:
    """The transitions as "day change reason", for example "10 left decayed"."""
    return [in_days(transition) for transition in look(who, by, now=now).transitions]


def in_days(transition: Transition) -> str:
    day = (transition.at - DAY_0) / DAY
    return f"{day:g} {transition.change} {transition.reason}"


def bursts(who: Timeline, by: Rule = RETURNING, *, now: float = 1_000.0) -> list[float]:
    """The day of the burst that each transition is anchored to."""
    return [(each.burst - DAY_0) / DAY for each in look(who, by, now=now).transitions]
