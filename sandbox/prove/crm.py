"""A platform of class A that keeps a journal nobody but itself writes: what really happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from connector.clock import MINUTE, SECOND, Clock
from connector.model import (
    Engagement,
    Fields,
    Outcome,
    Record,
    RecordRef,
    Role,
    Scalar,
    Settled,
    Write,
    WriteKind,
)
from connector.ports import Stream

LATE: Final = 5 * MINUTE
"""A row becomes readable at most so long after its own stamp."""
INDEX_LAG: Final = 30 * SECOND
"""A search finds a task so long after it was made."""
_STREAMS: Final = {
    Role.OWNER: Stream.OWNERS,
    Role.ACCOUNT: Stream.OWNERS,  # a stream of their own would cost every history a request
    Role.PERSON: Stream.PEOPLE,
    Role.OPPORTUNITY: Stream.OPPORTUNITIES,
}


class Did(StrEnum):
    """What a write did."""

    CREATED = "created"
    CHANGED = "changed"
    """Fields of a record."""
    OVERWRITTEN = "overwritten"
    """A task that was there."""
    JOINED = "joined"
    """A list has a member more."""
    WITHDRAWN = "withdrawn"
    """A task is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that a write did. The journal holds them in order."""

    at: int
    did: Did
    key: str
    target: RecordRef
    before: Fields
    fields: Fields
    """What the write says."""
    undid: str = ""
    """What a rep had done that is gone now."""
    late: bool = False
    """Committed when whoever asked for it had long given up."""


class Row(NamedTuple):
    """One version of something, as a stream tells it."""

    stamp: int
    id: str
    readable_at: int
    value: Record | Engagement


@dataclass(slots=True, kw_only=True)
class Task:
    """A task as the reps see it."""

    id: str
    key: str
    fields: Fields
    made_at: int
    touched: str = ""
    """What a rep did with it last."""
    touched_at: int = 0
    withdrawn: bool = False


@dataclass(slots=True)
class Crm:
    """People, what they did, tasks. `put`, `edit`, `merge`, `work_on` are what humans do there."""

    clock: Clock
    journal: list[Effect] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """The unique index: every key that was written, and the id of what it made."""
    binned: dict[str, str] = field(default_factory=dict)
    """What was thrown away, by its key: the key is free, as with the vendors' recycle bins."""
    thrown_away: list[tuple[int, str]] = field(default_factory=list)
    """When, UTC ms, and the key."""
    asked: dict[str, Write] = field(default_factory=dict)
    """Every write that ever came, by its key."""
    members: set[tuple[Scalar, str]] = field(default_factory=set)
    """Lists, and who is in them."""
    rows: dict[Stream, dict[str, list[Row]]] = field(
        default_factory=lambda: {stream: {} for stream in Stream}
    )
    _late: list[tuple[int, Callable[[], object]]] = field(default_factory=list)
    _belated: bool = False

    def put(self, value: Record | Engagement, lag: int = 0) -> None:
        """Make or change a row now; readable after `lag` ms."""
        now = self.clock.now()
        if isinstance(value, Engagement):
            stream, name, stamp = Stream.ENGAGEMENTS, value.id, value.at
        else:
            stream, name, stamp = _STREAMS[value.role], str(value.ref), now
            value = replace(value, modified_at=now)
        row = Row(stamp, name, now + lag, value)
        self.rows[stream].setdefault(name, []).append(row)

    def record(self, ref: RecordRef) -> Record:
        """The record as it is, even gone or not readable yet."""
        for stream in _STREAMS.values():
            versions = self.rows[stream].get(str(ref))
            if versions and isinstance(versions[-1].value, Record):
                return versions[-1].value
        raise KeyError(ref)

    def edit(self, ref: RecordRef, lag: int = 0, **fields: Scalar) -> None:
        """Somebody changes fields of a record."""
        old = self.record(ref)
        self.put(replace(old, fields={**old.fields, **fields}), lag)

    def merge(self, loser: RecordRef, winner: RecordRef, lag: int = 0) -> None:
        """Somebody merges two records; the winner gets the loser's addresses."""
        gone, kept = self.record(loser), self.record(winner)
        self.put(replace(kept, emails=(*kept.emails, *gone.emails)), lag)
        self.put(replace(gone, deleted=True, merged_into=winner), lag)

    def delete(self, ref: RecordRef, lag: int = 0) -> None:
        """Somebody throws a record away."""
        self.put(replace(self.record(ref), deleted=True), lag)

    def undelete(self, ref: RecordRef, lag: int = 0) -> None:
        """Somebody takes a record out of the bin again."""
        self.put(replace(self.record(ref), deleted=False), lag)

    def work_on(self, number: int, deed: str) -> None:
        """A rep completes, renames or deletes a task."""
        if self.tasks:
            task = self.tasks[number % len(self.tasks)]
            if task.withdrawn or task.touched == "deleted":
                return
            task.touched, task.touched_at = deed, self.clock.now()
            if deed == "deleted":
                self._throw_away(task)

    def as_they_are(self, ids: Sequence[str]) -> dict[str, Fields]:
        """Tasks by their ids, less those that a rep has deleted."""
        return {
            task.id: {
                "status": "Completed" if task.touched == "completed" else "Open",
                "owner": task.fields.get("owner"),
                "is_closed": task.touched == "completed",
                "closed_at": task.touched_at if task.touched == "completed" else None,
                "modified_at": task.touched_at or task.made_at,
            }
            for task in self.tasks
            if task.id in ids and task.touched != "deleted" and not task.withdrawn
        }

    def page(self, stream: Stream, after: tuple[int, str], most: int) -> tuple[list[Row], bool]:
        """Up to `most` rows behind a place in order of (stamp, id), and whether there are more."""
        now = self.clock.now()
        seen = []
        for versions in self.rows[stream].values():
            there = [row for row in versions if row.readable_at <= now]
            if there and there[-1][:2] > after:
                seen.append(there[-1])
        seen.sort(key=lambda row: row[:2])
        return seen[:most], len(seen) > most

    def living(self, ref: RecordRef) -> Record | None:
        """The record, if it is there."""
        try:
            record = self.record(ref)
        except KeyError:
            return None
        return None if record.deleted else record

    def later(self, wait: int, deed: Callable[[], object]) -> None:
        """Commit something `wait` ms from now: the caller has long given up."""
        self._late.append((self.clock.now() + wait, deed))

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be committed late any more."""
        return not self._late

    def has_made(self, key: str) -> bool:
        """Whether what was written under a key is there, or was until a rep threw it away."""
        return key in self.keys or key in self.binned

    def catch_up(self) -> None:
        """Commit what is due."""
        now = self.clock.now()
        due = sorted((one for one in self._late if one[0] <= now), key=lambda one: one[0])
        self._late = [one for one in self._late if one[0] > now]
        self._belated = True
        for _, deed in due:
            deed()
        self._belated = False

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do each write once per key: a key that is there is told, and nothing is done."""
        return [self.once(write) for write in writes]

    def once(self, write: Write) -> Outcome:
        """One write under its unique key."""
        self.asked.setdefault(write.key, write)
        if write.key in self.keys:
            there = self.keys[write.key]
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=there)
        if write.sent_before and write.key in self.binned:
            there = self.binned[write.key]
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=there)
        return self.do(write)

    def do(self, write: Write) -> Outcome:
        """One write, whether or not its key is there."""
        if write.kind is WriteKind.WITHDRAW:
            return self.withdraw(write)
        record = self.living(write.target)
        if record is None:
            gone = "the record is gone"
            return Outcome(key=write.key, settled=Settled.CANCELLED, reason=gone)
        if write.kind is WriteKind.SET_FIELDS:
            return self._change(write, record)
        if write.kind is WriteKind.ADD_MEMBER:
            return self._join(write)
        made = f"task-{len(self.tasks) + 1}"
        self.tasks.append(
            Task(id=made, key=write.key, fields=write.fields, made_at=self.clock.now())
        )
        self._note(write, Did.CREATED, {})
        self.keys.setdefault(write.key, made)
        return Outcome(key=write.key, settled=Settled.APPLIED, remote_id=made)

    def withdraw(self, write: Write, *, whatever: bool = False) -> Outcome:
        """Delete a task that no rep has touched; its key is free then, as in a recycle bin."""
        made = str(write.fields["made"])
        task = next(task for task in self.tasks if task.id == made)
        if task.withdrawn:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=made)
        if task.touched and not whatever:
            touched = f"a rep has {task.touched} it"
            return Outcome(key=write.key, settled=Settled.CANCELLED, reason=touched)
        task.withdrawn = True
        self._note(write, Did.WITHDRAWN, {}, undid=task.touched)
        self._throw_away(task)
        self.keys.setdefault(write.key, made)
        return Outcome(key=write.key, settled=Settled.APPLIED, remote_id=made)

    def _throw_away(self, task: Task) -> None:
        if self.keys.get(task.key) == task.id:
            self.binned[task.key] = self.keys.pop(task.key)
            self.thrown_away.append((self.clock.now(), task.key))

    def _join(self, write: Write) -> Outcome:
        """Who is in a list already stays in it, whoever put them there."""
        made = (write.fields["list"], write.target.id)
        settled = Settled.ALREADY_APPLIED if made in self.members else Settled.APPLIED
        if settled is Settled.APPLIED:
            self.members.add(made)
            self._note(write, Did.JOINED, {})
        self.keys.setdefault(write.key, write.target.id)
        return Outcome(key=write.key, settled=settled, remote_id=write.target.id)

    def overwrite(self, write: Write) -> Outcome:
        """Bring the task with the key to what the write says."""
        task = next(task for task in self.tasks if task.key == write.key)
        self._note(write, Did.OVERWRITTEN, task.fields, undid=task.touched)
        task.fields, task.touched = write.fields, ""
        return Outcome(key=write.key, settled=Settled.APPLIED, remote_id=task.id)

    def search(self, key: str) -> Task | None:
        """What the search index knows of a key."""
        seen = self.clock.now() - INDEX_LAG
        found = (task for task in self.tasks if task.key == key and not task.withdrawn)
        return next((task for task in found if task.made_at <= seen), None)

    def _change(self, write: Write, record: Record) -> Outcome:
        changes = {n: v for n, v in write.fields.items() if record.fields.get(n) != v}
        if not changes:
            self.keys.setdefault(write.key, record.ref.id)
            there = record.ref.id
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=there)
        for name in changes:
            if name in write.expected and record.fields.get(name) not in write.expected[name]:
                moved = f"somebody changed {name}"
                return Outcome(key=write.key, settled=Settled.CANCELLED, reason=moved)
        before = {name: record.fields.get(name) for name in changes}
        self._note(write, Did.CHANGED, before)
        self.put(replace(record, fields={**record.fields, **changes}))
        self.keys.setdefault(write.key, record.ref.id)
        made = record.ref.id
        return Outcome(key=write.key, settled=Settled.APPLIED, remote_id=made, before=before)

    def _note(self, write: Write, did: Did, before: Fields, undid: str = "") -> None:
        self.journal.append(
            Effect(
                at=self.clock.now(),
                did=did,
                key=write.key,
                target=write.target,
                before=before,
                fields=write.fields,
                undid=undid,
                late=self._belated,
            )
        )
