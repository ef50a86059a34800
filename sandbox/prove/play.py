"""Plays a history: the platform, its humans, and one or two real leadmodes, in virtual time."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from connector.clock import DAY, HOUR, MINUTE, ManualClock
from connector.model import (
    AccountSurge,
    Engagement,
    Evidence,
    Kind,
    OutboxState,
    Record,
    RecordRef,
    Role,
    Verdict,
)
from connector.store.persons import find_person
from sandbox.prove import setup
from sandbox.prove.crm import Crm
from sandbox.prove.extras import ACCOUNT, BRAKE, CAPACITY, CLOCKS, NURTURE, Matter, kind_of
from sandbox.prove.fate import Fate, Trouble
from sandbox.prove.host import SOUND, Host, Parts
from sandbox.prove.steps import ALONE, PEOPLE, SHARED, History, Step
from sandbox.prove.truth import Act

BEGIN: Final = 1_767_225_600_000  # 2026-01-01T00:00:00Z
KNOWN_AT: Final = BEGIN - 1_000 * DAY
KINDS: Final = {
    "click": Kind.EMAIL_CLICKED,
    "page": Kind.PAGE_VIEWED,
    "demo": Kind.FORM_SUBMITTED,
}
MILL: Final = RecordRef("crm", "Account", "mill")
"""Where everybody works, in histories about companies."""
QUIET: Final = (6, 2, 16, 16, 16)
"""Minutes between the calm cycles at the end: longer than every lag, lease, pause and retry. The
last ones are left out when nothing waits any more. One is not enough after a reading that was cut
off: it only ends that one, behind a row that has shown up since."""
DAYS: Final = 9
"""Calm cycles a day apart, where a week has its places."""
WEEKS: Final = 12
"""Calm cycles a week apart, where people are nurtured."""
NEVER: Final = BEGIN + 100_000 * DAY
LONG: Final = 70 * DAY
"""After this everybody has left lead mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a leadmode shows about one alert that led to no task."""

    burst: int
    at: int
    hold: str
    waits: bool
    """Whether it still waits for a place."""


class Gone(NamedTuple):
    """A time in which a record was deleted, UTC ms."""

    since: int
    until: int
    """When a reader can see that it is back."""
    readable_at: int
    """When a reader can see that it is gone."""


@dataclass(slots=True)
class Played:
    """What came of a history."""

    crm: Crm
    hosts: list[Host]
    extras: tuple[str, ...]
    calm_at: int
    """When the troubles ended, UTC ms."""
    acts: dict[str, list[Act]] = field(default_factory=lambda: {name: [] for name in PEOPLE})
    merged: list[tuple[str, str, int]] = field(default_factory=list)
    """Who was merged away, into whom, and when a reader can see it, UTC ms."""
    gone: dict[str, list[Gone]] = field(default_factory=dict)
    """When records were deleted."""
    told: dict[str, list[Told]] = field(default_factory=dict)
    """What is held, by person."""
    surges: list[AccountSurge] = field(default_factory=list)
    """Of the company, as every leadmode has them recorded."""
    states: dict[str, OutboxState] = field(default_factory=dict)
    """Writes that are not done, by key."""
    undoing: dict[str, OutboxState] = field(default_factory=dict)
    """Writes that take others back, by the key of the other one."""
    restless: int = 0
    """Effects that came after everything was quiet."""


def ref(name: str) -> RecordRef:
    """The record of a person."""
    return RecordRef("crm", "Contact", name)


class Player:
    """One history in a folder of its own; `play` it once."""

    def __init__(self, history: History, parts: Parts = SOUND) -> None:
        self._history = history
        self._clock = ManualClock(BEGIN)
        self._crm = Crm(self._clock)
        self._folder = setup.fast_folder()
        count = 1 if history.twin == ALONE else 2
        extras = history.extras
        hosts = [Host(self._state(n), self._crm, self._clock, parts, extras) for n in range(count)]
        self._played = Played(self._crm, hosts, extras, 0)

    def play(self) -> Played:
        """Everything that happens, then calm until it is quiet, then a long time without news."""
        try:
            self._found()
            for step in self._history.steps:
                self._step(step)
                self._crm.catch_up()
            self._calm()
            return self._played
        finally:
            for host in self._played.hosts:
                host.stop()
            shutil.rmtree(self._folder)

    def _state(self, number: int) -> Path:
        return self._folder / f"state{0 if self._history.twin == SHARED else number}"

    def _found(self) -> None:
        owner = RecordRef("crm", "User", "U1")
        self._crm.put(Record(ref=owner, role=Role.OWNER, fields={"active": True}))
        account = MILL if ACCOUNT in self._played.extras else None
        if account is not None:
            self._crm.put(Record(ref=account, role=Role.ACCOUNT, fields={"name": "Mill"}))
        for name in PEOPLE:
            self._crm.put(
                Record(
                    ref=ref(name),
                    account=account,
                    role=Role.PERSON,
                    fields={"name": name.title(), "status": "Open"},
                    emails=(f"{name}@mill.example",),
                    created_at=KNOWN_AT,
                )
            )

    def _step(self, step: Step) -> None:
        deed: Callable[..., None] = getattr(self, f"_do_{step[0]}")
        deed(*step[1:])

    def _do_wait(self, length: int) -> None:
        self._clock.move_to(self._clock.now() + length)

    def _do_act(self, name: str, kind: str, lag: int, number: int) -> None:
        now = self._clock.now()
        self._crm.put(
            Engagement(
                instance="crm",
                id=f"{number:09d}",
                at=now,
                kind=KINDS[kind],
                email=f"{name}@mill.example",
                evidence=Evidence.HUMAN,
            ),
            lag,
        )
        self._played.acts[name].append(Act(now, KINDS[kind], now + lag))

    def _do_crowd(self, name: str, others: int, number: int) -> None:
        """Somebody returns in the same millisecond in which others do something."""
        self._do_act(name, "click", 0, number % 1_000)
        for other in range(others):
            self._do_act(PEOPLE[other % len(PEOPLE)], "click", 0, number - other * 7_919)
        self._do_act(name, "page", 0, number + 1)

    def _do_cycle(
        self, host: int, crash: int, troubles: tuple[tuple[int, str, int], ...], meanwhile: int
    ) -> None:
        hosts = self._played.hosts
        other = hosts[(host + 1) % len(hosts)]
        fate = Fate(
            crash_at=crash,
            troubles={number: (Trouble(what), size) for number, what, size in troubles},
            breaks={meanwhile: lambda: other.cycle(Fate())} if meanwhile else {},
        )
        hosts[host % len(hosts)].cycle(fate)

    def _do_sick(self, host: int, statement: int, sickness: str) -> None:
        """A cycle in which the database is in trouble once."""
        self._host(host).cycle(Fate(sick_at=statement, sickness=sickness))

    def _do_status(self, name: str, value: str, lag: int) -> None:
        if not self._crm.record(ref(name)).deleted:
            self._crm.edit(ref(name), lag, status=value)

    def _do_task(self, number: int, deed: str) -> None:
        self._crm.work_on(number, deed)

    def _do_merge(self, loser: str, winner: str, lag: int) -> None:
        if not any(self._crm.record(ref(name)).deleted for name in (loser, winner)):
            self._crm.merge(ref(loser), ref(winner), lag)
            self._played.merged.append((loser, winner, self._clock.now() + lag))

    def _do_delete(self, name: str, lag: int) -> None:
        if not self._crm.record(ref(name)).deleted:
            self._crm.delete(ref(name), lag)
            now = self._clock.now()
            self._played.gone.setdefault(name, []).append(Gone(now, NEVER, now + lag))

    def _do_undelete(self, name: str, lag: int) -> None:
        record = self._crm.record(ref(name))
        if record.deleted and record.merged_into is None:
            self._crm.undelete(ref(name), lag)
            gone = self._played.gone[name]
            gone[-1] = gone[-1]._replace(until=self._clock.now() + lag)

    def _do_rules(self, host: int, edition: int) -> None:
        self._host(host).reload(edition)

    def _do_undo(
        self, host: int, number: int, crash: int, troubles: tuple[tuple[int, str, int], ...]
    ) -> None:
        """An admin takes something back, with the daemons on that database stopped."""
        self._stop_all(self._host(host).state)
        told = {write: (Trouble(what), size) for write, what, size in troubles}
        self._host(host).undo(number, Fate(crash_at=crash, troubles=told))

    def _do_release(self, host: int, number: int, crash: int) -> None:
        """An admin decides about what is held, with the daemons on that database stopped."""
        self._stop_all(self._host(host).state)
        self._host(host).release(number, Fate(crash_at=crash))

    def _stop_all(self, state: Path) -> None:
        for host in self._played.hosts:
            if host.state == state:
                host.stop()

    def _do_backup(self, host: int) -> None:
        self._host(host).backup()

    def _do_restore(self, host: int) -> None:
        self._forget(host, Host.restore)

    def _do_lose(self, host: int) -> None:
        self._forget(host, Host.lose)

    def _host(self, number: int) -> Host:
        return self._played.hosts[number % len(self._played.hosts)]

    def _forget(self, number: int, how: Callable[[Host], None]) -> None:
        """Nobody may have the file open; who shares it, forgets as well."""
        host = self._host(number)
        sharing = [other for other in self._played.hosts if other.state == host.state]
        for other in sharing:
            other.stop()
        how(host)
        for other in sharing:
            other.forgot_at = host.forgot_at

    def _calm(self) -> None:
        played, crm = self._played, self._crm
        hosts = [host for host in played.hosts if host.used] or played.hosts[:1]
        played.calm_at = self._clock.now()
        whole = all(host.went_through for host in hosts)
        for minutes in QUIET:
            before = len(crm.journal)
            self._rest(hosts, minutes * MINUTE)
            quiet = len(crm.journal) == before and all(host.is_quiet for host in hosts)
            if whole and quiet and crm.is_settled:
                break
            whole = True
        for _ in range(DAYS if {CAPACITY, CLOCKS} & set(played.extras) else 0):
            self._rest(hosts, DAY)
        self._ask(hosts)
        before = len(crm.journal)
        self._rest(hosts, LONG)
        for _ in range(WEEKS if NURTURE in played.extras else 0):
            self._rest(hosts, 7 * DAY + HOUR)  # at another time of day, also where all are closed
        if played.extras:
            self._ask(hosts)
        news = (kind_of(effect.fields) for effect in crm.journal[before:])
        played.restless = sum(kind is Matter.HAND_OFF for kind in news)

    def _rest(self, hosts: list[Host], length: int) -> None:
        self._do_wait(length)
        for host in hosts:
            if BRAKE in self._played.extras:
                host.release(0, Fate())
            host.cycle(Fate())

    def _ask(self, hosts: list[Host]) -> None:
        self._played.states.clear()
        self._played.undoing.clear()
        self._played.told.clear()
        self._played.surges.clear()
        for host in hosts:
            store = host.look()
            if store is None:
                continue
            with closing(store):
                for queued in store.outbox.all():
                    if queued.state is not OutboxState.DONE:
                        self._played.states[queued.write.key] = queued.state
                    if queued.undoes:
                        self._played.undoing[queued.undoes] = queued.state
                known = (surge for _, surge in store.accounts.all())
                self._played.surges += [each for each in known if each not in self._played.surges]
                for name in PEOPLE:
                    for person in find_person(store.connection, f"{name}@mill.example"):
                        self._played.told.setdefault(name, []).extend(
                            Told(
                                burst=each.burst,
                                at=each.at,
                                hold=each.hold or "",
                                waits=each.verdict is Verdict.WAITING,
                            )
                            for each in store.episodes.decisions(person)
                        )


def play(history: History, parts: Parts = SOUND) -> Played:
    """What comes of a history, and always the same.

    Meanwhile no garbage is collected: when that happens depends on what was played before, and
    what a failure has left lying about may lock a table until then. It lies there all the time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return Player(history, parts).play()
    finally:
        if collects:
            gc.enable()
