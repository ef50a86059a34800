"""The machine slept, or the platform took nothing: what came too late, and what did not."""

from contextlib import suppress

import pytest

from adapters.memory.platform import Fault
from connector.clock import DAY, MINUTE
from connector.errors import AdapterError
from connector.model import Hold, Kind, OutboxState, Record, RecordRef, Role
from connector.store.persons import find_person
from tests.flow.test_exactly_once import crash
from tests.flow.test_faults import returned
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, Hurried


@pytest.mark.fault("F75")
def test_what_waited_too_long_is_not_sent(world):
    returned(world, "ada")
    world.platform.fail_next(Fault.TRY_AGAIN, call="write")
    world.cycle(MINUTE)
    world.clock.move_to(NOW + 8 * DAY)
    world.cycle()
    assert world.subjects() == ["Came back while leadmode could not tell you: 1"]
    assert world.store.outbox.counts() == {OutboxState.EXPIRED: 2, OutboxState.DONE: 1}


def slept_a_week(world):
    """Tasks were queued for three people, none went out, and the machine slept for eight days."""
    returned(world, "ada", "bob", "cy")
    sleep(world)


def sleep(world):
    """What is found now cannot be written; then nothing happens for eight days."""
    world.platform.trouble = lambda call, _: Fault.TRY_AGAIN if call == "write" else None
    with suppress(AdapterError):
        world.cycles(2)
    world.platform.trouble = None
    world.clock.move_to(world.clock.now() + 8 * DAY)


@pytest.mark.fault("F75")
def test_after_a_week_of_sleep_each_owner_gets_one_task_about_what_came_too_late(world):
    slept_a_week(world)
    known_for_long(world, "dee")
    world.returns("dee")  # what is found now, and still so, is handed off
    world.cycles(4)
    digest, fresh = world.tasks()
    assert digest.fields["subject"] == "Came back while leadmode could not tell you: 3"
    assert all(f"- {name}: " in str(digest.fields["body"]) for name in ("Ada", "Bob", "Cy"))
    assert "Dee" in str(fresh.fields["subject"])
    assert len(world.store.outbox.all([OutboxState.EXPIRED])) == 6


@pytest.mark.fault("F75")
def test_what_came_too_late_is_told_to_each_owner_of_theirs_alone(world):
    owners = {"ada": "rosa", "bob": "otto", "cy": "rosa"}
    for owner in ("rosa", "otto"):
        world.platform.put(Record(ref=RecordRef("crm", "User", owner), role=Role.OWNER))
    for name, owner in owners.items():
        known_for_long(world, name, owner=RecordRef("crm", "User", owner))
    for name in owners:
        world.returns(name)
    sleep(world)
    world.cycles(4)
    told = {str(each.fields["owner"]): str(each.fields["body"]) for each in world.tasks()}
    assert told.keys() == {"rosa", "otto"}
    for name, owner in owners.items():
        assert [f"- {name.title()}: " in told[each] for each in ("rosa", "otto")] == [
            owner == "rosa",
            owner == "otto",
        ]


@pytest.mark.fault("F75")
def test_who_came_back_during_a_week_of_sleep_is_handed_off_once_if_still_there(world):
    for name in ("ada", "bob", "cy"):
        known_for_long(world, name)
    asleep_at = world.clock.now()
    for name, days in (("ada", 1), ("bob", 6)):
        for number, kind in enumerate((Kind.EMAIL_CLICKED, Kind.PAGE_VIEWED)):
            world.engaged(name, kind, at=asleep_at + days * DAY + number * MINUTE)
    world.engaged("cy", at=asleep_at + DAY)  # not enough
    world.clock.move_to(asleep_at + 8 * DAY)
    world.cycles(6)
    assert sorted(str(each.fields["subject"]).split()[1] for each in world.tasks()) == [
        "Ada",
        "Bob",
    ]
    world.clock.move_to(world.clock.now() + 200 * DAY)  # another sleep, and all of it is over
    for kind in (Kind.EMAIL_CLICKED, Kind.PAGE_VIEWED):
        world.engaged("cy", kind, at=world.clock.now() - 90 * DAY)
    world.cycles(6)
    assert len(world.tasks()) == 2
    [cy] = find_person(world.store.connection, "cy@mill.example")
    assert [each.hold for each in world.store.episodes.decisions(cy)] == [Hold.OVER]


@pytest.mark.parametrize("statement", range(2, 40, 4))
def test_a_crash_while_telling_what_came_too_late_tells_it_once(world, statement):
    slept_a_week(world)
    crash(world, statement, lambda: world.deliver.drain(Hurried()))
    world.cycles(3)
    assert world.subjects() == ["Came back while leadmode could not tell you: 3"]


def test_what_came_too_late_is_not_told_of_itself(world):
    slept_a_week(world)
    world.platform.trouble = lambda call, _: Fault.TRY_AGAIN if call == "write" else None
    with suppress(AdapterError):
        world.cycle()
    world.clock.move_to(world.clock.now() + 8 * DAY)
    world.platform.trouble = None
    world.cycles(3)
    assert world.tasks() == []
