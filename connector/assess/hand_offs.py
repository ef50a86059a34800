"""Alerts of one person become decisions, and the hand-offs among them writes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from connector.assess.clocks import begin_clocks
from connector.assess.knowing import addressee, known_for
from connector.assess.standings import Standings
from connector.assess.timeline import quiet_since
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.condition import Facts
from connector.engine.match import Matcher
from connector.engine.result import Change, Reason, Transition
from connector.engine.timeline import Engaged
from connector.model import AccountSurge, Decision, Hold, Person, Verdict, Write
from connector.plan.account_task import without_task
from connector.plan.assign import NOBODY, least_loaded, receivers, shares_load
from connector.plan.brief import Brief, Known
from connector.plan.decide import WORK, Situation, decide
from connector.plan.disposition import put_away_at
from connector.plan.evidence import must_ask, nobody_sure
from connector.plan.hand_off import Made, key_of, made_of
from connector.plan.held_out import is_held_out
from connector.plan.occasion import Occasion
from connector.plan.reconcile import Alert
from connector.plan.week import day_of, next_opening, week_start
from connector.store import Store

STORM: Final = "storm"
"""The reason of writes that wait for a person because there were too many at once."""
PLACE: Final = "for a free place in the week of whoever would get it"
"""What an alert waits for."""

Joins = Callable[["View", str], AccountSurge | None]
"""Gives the running surge whose task tells a user of the person, or None."""
Places = Callable[[Sequence[str]], str | None]
"""Gives the first of some users who has a place left in the week, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an assessment depends on besides the person."""

    instance: str
    """Id of this leadmode, part of every write key."""
    rulebook: Rulebook
    authority: str
    """The platform instance that receives the tasks."""
    zone: ZoneInfo
    dry_run: bool
    agreed: Mapping[str, Write] = field(default_factory=dict)
    """Writes by their keys that a person has seen and agreed to: these are queued as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One person at one moment, as loaded."""

    person: Person
    facts: Facts
    engagements: tuple[Engaged, ...]
    baseline_before: int | None
    seen: bool
    """Whether the person was evaluated before, with records, under the rules of today."""
    history: bool
    """False: there is nothing recorded about the person, so nothing needs to be asked for."""
    now: int
    room: int | None
    """Hand-offs that may still go before it is a storm; None: any number."""
    marks: int | None = None
    """The same for beginnings and ends of episodes that set fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted:
    """One decision, with the transition it is about and the writes it led to."""

    decision: Decision
    transition: Transition
    writes: tuple[Write, ...] = ()
    brief: Brief | None = None
    """What the owner gets to read; None when nothing is handed off."""


