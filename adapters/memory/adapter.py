"""The adapter of a memory platform: the contract in its plainest form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.memory.client import Connection, connect
from adapters.memory.mapping import Position, Walk
from connector.clock import MINUTE, Clock
from connector.errors import Rejected
from connector.model import Engagement, Fields, Outcome, Record, RecordRef, Scalar, Write, WriteKind
from connector.ports import (
    YES,
    Adapter,
    Capabilities,
    Delivery,
    FieldInfo,
    FieldSpec,
    Health,
    Page,
    Secret,
    Stream,
)

LATE_WINDOW: Final = 5 * MINUTE
NO_TOKEN: Final = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the source's table in the config says."""

    name: str
    """Under which the platform is registered in this process."""
    token: Secret = NO_TOKEN
    """What the platform asks its callers for; empty: nothing."""
    page_size: int = 1_000
    """Most rows asked for at once."""


class MemoryAdapter(Adapter):
    """One memory platform."""

    capabilities = Capabilities(
        streams=dict.fromkeys(Stream, YES),
        writes=dict.fromkeys(WriteKind, YES),
        find=YES,
        fetch=YES,
        describe=YES,
        create_field=YES,
        task_type="Task",
        max_batch=50,
        late_window=LATE_WINDOW,
        ordered=True,
        delivery=Delivery.A,
        delivery_reason="The platform keeps the key of every write and refuses a second one.",
    )
    settings_type = Settings

    def __init__(self, instance: str, settings: Settings, clock: Clock) -> None:
        self._instance = instance
        self._settings = settings
        self._clock = clock
        self._open: Connection | None = None

    def check(self) -> Health:
        account, account_id, now = self._connection.who()
        missing = () if account == self._instance else (f"a platform of {self._instance}",)
        return Health(
            account=account,
            account_id=account_id,
            missing=missing,
            clock_skew=now - self._clock.now(),
        )

    def read(self, stream: Stream, cursor: str | None) -> Page:
        self.refuse_unreadable(stream)
        walk = Walk.of_cursor(cursor)
        answer = self._connection.rows(stream, walk.position, self._settings.page_size)
        last = Position(answer.rows[-1].stamp, answer.rows[-1].id) if answer.rows else None
        walk = walk.onward(last=last, now=answer.now, more=answer.more, overlap=LATE_WINDOW)
        values = [row.value for row in answer.rows]
        return Page(
            cursor=walk.cursor(),
            records=tuple(value for value in values if isinstance(value, Record)),
            engagements=tuple(value for value in values if isinstance(value, Engagement)),
            more=answer.more,
        )

    def find(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        return self._connection.find(emails)

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        found = self._connection.fetch(refs)
        told = {ref: _shown(record, fields) for ref, record in found.items()}
        for ref, task in self._connection.tasks(refs).items():
            told[ref] = {name: task[name] for name in fields if name in task}
        return told

    def describe(self, object_type: str) -> Sequence[FieldInfo]:
        return self._connection.describe(object_type)

    def create_field(self, spec: FieldSpec) -> None:
        self._connection.create_field(spec)

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        self.refuse_unwritable(writes)
        if len(writes) > self.capabilities.max_batch:
            raise Rejected(
                f"A memory platform takes {self.capabilities.max_batch} writes at once, "
                f"not {len(writes)}."
            )
        return self._connection.apply(writes)

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:
        return self._connection.kept_because(writes)

    def lists_amiss(self, ids: Sequence[str]) -> Mapping[str, str]:
        return dict.fromkeys(self._connection.unknown_lists(ids), "there is no such list.")

    def close(self) -> None:
        self._open = None

    @property
    def _connection(self) -> Connection:
        if self._open is None:
            self._open = connect(self._settings.name, self._settings.token)
        return self._open


def _shown(record: Record, fields: Sequence[str]) -> Fields:
    """The wanted fields that the record has; `owner` is the id of its owner."""
    values: dict[str, Scalar] = {"owner": record.owner.id if record.owner else None}
    values.update(record.fields)
    return {name: values[name] for name in fields if name in values}
