"""The adapter of the harness's platform: the contract, with trouble at every request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from connector.clock import Clock
from connector.errors import FateUnknown, SignInAgain, SlowDown, TryAgain
from connector.model import (
    Engagement,
    Fields,
    Outcome,
    Record,
    RecordRef,
    Settled,
    Write,
    WriteKind,
)
from connector.ports import YES, Adapter, Capabilities, Delivery, Health, Page, Stream
from sandbox.prove.crm import LATE, Crm
from sandbox.prove.fate import Fate, Trouble

PAGE: Final = 3
BATCH: Final = 3


class CrmAdapter(Adapter):
    """Reads by keyset with an overlap; creates under a unique key."""

    capabilities = Capabilities(
        streams=dict.fromkeys((Stream.OWNERS, Stream.PEOPLE, Stream.ENGAGEMENTS), YES),
        writes=dict.fromkeys(
            (
                WriteKind.CREATE_TASK,
                WriteKind.SET_FIELDS,
                WriteKind.ADD_NOTE,
                WriteKind.ADD_MEMBER,
                WriteKind.WITHDRAW,
            ),
            YES,
        ),
        fetch=YES,
        task_type="Task",
        max_batch=BATCH,
        late_window=LATE,
        ordered=True,
        delivery=Delivery.A,
    )
    settings_type = dict
    overlap: ClassVar[int] = LATE

    def __init__(self, crm: Crm, clock: Clock) -> None:
        self.crm = crm
        self.clock = clock
        self.fate = Fate()

    def check(self) -> Health:
        return Health(account="crm")

    def read(self, stream: Stream, cursor: str | None) -> Page:
        stamp, name, newest, began = json.loads(cursor) if cursor else (-1, "", 0, None)
        trouble = self.fate.request(writing=False)
        self._passing(trouble)
        self.crm.catch_up()
        now = self.clock.now()
        short = trouble is not None and trouble[0] is Trouble.TORN
        most = 1 if short else PAGE
        rows, more = self.crm.page(stream, self.after(stamp, name), most)
        self.fate.step()
        if trouble is not None and not short:
            raise TryAgain("no answer")
        began = now if began is None else began
        if rows:
            newest = max(newest, rows[-1].stamp)
        if more:
            place = [rows[-1].stamp, rows[-1].id, newest, began]
        else:
            newest = min(newest, began)
            place = [max(newest - self.overlap, -1), "", newest, None]
        return Page(
            cursor=json.dumps(place),
            records=tuple(row.value for row in rows if isinstance(row.value, Record)),
            engagements=tuple(row.value for row in rows if isinstance(row.value, Engagement)),
            more=more,
        )

    def after(self, stamp: int, name: str) -> tuple[int, str]:
        """The place behind which the next page begins."""
        return (stamp, name)

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        """Tasks and people by their ids; of nothing else is asked."""
        trouble = self.fate.request(writing=False)
        self._passing(trouble)
        self.crm.catch_up()
        told = self.crm.as_they_are([ref.id for ref in refs])
        there = {ref: self.crm.living(ref) for ref in refs if ref.object_type == "Contact"}
        told |= {ref.id: one.fields for ref, one in there.items() if one is not None}
        self.fate.step()
        if trouble is not None:
            raise TryAgain("no answer")
        found = {ref: told[ref.id] for ref in refs if ref.id in told}
        return {
            ref: {name: one[name] for name in fields if name in one} for ref, one in found.items()
        }

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:
        self.fate.request(writing=False)
        touched = {task.id: task.touched for task in self.crm.tasks if task.touched}
        made = {write.key: str(write.fields["made"]) for write in writes}
        return {key: touched[one] for key, one in made.items() if one in touched}

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        trouble = self.fate.request(writing=True)
        self._passing(trouble)
        self.crm.catch_up()
        if trouble is None:
            outcomes = self.apply(writes)
            self.fate.step()
            return outcomes
        what, size = trouble
        deed = self._deed(writes)
        if what is Trouble.LATE:
            self.crm.later(size, deed)
        elif what is Trouble.TORN:
            self.apply(writes[: size % (len(writes) + 1)])
        elif what in (Trouble.UNANSWERED, Trouble.DOUBTFUL):
            outcomes = self.apply(writes)
            if what is Trouble.DOUBTFUL:
                self.fate.step()
                return [*outcomes[:-1], Outcome(key=writes[-1].key, settled=Settled.UNKNOWN)]
        self.fate.step()
        raise FateUnknown("no answer")

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        """What the platform does with the writes."""
        return self.crm.apply(writes)

    def _deed(self, writes: Sequence[Write]) -> Callable[[], object]:
        return lambda: self.apply(writes)

    def _passing(self, trouble: tuple[Trouble, int] | None) -> None:
        match trouble:
            case (Trouble.SLOW_DOWN, size):
                raise SlowDown("too many requests", retry_after=size)
            case (Trouble.TRY_AGAIN, size):
                raise TryAgain("busy", retry_after=size)
            case (Trouble.SIGN_IN, _):
                raise SignInAgain("the token is not valid")
