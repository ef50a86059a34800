"""People some of whose engagement came late, lived through again as the daemon had to.

The daemon evaluates a person whenever something of theirs arrives. Between two late arrivals all
comes in order, and every alert is known at its own moment. With a late one the timeline changes in
the past: what it makes true is known from the arrival on, and may be over by then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connector.config.rulebook import LeadMode
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.rule import MachineTests
from connector.engine.timeline import Engaged, Timeline
from connector.model import Decision, Episode, Verdict
from connector.plan.reconcile import Alert, reconcile


class Arrived(NamedTuple):
    """One engagement and when it was known."""

    at: int
    """Arrival, UTC ms."""
    engaged: Engaged


class Looking(NamedTuple):
    """One rule that looks at the person."""

    number: int
    """Position among the rules."""
    mode: LeadMode
    timeline: Timeline
    """Without engagement."""


class Noticed(NamedTuple):
    """An alert, when it was known, and what was recorded by then."""

    at: int
    """UTC ms."""
    number: int
    alert: Alert
    recorded: tuple[Episode, ...]


def relive(
    looking: Sequence[Looking], arrived: Sequence[Arrived], machine: MachineTests, until: int
) -> Iterator[Noticed]:
    """The alerts of a person in the order in which they became known, up to `until`."""
    recorded: dict[tuple[str, int], Episode] = {}
    asked: list[Decision] = []
    matchers = [Matcher(each.mode.rule) for each in looking]
    for moment, is_arrival in _moments(arrived, until):
        known = tuple(each.engaged for each in arrived if each.at <= moment)
        noticed: list[Noticed] = []
        for each, matcher in zip(looking, matchers, strict=True):
            for alert in _new_alerts(each, known, moment, machine, matcher, recorded, asked):
                told, at = alert, moment
                if not is_arrival:  # it was known at once
                    told, at = dataclasses.replace(alert, over=False), alert.transition.at
                noticed.append(Noticed(at, each.number, told, tuple(recorded.values())))
        yield from sorted(noticed, key=lambda one: (one.at, one.alert.transition.at, one.number))


def _moments(arrived: Sequence[Arrived], until: int) -> Iterator[tuple[int, bool]]:
    """When the person is looked at: just before each late arrival, at it, and at the end."""
    for at in sorted({each.at for each in arrived if each.engaged.at < each.at <= until}):
        yield at - 1, False
        yield at, True
    yield until, False


def _new_alerts(
    looking: Looking,
    known: tuple[Engaged, ...],
    moment: int,
    machine: MachineTests,
    matcher: Matcher,
    recorded: dict[tuple[str, int], Episode],
    asked: list[Decision],
) -> Sequence[Alert]:
    rule = looking.mode.rule
    timeline = dataclasses.replace(looking.timeline, engagements=known)
    found = reconcile(
        rule.id,
        evaluate(rule, timeline, moment, machine, matcher),
        recorded=[each for each in recorded.values() if each.rule == rule.id],
        decided=asked,
        revision="",
    )
    recorded.update({(each.rule, each.burst): each for each in found.episodes})
    asked.extend(_question(rule.id, alert) for alert in found.alerts)
    return found.alerts


def _question(rule: str, alert: Alert) -> Decision:
    """That it was asked; the answer does not matter to asking again."""
    transition = alert.transition
    return Decision(
        rule=rule,
        burst=transition.burst,
        at=transition.at,
        change=transition.change.value,
        verdict=Verdict.HELD,
    )
