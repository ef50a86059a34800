"""What one played test made of the rules, instant by instant: the ground of coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Final

from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.evaluate import evaluate
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.result import Reason, Standing, Transition
from connector.engine.rule import EPSILON, MachineTests, Rule, Signal
from connector.engine.timeline import Engaged, Timeline
from connector.model import Evidence
from connector.ruletest.play import Player
from connector.ruletest.seen import Played

_EVERYTHING: Final = 1_000_000
"""Pieces of evidence: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """One moment at which something qualified, as the rule saw it."""

    at: int
    standing: Standing
    """With every contribution, before group caps."""
    scored: tuple[tuple[Signal, Engaged], ...]
    """What happened at that moment, with the signal that scores it."""
    in_lead_mode: bool


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One lead mode over one test."""

    mode: LeadMode
    instants: tuple[Instant, ...]
    transitions: tuple[Transition, ...]
    matched: tuple[tuple[Signal, Engaged], ...]
    """Everything that a signal matched, also one without points."""
    timeline: Timeline

    @cached_property
    def kept_out(self) -> frozenset[str]:
        """The keys of the rule that alone kept the person out at some instant."""
        return frozenset(
            next(iter(failed))
            for each in self.instants
            if not each.in_lead_mode
            for failed in [set(_failing(self.mode.rule, each))]
            if len(failed) == 1
        )

    @cached_property
    def beyond_limit(self) -> frozenset[str]:
        """The ids of the signals of which an engagement carried no points for its limit."""
        return frozenset(
            signal.id
            for each in self.instants
            for carried in [{one.engaged for one in each.standing.contributions}]
            for signal, engaged in each.scored
            if signal.limit is not None and engaged not in carried
        )

    @cached_property
    def capped(self) -> frozenset[str]:
        """The groups that had more points than their cap."""
        return frozenset(
            group for each in self.instants for group in over_cap(self.mode.rule, each.standing)
        )

    @cached_property
    def rearmed(self) -> bool:
        """Whether an episode began in a burst that only the time after a disposition armed."""
        bursts = [t.burst for t in self.transitions if t.reason is Reason.SCORE]
        return any(not self._is_gap(burst) for burst in bursts)

    def _is_gap(self, burst: int) -> bool:
        before = [each.at for each in self.instants if each.at < burst]
        since = max(before, default=self.timeline.known_at)
        return since is None or burst - since >= self.mode.rule.dormant_after


def over_cap(rule: Rule, standing: Standing) -> dict[str, float]:
    """The points of each group that has more than its cap, from a standing with everything."""
    groups = {signal.id: signal.group for signal in rule.signals}
    sums: dict[str, float] = {}
    for one in standing.contributions:
        group = groups[one.signal]
        sums[group] = sums.get(group, 0.0) + one.points
    return {
        group: points for group, points in sums.items() if points > rule.caps.get(group, points)
    }


def whole_standing(mode: LeadMode, timeline: Timeline, now: int, machine: MachineTests) -> Standing:
    """Where somebody stands, with every contribution instead of the greatest few."""
    rule = replace(mode.rule, top=_EVERYTHING)
    return evaluate(rule, timeline, now, machine).standing


def traces_of(player: Player, played: Played) -> dict[str, Trace]:
    """Every lead mode that looked at the person of one test at any time, by its id."""
    last = played.snapshots[-1]
    return {
        mode.rule.id: _trace(player.rulebook, mode, last.stands[mode.rule.id].timeline, last.at)
        for mode in player.rulebook.lead_modes
        if any(mode.applies_to.holds(facts) for facts in played.looks)
    }


def _trace(rulebook: Rulebook, mode: LeadMode, timeline: Timeline, now: int) -> Trace:
    rule = replace(mode.rule, top=_EVERYTHING)
    matcher = Matcher(rule)
    matched = tuple(_matched(matcher, timeline, rulebook, now))
    qualifying = [(signal, one) for signal, one in matched if signal.weight > 0]
    instants = []
    for at, rows in groupby(qualifying, key=lambda each: each[1].at):
        evaluation = evaluate(rule, timeline, at, rulebook.machine, matcher)
        instants.append(
            Instant(
                at=at,
                standing=evaluation.standing,
                scored=tuple(rows),
                in_lead_mode=evaluation.in_lead_mode,
            )
        )
    whole = evaluate(rule, timeline, now, rulebook.machine, matcher)
    return Trace(
        mode=mode,
        instants=tuple(instants),
        transitions=whole.transitions,
        matched=matched,
        timeline=timeline,
    )


def _matched(
    matcher: Matcher, timeline: Timeline, rulebook: Rulebook, now: int
) -> Iterator[tuple[Signal, Engaged]]:
    for one in classify(timeline.engagements, rulebook.machine):
        if one.evidence == Evidence.MACHINE or one.at > now:
            continue
        index = matcher.signal(one.kind, one.evidence, one.touchpoint)
        if index >= 0:
            yield matcher.rule.signals[index], one


def _failing(rule: Rule, instant: Instant) -> Iterator[str]:
    """What the instant lacks to enter, by the key of the rule that asks for it."""
    standing = instant.standing
    if not standing.armed:
        yield "dormant_after"
    elif standing.burst is not None and instant.at - standing.burst > rule.burst_max:
        yield "burst_max"
    if standing.score < rule.enter * (1 - EPSILON):
        yield "enter"
    if standing.distinct_kinds < rule.distinct_kinds:
        yield "distinct_kinds"
    if standing.humans < rule.human_min:
        yield "human_min"
    if not standing.fits:
        yield "requires"


def machine_tests_met(rulebook: Rulebook, played: Played) -> frozenset[str]:
    """Which of our own tests found a machine's click, by their keys in [machine]."""
    tests = rulebook.machine
    apart = {
        "click_after_send": replace(tests, scan_links=0),
        "scan_links": replace(tests, click_after_send=0),
    }
    claimed = _machines(played.read)
    return frozenset(
        key for key, one in apart.items() if _machines(classify(played.read, one)) > claimed
    )


def _machines(engagements: Iterable[Engaged]) -> int:
    return sum(each.evidence == Evidence.MACHINE for each in engagements)
