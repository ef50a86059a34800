"""Hop 3: sending what the outbox holds, and noting what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from connector import log
from connector.clock import DAY, Clock
from connector.config.config_tables import OnAmbiguous
from connector.config.settings import Config
from connector.errors import FateUnknown, GrantAccess
from connector.model import Fields, OutboxState, Outcome, Settled, Write, WriteKind
from connector.plan.facts import facts_of
from connector.plan.late import MOST_NAMED, late_digest
from connector.ports import Adapter, Delivery
from connector.retry import Next, Pace, after_error, after_outcome
from connector.store import Store
from connector.store.mark import Mark, is_behind, leave_mark, place_of
from connector.store.outbox import Queued
from connector.store.persons import load_person
from connector.store.recovery import (
    end_reconciling,
    forgot_at,
    is_read_anew,
    reconciling_since,
)

_LOG = log.get("deliver")
_CUT_OFF: Final = "leadmode ended while it was being sent; look whether it is there"
_FORGOTTEN: Final = "the database was restored; look whether it is there"
_IN_ONE: Final = "too late to be of use; the owner is told of it in one task with others"
LATE: Final = "late"
"""What a task is for that stands for those that came too late."""
IN_THE_BIN: Final = 90 * DAY
"""So long HubSpot keeps what was thrown away; Salesforce keeps it for 15 days."""
_NEVER: Final = -IN_THE_BIN
_WAITING: Final = (OutboxState.RETRY, OutboxState.UNKNOWN)

Sent = Callable[[Write, OutboxState, str], None]
"""Told of every write that was settled, with its new state and the reason."""


@dataclass(slots=True)
class Delivered:
    """What one draining of the outbox did."""

    settled: Counter[OutboxState] = field(default_factory=Counter)
    """How many writes went into each state."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is known about one write after a call, and what follows from it."""

    queued: Queued
    then: Next
    reason: str
    outcome: Outcome | None = None


