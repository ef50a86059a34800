"""What a run wrote is taken back where nobody touched it, once, and is not written again."""

from contextlib import suppress

import pytest

from adapters.memory.platform import Fault
from connector.clock import DAY, HOUR
from connector.model import OutboxState, RecordRef, Write, WriteKind
from connector.planned import undo as undoing
from connector.planned.undo import Does, NothingWritten, plan_undo
from connector.report.explain import explain
from connector.store.persons import find_person
from tests.flow.test_exactly_once import crash
from tests.flow.test_faults import returned
from tests.flow.world import NOW

FOR_EVER = 1 << 62
ADA = RecordRef("crm", "Contact", "ada")


def planned(world, run="", since=0, until=FOR_EVER):
    run = run or world.config.rulebook.revision
    adapters = {"crm": world.adapter}
    return plan_undo(world.store, world.config, adapters, run, since=since, until=until)


def undo(world, plan=None):
    adapters = {"crm": world.adapter}
    plan = plan or planned(world)
    return undoing.undo(
        world.store, world.config, adapters, world.clock, plan, reason="a slip of the pen"
    )


def withdrawn(world):
    return [each for each in world.platform.journal if each.kind is WriteKind.WITHDRAW]


def status(world, name="ada"):
    record = world.platform.record(RecordRef("crm", "Contact", name))
    return record.fields["status"]


def does(plan):
    return {row.what.split()[0]: (row.does, row.why) for row in plan.rows}


@pytest.fixture
def handed_off(world):
    returned(world, "ada")
    world.cycles(2)
    assert len(world.tasks()) == 1
    assert status(world) == "Working"
    return world


def test_an_open_task_is_withdrawn_and_a_field_set_back(handed_off):
    world = handed_off
    assert [row.does for row in planned(world).rows] == [Does.SET_BACK, Does.WITHDRAW]
    assert set(undo(world).values()) == {OutboxState.UNDONE}
    assert status(world) == "Open"
    assert len(withdrawn(world)) == 1
    assert planned(world).todo == 0
    world.cycles(30, DAY)
    assert len(world.tasks()) == 1
    assert status(world) == "Open"


def test_explain_tells_it(handed_off):
    world = handed_off
    undo(world)
    [person] = find_person(world.store.connection, "ada@mill.example")
    told = explain(world.store, world.config, person, None, world.clock.now())
    said = " ".join(line for each in told.story for line in each.why)
    assert "undone" in said
    assert "a slip of the pen" in said


def test_what_somebody_touched_stays(handed_off):
    world = handed_off
    [task] = world.tasks()
    plan = planned(world)
    world.platform.touched[task.id] = "A person has completed it."
    world.platform.edit(ADA, status="Negotiating")
    assert {row.why.split(":")[0] for row in planned(world).rows} == {
        "A person has completed it.",
        "somebody has changed it since",
    }
    assert planned(world).todo == 0
    undo(world, plan)  # the plan is older than what happened since
    assert status(world) == "Negotiating"
    assert not withdrawn(world)
    assert OutboxState.UNDONE not in world.store.outbox.counts()


def test_what_was_not_sent_is_given_up_for_good(world):
    world.platform.trouble = lambda call, _: Fault.TRY_AGAIN if call == "write" else None
    returned(world, "ada")
    with suppress(Exception):
        world.cycles(2)
    assert not world.tasks()
    assert {row.does for row in planned(world).rows} == {Does.GIVE_UP}
    world.platform.trouble = None
    undo(world)
    world.cycles(10)
    assert not world.tasks()
    assert world.store.outbox.counts() == {OutboxState.UNDONE: 2}


@pytest.mark.parametrize("statement", range(1, 40, 3))
def test_an_undo_is_killed_anywhere_and_repeated(handed_off, statement):
    world = handed_off
    returned(world, "bob")
    world.cycles(2)
    plan = planned(world)
    assert plan.todo == 4
    crash(world, statement, lambda: undo(world, plan))
    world.clock.move_to(world.clock.now() + HOUR)
    undo(world)
    world.cycles(3)
    assert len(withdrawn(world)) == len({each.id for each in withdrawn(world)}) == 2
    assert {status(world, name) for name in ("ada", "bob")} == {"Open"}
    assert world.store.outbox.counts()[OutboxState.UNDONE] == 4
    assert len(world.tasks()) == 2


def test_a_lost_answer_takes_nothing_back_twice(handed_off):
    world = handed_off
    world.platform.fail_next(Fault.ANSWER_LOST, call="write")
    undo(world)
    world.clock.move_to(world.clock.now() + DAY)
    undo(world)
    assert len(withdrawn(world)) == 1
    assert set(world.store.outbox.counts()) == {OutboxState.UNDONE, OutboxState.DONE}


def test_a_value_that_was_not_recorded_stays(handed_off):
    world = handed_off
    with world.store.transaction():
        world.store.connection.execute("UPDATE outbox SET was = NULL")
    assert does(planned(world))["set"] == (
        Does.NOTHING,
        "what was there before is not recorded",
    )
    undo(world)
    assert status(world) == "Working"


def test_a_membership_that_was_there_before_stays(world):
    world.person("ada")
    world.person("bob")
    world.platform.lists["warm"] = {ADA}
    world.cycle()
    with world.store.transaction():
        for number, name in enumerate(("ada", "bob")):
            target = RecordRef("crm", "Contact", name)
            write = Write(
                key=f"k{number}", kind=WriteKind.ADD_MEMBER, target=target, fields={"list": "warm"}
            )
            revision = world.config.rulebook.revision
            world.store.outbox.add(write, person=1, revision=revision, now=world.clock.now())
    world.cycle()
    assert len(world.platform.lists["warm"]) == 2
    undo(world)
    assert world.platform.lists["warm"] == {ADA}


def test_a_stretch_of_time_or_one_write_can_be_named(handed_off):
    world = handed_off
    later = world.clock.now()
    assert not planned(world, until=NOW).rows
    assert not planned(world, since=later + DAY).rows
    [task] = world.tasks()
    assert [row.key for row in planned(world, task.key).rows] == [task.key]
    with pytest.raises(NothingWritten, match="rules log"):
        planned(world, "ffffffffffff-none")


def test_it_works_in_a_dry_run_and_sends_nothing_else(handed_off):
    world = handed_off
    returned(world, "bob")
    world.platform.trouble = lambda call, _: Fault.TRY_AGAIN if call == "write" else None
    with suppress(Exception):
        world.cycles(1)
    world.platform.trouble = None
    world.clock.move_to(world.clock.now() + DAY)
    [task] = world.tasks()
    undo(world, planned(world, task.key))
    assert len(withdrawn(world)) == 1
    assert len(world.tasks()) == 1
