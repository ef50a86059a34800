"""What becomes of the tasks of a test: made at once by the CRM, and read with every poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector.assess import Setting, Ticking, clocks_of
from connector.config.rulebook import Rulebook
from connector.engine.timeline import Engaged
from connector.model import OutboxState, Person, TaskNow, WriteKind
from connector.plan.disposition import Disposed, disposition_of, handed_at
from connector.ruletest.task_table import TaskTable
from connector.store import Store
from connector.store.outbox import Queued

_OPEN = "Not Started"


@dataclass(slots=True)
class _Task:
    """A task as it stands in the CRM."""

    owner: str
    made_at: int
    status: str = _OPEN
    result: str = ""
    closed_at: int | None = None
    changed_at: int | None = None
    deleted: bool = False


@dataclass(slots=True)
class TasksOfTest:
    """The CRM's side of the tasks of one test."""

    store: Store
    coming: list[TaskTable]
    """What people will do with them, in order."""
    _tasks: dict[str, _Task] = field(default_factory=dict)

    def read(self, person: int, now: int) -> bool:
        """Let everything up to `now` (UTC ms) happen, and read; True when there is news."""
        for queued in self.store.outbox.all([OutboxState.PENDING]):
            self._make(queued, now)
        followed = self.store.followed.of(person)
        while self.coming and self.coming[0].at <= now:
            change = self.coming.pop(0)
            own = [one.key for one in followed if one.key == one.clock and one.key in self._tasks]
            if own:
                _happens(self._tasks[own[-1]], change)
        news = [
            self.store.followed.read(one.key, _now(self._tasks[one.key]), now=now, next_at=now)
            for one in followed
            if one.key in self._tasks
        ]
        return any(news)

    def _make(self, queued: Queued, now: int) -> None:
        key = queued.write.key
        self.store.outbox.settle(key, OutboxState.DONE, now=now, remote_id=key)
        if queued.write.kind is WriteKind.CREATE_TASK:
            owner = str(queued.write.fields.get("owner") or "")
            self._tasks[key] = _Task(owner=owner, made_at=now)


def _happens(task: _Task, change: TaskTable) -> None:
    task.status = change.status if change.status is not None else task.status
    task.result = change.result if change.result is not None else task.result
    task.owner = change.owner if change.owner is not None else task.owner
    task.changed_at = change.at
    task.deleted = task.deleted or change.deleted
    if change.done is not None:
        task.closed_at = change.at if change.done else None


def _now(task: _Task) -> TaskNow | None:
    if task.deleted:
        return None
    return TaskNow(
        status=task.status,
        result=task.result,
        owner=task.owner,
        is_closed=task.closed_at is not None,
        changed_at=task.changed_at or task.made_at,
        closed_at=task.closed_at,
    )


def clock_of(
    store: Store,
    setting: Setting,
    person: Person,
    engagements: Sequence[Engaged],
    leaving: Mapping[str, int | None],
    now: int,
) -> Ticking | None:
    """The clock of the latest hand-off."""
    ticking = clocks_of(
        store,
        setting.rulebook,
        person,
        engagements,
        authority=setting.authority,
        leaving=leaving,
        zone=setting.zone,
        now=now,
    )
    return max(ticking, key=lambda one: one.case.tasks[0].handed_at, default=None)


def last_word(store: Store, rulebook: Rulebook, person: Person) -> Disposed | None:
    """What sales said last about the latest hand-off."""
    since = handed_at(store.followed.of(person.id))
    return None if since is None else disposition_of(rulebook, person, since)
