"""Twenty-three ways to get exactly once wrong. A harness that lets one of them pass proves nothing.

Each takes the place of one small part of a sound daemon, here and nowhere else.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final
from unittest import mock

from connector.assess.accounts import AccountDesk
from connector.assess.digests import Digests
from connector.assess.lifecycle import Lifecycles
from connector.assess.programs import Programs, Touched
from connector.deliver import Deliver, Delivered, Sent
from connector.ingest import Ingest
from connector.model import OutboxState, Outcome, Record, Settled, Write, WriteKind
from connector.planned import undo
from connector.ports import Adapter
from connector.store.outbox import Outbox, Queued
from connector.store.people import People
from sandbox.prove.adapter import CrmAdapter
from sandbox.prove.host import SOUND, Parts


class Naive(CrmAdapter):
    """Creates without a key."""

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        return [self.crm.do(write) for write in writes]


class Upsert(CrmAdapter):
    """Brings the task with the key to what the write says, whoever has worked on it."""

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        return [self._one(write) for write in writes]

    def _one(self, write: Write) -> Outcome:
        if write.kind is WriteKind.CREATE_TASK and write.key in self.crm.keys:
            return self.crm.overwrite(write)
        return self.crm.once(write)


class SearchFirst(CrmAdapter):
    """Asks the search index whether the task is there, and creates it without a key if not."""

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        return [self._one(write) for write in writes]

    def _one(self, write: Write) -> Outcome:
        if write.kind is not WriteKind.CREATE_TASK:
            return self.crm.once(write)
        found = self.crm.search(write.key)
        if found is None:
            return self.crm.do(write)
        return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=found.id)


class Withdraws(CrmAdapter):
    """Takes a task back whatever a rep has done with it."""

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        return [
            self.crm.withdraw(each, whatever=True)
            if each.kind is WriteKind.WITHDRAW
            else self.crm.once(each)
            for each in writes
        ]


class ByTimestamp(CrmAdapter):
    """Goes on behind a timestamp, not behind a row."""

    def after(self, stamp: int, name: str) -> tuple[int, str]:
        return (stamp, "\uffff") if name else (stamp, name)


class NoOverlap(CrmAdapter):
    """Reads nothing twice."""

    overlap: ClassVar[int] = 0


class MarkFirst(Deliver):
    """Notes that a write is done, and sends it then."""

    def _send(
        self,
        instance: str,
        adapter: Adapter,
        claimed: Sequence[Queued],
        delivered: Delivered,
        watch: Sent | None,
    ) -> None:
        with self._store.transaction():
            for each in claimed:
                self._store.outbox.settle(
                    each.write.key, OutboxState.DONE, now=self._clock.now(), remote_id="soon"
                )
        super()._send(instance, adapter, claimed, delivered, watch)


class CursorFirst(Ingest):
    """Moves the cursor, and stores the page then."""

    def _take_in(self, name: Any, stream: Any, page: Any, cycle: Any, watch: Any) -> Any:
        with self._store.transaction():
            now = self._clock.now()
            self._store.sources.advance(name, stream.value, page.cursor, at_end=False, now=now)
        return super()._take_in(name, stream, page, cycle, watch)


class TwoCommits(Ingest):
    """Stores the page, and in another transaction what follows from it."""

    def _store_after_baseline(self, page: Any, now: int, cycle: Any, **more: Any) -> Any:
        stored = super()._store_after_baseline(page, now, cycle, **more)
        self._store.connection.execute("COMMIT")
        self._store.connection.execute("BEGIN IMMEDIATE")
        return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One faulty daemon."""

    name: str
    parts: Parts = SOUND
    patches: Mapping[str, object] = field(default_factory=dict)
    """What takes the place of something else for the time, by its full name."""

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Parts]:
        """The parts to play with, for as long as the block lasts."""
        with contextlib.ExitStack() as stack:
            for name, replacement in self.patches.items():
                stack.enter_context(mock.patch(name, replacement))
            yield self.parts


_NUMBERS: Final = itertools.count()


def _made_up(*_: Any, **__: Any) -> str:
    return f"lm1-{next(_NUMBERS)}"


def _again(write: Write) -> Write:
    return replace(write, key=f"{write.key}-again")


_queue_touch, _queue_digest = Programs._queue, Digests._queue


