"""The rules that the benchmarks evaluate."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connector.engine.rule import Limit, Rule, Signal
from connector.model import Kind

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
MONTH: Final = 30 * DAY


def _signal(kind: Kind, weight: float, half_life: int, limit: int | None = None) -> Signal:
    return Signal(
        id=kind.value,
        kinds=frozenset({kind}),
        weight=weight,
        half_life=half_life,
        limit=None if limit is None else Limit(count=limit, days=1),
    )


RULE: Final = Rule(
    id="benchmark",
    signals=(
        _signal(Kind.EMAIL_OPENED, 1.0, WEEK, 2),
        _signal(Kind.PAGE_VIEWED, 2.0, WEEK, 3),
        _signal(Kind.EMAIL_CLICKED, 4.0, WEEK, 3),
        _signal(Kind.AD_CLICKED, 3.0, WEEK, 2),
        _signal(Kind.SOCIAL_ENGAGED, 3.0, WEEK, 2),
        _signal(Kind.CONTENT_DOWNLOADED, 8.0, MONTH, 2),
        _signal(Kind.WEBINAR_REGISTERED, 6.0, MONTH),
        _signal(Kind.WEBINAR_ATTENDED, 12.0, MONTH),
        _signal(Kind.UNSUBSCRIBED, 0.0, WEEK),
    ),
    enter=20.0,
    leave=8.0,
    dormant_after=60 * DAY,
    burst_max=45 * DAY,
    window=30 * DAY,
    distinct_kinds=3,
    idle_after=45 * DAY,
    cooldown=90 * DAY,
)
"""Nine kinds of which one does not qualify, two half-lives, limits, three distinct kinds."""

FULL: Final = replace(
    RULE,
    id="full",
    signals=tuple(
        replace(
            signal,
            group="web" if signal.id in {"page_viewed", "ad_clicked"} else signal.group,
            hand_raise=signal.id == "webinar_attended",
        )
        for signal in RULE.signals
    ),
    human_min=1,
    caps={"web": 12.0},
)
"""The same with a capped group, human evidence and raised hands."""

RULES: Final = {rule.id: rule for rule in (RULE, FULL)}
SURGE_PEOPLE: Final = 3
SURGE_WINDOW: Final = 14 * DAY
