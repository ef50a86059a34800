"""One person, one rule, one moment: the answer as docs/semantics.md defines it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import partial
from operator import itemgetter

from connector.engine.machine import classify_sorted
from connector.engine.match import Matcher
from connector.engine.result import Evaluation, Standing
from connector.engine.rule import MachineTests, Rule
from connector.engine.timeline import Ending, EndReason, Engaged, Timeline
from connector.engine.walk import Walk

_DEFAULT_TESTS = MachineTests()
_ORDER = {reason: index for index, reason in enumerate(EndReason)}
"""Which of several endings of one moment is named as the reason: the first in this order."""
_at = itemgetter(0)


def evaluate(
    rule: Rule,
    timeline: Timeline,
    now: int,
    machine: MachineTests = _DEFAULT_TESTS,
    matcher: Matcher | None = None,
) -> Evaluation:
    """All transitions of the person up to and including `now`, and where they stand.

    Nothing that lies after `now` matters, except for the `due` moment. A matcher built from the
    same rule may be given to save building one.
    """
    matcher = matcher or Matcher(rule)
    if matcher.rule is not rule and matcher.rule != rule:
        raise ValueError("The matcher was built from another rule. Build it from this one.")
    known = sorted(timeline.engagements)
    upcoming: list[Engaged] = []
    if known and known[-1].at > now:
        place = bisect_right(known, now, key=_at)
        known, upcoming = known[:place], known[place:]
    walk = Walk(rule, matcher.parts, timeline, matcher.qualifying(classify_sorted(known, machine)))
    for ending in _endings(timeline, now):
        walk.ending(ending)
    walk.until(now)
    return Evaluation(
        transitions=tuple(walk.transitions),
        in_lead_mode=walk.anchor is not None,
        due=_due(walk, timeline, now, upcoming),
        stand=partial(_standing, walk, now),
    )


def _endings(timeline: Timeline, now: int) -> Iterable[Ending]:
    past = [ending for ending in timeline.endings if ending.at <= now]
    past.sort(key=lambda ending: (ending.at, _ORDER[ending.reason]))
    return past


def _due(walk: Walk, timeline: Timeline, now: int, upcoming: Sequence[Engaged]) -> int | None:
    """The first later moment at which the transitions can change without new data."""
    moments = [each.at for each in upcoming[:1]]
    moments += [ending.at for ending in timeline.endings if ending.at > now]
    moments += [change.at for change in timeline.fit if change.at > now]
    leaving = walk.leaving()
    if leaving is not None:
        moments.append(leaving[0])
    return min(moments, default=None)


def _standing(walk: Walk, now: int) -> Standing:
    walk.window.take(walk.walked)
    return Standing(
        score=walk.score.at(now, walk.walked),
        burst=walk.burst,
        armed=walk.armed,
        last_instant=walk.last,
        distinct_kinds=walk.window.kinds(now),
        humans=walk.window.humans(now),
        fits=walk.fits(now),
        contributions=walk.contributions(now),
    )