class HandOffs:
    """Decides about the alerts of one person, by one rule after the other.

    What it looked up stays with it: some bots raise their hand ten thousand times.
    """

    def __init__(
        self, store: Store, setting: Setting, view: View, joins: Joins = lambda *_: None
    ) -> None:
        self._store = store
        self._setting = setting
        self._view = view
        self._joins = joins
        self._target = view.person.record_in(setting.authority)
        self._room = view.room
        self._looked_up = False
        self._work: list[Engaged] = []
        self._handed: list[Decision] = []
        self._entered: list[Decision] = []
        """Those of `_handed` that began an episode."""
        self._at: dict[int, list[Decision]] = {}
        """`_handed` by instant."""
        self._quiet: dict[tuple[str, int], int | None] = {}
        self._waits = False
        self.standings = Standings(store, setting, view)
        self._known: dict[str, Known] = {}

    def settled(self) -> Sequence[Decision]:
        """The decisions that stand: all but those for want of a record that is there by now."""
        if not self._view.history:
            return ()
        decisions = self._store.episodes.decisions(self._view.person.id)
        if self._target is None:
            return decisions
        return [each for each in decisions if each.hold is not Hold.NO_RECORD]

    def make(self, mode: LeadMode, matcher: Matcher, alerts: Sequence[Alert]) -> list[Alerted]:
        """Decide about new alerts of a rule whose episodes are recorded, and queue the writes."""
        if not alerts:
            return []
        self._look_up()
        situation = self._situation(mode)
        return [self._one(situation, matcher, alert) for alert in alerts]

    def admit(
        self, mode: LeadMode, matcher: Matcher, alert: Alert, was: Decision, places: Places
    ) -> Alerted | None:
        """Hand off what waited, or hold it for what is in the way by now; None: no place is left.

        What it is about keeps the moment of its first decision, though late data moved the entry.
        """
        self._look_up()
        situation = dataclasses.replace(
            self._situation(mode), decided=self._related(alert.transition)
        )
        decision = dataclasses.replace(decide(alert, situation), at=was.at)
        if decision.verdict is Verdict.HANDED_OFF:
            decision = self._unless_raised(decision)
        if decision.verdict is not Verdict.HANDED_OFF:
            return self._settle(mode, matcher, alert.transition, decision, NOBODY)
        users = self._users(mode, alert.transition)
        surge = self._surge(alert, users[0])
        if surge is not None:
            return self._join(mode, matcher, alert.transition, decision, surge)
        decision = self._drawn(mode, alert, decision)
        if decision.verdict is not Verdict.HANDED_OFF:
            return self._settle(mode, matcher, alert.transition, decision, NOBODY)
        receiver = places(users)
        if receiver is None:
            return None
        return self._settle(mode, matcher, alert.transition, decision, receiver)

    def waits_until(self) -> int | None:
        """When what waits of the person must be looked at again, UTC ms; marks it for now too."""
        view, capacity = self._view, self._setting.rulebook.capacity
        if not (view.history or self._waits):
            return None
        waiting = self._store.waiting.of(view.person.id)
        if not waiting:
            return None
        self._store.waiting.ripen(view.person.id)
        if capacity is None:
            return None
        opening = next_opening(view.now, self._setting.zone, capacity.days)
        given_up = min(each.since for each in waiting) + capacity.wait
        return opening if given_up <= view.now else min(opening, given_up)

    def _look_up(self) -> None:
        if self._looked_up:
            return
        self._looked_up = True
        self._work = [each for each in self._view.engagements if each.kind in WORK]
        for decision in self._store.episodes.decisions(self._view.person.id):
            self._note(decision)

    def _note(self, decision: Decision) -> None:
        if decision.verdict is not Verdict.HANDED_OFF:
            return
        self._handed.append(decision)
        self._at.setdefault(decision.at, []).append(decision)
        if decision.change == Change.ENTERED:
            self._entered.append(decision)

    def _related(self, transition: Transition) -> Sequence[Decision]:
        """The hand-offs that can stand in the way of another one."""
        if transition.reason is not Reason.HAND_RAISE:
            return self._handed
        same = [each for each in self._at.get(transition.at, ()) if each not in self._entered]
        return [*self._entered, *same]

    def _situation(self, mode: LeadMode) -> Situation:
        view, setting, episodes = self._view, self._setting, self._store.episodes
        return Situation(
            person=view.person,
            facts=view.facts,
            mode=mode,
            holds=setting.rulebook.holds,
            authority=setting.authority,
            engagements=self._work,
            recorded=episodes.of(view.person.id),
            decided=self._handed,
            now=view.now,
            baseline_before=view.baseline_before,
            dry_run=setting.dry_run,
            put_away_at=put_away_at(setting.rulebook, view.person, view.now),
        )

    def _one(self, situation: Situation, matcher: Matcher, alert: Alert) -> Alerted:
        related = self._related(alert.transition)
        unsure = self._unsure(situation.mode, matcher, alert.transition)
        asked = dataclasses.replace(situation, decided=related, unsure=unsure)
        decision = decide(alert, asked)
        receiver = NOBODY
        if decision.verdict is Verdict.HANDED_OFF:
            receiver = self._users(situation.mode, alert.transition)[0]
            surge = self._surge(alert, receiver)
            if surge is not None:
                return self._join(situation.mode, matcher, alert.transition, decision, surge)
            decision = self._or_waits(situation.mode, alert, decision)
        return self._settle(situation.mode, matcher, alert.transition, decision, receiver)

    def _or_waits(self, mode: LeadMode, alert: Alert, decision: Decision) -> Decision:
        """With a capacity to keep to, everything but a raised hand waits for its turn."""
        by_hand = alert.transition.reason is Reason.HAND_RAISE
        if self._setting.rulebook.capacity is None or by_hand:
            return self._drawn(mode, alert, decision)
        self._waits = True
        return dataclasses.replace(decision, verdict=Verdict.WAITING, detail=PLACE)

    def _drawn(self, mode: LeadMode, alert: Alert, decision: Decision) -> Decision:
        """The same, unless it is one of those that are held out. A raised hand never is."""
        if self._target is None or alert.transition.reason is Reason.HAND_RAISE:
            return decision
        key = key_of(self._setting.instance, mode, self._target.ref, alert.transition)
        if decision.hold is None and is_held_out(self._setting.rulebook.holdout, key):
            return dataclasses.replace(decision, verdict=Verdict.HELD, hold=Hold.HOLDOUT)
        return decision

    def _unless_raised(self, decision: Decision) -> Decision:
        """An entry that waited is over with when a raised hand of the same episode went ahead."""
        about = (decision.rule, decision.burst)
        if any((each.rule, each.burst) == about for each in self._handed):
            detail = "a raised hand of the same episode was handed off meanwhile"
            return dataclasses.replace(
                decision, verdict=Verdict.HELD, hold=Hold.COOLDOWN, detail=detail
            )
        return decision

    def _users(self, mode: LeadMode, transition: Transition) -> tuple[str, ...]:
        """Who may get the task, the first choice first."""
        view, setting = self._view, self._setting
        book, day = setting.rulebook, day_of(view.now, setting.zone)
        key = key_of(setting.instance, mode, self._target.ref, transition) if self._target else ""
        users = receivers(view.person, view.facts, book, key=key, now=view.now, day=day)
        if len(users) > 1 and shares_load(view.facts, book):
            taken = self._store.waiting.taken(week_start(view.now, setting.zone))
            return least_loaded(users, taken)
        return users

    def _settle(
        self,
        mode: LeadMode,
        matcher: Matcher,
        transition: Transition,
        decision: Decision,
        receiver: str,
    ) -> Alerted:
        """Record a decision, and queue the writes of a hand-off."""
        view, revision = self._view, self._setting.rulebook.revision
        self._store.episodes.decide(
            view.person.id, decision, revision=revision, now=view.now, receiver=receiver
        )
        if decision.verdict is not Verdict.HANDED_OFF:
            return Alerted(decision=decision, transition=transition)
        self._note(decision)
        made = self._made(mode, matcher, transition, receiver)
        writes = self._queue(made.writes if made else ())
        if self._setting.rulebook.follows:
            begin_clocks(self._store, view.person.id, mode.rule.id, transition, writes, view.now)
        return Alerted(
            decision=decision,
            transition=transition,
            writes=writes,
            brief=made.brief if made else None,
        )

    def _surge(self, alert: Alert, receiver: str) -> AccountSurge | None:
        """The surge of whose task they are a part; a raised hand has a task of its own."""
        if alert.transition.reason is Reason.HAND_RAISE or self._target is None:
            return None
        return self._joins(self._view, receiver)

    def _join(
        self,
        mode: LeadMode,
        matcher: Matcher,
        transition: Transition,
        decision: Decision,
        surge: AccountSurge,
    ) -> Alerted:
        """Record that the task about the company tells of them; all but their own task is written.

        To a task that was made before nothing is added: it is the rep's by now. A note on the
        account holds the brief instead.
        """
        view, setting = self._view, self._setting
        account = view.person.account
        assert account is not None  # noqa: S101 - it surges
        name = str(account.fields.get("name") or account.ref)
        decision = dataclasses.replace(
            decision, verdict=Verdict.HELD, hold=Hold.JOINED, detail=name
        )
        self._store.episodes.decide(
            view.person.id,
            decision,
            revision=setting.rulebook.revision,
            now=view.now,
            receiver=surge.receiver,
        )
        made = self._made(mode, matcher, transition, surge.receiver)
        assert made is not None and self._target is not None  # noqa: S101, PT018 - asked before
        rule = setting.rulebook.account
        assert rule is not None  # noqa: S101 - else nothing surges
        found = without_task(made, rule, surge, account.ref, self._target.ref, setting.instance)
        return Alerted(
            decision=decision,
            transition=transition,
            writes=self._queue(found),
            brief=made.brief,
        )

    def _queue(self, found: Sequence[Write]) -> tuple[Write, ...]:
        view = self._view
        writes = tuple(self._setting.agreed.get(write.key, write) for write in found)
        held = STORM if self._room is not None and self._room <= 0 else ""
        for write in writes:
            self._store.outbox.add(
                write,
                person=view.person.id,
                revision=self._setting.rulebook.revision,
                now=view.now,
                held=held,
            )
        if self._room is not None:
            self._room -= bool(writes)
        return writes

    def _unsure(self, mode: LeadMode, matcher: Matcher, transition: Transition) -> bool:
        book, engagements = self._setting.rulebook, self._view.engagements
        return must_ask(book.holds, mode.rule, transition) and nobody_sure(
            matcher, engagements, book.machine, transition.at
        )

    def _made(
        self, mode: LeadMode, matcher: Matcher, transition: Transition, receiver: str
    ) -> Made | None:
        view = self._view
        if self._target is None:
            return None
        about = (mode.rule.id, transition.burst)
        if about not in self._quiet:
            self._quiet[about] = quiet_since(view.engagements, matcher, transition.burst)
        return made_of(
            Occasion(
                instance=self._setting.instance,
                rulebook=self._setting.rulebook,
                mode=mode,
                person=view.person,
                facts=view.facts,
                target=self._target.ref,
                transition=transition,
                quiet_since=self._quiet[about],
                episodes=self._store.episodes.of(view.person.id),
                zone=self._setting.zone,
                now=view.now,
                receiver=receiver or None,
                ranking=self.standings.told(mode.rule.id),
                known=self._known_by(mode, matcher),
                addressee=addressee(
                    self._store, view.person, receiver or None, self._setting.authority
                ),
            )
        )

    def _known_by(self, mode: LeadMode, matcher: Matcher) -> Known:
        """Looked up once per rule: some bots raise their hand ten thousand times."""
        if mode.rule.id not in self._known:
            self._known[mode.rule.id] = known_for(
                self._store,
                self._setting.rulebook,
                self._view.person,
                self._view.engagements,
                matcher,
                authority=self._setting.authority,
                now=self._view.now,
            )
        return self._known[mode.rule.id]
