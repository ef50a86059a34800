"""One person, evaluated and decided about, inside the caller's transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from connector.assess.accounts import AccountDesk, Surged
from connector.assess.follow_up import FollowUps, Stepped
from connector.assess.hand_offs import Alerted, HandOffs, Setting, View
from connector.assess.lifecycle import Lifecycles, Marked
from connector.assess.programs import Programs, Touched
from connector.assess.timeline import endings_of, fit_once_adopted
from connector.config.rulebook import LeadMode
from connector.engine.evaluate import evaluate
from connector.engine.machine import classify, may_be_machines
from connector.engine.match import Matcher
from connector.engine.result import Change, Evaluation, Reason
from connector.engine.rule import MachineTests
from connector.engine.timeline import FitChange, Timeline
from connector.model import Decision, Episode, Evidence, Hold, Person, Verdict, Write
from connector.plan.facts import facts_of
from connector.plan.history import ages_asked, next_turn
from connector.plan.reconcile import reconcile
from connector.store import Store
from connector.store.persons import load_person

Failing = Callable[[str, Exception], None]
"""Told the id of a rule that failed, and its error; raises what is no fault of the rule."""
SUSPECTED: Final = "suspected"
"""The change that a decision about machine evidence names: nothing changed."""
_NO_TESTS: Final = MachineTests(click_after_send=0, scan_links=0, scan_within=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What is new about one person."""

    person: Person
    alerts: tuple[Alerted, ...]
    left: tuple[Episode, ...]
    """Episodes found to have ended."""
    marked: tuple[Marked, ...] = ()
    """Beginnings and ends of episodes that set fields."""

    touches: tuple[Touched, ...] = ()
    """Nurture touches made, and content asked for."""
    surges: tuple[Surged, ...] = ()
    """Of an account of theirs, decided about."""

    steps: tuple[Stepped, ...] = ()
    """What followed because nobody had worked a hand-off in time."""

    @property
    def writes(self) -> tuple[Write, ...]:
        """Everything that was queued."""
        by_hand_offs = [write for each in self.alerts for write in each.writes]
        by_episodes = [write for each in self.marked for write in each.writes]
        by_accounts = [each.write for each in self.surges if each.write is not None]
        by_programs = [each.write for each in self.touches]
        by_steps = [each.write for each in self.steps if each.write is not None]
        return (*by_hand_offs, *by_episodes, *by_programs, *by_steps, *by_accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one rule found about a person."""

    alerts: Sequence[Alerted] = ()
    left: Sequence[Episode] = ()
    marked: Sequence[Marked] = ()
    due: int | None = None
    """When the answer can change without new data, UTC ms."""
    leaves_at: int | None = None
    """When the open episode would end if nothing happened any more, UTC ms."""


@dataclass(frozen=True, slots=True)
class _Desks:
    """Those who make writes of what was recorded, one after the other."""

    hand_offs: HandOffs
    lifecycles: Lifecycles


class Assess:
    """The way from a stored timeline to recorded transitions, decisions and queued writes.

    Build one per rule revision. Nothing is remembered between persons, so late, duplicate,
    corrected and erased data and changed rules need no path of their own.
    """

    def __init__(self, store: Store, setting: Setting) -> None:
        self._store = store
        self.setting = setting
        self.accounts = AccountDesk(store, setting)
        modes = setting.rulebook.lead_modes
        self._matchers = {mode.rule.id: Matcher(mode.rule) for mode in modes}
        self._ages = ages_asked(each for mode in modes for each in (mode.applies_to, mode.fit))

    def person(
        self,
        person_id: int,
        now: int,
        *,
        room: int | None = None,
        marks: int | None = None,
        failing: Failing | None = None,
    ) -> Assessed:
        """Bring one person up to date.

        The writes of more than `room` hand-offs are queued for somebody to release. What episodes
        set waits too when there is no `room`, or `marks` of beginnings and ends are used up.

        With `failing`, a rule that fails is told to it with its error, and the others go on.
        """
        store, view = self._store, self.view(person_id, now, room=room, marks=marks)
        desks, found = self._desks(view), []
        for mode in self.setting.rulebook.lead_modes:
            one = self._carefully(view, mode, desks, failing)
            if one is None:  # what the desks remember of it was taken back
                desks = self._desks(view)
            found.append(one or _Found())
        left = [*self._end_by_rules_gone(view), *(one for each in found for one in each.left)]
        made = sum(bool(alert.writes) for each in found for alert in each.alerts)
        attended = Programs(store, self.setting, view, self._matchers).attend(made)
        used = made + len(attended.touches)
        followed = FollowUps(store, self.setting, view).attend(self._leaving(found), used)
        moments = (
            *(one.due for one in found),
            desks.hand_offs.waits_until(),
            attended.due,
            followed.due,
            next_turn(view.person, self._ages, now),
        )
        dues = [due for due in moments if due is not None]
        store.people.evaluated(person_id, min(dues, default=None), seen=bool(view.person.records))
        return Assessed(
            person=view.person,
            alerts=tuple(alert for each in found for alert in each.alerts),
            left=tuple(left),
            marked=tuple(mark for each in found for mark in each.marked),
            touches=attended.touches,
            steps=followed.steps,
        )

    def _desks(self, view: View) -> _Desks:
        return _Desks(self.hand_offs(view), Lifecycles(self._store, self.setting, view))

    def _carefully(
        self, view: View, mode: LeadMode, desks: _Desks, failing: Failing | None
    ) -> _Found | None:
        """What a rule finds; None: it failed, `failing` was told, and nothing was recorded."""
        if failing is None:
            return self._apply(view, mode, desks)
        try:
            with self._store.savepoint():
                return self._apply(view, mode, desks)
        except Exception as error:
            failing(mode.rule.id, error)
            return None

    def _leaving(self, found: Sequence[_Found]) -> dict[str, int | None]:
        """When the open episode of each lead mode would end if nothing happened any more."""
        modes = self.setting.rulebook.lead_modes
        return {m.rule.id: one.leaves_at for m, one in zip(modes, found, strict=True)}

    def view(
        self, person_id: int, now: int, *, room: int | None = None, marks: int | None = None
    ) -> View:
        """One person as loaded at a moment (UTC ms)."""
        store, setting = self._store, self.setting
        person = load_person(store.connection, person_id, setting.authority)
        mark = store.people.mark(person_id)
        return View(
            person=person,
            facts=facts_of(person, setting.authority, setting.rulebook.personas, now),
            engagements=store.timelines.of(person_id),
            baseline_before=mark.baseline_before,
            seen=mark.seen,
            history=mark.history,
            now=now,
            room=room,
            marks=marks,
        )

    def hand_offs(self, view: View) -> HandOffs:
        """Whoever decides about the alerts of a person."""
        return HandOffs(self._store, self.setting, view, self.accounts.joined)

    def mode(self, rule: str) -> LeadMode | None:
        """The rule with this id, if there still is one."""
        modes = self.setting.rulebook.lead_modes
        return next((mode for mode in modes if mode.rule.id == rule), None)

    def matcher(self, mode: LeadMode) -> Matcher:
        """What finds the signals of a rule."""
        return self._matchers[mode.rule.id]

    def _apply(self, view: View, mode: LeadMode, desks: _Desks) -> _Found:
        episodes = self._store.episodes
        recorded = episodes.of(view.person.id, mode.rule.id) if view.history else []
        applies = bool(view.person.records) and mode.applies_to.holds(view.facts)
        if not applies:
            if not any(episode.is_open for episode in recorded):
                return _Found()
            episodes.put_ineligible(view.person.id, [mode.rule.id], view.now)
        timeline = self._timeline(view, mode)
        evaluation = self._evaluate(mode, timeline, view.now)
        if self.setting.rulebook.ranks and (evaluation.transitions or recorded):
            matcher = self._matchers[mode.rule.id]
            desks.hand_offs.standings.note(mode, matcher, timeline, evaluation)
        found = self._record(view, mode, evaluation, recorded, desks)
        suspected = self._suspect(view, mode, timeline, evaluation)
        alerts = [*found.alerts, *suspected]
        return dataclasses.replace(found, alerts=alerts)

    def _timeline(self, view: View, mode: LeadMode) -> Timeline:
        """The person as one rule sees them; as `timeline_of`, and noting a change of fit."""
        person, rule = view.person, mode.rule.id
        ineligible = self._store.episodes.ineligible(person.id, rule) if view.history else []
        return Timeline(
            known_at=person.known_at,
            engagements=view.engagements,
            endings=tuple(endings_of(person, self.setting.rulebook, ineligible)),
            fit=self._fit(view, mode),
        )

    def _fit(self, view: View, mode: LeadMode) -> tuple[FitChange, ...]:
        """How the fit predicate changed, and changes now: an episode must not vanish with a title.

        One whom these rules never saw always was as they are now.
        """
        episodes, person, rule = self._store.episodes, view.person.id, mode.rule.id
        known = episodes.fit(person, rule) if view.history else ()
        fits = mode.fit.holds(view.facts)
        if not view.person.records or fits == (known[-1].fits if known else True):
            return known
        if not view.seen:
            episodes.forget_fit(person, rule)
            (first,) = fit_once_adopted(known, fits=fits)
            episodes.put_fit(person, rule, first)
            return (first,)
        change = FitChange(view.now, fits)
        episodes.put_fit(person, rule, change)
        return (*known, change)

    def _evaluate(self, mode: LeadMode, timeline: Timeline, now: int) -> Evaluation:
        machine, matcher = self.setting.rulebook.machine, self._matchers[mode.rule.id]
        return evaluate(mode.rule, timeline, now, machine, matcher)

    def _record(
        self,
        view: View,
        mode: LeadMode,
        evaluation: Evaluation,
        recorded: Sequence[Episode],
        desks: _Desks,
    ) -> _Found:
        if not evaluation.transitions and not recorded:
            return _Found(due=evaluation.due)  # most people, most of the time
        episodes, revision = self._store.episodes, self.setting.rulebook.revision
        person, rule = view.person.id, mode.rule.id
        difference = reconcile(
            rule,
            evaluation,
            recorded=recorded,
            decided=desks.hand_offs.settled(),
            revision=revision,
        )
        for episode in difference.episodes:
            episodes.put(person, episode)
        for transition in difference.transitions:
            episodes.put_transition(person, rule, transition, revision=revision, now=view.now)
        was_open = {episode.burst for episode in recorded if episode.is_open}
        had_ended = {episode.burst for episode in recorded if episode.left_at is not None}
        alerts = desks.hand_offs.make(mode, self._matchers[rule], difference.alerts)
        ends = {t.burst: t for t in difference.transitions if t.change is Change.LEFT}
        ended = [
            (episode, ends[episode.burst])
            for episode in difference.episodes
            if episode.burst in ends and episode.burst not in had_ended
        ]
        return _Found(
            alerts=alerts,
            left=[e for e in difference.episodes if e.burst in was_open and not e.is_open],
            marked=desks.lifecycles.make(mode, self._matchers[rule], alerts, ended),
            due=evaluation.due,
            leaves_at=evaluation.due if evaluation.in_lead_mode else None,
        )

    def _end_by_rules_gone(self, view: View) -> list[Episode]:
        """A rule that is not there any more keeps nobody in lead mode."""
        episodes = self._store.episodes
        recorded = episodes.of(view.person.id) if view.history and not view.seen else []
        ended = [
            dataclasses.replace(episode, left_at=view.now, left_reason=Reason.INELIGIBLE.value)
            for episode in recorded
            if episode.is_open and episode.rule not in self._matchers
        ]
        for episode in ended:
            episodes.put(view.person.id, episode)
            self._store.ranks.drop(view.person.id, episode.rule)
        return ended

    def _suspect(
        self, view: View, mode: LeadMode, timeline: Timeline, evaluation: Evaluation
    ) -> list[Alerted]:
        """Say so when only the machine class of some clicks kept a person out of lead mode."""
        if evaluation.in_lead_mode or not may_be_machines(view.engagements):
            return []
        classified = classify(view.engagements, self.setting.rulebook.machine)
        if all(e.evidence != Evidence.MACHINE for e in classified):
            return []
        trusting = dataclasses.replace(
            timeline,
            engagements=tuple(
                e._replace(evidence=Evidence.HUMAN) if e.evidence == Evidence.MACHINE else e
                for e in view.engagements
            ),
        )
        matcher = self._matchers[mode.rule.id]
        other = evaluate(mode.rule, trusting, view.now, _NO_TESTS, matcher)
        entry = next((t for t in reversed(other.transitions) if t.change is Change.ENTERED), None)
        if not other.in_lead_mode or entry is None or entry.at < (view.baseline_before or 0):
            return []
        decision = Decision(
            rule=mode.rule.id,
            burst=entry.burst,
            at=entry.at,
            change=SUSPECTED,
            verdict=Verdict.HELD,
            hold=Hold.MACHINE_ONLY,
            detail="without the clicks of machines nothing is left to enter with",
        )
        revision = self.setting.rulebook.revision
        is_new = self._store.episodes.decide(
            view.person.id, decision, revision=revision, now=view.now
        )
        return [Alerted(decision=decision, transition=entry)] if is_new else []
