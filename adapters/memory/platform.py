"""The platform itself: what a vendor runs elsewhere, here in this process."""

from __future__ import annotations

import bisect
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from adapters.memory.mapping import BUILT_IN, TASK_FIELDS, Position, info_of_value
from connector.clock import Clock
from connector.model import Engagement, Fields, Record, RecordRef, Role, Scalar, Settled, WriteKind
from connector.ports import FieldInfo, Stream

ALWAYS: Final = 1 << 62
_STREAM_OF_ROLE: Final = {
    Role.OWNER: Stream.OWNERS,
    Role.ACCOUNT: Stream.ACCOUNTS,
    Role.PERSON: Stream.PEOPLE,
    Role.OPPORTUNITY: Stream.OPPORTUNITIES,
}


class Fault(StrEnum):
    """Trouble that the platform makes on demand, for one request."""

    ANSWER_LOST = "answer_lost"
    """Everything is done, and the answer never arrives."""
    REQUEST_LOST = "request_lost"
    """Nothing is done, and the caller of a write cannot know."""
    TRY_AGAIN = "try_again"
    SLOW_DOWN = "slow_down"
    SIGN_IN_AGAIN = "sign_in_again"
    GRANT_ACCESS = "grant_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that a write did. The journal holds them in order."""

    at: int
    """UTC ms."""
    id: str
    """The platform's id of the task or note, or of the changed record."""
    kind: WriteKind
    key: str
    target: RecordRef
    fields: Fields
    """Of the task or note; of a field change what really changed."""


class Stored(NamedTuple):
    """A row as a stream holds it."""

    stamp: int
    """When the platform says that it was made or changed, UTC ms."""
    id: str
    value: Record | Engagement


class Planned(NamedTuple):
    """A fault that waits for its request."""

    fault: Fault
    call: str | None
    retry_after: int | None


@dataclass(slots=True)
class Spoilt:
    """How writes with one key are answered."""

    settled: Settled
    reason: str
    times: int


@dataclass(slots=True)
class Shelf:
    """The rows of one stream in order of (stamp, id)."""

    rows: list[Stored] = field(default_factory=list)
    by_id: dict[str, Stored] = field(default_factory=dict)

    def lay(self, row: Stored) -> None:
        """Put a row in its place; an older one with its id goes."""
        old = self.by_id.pop(row.id, None)
        if old:
            del self.rows[bisect.bisect_left(self.rows, place(old), key=place)]
        self.by_id[row.id] = row
        bisect.insort(self.rows, row, key=place)

    def take(self, row_id: str) -> None:
        """Take a row away, as if it had never been there."""
        old = self.by_id.pop(row_id)
        del self.rows[bisect.bisect_left(self.rows, place(old), key=place)]

    def lay_all(self, rows: Iterable[Stored]) -> None:
        """Put many rows at once; much faster than one by one."""
        self.by_id.update((row.id, row) for row in rows)
        self.rows = sorted(self.by_id.values(), key=place)

    def after(self, position: Position, limit: int) -> tuple[list[Stored], bool]:
        """Up to `limit` rows behind a position, and whether there are more."""
        first = bisect.bisect_right(self.rows, position, key=place)
        return self.rows[first : first + limit], len(self.rows) > first + limit


def place(row: Stored) -> Position:
    """Where a row stands in its stream."""
    return Position(row.stamp, row.id)


def row_id(ref: RecordRef) -> str:
    """The id of a record's row, unique on the platform."""
    return f"{ref.object_type}:{ref.id}"


def stream_of(value: Record | Engagement) -> Stream:
    """The stream that tells of a row."""
    return Stream.ENGAGEMENTS if isinstance(value, Engagement) else _STREAM_OF_ROLE[value.role]


