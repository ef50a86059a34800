"""The end of a cycle: the best of those who wait go through, up to what is left of each week."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

from connector.assess.assess import Assess, Assessed
from connector.assess.digests import Digests
from connector.assess.hand_offs import Alerted, HandOffs, View
from connector.assess.measured import measured
from connector.assess.timeline import timeline_of
from connector.config.rulebook import LeadMode
from connector.engine.evaluate import evaluate
from connector.engine.result import Change, Reason, Transition
from connector.model import Hold, Verdict
from connector.plan.capacity import Claim, Week, in_turn
from connector.plan.reconcile import Alert
from connector.plan.week import day_of, week_start
from connector.store import Store
from connector.store.waiting import Waiter

ENDED: Final = "it ended while it waited for a free place"
TOO_LONG: Final = "it waited too long for a free place"

Attempt = Callable[[int, Callable[[], Assessed | None]], Assessed | None]
"""Does something about a person, and sees to it that others go on when it fails."""


class Admission:
    """Lets through what waits, inside the caller's transaction."""

    def __init__(self, store: Store, assess: Assess) -> None:
        self._store = store
        self._assess = assess
        self._digests = Digests(store, assess.setting)

    def is_due(self, now: int) -> bool:
        """Whether there is anything to do at `now` (UTC ms)."""
        digest = self._store.waiting.next_digest()
        return self._store.waiting.is_ripe() or (digest is not None and digest <= now)

    def run(self, now: int, *, room: int | None, attempt: Attempt) -> Iterator[Assessed]:
        """Decide about everything that waits, the best first; then write the digests that are due.

        The writes of more than `room` hand-offs are queued for somebody to release.
        """
        if self._store.waiting.is_ripe():
            for turn in self._turns(now):
                done = attempt(turn.waiter.person, lambda t=turn, r=room: t.decide(r))  # type: ignore[misc]
                if done is not None:
                    room = _less(room, done)
                    yield done
            self._store.waiting.looked_at()
            self._digests.want(now)
        self._digests.write(now, held=room is not None and room <= 0)

    def _turns(self, now: int) -> Iterator[_Turn]:
        """Those who wait, the best first; without those for whom nothing can have changed."""
        waiters = {each.id: each for each in self._store.waiting.all()}
        week = self._week(now)
        for claim in in_turn([claim_of(each) for each in waiters.values()]):
            waiter = waiters[claim.id]
            if waiter.ripe or week.may_have_room(waiter.receiver):
                yield _Turn(self._store, self._assess, waiter, week, now)

    def _week(self, now: int) -> Week:
        setting = self._assess.setting
        book, start = setting.rulebook, week_start(now, setting.zone)
        return Week(
            book.capacity,
            book.teams,
            book.absences,
            day=day_of(now, setting.zone),
            taken=self._store.waiting.taken(start),
            measured=measured(self._store, book.capacity, start),
        )


class _Turn:
    """The turn of one alert that waits."""

    def __init__(self, store: Store, assess: Assess, waiter: Waiter, week: Week, now: int) -> None:
        self.waiter = waiter
        self._store = store
        self._assess = assess
        self._week = week
        self._now = now

    def decide(self, room: int | None) -> Assessed | None:
        """Hand it off, or hold it; None: it goes on waiting."""
        view = self._assess.view(self.waiter.person, self._now, room=room)
        alerted = self._handed_off(view)
        return None if alerted is None else Assessed(person=view.person, alerts=(alerted,), left=())

    def _handed_off(self, view: View) -> Alerted | None:
        hand_offs = self._assess.hand_offs(view)
        mode = self._assess.mode(self.waiter.decision.rule)
        entry = None if mode is None else self._entry(view, mode, hand_offs)
        if mode is None or entry is None:
            return self._give_up(view, ENDED)
        matcher, alert = self._assess.matcher(mode), Alert(transition=entry, over=False)
        alerted = hand_offs.admit(mode, matcher, alert, self.waiter.decision, self._week.give)
        if alerted is None and self._is_too_old():
            return self._give_up(view, TOO_LONG)
        return alerted

    def _entry(self, view: View, mode: LeadMode, hand_offs: HandOffs) -> Transition | None:
        """The entry that it is about, if that episode still runs; notes where it stands by now."""
        burst, store, rule = self.waiter.decision.burst, self._store, mode.rule.id
        episodes = store.episodes.of(view.person.id, rule)
        if not any(each.burst == burst and each.is_open for each in episodes):
            return None
        book, matcher = self._assess.setting.rulebook, self._assess.matcher(mode)
        timeline = timeline_of(store, book, view.person, view.engagements, rule)
        found = evaluate(mode.rule, timeline, self._now, book.machine, matcher)
        hand_offs.standings.note(mode, matcher, timeline, found)
        entered = (burst, Change.ENTERED)
        return next((t for t in found.transitions if (t.burst, t.change) == entered), None)

    def _is_too_old(self) -> bool:
        capacity = self._assess.setting.rulebook.capacity
        return capacity is not None and self._now >= self.waiter.since + capacity.wait

    def _give_up(self, view: View, detail: str) -> Alerted:
        was = self.waiter.decision
        decision = dataclasses.replace(was, verdict=Verdict.HELD, hold=Hold.CAPACITY, detail=detail)
        self._store.episodes.decide(
            view.person.id,
            decision,
            revision=self._assess.setting.rulebook.revision,
            now=self._now,
            receiver=self.waiter.receiver,
        )
        entry = Transition(
            at=was.at,
            change=Change(was.change),
            reason=Reason.SCORE,
            burst=was.burst,
            score=self.waiter.score,
        )
        return Alerted(decision=decision, transition=entry)


def claim_of(waiter: Waiter) -> Claim:
    """What decides about the turn of one that waits."""
    return Claim(
        id=waiter.id,
        points=waiter.points,
        score=waiter.score,
        at=waiter.decision.at,
        record=waiter.record,
    )


def _less(room: int | None, done: Assessed) -> int | None:
    return None if room is None else room - any(alert.writes for alert in done.alerts)
