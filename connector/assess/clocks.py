"""The clocks of one person's hand-offs, from what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.config.rulebook import Rulebook
from connector.engine.condition import folded
from connector.engine.result import Reason, Transition
from connector.engine.timeline import Engaged
from connector.model import Fields, Followed, Person, SlaStep, Write, WriteKind
from connector.plan.business import Calendar, calendar_for
from connector.plan.decide import WORK
from connector.plan.sla import Case, Stand, stand
from connector.store import Store
from connector.store.overview import user_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticking:
    """The clock of one hand-off."""

    rule: str
    burst: int
    case: Case
    calendar: Calendar
    stand: Stand

    @property
    def key(self) -> str:
        """The key of the hand-off's task."""
        return self.case.tasks[0].key

    @property
    def holder(self) -> str:
        """The platform's id of the user who has it now; empty: nobody."""
        there = [task for task in self.case.tasks if not task.gone] or list(self.case.tasks)
        return there[-1].owner

    @property
    def had_it(self) -> frozenset[str]:
        """Everybody who has, or had, a task of it."""
        return frozenset(task.owner for task in self.case.tasks)


def begin_clocks(
    store: Store, person: int, rule: str, transition: Transition, writes: Sequence[Write], now: int
) -> None:
    """Follow the task of a hand-off that was decided at `now` (UTC ms)."""
    for write in writes:
        if write.kind is WriteKind.CREATE_TASK:
            store.followed.begin(
                write,
                clock=write.key,
                person=person,
                rule=rule,
                burst=transition.burst,
                raised=transition.reason is Reason.HAND_RAISE,
                now=now,
            )


def clocks_of(
    store: Store,
    rulebook: Rulebook,
    person: Person,
    engagements: Sequence[Engaged],
    *,
    authority: str,
    leaving: Mapping[str, int | None],
    zone: ZoneInfo,
    now: int,
) -> Iterator[Ticking]:
    """How the clock of the latest hand-off of each episode stands at a moment (UTC ms).

    `leaving` says, by lead mode, when its open episode would end; `zone` is that of users who
    have none of their own.
    """
    sla = rulebook.sla
    tasks = store.followed.of(person.id) if sla is not None else []
    if sla is None or not tasks:
        return
    steps = store.followed.steps(person.id)
    worked = list(_worked(rulebook, person, engagements, store.followed.status_moves(person.id)))
    running = {(one.rule, one.burst) for one in store.episodes.of(person.id) if one.is_open}
    for (rule, burst), some in _by_episode(tasks).items():
        if sla.rules and rule not in sla.rules:
            continue
        mine = _of_latest(some)
        case = replace(
            _case(rulebook, person, worked, mine, steps),
            is_open=(rule, burst) in running,
            leaves_at=leaving.get(rule),
        )
        calendar = calendar_for(
            sla, mine[-1].owner, _zone_of(store, authority, mine[-1].owner, zone)
        )
        yield Ticking(
            rule=rule,
            burst=burst,
            case=case,
            calendar=calendar,
            stand=stand(sla, calendar, case, now),
        )


def _by_episode(tasks: Sequence[Followed]) -> Mapping[tuple[str, int], list[Followed]]:
    found: defaultdict[tuple[str, int], list[Followed]] = defaultdict(list)
    for task in tasks:
        found[task.rule, task.burst].append(task)
    return found


def _of_latest(tasks: Sequence[Followed]) -> list[Followed]:
    """The tasks of the clock of the latest hand-off, its own first."""
    clock = next(task for task in reversed(tasks) if task.key == task.clock).clock
    mine = [task for task in tasks if task.clock == clock]
    return sorted(mine, key=lambda task: (task.key != clock, task.handed_at, task.key))


def _case(
    rulebook: Rulebook,
    person: Person,
    worked: Sequence[int],
    tasks: Sequence[Followed],
    steps: Sequence[SlaStep],
) -> Case:
    since = tasks[0].handed_at
    return Case(
        tasks=tasks,
        made=[step for step in steps if step.clock == tasks[0].clock],
        accepted_at=_least(_accepted(rulebook, person), since),
        worked_at=_least(worked, since),
        is_open=True,
    )


def _least(moments: Iterable[int], since: int) -> int | None:
    return min((at for at in moments if at > since), default=None)


def _accepted(rulebook: Rulebook, person: Person) -> Iterator[int]:
    for at, value in person.task_values:
        if folded(value) in rulebook.task_accepted:
            yield at
    for at, status in person.status_changes:
        if folded(status) in rulebook.accepted:
            yield at


def _worked(
    rulebook: Rulebook,
    person: Person,
    engagements: Sequence[Engaged],
    moves: Sequence[tuple[int, str]],
) -> Iterator[int]:
    """Calls, meetings, opportunities, and statuses that are neither ours nor say otherwise."""
    yield from (each.at for each in engagements if each.kind in WORK)
    yield from (each.created_at for each in person.opportunities if each.created_at is not None)
    ours = {folded(each.value) for each in rulebook.hand_off.fields}
    ours |= {folded(each.value) for one in rulebook.lifecycles for each in one.fields}
    for at, status in moves:
        known = folded(status) in ours or folded(status) in rulebook.accepted
        if not known and rulebook.ending(status) is None:
            yield at


def _zone_of(store: Store, authority: str, owner: str, zone: ZoneInfo) -> ZoneInfo:
    """The zone of a user, where the CRM tells one that is known."""
    name = user_fields(store.connection, authority, owner).get("time_zone")
    try:
        return ZoneInfo(str(name)) if name else zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone


def is_active(fields: Fields) -> bool:
    """Whether a user can get tasks; one of whom nothing is known can."""
    return fields.get("active") is not False