class MemoryPlatform:
    """A CRM and marketing platform with people in it.

    `put`, `edit`, `delete` and `merge` are what people do there; `seed` is what was there before.
    `fail_next`, `spoil` and `trouble` make it fail. `journal`, `calls`, `record`, `records` and
    `values` show what became of it. Several threads may use it; `lock` makes several looks one.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        instance: str = "crm",
        page_size: int = 1_000,
        commit_lag: int = 0,
        token: str = "",
        account_id: str = "",
    ) -> None:
        self.clock = clock
        self.instance = instance
        self.page_size = page_size
        """Most rows in one answer."""
        self.commit_lag = commit_lag
        """ms between the stamp of a change and the moment from which it can be read."""
        self.token = token
        """What a caller must show; empty: anybody may come in."""
        self.account_id = account_id or instance
        """Whose platform it is; another one may have records with the same ids."""
        self.journal: list[Effect] = []
        self.calls: Counter[str] = Counter()
        """Requests so far, by name."""
        self.trouble: Callable[[str, int], Fault | None] | None = None
        """Asked about every request by name and number; a fault that it gives comes to pass."""
        self.lock = threading.RLock()
        self.fields: dict[str, dict[str, FieldInfo]] = {"Task": dict(TASK_FIELDS)}
        """By object type and name."""
        self.keys, self.binned = dict[str, str](), dict[str, str]()
        """The unique keys of what was written, and of tasks thrown away, with the ids made."""
        self.lists: dict[str, set[RecordRef]] = {}
        """The members of each marketing list, by its id."""
        self.tasks: dict[str, dict[str, Scalar]] = {}
        """How each task stands that was made and is still there, by its id."""
        self.touched: dict[str, str] = {}
        """What people did with tasks and notes, by their ids."""
        self.withdrawn: set[str] = set()
        """Ids of what was taken back."""
        self.shelves = {stream: Shelf() for stream in Stream}
        self._waiting: list[tuple[int, Stored]] = []
        self._records: dict[RecordRef, Record] = {}
        self._owners: dict[str, Record] = {}
        self._by_email: dict[str, set[RecordRef]] = {}
        self._planned: list[Planned] = []
        self._spoilt: dict[str, Spoilt] = {}

    def put(
        self, *values: Record | Engagement, stamp: int | None = None, lag: int | None = None
    ) -> None:
        """Make or change rows now: stamped `stamp` (default: now), readable after `lag` ms."""
        with self.lock:
            now = self.clock.now()
            readable_at = now + (self.commit_lag if lag is None else lag)
            for value in values:
                row = self._row(value, now if stamp is None else stamp)
                self._note(row)
                if readable_at > now:
                    self._waiting.append((readable_at, row))
                else:
                    self.shelves[stream_of(value)].lay(row)

    def seed(self, values: Iterable[Record | Engagement]) -> None:
        """Lay down history at once: each row is stamped with its own `modified_at` or `at`."""
        with self.lock:
            rows: dict[Stream, list[Stored]] = {stream: [] for stream in Stream}
            for value in values:
                own = value.at if isinstance(value, Engagement) else value.modified_at
                row = self._row(value, self.clock.now() if own is None else own)
                self._note(row)
                rows[stream_of(value)].append(row)
            for stream, fresh in rows.items():
                self.shelves[stream].lay_all(fresh)

    def edit(self, ref: RecordRef, **fields: Scalar) -> None:
        """Somebody changes fields of a record."""
        with self.lock:
            old = self.record(ref)
            self.put(replace(old, fields={**old.fields, **fields}))

    def open_task(self, name: str, owner: str) -> None:
        """A task was made."""
        self.tasks[name] = {
            "status": "Open",
            "owner": owner or None,
            "is_closed": False,
            "closed_at": None,
            "modified_at": self.clock.now(),
        }

    def edit_task(self, name: str, **fields: Scalar) -> None:
        """A person changes a task; `is_closed` sets when that was, unless `closed_at` says so."""
        with self.lock:
            task, now = self.tasks[name], self.clock.now()
            closed: dict[str, Scalar] = {}
            if "is_closed" in fields:
                closed["closed_at"] = now if fields["is_closed"] else None
            task.update({"modified_at": now} | closed | fields)

    def delete_task(self, name: str) -> None:
        """A person throws a task away; its key is free then, as with the vendors' recycle bins."""
        with self.lock:
            del self.tasks[name]
            for key in [key for key, made in self.keys.items() if made == name]:
                self.binned[key] = self.keys.pop(key)

    def delete(self, ref: RecordRef) -> None:
        """Somebody deletes a record; readers are told."""
        with self.lock:
            self.put(replace(self.record(ref), deleted=True))

    def merge(self, loser: RecordRef, survivor: RecordRef) -> None:
        """Somebody merges a record into another; readers are told that it is gone and where to."""
        with self.lock:
            self.put(replace(self.record(loser), deleted=True, merged_into=survivor))

    def vanish(self, ref: RecordRef) -> None:
        """A privacy deletion: the record was never there, and no reader is told."""
        with self.lock:
            record = self._records.pop(ref)
            self.shelves[stream_of(record)].take(row_id(ref))

    def fail_next(
        self,
        fault: Fault,
        *,
        call: str | None = None,
        times: int = 1,
        retry_after: int | None = None,
    ) -> None:
        """Let the next requests fail, or the next ones called `call`; `retry_after` is in ms."""
        with self.lock:
            self._planned += [Planned(fault, call, retry_after)] * times

    def spoil(
        self, key: str, settled: Settled, reason: str = "as asked for", times: int = ALWAYS
    ) -> None:
        """Answer the next `times` writes with this key so; UNKNOWN takes effect all the same."""
        with self.lock:
            self._spoilt[key] = Spoilt(settled, reason, times)

    def record(self, ref: RecordRef) -> Record:
        """The record as it is, even deleted or not readable yet; KeyError: there never was one."""
        with self.lock:
            return self._records[ref]

    def living(self, ref: RecordRef) -> Record | None:
        """The record as it is; None when it is not there or not there any more."""
        with self.lock:
            record = self._records.get(ref)
            return None if record is None or record.deleted else record

    def records(self) -> list[Record]:
        """All records that are there, as they are."""
        with self.lock:
            return [record for record in self._records.values() if not record.deleted]

    def values(self, stream: Stream) -> list[Record | Engagement]:
        """Everything that a stream tells now, oldest stamp first."""
        with self.lock:
            self.catch_up()
            return [row.value for row in self.shelves[stream].rows]

    def people_at(self, email: str) -> list[RecordRef]:
        """The living person records with an address, in any spelling of case."""
        wanted = email.lower()
        with self.lock:
            found = (self.living(ref) for ref in sorted(self._by_email.get(wanted, ())))
            return [
                person.ref
                for person in found
                if person and wanted in (address.lower() for address in person.emails)
            ]

    def is_active_owner(self, user: str) -> bool:
        """Whether a user with this id is there and not switched off."""
        with self.lock:
            owner = self._owners.get(user)
            return (
                owner is not None and not owner.deleted and owner.fields.get("active") is not False
            )

    def fault_of(self, call: str) -> Planned | None:
        """Count a request, and say what is to go wrong with it."""
        self.calls[call] += 1
        for planned in self._planned:
            if planned.call in (None, call):
                self._planned.remove(planned)
                return planned
        fault = self.trouble(call, self.calls[call]) if self.trouble else None
        return Planned(fault, call, None) if fault else None

    def spoilt(self, key: str) -> Spoilt | None:
        """How a write with this key is to be answered this time, if not by what it does."""
        known = self._spoilt.get(key)
        if known is None or known.times < 1:
            return None
        known.times -= 1
        return known

    def catch_up(self) -> None:
        """Let readers see what has become readable."""
        if not self._waiting:
            return
        now = self.clock.now()
        ready = sorted((item for item in self._waiting if item[0] <= now), key=lambda i: i[0])
        self._waiting = [item for item in self._waiting if item[0] > now]
        for _, row in ready:
            shelf = self.shelves[stream_of(row.value)]
            newer = shelf.by_id.get(row.id)
            if newer is None or newer.stamp <= row.stamp:
                shelf.lay(row)

    def _row(self, value: Record | Engagement, stamp: int) -> Stored:
        instance = value.instance if isinstance(value, Engagement) else value.ref.instance
        if instance != self.instance:
            raise ValueError(f"This platform is {self.instance!r}; the row is of {instance!r}.")
        if isinstance(value, Engagement):
            return Stored(stamp, value.id, value)
        return Stored(stamp, row_id(value.ref), replace(value, modified_at=stamp))

    def _note(self, row: Stored) -> None:
        """Keep what lookups need: known fields, and people by address."""
        record = row.value
        if isinstance(record, Engagement):
            return
        self._records[record.ref] = record
        known = self.fields.setdefault(record.ref.object_type, dict(BUILT_IN[record.role]))
        for name, value in record.fields.items():
            if name not in known:
                known[name] = info_of_value(name, value)
        if record.role is Role.OWNER:
            self._owners[record.ref.id] = record
        if record.role is Role.PERSON:
            for email in record.emails:
                self._by_email.setdefault(email.lower(), set()).add(record.ref)
