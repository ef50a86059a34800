"""A database that forgot something: nothing is lost, doubled, or sent too early."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3

import pytest

from adapters.memory.adapter import MemoryAdapter
from connector.clock import DAY, HOUR, MINUTE
from connector.errors import AdapterError
from connector.ingest import Ingest
from connector.model import OutboxState
from connector.ports import Delivery, Stream
from connector.store import FILE_NAME
from connector.store.recovery import open_state, reconciling_since
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, Hurried


def begin(world) -> None:
    """Start as the daemon does, over whatever lies in the state folder."""
    store = open_state(world.config.state, world.clock.now()).store
    world.start()
    world.store.close()
    world.store = store
    world.ingest = Ingest(store, world.config, world.clock)
    world.ingest.adopt(world.config)
    world.reload()


def forget(world) -> None:
    """The database is deleted; what lies beside it is not."""
    world.stop()
    for left in world.config.state.glob(f"{FILE_NAME}*"):
        left.unlink()


@pytest.mark.fault("F73")
def test_after_a_lost_database_nobody_is_called_twice_and_nobody_forgotten(world):
    known_for_long(world, "ada")
    known_for_long(world, "bob")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.cycles(2)
    assert world.subjects() == ["Call Ada (D2)"]
    world.clock.move_to(NOW + 2 * DAY)
    world.returns("bob")  # while leadmode is down
    forget(world)
    world.clock.move_to(NOW + 2 * DAY + HOUR)
    begin(world)
    world.cycles(3)
    assert sorted(world.subjects()) == ["Call Ada (D2)", "Call Bob (D2)"]
    assert reconciling_since(world.store) is None


@pytest.mark.fault("F92")
def test_what_a_rep_threw_away_is_not_made_again_by_a_leadmode_that_forgot_it(world):
    known_for_long(world, "ada")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.cycles(2)
    [task] = world.tasks()
    world.platform.delete_task(task.id)
    forget(world)
    world.clock.move_to(NOW + DAY + 6 * HOUR)
    begin(world)
    world.cycles(3)
    assert reconciling_since(world.store) is None
    assert len(world.tasks()) == 1
    [again] = world.store.outbox.all([OutboxState.DONE])[-1:]
    assert again.remote_id == task.id


@pytest.mark.fault("F73")
def test_nothing_is_sent_before_everything_was_read_once_more(world):
    known_for_long(world, "ada")
    world.cycle()
    saved = world.folder / "saved.sqlite"
    world.store.backup(saved)
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.cycles(2)
    world.stop()
    shutil.copy(saved, world.config.state / FILE_NAME)
    for left in ("-wal", "-shm"):
        (world.config.state / f"{FILE_NAME}{left}").unlink(missing_ok=True)
    begin(world)
    assert reconciling_since(world.store) is not None
    tries = len(world.platform.journal)
    world.ingest.poll("crm", world.adapter, Stopping(after=2))
    world.ingest.tick()
    world.deliver.drain(Hurried())
    assert reconciling_since(world.store) is not None, "the poll was cut short"
    world.cycles(2)
    assert reconciling_since(world.store) is None
    assert len(world.platform.journal) == tries, "the platform knew all keys"
    assert world.store.outbox.counts() == {OutboxState.DONE: 2}, "a task and a field"


class Stopping(Hurried):
    """Set after it was looked at so often."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


def test_a_source_that_fails_does_not_keep_the_others_from_sending(world):
    known_for_long(world, "ada")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.ingest.poll("crm", world.adapter, Hurried())
    with world.store.transaction():
        world.store.sources.set_note("reconciling_since", str(world.clock.now() + MINUTE))
    world.deliver.drain(Hurried())
    assert world.tasks() == []
    world.adapter.read = failing
    with pytest.raises(AdapterError):
        world.cycle(HOUR)
    world.deliver.drain(Hurried())
    assert world.subjects() == ["Call Ada (D2)"]


def failing(stream: Stream, cursor: str | None) -> None:
    raise AdapterError(f"no {stream}")


def test_a_target_that_recognises_nothing_gets_nothing_without_a_word(world, monkeypatch):
    weak = dataclasses.replace(MemoryAdapter.capabilities, delivery=Delivery.C)
    monkeypatch.setattr(MemoryAdapter, "capabilities", weak)
    known_for_long(world, "ada")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.cycles(2)
    before = world.subjects()
    forget(world)
    begin(world)
    world.cycles(3)
    assert world.subjects() == before
    held = world.store.outbox.all([OutboxState.HELD])
    said = "the database was restored; look whether it is there"
    assert [each.reason for each in held] == [said, said]


def fill(world) -> None:
    """No page may be added any more: a real SQLITE_FULL, without filling a disk."""
    (pages,) = world.store.connection.execute("PRAGMA page_count").fetchone()
    world.store.connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.fault("F68")
def test_a_full_disk_loses_nothing_and_the_work_goes_on_by_itself(world):
    known_for_long(world, "ada")
    world.cycle()
    fill(world)
    for number in range(40):
        world.person(f"crowd{number}", fields={"title": "x" * 2_000})
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        world.cycle()
    world.store.connection.execute("PRAGMA max_page_count = 4294967294")
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]


@pytest.mark.fault("F71")
def test_a_file_system_that_became_read_only_loses_nothing(world):
    known_for_long(world, "ada")
    world.cycle()
    world.store.connection.execute("PRAGMA query_only = ON")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        world.cycle()
    world.store.connection.execute("PRAGMA query_only = OFF")
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]


@pytest.mark.fault("F69")
def test_a_locked_database_loses_nothing(world):
    known_for_long(world, "ada")
    world.cycle()
    world.store.connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(world.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        world.cycle()
    other.execute("ROLLBACK")
    other.close()
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]
