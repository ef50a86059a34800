"""What is sent, once, in order, and what is not."""

import dataclasses
import sqlite3

import pytest

from adapters.memory.platform import Fault
from connector.clock import DAY, HOUR, MINUTE
from connector.errors import GrantAccess, Unsupported
from connector.model import OutboxState, RecordRef, Write, WriteKind
from connector.ports import Delivery
from tests.flow.test_faults import returned
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, Hurried, World


class Killed(BaseException):
    """The process is gone."""


def kill_while_sending(world):
    """The platform does what it is asked, and nobody hears of it."""
    write = world.adapter.write

    def killed(writes):
        write(writes)
        raise Killed

    world.adapter.write = killed
    with pytest.raises(Killed):
        world.cycle()
    world.adapter.write = write
    world.restart()


def of_class_c(world):
    world.adapter.capabilities = dataclasses.replace(
        world.adapter.capabilities, delivery=Delivery.C
    )
    world.platform.keys.clear()  # the platform does not know its keys


def test_a_class_c_target_holds_what_was_being_sent_when_the_process_was_killed(world):
    returned(world, "ada")
    kill_while_sending(world)
    of_class_c(world)
    world.cycles(5)
    assert len(world.tasks()) == 1
    (task,) = [e for e in world.store.outbox.all() if e.write.kind is WriteKind.CREATE_TASK]
    assert task.state is OutboxState.HELD
    assert "sent" in task.reason


def test_a_class_a_target_is_asked_again(world):
    returned(world, "ada")
    kill_while_sending(world)
    world.cycles(5)
    assert len(world.tasks()) == 1
    assert world.store.outbox.counts() == {OutboxState.DONE: 2}


def queue(world, number, **more):
    target = RecordRef("crm", "Contact", f"p{number}")
    write = Write(key=f"k{number}", kind=WriteKind.ADD_NOTE, target=target, fields={}, **more)
    world.store.outbox.add(write, person=1, revision="", now=world.clock.now())


def test_the_target_is_told_which_writes_may_have_been_sent_before(world):
    told: list[tuple[WriteKind, bool]] = []
    write = world.adapter.write

    def listening(writes):
        told.extend((each.kind, each.sent_before) for each in writes)
        return write(writes)

    returned(world, "ada")
    kill_while_sending(world)
    world.adapter.write = listening
    world.cycles(5)
    assert (WriteKind.CREATE_TASK, True) in told
    assert world.store.outbox.counts() == {OutboxState.DONE: 2}
    told.clear()
    returned(world, "bob")
    world.cycles(5)
    assert {before for _, before in told} == {False}


def test_any_number_of_expired_writes_is_given_up_and_told(world):
    world.person()
    world.cycle()
    world.adapter.capabilities = dataclasses.replace(world.adapter.capabilities, max_batch=1)
    with world.store.transaction():
        for number in range(1_500):
            queue(world, number)
    world.clock.move_to(NOW + 8 * DAY)
    told = []
    done = world.deliver.drain(Hurried(), lambda *each: told.append(each))
    assert world.store.outbox.counts() == {OutboxState.EXPIRED: 1_500}
    assert done.settled == {OutboxState.EXPIRED: 1_500}
    assert len(told) == 1_500
    assert {each.attempt for each in world.store.outbox.all()} == {0}


def test_what_a_person_releases_late_is_sent_all_the_same(tmp_path):
    world = World(tmp_path, more="storm = 1")
    names = ("ada", "bob")
    world.adapter._settings = dataclasses.replace(world.adapter._settings, page_size=1_000)
    returned(world, *names)
    world.cycles(2)
    (held,) = {e.write.target for e in world.store.outbox.all([OutboxState.HELD])}
    world.clock.move_to(NOW + 10 * DAY)
    keys = [e.write.key for e in world.store.outbox.all([OutboxState.HELD])]
    with world.store.transaction():
        world.store.outbox.release(keys, world.clock.now())
    world.cycles(3)
    assert held in [task.target for task in world.tasks()]
    world.close()


