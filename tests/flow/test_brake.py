"""The brake: what goes in one cycle, and within a day beside what is usual."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import DAY, HOUR
from connector.ingest import brake
from connector.ingest.brake import room
from connector.model import OutboxState, RecordRef, Write, WriteKind
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, more="storm = 50\nstorm_times = 3")
    known_for_long(made)
    made.cycle()
    yield made
    made.close()


def went(world: World, number: int, at: int, *, held: str = "", name: str = "") -> None:
    """So many tasks were queued at a moment."""
    ref = RecordRef("crm", "Contact", "ada")
    with world.store.transaction():
        for count in range(number):
            key = f"lm1-{name}{at}-{count}"
            write = Write(key=key, kind=WriteKind.CREATE_TASK, target=ref, fields={"subject": "x"})
            world.store.outbox.add(write, person=1, revision="r", now=at, held=held)
            if not held:
                world.store.outbox.settle(key, OutboxState.DONE, now=at, remote_id="1")


def left(world: World, handed_off: int = 0) -> int | None:
    return room(world.store, world.config, handed_off, NOW)


def test_the_absolute_limit_is_for_one_cycle(world: World):
    assert left(world) == 50
    assert left(world, 49) == 1
    assert left(world, 60) == 0


def test_nothing_is_usual_before_two_weeks_have_passed(world: World):
    went(world, 1, NOW - 14 * DAY)
    went(world, 60, NOW - HOUR, name="today")
    assert left(world) == 50


def test_more_than_usual_within_a_day_is_held(world: World):
    for day in range(2, 30):
        went(world, 10, NOW - day * DAY)
    assert left(world) == 30
    went(world, 25, NOW - HOUR, name="today")
    assert left(world) == 5
    went(world, 40, NOW - HOUR, held="storm", name="held")
    assert left(world) == 5, "what is held did not go"
    with world.store.transaction():
        world.store.outbox.release([f"lm1-held{NOW - HOUR}-{n}" for n in range(40)], NOW)
    assert left(world) == 5, "somebody wanted those to go"
    went(world, 30, NOW - HOUR, name="more")
    assert left(world) == 0


def test_the_first_ones_of_a_day_are_never_unusual(world: World):
    went(world, 1, NOW - 20 * DAY)
    assert left(world) == brake.FREE


def test_a_cycle_stops_where_it_gets_unusual(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(brake, "FREE", 1)
    went(world, 1, NOW - 20 * DAY)
    for name in ("bob", "cy"):
        known_for_long(world, name)
    world.clock.move_to(NOW + DAY)
    world.cycle()
    for name in ("ada", "bob", "cy"):
        world.returns(name)
    world.cycles(2)
    assert len(world.tasks()) == 1
    held = world.store.outbox.all([OutboxState.HELD])
    assert {each.reason for each in held} == {"storm"}
    assert len({each.person for each in held}) == 2


def test_without_a_limit_there_is_none(world: World):
    world.reload(storm=0)
    assert left(world) is None
