"""People of whom something came late, or whom a rule is for at times only, lived through again.

The daemon evaluates a person whenever something of theirs arrives. Between two late arrivals all
comes in order, and every alert is known at its own moment. With a late one the timeline changes in
the past: what it makes true is known from the arrival on, and may be over by then. A rule that
stops being for somebody ends their episode; what it finds when it is for them again is known then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from connector.backtest.known import Span, holds_at
from connector.config.rulebook import LeadMode
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.rule import MachineTests
from connector.engine.timeline import Ending, EndReason, Engaged, Timeline
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
    spans: Sequence[Span] = (Span(0, holds=True),)
    """When the rule is for the person."""


class Noticed(NamedTuple):
    """An alert, when it was known, and what was recorded by then."""

    at: int
    """UTC ms."""
    number: int
    alert: Alert
    recorded: tuple[Episode, ...]


class Life:
    """One person, looked at again and again up to a moment."""

    def __init__(
        self,
        looking: Sequence[Looking],
        arrived: Sequence[Arrived],
        machine: MachineTests,
        until: int,
    ) -> None:
        self._looking, self._arrived, self._machine, self._until = looking, arrived, machine, until
        self._matchers = [Matcher(each.mode.rule) for each in looking]
        self._stops: list[list[Ending]] = [[] for _ in looking]
        self._asked: list[Decision] = []
        self.recorded: dict[tuple[str, int], Episode] = {}
        """The episodes by rule and burst, as they are recorded so far."""

    def relive(self) -> Iterator[Noticed]:
        """The alerts of the person in the order in which they became known."""
        for moment, is_news in self._moments():
            known = tuple(each.engaged for each in self._arrived if each.at <= moment)
            noticed: list[Noticed] = []
            for place, each in enumerate(self._looking):
                for alert in self._new_alerts(place, known, moment):
                    told, at = alert, moment
                    if not is_news:  # it was known at once
                        told, at = replace(alert, over=False), alert.transition.at
                    noticed.append(Noticed(at, each.number, told, tuple(self.recorded.values())))
            order = sorted(noticed, key=lambda one: (one.at, one.alert.transition.at, one.number))
            yield from order

    def _moments(self) -> Iterator[tuple[int, bool]]:
        """When the person is looked at: just before each piece of news, at it, and at the end."""
        came = {each.at for each in self._arrived if each.engaged.at < each.at}
        turned = {span.since for each in self._looking for span in each.spans[1:]}
        for at in sorted(came | turned):
            if at <= self._until:
                yield at - 1, False
                yield at, True
        yield self._until, False

    def _new_alerts(self, place: int, known: tuple[Engaged, ...], moment: int) -> Sequence[Alert]:
        looking = self._looking[place]
        rule = looking.mode.rule
        mine = [each for each in self.recorded.values() if each.rule == rule.id]
        if not holds_at(looking.spans, moment):
            if not any(each.is_open for each in mine):
                return ()
            self._stops[place].append(Ending(moment, EndReason.INELIGIBLE))
        endings = (*looking.timeline.endings, *self._stops[place])
        timeline = replace(looking.timeline, engagements=known, endings=endings)
        found = reconcile(
            rule.id,
            evaluate(rule, timeline, moment, self._machine, self._matchers[place]),
            recorded=mine,
            decided=self._asked,
            revision="",
        )
        self.recorded.update({(each.rule, each.burst): each for each in found.episodes})
        self._asked.extend(_question(rule.id, alert) for alert in found.alerts)
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