def test_a_kind_of_write_that_the_target_does_not_take_costs_no_other_write(world):
    known_for_long(world, "ada")
    known_for_long(world, "bob")
    world.returns("ada")
    world.ingest.poll("crm", world.adapter, Hurried())
    world.adapter.capabilities = dataclasses.replace(world.adapter.capabilities, max_batch=1)
    world.deliver.drain(_after_one_write(world))  # Ada's task; her fields come next
    world.adapter.capabilities = dataclasses.replace(world.adapter.capabilities, max_batch=50)
    write = world.adapter.write

    def no_fields(writes):
        if any(each.kind is WriteKind.SET_FIELDS for each in writes):
            raise Unsupported
        return write(writes)

    world.adapter.write = no_fields
    world.returns("bob")
    world.cycles(3)
    assert len(world.tasks()) == 2
    assert world.store.outbox.counts() == {OutboxState.DONE: 2, OutboxState.DEAD: 2}


@pytest.mark.fault("F58")
def test_what_needs_a_permission_waits_alone(world):
    returned(world, "ada")
    write = world.adapter.write

    def no_fields(writes):
        if any(each.kind is WriteKind.SET_FIELDS for each in writes):
            raise GrantAccess
        return write(writes)

    world.adapter.write = no_fields
    world.cycles(1, apart=MINUTE)
    assert world.store.outbox.counts() == {OutboxState.DONE: 1, OutboxState.RETRY: 1}
    returned(world, "bob")
    world.cycles(1, apart=MINUTE)  # well within the pause
    assert len(world.tasks()) == 2
    world.adapter.write = write
    world.cycles(3)
    assert world.store.outbox.counts() == {OutboxState.DONE: 4}


def _after_one_write(world):
    class Stop(Hurried):
        def is_set(self):
            return bool(world.platform.journal)

    return Stop()


def test_a_late_answer_does_not_undo_a_receipt(world):
    returned(world, "ada")
    world.cycles(3)
    (key, *_) = [each.write.key for each in world.store.outbox.all()]
    with world.store.transaction():
        world.store.outbox.settle(key, OutboxState.RETRY, now=NOW, next_at=NOW, reason="late")
    assert world.store.outbox.get(key).state is OutboxState.DONE


@pytest.mark.fault("F19")
def test_a_platform_in_trouble_for_long_gets_every_write_in_the_end_and_in_turn(world):
    names = ("ada", "bob", "cy", "dee")
    returned(world, *names)
    world.adapter.capabilities = dataclasses.replace(world.adapter.capabilities, max_batch=1)
    world.platform.fail_next(Fault.TRY_AGAIN, call="write", times=40)
    world.cycles(40)
    assert len(world.tasks()) == 4


@pytest.mark.fault("F41")
def test_a_task_of_a_record_that_was_merged_away_goes_to_the_record_it_became(world):
    loser = known_for_long(world, "augusta")
    known_for_long(world, "ada")
    world.returns("augusta")
    world.platform.fail_next(Fault.TRY_AGAIN, call="write", times=2)
    world.cycle()
    assert world.tasks() == []
    world.platform.merge(loser, RecordRef("crm", "Contact", "ada"))
    world.cycles(4)
    assert [task.target.id for task in world.tasks()] == ["ada"]


def test_the_same_when_the_target_was_asked_before_the_merge_was_read(world):
    loser = known_for_long(world, "augusta")
    known_for_long(world, "ada")
    world.returns("augusta")
    world.ingest.poll("crm", world.adapter, Hurried())
    world.platform.merge(loser, RecordRef("crm", "Contact", "ada"))
    world.deliver.drain(Hurried())
    assert world.tasks() == []
    world.cycles(4)
    assert [task.target.id for task in world.tasks()] == ["ada"]


def test_a_person_whose_values_the_database_refuses_stops_nobody_else(world, monkeypatch):
    returned(world, "ada", "bob")
    put = world.store.episodes.put

    def refuse_ada(person, episode):
        if person == 1:
            raise sqlite3.IntegrityError("cannot store REAL value in INTEGER column")
        put(person, episode)

    monkeypatch.setattr(world.store.episodes, "put", refuse_ada)
    world.cycle(MINUTE)
    assert world.subjects() == ["Call Bob (D2)"]
    monkeypatch.undo()
    world.cycles(3, apart=HOUR)
    assert sorted(world.subjects()) == ["Call Ada (D2)", "Call Bob (D2)"]


def test_a_storm_is_counted_over_all_pages_of_a_poll(tmp_path):
    world = World(tmp_path, more="storm = 2")
    names = ["ada", "bob", "cy", "dee", "eve", "fay"]
    returned(world, *names)  # three rows a page
    world.cycles(3)
    assert len(world.tasks()) == 2
    assert len(world.store.outbox.all([OutboxState.HELD])) == 8
    world.close()
