"""Nine ways to get exactly once wrong. A harness that lets one of them pass proves nothing.

Each takes the place of one small part of a sound daemon, here and nowhere else.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from unittest import mock

from connector.deliver import Deliver, Delivered, Sent
from connector.ingest import Ingest
from connector.model import OutboxState, Outcome, Settled, Write, WriteKind
from connector.ports import Adapter
from connector.store.outbox import Queued
from sandbox.prove.adapter import CrmAdapter
from sandbox.prove.host import Parts


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
    parts: Parts
    random_key: bool = False

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Parts]:
        """The parts to play with, for as long as the block lasts."""
        if not self.random_key:
            yield self.parts
            return
        numbers = itertools.count()

        def made_up(**_: Any) -> str:
            return f"lm1-{next(numbers)}"

        with mock.patch("connector.plan.hand_off.write_key", made_up):
            yield self.parts


MUTANTS: Final = (
    Mutant(name="naive create", parts=Parts(adapter=Naive)),
    Mutant(name="mark before send", parts=Parts(deliver=MarkFirst)),
    Mutant(name="cursor before alerts", parts=Parts(ingest=CursorFirst)),
    Mutant(name="upsert instead of create", parts=Parts(adapter=Upsert)),
    Mutant(name="search before create", parts=Parts(adapter=SearchFirst)),
    Mutant(name="resume by timestamp only", parts=Parts(adapter=ByTimestamp)),
    Mutant(name="no overlap", parts=Parts(adapter=NoOverlap)),
    Mutant(name="random key", parts=Parts(), random_key=True),
    Mutant(name="two commits instead of one", parts=Parts(ingest=TwoCommits)),
)
