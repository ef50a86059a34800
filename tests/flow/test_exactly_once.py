"""Any history of faults, crashes, lost databases and restored backups: one task per return."""

import contextlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.memory.platform import Fault
from connector.clock import DAY, HOUR, MINUTE
from connector.errors import AdapterError
from connector.model import Engagement, Kind, RecordRef
from tests.depth import depth
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, World

NAMES = ("ada", "bob", "cy")
FAULTS = tuple(Fault)


class Crash(BaseException):
    """The process is gone at this very statement."""


class CrashingConnection:
    """Passes everything on; at the n-th statement the process dies."""

    def __init__(self, connection, after):
        self._connection = connection
        self._left = after

    def execute(self, *arguments):
        self._step()
        return self._connection.execute(*arguments)

    def executemany(self, *arguments):
        self._step()
        return self._connection.executemany(*arguments)

    def _step(self):
        self._left -= 1
        if self._left == 0:
            raise Crash

    def __getattr__(self, name):
        return getattr(self._connection, name)


def crash(world: World, after: int, act: Callable[[], object] | None = None) -> None:
    """Run one cycle, or `act`, with a death at a statement; what was not committed is gone."""
    store, real = world.store, world.store.connection
    doomed = CrashingConnection(real, after)
    parts = (store, store.people, store.timelines, store.episodes, store.outbox, store.sources)
    for part in parts:
        setattr(part, "connection" if part is store else "_db", doomed)
    with contextlib.suppress(Crash, AdapterError):
        act() if act else world.cycle(HOUR)
    real.close()  # uncommitted work dies with the connection
    world.start()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("returns"), st.sampled_from(NAMES)),
        st.tuples(st.just("late"), st.sampled_from(NAMES)),
        st.tuples(st.just("fault"), st.sampled_from(FAULTS)),
        st.tuples(st.just("cycle"), st.integers(1, 30)),
        st.tuples(st.just("crash"), st.integers(1, 120)),
        st.tuples(st.just("backup"), st.just(0)),
        st.tuples(st.just("restore"), st.just(0)),
        st.tuples(st.just("lose"), st.just(0)),
        st.tuples(st.just("rep"), st.sampled_from(NAMES)),
    ),
    max_size=14,
)


def play(world: World, step: str, value: Any) -> None:
    match step:
        case "returns":
            world.returns(value)
        case "late":
            world.engaged(value, Kind.PAGE_VIEWED, at=world.clock.now() - 2 * DAY)
        case "fault":
            world.platform.fail_next(value)
        case "cycle":
            world.cycles(1, apart=value * HOUR)
        case "crash":
            crash(world, value)
        case "rep":
            world.platform.edit(RecordRef("crm", "Contact", value), status="Negotiating")
        case _:
            move_database(world, step)


def move_database(world: World, step: str) -> None:
    saved, state = world.folder / "saved.sqlite", world.config.state
    if step == "backup":
        world.store.backup(saved)
        return
    if step == "restore" and not saved.exists():
        return
    world.stop()
    for left in state.glob("leadmode.sqlite*"):
        left.unlink()
    if step == "restore":
        shutil.copy(saved, state / "leadmode.sqlite")
    world.start()


@settings(
    max_examples=depth(20, 80),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_each_return_makes_one_task(tmp_path_factory, steps):
    # A lost database forgets its baseline; backfill far back keeps every return due for ever.
    world = World(tmp_path_factory.mktemp("world"), more='backfill = "60d"')
    try:
        for name in NAMES:
            known_for_long(world, name)
        world.clock.move_to(NOW + DAY)
        returned = set()
        for step, value in steps:
            play(world, step, value)
            if step == "returns":
                returned.add(value)
        world.cycles(12)
        tasks = Counter(task.target.id for task in world.tasks())
        assert set(tasks.values()) <= {1}, "a task was made twice"
        assert set(tasks) == returned, "a return has no task"
        edited = {value for step, value in steps if step == "rep"}
        now = {r.ref.id: r.fields.get("status") for r in world.platform.records()}
        for name in edited:
            assert now[name] == "Negotiating", "a rep's edit was undone"
    finally:
        world.close()


def a_page_of_others(world: World) -> None:
    """Rows behind those of Ada, so that reading does not come back to hers by itself."""
    for name in ("bob", "cy", "dee", "eve"):
        world.clock.move_to(world.clock.now() + MINUTE)
        world.engaged(name)


@pytest.mark.fault("F79")
@pytest.mark.parametrize("statement", range(1, 150, 3))
def test_a_crash_at_any_statement_loses_nothing(
    tmp_path: Path, statement: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.memory.adapter.LATE_WINDOW", 0)  # reading again heals nothing
    world = World(tmp_path, more='backfill = "60d"')
    known_for_long(world)
    world.clock.move_to(NOW + DAY)
    world.returns()
    a_page_of_others(world)
    crash(world, statement)
    world.cycles(4)
    assert len(world.tasks()) == 1
    world.close()


@pytest.mark.fault("F66")
def test_repeated_readings_change_nothing(world):
    known_for_long(world)
    world.returns()
    world.cycles(3)
    before = world.store.connection.execute("SELECT * FROM engagement").fetchall()
    again = world.platform.values(list(world.adapter.capabilities.streams)[-1])
    assert any(isinstance(value, Engagement) for value in again)
    with world.store.transaction():
        world.store.connection.execute("DELETE FROM stream")  # everything is read again
    world.cycles(3)
    assert world.store.connection.execute("SELECT * FROM engagement").fetchall() == before
    assert len(world.tasks()) == 1


def test_the_cursor_never_goes_ahead_of_what_is_stored(world, monkeypatch):
    monkeypatch.setattr("adapters.memory.adapter.LATE_WINDOW", 0)
    known_for_long(world)
    world.clock.move_to(NOW + DAY)
    world.returns()
    a_page_of_others(world)
    add = world.store.timelines.add

    def full(engagements, **more):
        if list(engagements):
            raise sqlite3.OperationalError("database or disk is full")
        return add(engagements, **more)

    monkeypatch.setattr(world.store.timelines, "add", full)
    with pytest.raises(sqlite3.OperationalError):
        world.cycle(HOUR)
    monkeypatch.setattr(world.store.timelines, "add", add)
    world.cycles(2)
    assert len(world.tasks()) == 1


def test_what_was_decided_is_not_asked_again(world):
    world.reload(dry_run=True)
    known_for_long(world)
    world.returns()
    world.cycles(2)
    world.store.arm(True)
    world.engaged("ada", asset="more")  # the same burst, evaluated again
    world.cycles(2)
    assert world.tasks() == []
    assert sum(len(news.alerts) for news in world.news) == 1, "told once"
