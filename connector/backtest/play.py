"""The rules over one portion of history: episodes, and which alerts would have been handed off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from connector.assess.timeline import endings_of, timeline_once_adopted
from connector.backtest.known import Known, Span, holds_at
from connector.backtest.late import Life, Looking
from connector.backtest.outcomes import as_of
from connector.backtest.reading import Portion
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.condition import Facts
from connector.engine.match import Matcher
from connector.engine.replay import (
    CHANGES,
    REASONS,
    Columns,
    People,
    Replayer,
    classify_columns,
)
from connector.engine.result import Change, Reason, Transition
from connector.engine.timeline import Engaged, FitChange, Timeline
from connector.model import Decision, Episode, Hold, Person, Verdict
from connector.plan.decide import WORK, Situation, decide
from connector.plan.disposition import put_away_at
from connector.plan.evidence import must_ask, nobody_sure
from connector.plan.history import asks_history
from connector.plan.reconcile import Alert
from connector.store import Store

_DOES_NOT_FIT: Final = FitChange(0, fits=False)
_Spans = dict[tuple[int, str], Sequence[Span]]
"""By person and rule."""
_Ends = dict[tuple[int, int, int], Transition]
"""How the episodes ended, by person, position of the rule, and burst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One alert that the rules would have raised: an entry, or a raised hand within an episode."""

    rule: str
    person: int
    at: int
    """When it was known, UTC ms: later than it happened where engagement came late."""
    happened_at: int
    """The instant that it is about, UTC ms."""
    score: float
    by_hand: bool
    """Whether a raised hand made it, not the score."""
    entered: bool
    """Whether an episode began."""
    hold: Hold | None
    """Why it would not have been handed off."""
    burst: int
    """The anchor of the episode, UTC ms."""
    left_at: int | None
    """When the episode ended, UTC ms; None while it goes on."""
    left_reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortionPlayed:
    """What one rulebook makes of one portion."""

    played: tuple[Played, ...]
    looked_at: dict[str, tuple[int, ...]]
    """Per rule the persons it is for."""


class Player:
    """One rulebook, played over portion after portion."""

    def __init__(
        self,
        store: Store,
        rulebook: Rulebook,
        authority: str,
        until: int,
        *,
        adopted: bool = False,
    ) -> None:
        """Build one per rulebook.

        With `adopted`, other rules than the running ones know what the daemon noted by rules of
        the same names, as if it had been given them.
        """
        self._rulebook, self._authority, self._until = rulebook, authority, until
        self._store, self._adopted = store, adopted
        self._episodes = store.episodes
        self._matchers: dict[str, Matcher] = {}
        self._known = Known(rulebook, authority, until)
        self._at_times = [m for m in rulebook.lead_modes if asks_history(m.applies_to)]
        """The rules that may be for somebody at times only."""
        self._is_running = store.sources.note("revision") == rulebook.revision
        """Whether what the daemon noted about fit and eligibility was noted by these rules."""

    def play(self, portion: Portion) -> PortionPlayed:
        """Everything these rules would have said about the persons of the portion."""
        facts, spans = self._facts(portion), self._spans(portion)
        again = portion.late_persons() | {person for person, _ in spans}
        found: list[tuple[int, Transition, int]] = []
        left: _Ends = {}
        looking: dict[int, list[Looking]] = {person: [] for person in again if person in facts}
        looked_at: dict[str, tuple[int, ...]] = {}
        for number, chosen, told in self._told(portion, facts, spans):
            mode = self._rulebook.lead_modes[number]
            looked_at[mode.rule.id] = tuple(p.id for p in chosen)
            for which, each in told:
                if each.change is Change.LEFT:
                    left[which, number, each.burst] = each
                elif which not in again:
                    found.append((which, each, number))
            for person in (each for each in chosen if each.id in again):
                timeline = self._timeline(mode, person, facts[person.id])
                whole = spans.get((person.id, mode.rule.id), (Span(0, holds=True),))
                looking[person.id].append(Looking(number, mode, timeline, whole))
        played = [
            *self._decided(found, left, portion, facts),
            *self._relived(looking, left, portion, facts),
        ]
        played.sort(key=lambda one: (one.person, one.at))
        return PortionPlayed(played=tuple(played), looked_at=looked_at)

    def entries(self, portion: Portion) -> Iterator[tuple[str, int]]:
        """The rule and the moment (UTC ms) of every entry, handed off or not: much quicker.

        What somebody did while a rule was not for them is left out.
        """
        spans = self._spans(portion)
        for number, _, told in self._told(portion, self._facts(portion), spans):
            rule = self._rulebook.lead_modes[number].rule.id
            for person, transition in told:
                whole = spans.get((person, rule))
                if transition.change is Change.ENTERED and (
                    whole is None or holds_at(whole, transition.at)
                ):
                    yield rule, transition.at

    def _facts(self, portion: Portion) -> dict[int, Facts]:
        return {each.id: self._known.now(each) for each in portion.persons if each.records}

    def _spans(self, portion: Portion) -> _Spans:
        """Whom rules are for at times only, and when."""
        found: _Spans = {}
        for mode in () if self._adopted else self._at_times:
            for person in portion.persons:
                spans = self._known.spans(person, mode.applies_to)
                if len(spans) > 1 and person.records:
                    found[person.id, mode.rule.id] = spans
        return found

    def _told(
        self, portion: Portion, facts: dict[int, Facts], spans: _Spans
    ) -> Iterator[tuple[int, list[Person], Iterator[tuple[int, Transition]]]]:
        """Per rule its position, the persons it is for, and what it says about them."""
        classified = classify_columns(portion.columns, portion.touchpoints, self._rulebook.machine)
        for number, mode in enumerate(self._rulebook.lead_modes):
            chosen = [
                person
                for person in portion.persons
                if person.id in facts
                and ((person.id, mode.rule.id) in spans or self._is_for(mode, person, facts))
            ]
            yield number, chosen, self._replay(mode, chosen, facts, classified, portion)

    def _is_for(self, mode: LeadMode, person: Person, facts: dict[int, Facts]) -> bool:
        if mode.applies_to.holds(facts[person.id]):
            return True
        return self._is_running and bool(self._episodes.ineligible(person.id, mode.rule.id))

    def _replay(
        self,
        mode: LeadMode,
        persons: Sequence[Person],
        facts: dict[int, Facts],
        columns: Columns,
        portion: Portion,
    ) -> Iterator[tuple[int, Transition]]:
        """The transitions of the persons by one rule."""
        numbers = [person.id for person in persons]
        timelines = [self._timeline(mode, person, facts[person.id]) for person in persons]
        rows = columns.take(np.flatnonzero(np.isin(columns.person, numbers)))
        if not len(rows.at):
            return
        replayer = Replayer(
            mode.rule,
            People.of_timelines(numbers, timelines),
            now=self._until,
            touchpoints=portion.touchpoints,
        )
        told = replayer.batch(rows).transitions
        for person, at, change, reason, burst, score in zip(
            told.person.tolist(),
            told.at.tolist(),
            told.change.tolist(),
            told.reason.tolist(),
            told.burst.tolist(),
            told.score.tolist(),
            strict=True,
        ):
            yield (
                person,
                Transition(
                    at=at,
                    change=CHANGES[change],
                    reason=REASONS[reason],
                    burst=burst,
                    score=score,
                ),
            )

    def _timeline(self, mode: LeadMode, person: Person, facts: Facts) -> Timeline:
        """What the rule may know of a person beside engagement."""
        if self._adopted:
            return timeline_once_adopted(self._store, self._rulebook, person, facts, mode)
        rule = mode.rule.id
        ineligible = self._episodes.ineligible(person.id, rule) if self._is_running else []
        known = self._episodes.fit(person.id, rule) if self._is_running else ()
        fit = known or self._fit(mode, person, facts)
        return Timeline(
            known_at=person.known_at,
            endings=tuple(endings_of(person, self._rulebook, ineligible)),
            fit=fit,
        )

    def _fit(self, mode: LeadMode, person: Person, facts: Facts) -> tuple[FitChange, ...]:
        """How the fit changed, as far as that is known."""
        if asks_history(mode.fit):
            spans = self._known.spans(person, mode.fit)
            return tuple(FitChange(span.since, fits=span.holds) for span in spans)
        return () if mode.fit.holds(facts) else (_DOES_NOT_FIT,)

    def _decided(
        self,
        found: list[tuple[int, Transition, int]],
        left: _Ends,
        portion: Portion,
        facts: dict[int, Facts],
    ) -> Iterator[Played]:
        """The alerts in the order in which the daemon would have met them, with its answers."""
        by_number = {person.id: person for person in portion.persons}
        found.sort(key=lambda each: (each[0], each[1].at, each[2]))
        handed: list[Decision] = []
        talks: list[Engaged] = []
        last: int | None = None
        for number, transition, which in found:
            if number != last:
                last, handed, talks = number, [], portion.talks_of(number)
            mode = self._rulebook.lead_modes[which]
            alert = Alert(transition=transition, over=False)
            decision = self._decide(
                mode,
                by_number[number],
                facts[number],
                alert,
                talks,
                handed,
                now=transition.at,
                unsure=self._unsure(mode, portion, number, transition, transition.at),
            )
            if decision.verdict is Verdict.HANDED_OFF:
                handed.append(decision)
            end = left.get((number, which, transition.burst))
            yield _played(mode, number, transition, decision, transition.at, end)

    def _relived(
        self,
        looking: dict[int, list[Looking]],
        left: _Ends,
        portion: Portion,
        facts: dict[int, Facts],
    ) -> Iterator[Played]:
        """The alerts of persons some of whose engagement came late."""
        by_number = {person.id: person for person in portion.persons}
        for number, rules in looking.items():
            arrived = [each for each in portion.arrived(number) if each.at <= self._until]
            handed: list[Decision] = []
            life = Life(rules, arrived, self._rulebook.machine, self._until)
            spans = {each.number: each.spans for each in rules}
            for one in [*life.relive()]:
                mode = self._rulebook.lead_modes[one.number]
                talks = [each.engaged for each in arrived if each.at <= one.at]
                decision = self._decide(
                    mode,
                    by_number[number],
                    facts[number],
                    one.alert,
                    [each for each in talks if each.kind in WORK],
                    handed,
                    now=one.at,
                    recorded=one.recorded,
                    unsure=self._unsure(mode, portion, number, one.alert.transition, one.at),
                )
                if decision.verdict is Verdict.HANDED_OFF:
                    handed.append(decision)
                transition = one.alert.transition
                end = left.get((number, one.number, transition.burst))
                if len(spans[one.number]) > 1:
                    end = _ended(life.recorded.get((mode.rule.id, transition.burst)))
                yield _played(mode, number, transition, decision, one.at, end)

    def _unsure(
        self, mode: LeadMode, portion: Portion, person: int, transition: Transition, now: int
    ) -> bool:
        """As the daemon would have found it at `now`; the replay carries no evidence."""
        book = self._rulebook
        if not must_ask(book.holds, mode.rule, transition):
            return False
        known = [each.engaged for each in portion.arrived(person) if each.at <= now]
        matcher = self._matchers.setdefault(mode.rule.id, Matcher(mode.rule))
        return nobody_sure(matcher, known, book.machine, transition.at)

    def _decide(
        self,
        mode: LeadMode,
        person: Person,
        facts: Facts,
        alert: Alert,
        talks: list[Engaged],
        handed: list[Decision],
        *,
        now: int,
        unsure: bool,
        recorded: Sequence[Episode] = (),
    ) -> Decision:
        situation = Situation(
            person=as_of(person, now),
            facts=self._known.at(person, facts, now),
            mode=mode,
            holds=self._rulebook.holds,
            authority=self._authority,
            engagements=[each for each in talks if each.at <= now],
            recorded=recorded,
            decided=handed,
            now=now,
            baseline_before=None,
            dry_run=False,
            put_away_at=put_away_at(self._rulebook, person, now),
            unsure=unsure,
        )
        return decide(alert, situation)


def _ended(episode: Episode | None) -> Transition | None:
    """The end of an episode as it was recorded."""
    if episode is None or episode.left_at is None or episode.left_reason is None:
        return None
    return Transition(
        at=episode.left_at,
        change=Change.LEFT,
        reason=Reason(episode.left_reason),
        burst=episode.burst,
        score=episode.score,
    )


def _played(
    mode: LeadMode,
    person: int,
    transition: Transition,
    decision: Decision,
    at: int,
    end: Transition | None,
) -> Played:
    return Played(
        rule=mode.rule.id,
        person=person,
        at=at,
        happened_at=transition.at,
        score=transition.score,
        by_hand=transition.reason is Reason.HAND_RAISE,
        entered=transition.change is Change.ENTERED,
        hold=decision.hold,
        burst=transition.burst,
        left_at=end.at if end else None,
        left_reason=end.reason if end else None,
    )
