"""One person under one rule at one moment, ready to be asked "and what if?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.assess import timeline_once_adopted
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.evaluate import evaluate
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.result import Evaluation
from connector.engine.rule import MachineTests
from connector.engine.score import Score
from connector.engine.timeline import Engaged, Timeline
from connector.model import Evidence
from connector.report.dossier import Dossier
from connector.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """What one rule says about a person at `at`, when nothing after `at` is known."""

    mode: LeadMode
    at: int
    """UTC ms."""
    evaluation: Evaluation
    timeline: Timeline
    matcher: Matcher
    machine: MachineTests

    def if_also(self, engagements: Sequence[Engaged], now: int) -> Evaluation:
        """What the rule would say at `now` had these happened as well."""
        known = self.timeline
        timeline = replace(known, engagements=(*known.engagements, *engagements))
        return evaluate(self.mode.rule, timeline, now, self.machine, self.matcher)

    def at_last(self) -> Evaluation | None:
        """What the rule will say when the episode has ended by itself; None: there is no end."""
        due = self.evaluation.due
        return None if due is None else self.if_also((), due)


def as_of(
    store: Store,
    rulebook: Rulebook,
    dossier: Dossier,
    mode: LeadMode,
    at: int,
    matcher: Matcher | None = None,
) -> AsOf:
    """Evaluate a person by one rule, as if it were `at` and nobody knew what came after."""
    matcher = matcher or Matcher(mode.rule)
    whole = timeline_once_adopted(
        store, rulebook, dossier.person, dossier.facts, mode, dossier.engagements
    )
    timeline = Timeline(
        known_at=whole.known_at,
        engagements=tuple(one for one in whole.engagements if one.at <= at),
        endings=tuple(one for one in whole.endings if one.at <= at),
        fit=tuple(one for one in whole.fit if one.at <= at),
    )
    return AsOf(
        mode=mode,
        at=at,
        evaluation=evaluate(mode.rule, timeline, at, rulebook.machine, matcher),
        timeline=timeline,
        matcher=matcher,
        machine=rulebook.machine,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One engagement with what it gave when it was fresh."""

    engaged: Engaged
    """With its evidence class after our own machine tests."""
    signal: str
    """Id of the signal that scores it; empty when none does, or when a machine did it."""
    points: float
    """0 beyond the signal's limit, and for what does not count."""

    @property
    def by_machine(self) -> bool:
        """Whether no human did it."""
        return self.engaged.evidence == Evidence.MACHINE

    @property
    def counts(self) -> bool:
        """Whether it breaks a silence."""
        return bool(self.signal)


def scored(asked: AsOf) -> tuple[Scored, ...]:
    """Every engagement up to the moment, in order, with its fresh points by the rule."""
    matcher, rule = asked.matcher, asked.mode.rule
    classified = classify(asked.timeline.engagements, asked.machine)
    rows = matcher.qualifying(classified)
    score = Score(matcher.parts, rows)
    score.take(len(rows))
    signal_of = {one.id: rule.signals[index] for *_, index, one in rows}
    carried = {one.id for each in score.carried.values() for one in each}
    return tuple(
        Scored(
            engaged=one,
            signal=signal_of[one.id].id if one.id in signal_of else "",
            points=signal_of[one.id].weight if one.id in carried else 0.0,
        )
        for one in classified
    )