def _touch_twice(self: Programs, touched: Touched, used: int) -> bool:
    _queue_touch(self, replace(touched, write=_again(touched.write)), used)
    return _queue_touch(self, touched, used)


def _digest_twice(self: Digests, write: Write, person: int, now: int, *, held: bool) -> None:
    _queue_digest(self, write, person, now, held=held)
    _queue_digest(self, _again(write), person, now, held=held)


_mark = Lifecycles._queue


def _mark_twice(self: Lifecycles, write: Write) -> bool:
    _mark(self, _again(write))
    return _mark(self, write)


def _no_mark(self: Lifecycles, write: Write) -> bool:
    return not write.fields and _mark(self, write)


def _no_touch(self: Programs, touched: Touched, used: int) -> bool:
    return not touched.offer and _queue_touch(self, touched, used)


_queue_surge = AccountDesk._queue


def _surge_twice(self: AccountDesk, write: Write, person: int, now: int, *, held: bool) -> None:
    _queue_surge(self, write, person, now, held=held)
    _queue_surge(self, _again(write), person, now, held=held)


_back = undo._back


def _back_from_anything(each: Queued, later: undo.Later) -> Write:
    return replace(_back(each, later), expected={})


def _never_changed(*_: Any, **__: Any) -> Iterator[tuple[str, str]]:
    return iter(())


def _without_doubt(_: Outbox) -> None:
    """What a leadmode forgot was never sent."""


_put = People.put


def _stays_gone(self: People, record: Record, *, now: int) -> set[int]:
    gone = self._row(self.number(record.ref, record.role))["deleted"]
    return set() if gone and not record.deleted else _put(self, record, now=now)


def _discard_instead(self: Outbox, keys: Iterable[str], now: int) -> int:
    return self.discard(keys, now)


def _no_digest(*_: Any, **__: Any) -> None:
    """Written off, and never queued."""


_DESKS: Final = "connector.assess"
_UNDO: Final = "connector.planned.undo"
MUTANTS: Final = (
    Mutant(name="naive create", parts=Parts(adapter=Naive)),
    Mutant(name="mark before send", parts=Parts(deliver=MarkFirst)),
    Mutant(name="cursor before alerts", parts=Parts(ingest=CursorFirst)),
    Mutant(name="upsert instead of create", parts=Parts(adapter=Upsert)),
    Mutant(name="search before create", parts=Parts(adapter=SearchFirst)),
    Mutant(name="resume by timestamp only", parts=Parts(adapter=ByTimestamp)),
    Mutant(name="no overlap", parts=Parts(adapter=NoOverlap)),
    Mutant(name="random key", patches={"connector.plan.hand_off.write_key": _made_up}),
    Mutant(name="two commits instead of one", parts=Parts(ingest=TwoCommits)),
    Mutant(name="random step key", patches={f"{_DESKS}.follow_up.step_key": _made_up}),
    Mutant(name="touch twice", patches={f"{_DESKS}.programs.Programs._queue": _touch_twice}),
    Mutant(name="no touch", patches={f"{_DESKS}.programs.Programs._queue": _no_touch}),
    Mutant(name="digest twice", patches={f"{_DESKS}.digests.Digests._queue": _digest_twice}),
    Mutant(name="no digest", patches={f"{_DESKS}.digests.Digests._queue": _no_digest}),
    Mutant(name="surge twice", patches={f"{_DESKS}.accounts.AccountDesk._queue": _surge_twice}),
    Mutant(name="no surge", patches={f"{_DESKS}.accounts.AccountDesk._queue": _no_digest}),
    Mutant(name="lifecycle twice", patches={f"{_DESKS}.lifecycle.Lifecycles._queue": _mark_twice}),
    Mutant(name="no lifecycle", patches={f"{_DESKS}.lifecycle.Lifecycles._queue": _no_mark}),
    Mutant(
        name="never look into the bin",
        patches={"connector.store.outbox.Outbox.doubt": _without_doubt},
    ),
    Mutant(name="never out of the bin", patches={"connector.store.people.People.put": _stays_gone}),
    Mutant(
        name="release loses",
        patches={"connector.store.outbox.Outbox.release": _discard_instead},
    ),
    Mutant(name="take back what a rep touched", parts=Parts(adapter=Withdraws)),
    Mutant(
        name="set back whatever is there",
        patches={f"{_UNDO}._back": _back_from_anything, f"{_UNDO}._changed_since": _never_changed},
    ),
)
