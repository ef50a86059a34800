"""The last months of one person under one rule, week by week, as numbers that can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.clock import DAY
from connector.engine.result import Change
from connector.report.as_of import AsOf, Scored

WEEK: Final = 7 * DAY
_WEEKS: Final = 26
_FEWEST: Final = 4
_MOST_WORK: Final = 400_000
"""Engagements looked at for all weeks together: a very long timeline is drawn for less weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days; the last ones end at the moment asked about."""

    start_at: int
    """UTC ms."""
    score: float
    """After the last engagement of the week that counts; without one, at its end."""
    acts: int
    """Engagements that count."""
    machine: int
    """Clicks of machines, which do not."""
    in_lead_mode: bool
    """For a part of the week at least."""
    entered: bool
    left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One rule's view of a person over time."""

    rule: str
    title: str
    enter: float
    leave: float
    weeks: tuple[Week, ...]
    """Oldest first."""


def picture(asked: AsOf, done: Sequence[Scored]) -> Picture:
    """The weeks before the moment asked about; `done` are its engagements as the rule counts."""
    rule = asked.mode.rule
    count = min(_WEEKS, max(_FEWEST, _MOST_WORK // (len(done) + 1)))
    starts = [asked.at - WEEK * number for number in range(count, 0, -1)]
    stays = _stays(asked)
    return Picture(
        rule=rule.id,
        title=asked.mode.title or rule.id,
        enter=rule.enter,
        leave=rule.leave,
        weeks=tuple(_week(asked, done, start, stays) for start in starts),
    )


def _stays(asked: AsOf) -> list[tuple[int, int | None]]:
    """The episodes, by the evaluation: when each was entered and left."""
    left = {t.burst: t.at for t in asked.evaluation.transitions if t.change is Change.LEFT}
    return [
        (t.at, left.get(t.burst))
        for t in asked.evaluation.transitions
        if t.change is Change.ENTERED
    ]


def _week(
    asked: AsOf, done: Sequence[Scored], start: int, stays: Sequence[tuple[int, int | None]]
) -> Week:
    """The days in (start, start + 7 days]."""
    end = start + WEEK
    own = [one for one in done if start < one.engaged.at <= end]
    counted = [one.engaged.at for one in own if one.counts]
    at = max(counted, default=end)
    return Week(
        start_at=start,
        score=asked.if_also((), at).standing.score,
        acts=len(counted),
        machine=sum(one.by_machine for one in own),
        in_lead_mode=any(e <= end and (to is None or to > start) for e, to in stays),
        entered=any(start < e <= end for e, _ in stays),
        left=any(to is not None and start < to <= end for _, to in stays),
    )
