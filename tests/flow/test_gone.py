"""A record that is deleted just when its task is sent, and what comes of the task."""

from collections.abc import Sequence
from unittest import mock

import pytest

from connector.clock import DAY, MINUTE
from connector.model import OutboxState, Outcome, RecordRef, Write, WriteKind
from tests.flow.test_faults import returned
from tests.flow.world import World


def is_there(world: World, *, there: bool) -> RecordRef:
    return world.person("ada", deleted=not there, modified_at=world.clock.now())


def gone_when_its_task_is_sent(world: World) -> None:
    """Deleted behind leadmode's back, after it was read."""
    returned(world, "ada")
    write = world.adapter.write

    def too_late(writes: Sequence[Write]) -> Sequence[Outcome]:
        is_there(world, there=False)
        return write(writes)

    with mock.patch.object(world.adapter, "write", too_late):
        world.cycle()
    assert states(world) == [OutboxState.CANCELLED]


def states(world: World) -> list[OutboxState]:
    return [
        each.state for each in world.store.outbox.all() if each.write.kind is WriteKind.CREATE_TASK
    ]


@pytest.mark.fault("F42", "F43")
def test_a_task_that_was_refused_is_made_when_the_record_is_back(world: World):
    gone_when_its_task_is_sent(world)
    world.clock.move_to(world.clock.now() + MINUTE)
    is_there(world, there=True)
    world.cycles(5)
    assert len(world.tasks()) == 1
    assert states(world) == [OutboxState.DONE]


def test_an_episode_that_ended_because_the_record_was_gone_makes_none(world: World):
    gone_when_its_task_is_sent(world)
    world.cycle(MINUTE)
    is_there(world, there=True)
    world.cycles(5)
    assert world.tasks() == []
    assert states(world) == [OutboxState.CANCELLED]


def test_who_has_left_meanwhile_gets_none(world: World):
    gone_when_its_task_is_sent(world)
    world.clock.move_to(world.clock.now() + 100 * DAY)
    is_there(world, there=True)
    world.cycles(3)
    assert world.tasks() == []


def test_what_an_admin_has_discarded_stays_discarded(world: World):
    gone_when_its_task_is_sent(world)
    (task,) = [e for e in world.store.outbox.all() if e.write.kind is WriteKind.CREATE_TASK]
    with world.store.transaction():
        world.store.connection.execute("UPDATE outbox SET state = 'held'")
        world.store.outbox.discard([task.write.key], world.clock.now())
    world.clock.move_to(world.clock.now() + MINUTE)
    is_there(world, there=True)
    world.cycles(5)
    assert world.tasks() == []


def test_what_an_earlier_episode_was_refused_is_not_made_in_a_later_one(world: World):
    gone_when_its_task_is_sent(world)
    world.cycle(MINUTE)
    is_there(world, there=True)
    world.cycle(MINUTE)
    world.clock.move_to(world.clock.now() + 100 * DAY)
    world.returns("ada")
    world.cycles(3)
    assert states(world) == [OutboxState.DONE, OutboxState.CANCELLED]
    is_there(world, there=True)
    world.cycles(3)
    assert states(world) == [OutboxState.DONE, OutboxState.CANCELLED]
    assert len(world.tasks()) == 1