class Deliver:
    """Sends writes to the adapters. One thread at a time."""

    def __init__(
        self, store: Store, adapters: Mapping[str, Adapter], config: Config, clock: Clock
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._config = config
        self._clock = clock
        self._paused: dict[str, int] = {}
        self._mark: Mark | None = None
        self._forgot_at: int | None = None
        self._log = log.Changes(_LOG, "delivery")

    def drain(self, stop: threading.Event, watch: Sent | None = None) -> Delivered:
        """Send everything that is ready, until nothing is or `stop` is set."""
        if not self._is_reconciled() or (self._config.dry_run and not self._store.armed):
            return Delivered()
        delivered = Delivered()
        for instance in self._adapters:
            self._tell_late(instance, delivered, watch)
        return self._drain(stop, watch, delivered)

    def undo(self, stop: threading.Event, watch: Sent | None = None) -> Delivered:
        """As `drain`, but only what takes something back; also in a dry run."""
        return self._drain(stop, watch, Delivered(), undoing=True)

    def _tell_late(self, instance: str, delivered: Delivered, watch: Sent | None) -> None:
        """Tasks that waited too long are given up, and each owner gets one about all of theirs."""
        now, before = self._clock.now(), self._clock.now() - self._config.delivery.ttl
        outbox = self._store.outbox
        with self._store.steady():
            if not outbox.late_tasks(instance, before):
                return
        with self._store.transaction():
            late = outbox.late_tasks(instance, before)
            by_owner: dict[str, list[Queued]] = {}
            for each in late:
                by_owner.setdefault(str(each.write.fields.get("owner") or ""), []).append(each)
                outbox.settle(each.write.key, OutboxState.EXPIRED, now=now, reason=_IN_ONE)
            for owner, some in by_owner.items():
                digest = late_digest(
                    [each.write for each in some],
                    [self._name(each) for each in some[:MOST_NAMED]],
                    instance=self._config.instance,
                    owner=owner,
                    now=now,
                )
                person, revision = some[0].person, some[0].revision
                outbox.add(digest, person=person, revision=revision, now=now, why=LATE)
        for each in late:
            delivered.settled[OutboxState.EXPIRED] += 1
            if watch:
                watch(each.write, OutboxState.EXPIRED, _IN_ONE)

    def _name(self, queued: Queued) -> str:
        person = load_person(self._store.connection, queued.person, self._config.authority.name)
        facts = facts_of(person, self._config.authority.name, (), self._clock.now())
        return str(facts.get("person.name") or "somebody without a name")

    def _drain(
        self,
        stop: threading.Event,
        watch: Sent | None,
        delivered: Delivered,
        *,
        undoing: bool = False,
    ) -> Delivered:
        for instance, adapter in self._adapters.items():
            while not stop.is_set() and not self._is_paused(instance):
                claimed = self._claim(instance, adapter, undoing=undoing)
                if not claimed:
                    break
                self._work_off(instance, adapter, claimed, delivered, watch)
        return delivered

    def next_moment(self) -> int | None:
        """When there is something to send next, UTC ms."""
        moments = []
        with self._store.steady():
            for instance in self._adapters:
                moment = self._store.outbox.next_moment([instance])
                if moment is not None:
                    moments.append(max(moment, self._paused.get(instance, 0)))
        return min(moments, default=None)

    def _is_reconciled(self) -> bool:
        """Whether everything was read once more, where the database had forgotten something.

        A target that would not recognise what it has already gets nothing without a person's word.
        """
        store = self._store
        with store.steady():
            since = reconciling_since(store)
            if since is None:
                return True
            if not is_read_anew(store, self._config.sources, since):
                return False
        held = 0
        with store.transaction():
            for instance, adapter in self._adapters.items():
                resend = self._config.sources[instance].on_ambiguous is OnAmbiguous.RESEND
                if adapter.capabilities.delivery is Delivery.C and not resend:
                    held += store.outbox.hold(instance, _FORGOTTEN)
            end_reconciling(store)
        _LOG.info("reconciled", held=held)
        return True

    def _claim(self, instance: str, adapter: Adapter, *, undoing: bool) -> list[Queued]:
        delivery, now = self._config.delivery, self._clock.now()
        most = min(adapter.capabilities.max_batch, delivery.batch)
        with self._store.transaction():
            if self._may_have_forgotten(now):
                self._store.outbox.doubt()
            claimed = self._store.outbox.claim(
                instance, most, lease_until=now + delivery.lease, now=now, undoing=undoing
            )
        if claimed:
            self._leave_mark()
        return claimed

    def _may_have_forgotten(self, now: int) -> bool:
        """Whether what is new to the database may have been made, and thrown away, before it."""
        if self._forgot_at is None:
            self._forgot_at = forgot_at(self._store) or _NEVER
        return now - self._forgot_at < IN_THE_BIN

    def _leave_mark(self) -> None:
        """Tell beside the database how far it has come, before anything of it is sent."""
        with self._store.steady():
            place = place_of(self._store.connection)
        if self._mark is None or is_behind(self._mark, place):
            leave_mark(self._store.path.parent, place)
            self._mark = place

    def _work_off(
        self,
        instance: str,
        adapter: Adapter,
        claimed: Sequence[Queued],
        delivered: Delivered,
        watch: Sent | None,
    ) -> None:
        given_up: list[_Answer] = []
        to_send: list[Queued] = []
        for each in claimed:
            why_not = self._why_not(each)
            if why_not is None:
                to_send.append(each)
            else:
                given_up.append(_Answer(each, *why_not))
        if given_up:
            self._settle(instance, given_up, delivered, watch)
        if to_send:
            self._send(instance, adapter, to_send, delivered, watch)

    def _why_not(self, claimed: Queued) -> tuple[Next, str] | None:
        """What becomes of a write that must not be sent, and why; None: send it."""
        if claimed.state is OutboxState.INFLIGHT:
            # Its sender was killed, or never came back: nobody knows what became of it.
            then = self._after(FateUnknown(), claimed)
            if then.state is OutboxState.HELD:
                return replace(then, counts=False), _CUT_OFF
        if self._clock.now() - claimed.wanted_at > self._config.delivery.ttl:
            return Next(state=OutboxState.EXPIRED, counts=False), "too late to be of use"
        return None

    def _send(
        self,
        instance: str,
        adapter: Adapter,
        claimed: Sequence[Queued],
        delivered: Delivered,
        watch: Sent | None,
    ) -> None:
        try:
            outcomes = adapter.write([each.write for each in claimed])
            _require_an_answer_each(claimed, outcomes)
        except Exception as error:
            parts = self._parts(claimed, error)
            if len(parts) > 1:
                for part in parts:
                    self._send(instance, adapter, part, delivered, watch)
                return
            self._log.trouble(instance, type(error).__name__)
            reason = f"{type(error).__name__}: {error}"
            failed = [_Answer(each, self._after(error, each), reason) for each in claimed]
            self._settle(instance, failed, delivered, watch)
        else:
            self._log.fine(instance)
            answered = [
                _Answer(each, self._next(each, outcome), outcome.reason, outcome)
                for each, outcome in zip(claimed, outcomes, strict=True)
            ]
            self._settle(instance, answered, delivered, watch)

    def _parts(self, claimed: Sequence[Queued], error: Exception) -> list[list[Queued]]:
        """What to try again apart: one bad write must not cost the others that went with it."""
        if isinstance(error, GrantAccess):  # perhaps needed for tasks only, or for fields only
            kinds = {each.write.kind for each in claimed}
            return [[each for each in claimed if each.write.kind is kind] for kind in sorted(kinds)]
        if self._after(error, claimed[0]).state is OutboxState.DEAD:
            return [[each] for each in claimed]
        return [list(claimed)]

    def _settle(
        self,
        instance: str,
        answers: Sequence[_Answer],
        delivered: Delivered,
        watch: Sent | None,
    ) -> None:
        now = self._clock.now()
        with self._store.transaction():
            for answer in answers:
                then = answer.then
                self._store.outbox.settle(
                    answer.queued.write.key,
                    then.state,
                    now=now,
                    next_at=None if then.wait is None else now + then.wait,
                    remote_id=answer.outcome.remote_id if answer.outcome else None,
                    reason=answer.reason,
                    attempt=None if then.counts else answer.queued.attempt,
                    was=_was(answer),
                )
        for answer in answers:
            pause = answer.then.pause
            if pause is not None:
                self._paused[instance] = max(self._paused.get(instance, 0), now + pause)
            delivered.settled[answer.then.state] += 1
            _log_change(answer)
            if watch:
                watch(answer.queued.write, answer.then.state, answer.reason)

    def _next(self, queued: Queued, outcome: Outcome) -> Next:
        instance = queued.write.target.instance
        return after_outcome(
            outcome,
            attempt=queued.attempt + 1,
            pace=self._pace,
            delivery=self._adapters[instance].capabilities.delivery,
            resend=self._resend(instance),
        )

    def _after(self, error: Exception, queued: Queued) -> Next:
        instance = queued.write.target.instance
        return after_error(
            error,
            queued.write.key,
            attempt=queued.attempt + 1,
            pace=self._pace,
            delivery=self._adapters[instance].capabilities.delivery,
            resend=self._resend(instance),
        )

    @property
    def _pace(self) -> Pace:
        delivery = self._config.delivery
        return Pace(first=delivery.retry_first, most=delivery.retry_most)

    def _resend(self, instance: str) -> bool:
        return str(self._config.sources[instance].on_ambiguous) == "resend"

    def _is_paused(self, instance: str) -> bool:
        return self._clock.now() < self._paused.get(instance, 0)


def _was(answer: _Answer) -> Fields | None:
    """What is to be remembered so that it can be taken back; None: it cannot."""
    outcome = answer.outcome
    if outcome is None or outcome.settled is not Settled.APPLIED:
        return None
    fields = answer.queued.write.kind is WriteKind.SET_FIELDS
    return outcome.before if fields else {}


def _log_change(answer: _Answer) -> None:
    if answer.then.state in _WAITING:
        return  # the pause or outage is logged once, by its change
    how = answer.outcome.settled.value if answer.outcome else "no answer"
    write = answer.queued.write
    _LOG.info("settled", state=answer.then.state.value, how=how, key=write.key, on=write.target)


def _require_an_answer_each(claimed: Sequence[Queued], outcomes: Sequence[Outcome]) -> None:
    """An answer that does not fit the question says nothing about any of the writes."""
    asked = [each.write.key for each in claimed]
    if [outcome.key for outcome in outcomes] != asked:
        raise FateUnknown(f"{len(outcomes)} answers that do not fit {len(asked)} writes")
