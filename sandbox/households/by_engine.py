"""Quiet spells as the engine sees them: entries of the counting rules, one rule per length."""

from __future__ import annotations

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Final

from connector.clock import DAY
from connector.config.rules import load_rulebook
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.result import Change
from connector.engine.rule import Rule
from connector.engine.timeline import Engaged, Timeline, Touchpoint
from connector.model import Evidence, Kind
from sandbox.households.panel import Basket, Panel
from sandbox.households.spells import Spells

COUNTING: Final = Path(__file__).parent.parent / "households_rules" / "counting"


def count(panel: Panel, end: int) -> list[Spells]:
    """The spells up to `end` (UTC ms), by evaluating every household under every rule."""
    timelines = _timelines(panel.baskets)
    rules = [mode.rule for mode in load_rulebook([COUNTING]).lead_modes]
    return [_spells(rule, timelines, end) for rule in rules]


def _timelines(baskets: list[Basket]) -> list[Timeline]:
    engaged: dict[int, list[Engaged]] = defaultdict(list)
    for basket in baskets:
        engaged[basket.household].append(
            Engaged(
                basket.at,
                basket.id,
                Kind.PURCHASE_MADE.code,
                int(Evidence.HUMAN),
                Touchpoint("panel", basket.department),
            )
        )
    return [Timeline(engagements=tuple(trips)) for trips in engaged.values()]


def _spells(rule: Rule, timelines: list[Timeline], end: int) -> Spells:
    matcher = Matcher(rule)
    lengths: list[int] = []
    households = censored = 0
    for timeline in timelines:
        answer = evaluate(rule, timeline, end - 1, matcher=matcher)
        returns = [t.at for t in answer.transitions if t.change is Change.ENTERED]
        lengths += [_quiet_before(at, timeline) for at in returns]
        households += bool(returns)
        last = answer.standing.last_instant
        censored += last is not None and end - last >= rule.dormant_after
    return Spells(
        days=rule.dormant_after // DAY,
        returned=len(lengths),
        censored=censored,
        households=households,
        median_days=statistics.median(lengths) / DAY if lengths else 0.0,
    )


def _quiet_before(at: int, timeline: Timeline) -> int:
    return at - max(one.at for one in timeline.engagements if one.at < at)
