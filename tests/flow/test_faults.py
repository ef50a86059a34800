"""Trouble on the way: passing, lasting, and in the data."""

import dataclasses
import resource
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest

from adapters.memory.platform import Fault
from connector.clock import DAY, HOUR
from connector.engine.condition import Always
from connector.errors import AdapterError, SignInAgain
from connector.model import OutboxState, Record, RecordRef, Role, Settled, WriteKind
from connector.ports import Delivery
from connector.store.overview import set_aside
from connector.store.persons import find_person
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, Hurried, World


def returned(world: World, *names: str) -> None:
    for name in names:
        known_for_long(world, name)
    for name in names:
        world.returns(name)


@pytest.mark.parametrize(
    "fault", [Fault.ANSWER_LOST, Fault.REQUEST_LOST, Fault.TRY_AGAIN, Fault.SLOW_DOWN]
)
def test_passing_trouble_with_writing_ends_in_one_task(world, fault):
    returned(world, "ada")
    world.platform.fail_next(fault, call="write", times=3)
    world.cycles(12)
    assert len(world.tasks()) == 1
    assert world.store.outbox.counts() == {OutboxState.DONE: 2}


@pytest.mark.fault("F5")
def test_a_refused_sign_in_costs_no_attempts_and_the_backlog_goes_out_once(world):
    returned(world, "ada", "bob")
    world.platform.fail_next(Fault.SIGN_IN_AGAIN, call="write", times=4)
    world.cycles(10)
    assert len(world.tasks()) == 2
    assert {each.attempt for each in world.store.outbox.all()} == {1}


@pytest.mark.fault("F8")
def test_trouble_with_reading_is_noted_and_healed(world):
    world.cycle()
    for _ in range(3):
        world.platform.fail_next(Fault.SIGN_IN_AGAIN, call="read people")
    with pytest.raises(SignInAgain):
        world.cycle(HOUR)
    (state,) = world.store.sources.states()
    assert state.failing_since == NOW + HOUR
    assert state.failure.startswith("SignInAgain")
    world.cycles(4)
    (state,) = world.store.sources.states()
    assert state.failing_since is None


@pytest.mark.fault("F60")
def test_a_refused_write_is_dead_and_visible_and_does_not_delay_the_others(world):
    returned(world, "ada", "bob")
    world.ingest.poll("crm", world.adapter, Hurried())
    bad = next(each.write.key for each in world.store.outbox.all())
    world.platform.spoil(bad, Settled.REJECTED, "no")
    world.cycles(4)
    assert world.store.outbox.counts() == {OutboxState.DEAD: 1, OutboxState.DONE: 3}
    assert world.store.outbox.get(bad).reason == "no"
    with world.store.transaction():
        assert world.store.outbox.release([bad], world.clock.now()) == 1
    world.platform.spoil(bad, Settled.REJECTED, times=0)
    world.cycles(2)
    assert world.store.outbox.counts() == {OutboxState.DONE: 4}


def test_a_class_c_target_holds_what_nobody_knows(world):
    returned(world, "ada")
    world.adapter.capabilities = dataclasses.replace(
        world.adapter.capabilities, delivery=Delivery.C
    )
    world.platform.fail_next(Fault.ANSWER_LOST, call="write")
    world.cycles(5)
    assert len(world.tasks()) == 1
    assert world.store.outbox.counts()[OutboxState.HELD] == 1


@pytest.mark.fault("F82")
def test_a_storm_is_held_for_a_person_to_release(tmp_path):
    world = World(tmp_path, more="storm = 2")
    names = ["ada", "bob", "cy", "dee"]
    for name in names:
        known_for_long(world, name)
    world.platform.page_size = 1_000
    world.adapter._settings = dataclasses.replace(world.adapter._settings, page_size=1_000)
    for name in names:
        world.returns(name)
    world.cycles(3)
    assert len(world.tasks()) == 2
    held = world.store.outbox.all([OutboxState.HELD])
    assert {each.reason for each in held} == {"storm"}
    with world.store.transaction():
        world.store.outbox.release([each.write.key for each in held], world.clock.now())
    world.cycles(3)
    assert len(world.tasks()) == 4
    world.close()


@pytest.mark.fault("F61", "F64")
def test_a_row_that_cannot_be_stored_is_left_out_and_the_others_are_not(world):
    world.cycle()
    world.platform.put(
        Record(
            ref=RecordRef("crm", "Contact", "huge"),
            role=Role.PERSON,
            fields={"name": "Huge"},
            created_at=2**70,
        )
    )
    returned(world, "ada")
    world.cycles(2)
    assert len(world.tasks()) == 1
    (state,) = world.store.sources.states()
    assert state.set_aside >= 1


class Explodes(Always):
    def holds(self, facts):
        if facts.get("person.name") == "Bob":
            raise RuntimeError("a fault in a rule")
        return True


@pytest.mark.fault("F61")
def test_a_person_whose_evaluation_fails_stops_nobody_else(world):
    book = world.config.rulebook
    (mode,) = book.lead_modes
    broken = dataclasses.replace(book, lead_modes=(dataclasses.replace(mode, fit=Explodes()),))
    world.reload(rulebook=broken)
    returned(world, "ada", "bob", "cy")
    world.cycles(2)
    assert sorted(world.subjects()) == ["Call Ada (D2)", "Call Cy (D2)"]
    problems = world.store.connection.execute(
        "SELECT problem FROM person WHERE problem IS NOT NULL"
    ).fetchall()
    assert problems == [("returning: RuntimeError",)]
    world.reload(rulebook=book)  # mended: the person is looked at again by itself
    world.cycles(3)
    assert "Call Bob (D2)" in world.subjects()


def test_a_database_in_trouble_is_not_blamed_on_a_person(world, monkeypatch):
    returned(world, "ada")

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(world.store.episodes, "put", full)
    with pytest.raises(sqlite3.OperationalError):
        world.cycle(HOUR)
    monkeypatch.undo()
    world.cycles(2)
    assert len(world.tasks()) == 1


@pytest.mark.fault("F34")
def test_reading_that_does_not_get_on_is_an_error_and_no_endless_loop(world):
    page = world.adapter.read

    def stuck(stream, cursor):
        return dataclasses.replace(
            page(stream, cursor), more=True, cursor=cursor or page(stream, None).cursor
        )

    world.adapter.read = stuck
    with pytest.raises(AdapterError, match="does not get on"):
        world.cycle(HOUR)


def test_writes_of_one_record_keep_their_order_when_the_first_one_fails(world):
    returned(world, "ada")
    world.platform.fail_next(Fault.TRY_AGAIN, call="write")
    world.cycles(4)
    kinds = [effect.kind for effect in world.platform.journal]
    assert kinds == [WriteKind.CREATE_TASK, WriteKind.SET_FIELDS]


@pytest.mark.fault("F48")
def test_a_clock_that_goes_back_and_forth_alerts_nobody_again(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.returns()
    world.cycles(2)
    world.clock.move_to(NOW + 4 * DAY)  # before what was already told
    world.engaged("ada", at=NOW + 3 * DAY)
    world.cycles(2)
    world.clock.move_to(NOW + 6 * DAY)
    world.cycles(2)
    assert len(world.tasks()) == 1
    (person,) = {news.person.id for news in world.news}
    assert [each.is_open for each in world.store.episodes.of(person)].count(True) == 1


def test_a_page_that_touches_too_many_people_at_once_is_worked_off_by_the_tick(world, monkeypatch):
    monkeypatch.setattr("connector.ingest.ingest.AT_ONCE", 1)
    monkeypatch.setattr("connector.ingest.ingest._BATCH", 2)
    names = ("ada", "bob", "cy", "dee", "eve")
    returned(world, *names)
    world.cycles(2)
    assert len(world.tasks()) == len(names)


def test_a_source_that_is_taken_out_of_the_configuration_keeps_nobody_waiting(world):
    known_for_long(world)
    (crm,) = world.config.sources.values()
    mail = dataclasses.replace(crm, name="mail", authority=False)
    world.reload(sources={"crm": crm, "mail": mail})
    assert world.ingest.loading() == ["mail"]
    world.returns()
    world.cycles(2)
    assert world.tasks() == [], "nobody is judged before the new source was read"
    world.reload(sources={"crm": crm})
    world.cycles(2)
    assert len(world.tasks()) == 1


@pytest.mark.fault("F65")
def test_a_record_of_five_megabytes_delays_nobody(world):
    world.cycle()
    world.person("huge", fields={"notes": "x" * 5_000_000})
    returned(world, "ada", "huge")
    world.cycles(2)
    assert sorted(world.subjects()) == ["Call Ada (D2)", "Call Huge (D2)"]


@pytest.mark.fault("F87")
def test_cycles_and_restarts_leave_no_file_and_no_thread_open(world):
    returned(world, "ada")
    world.cycles(2)
    files, threads = opened()
    for _ in range(12):
        world.cycles(2)
        world.restart()
    after = opened()  # others may come and go beside it
    assert after[0] < files + 10
    assert after[1] < threads + 10


def opened() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


@pytest.mark.fault("F87")
def test_when_files_are_used_up_nothing_is_lost_and_the_work_goes_on(world):
    returned(world, "ada")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    kept: list[TextIO] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        with suppress(OSError):
            kept.extend(Path("/dev/null").open() for _ in range(100))  # noqa: SIM115
        assert len(kept) < 64
        with suppress(Exception):
            world.cycle()
    finally:
        for each in kept:
            each.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    world.cycles(2)
    assert world.subjects() == ["Call Ada (D2)"]


@pytest.mark.fault("F89")
def test_a_restart_under_a_clock_of_1970_alerts_nobody_and_forgets_nobody(world):
    returned(world, "ada")
    world.cycles(2)
    now = world.clock.now()
    world.stop()
    world.clock.move_to(0)
    world.start()
    world.cycles(3)
    known_for_long(world, "bob")
    world.returns("ada")
    world.clock.move_to(now + DAY)
    world.returns("bob")
    world.cycles(2)
    assert world.subjects() == ["Call Ada (D2)", "Call Bob (D2)"]


@pytest.mark.fault("F93")
def test_two_rules_that_fire_at_once_make_one_task(tmp_path):
    world = World(tmp_path)
    (mode,) = world.config.rulebook.lead_modes
    other = dataclasses.replace(mode, rule=dataclasses.replace(mode.rule, id="again"))
    book = dataclasses.replace(world.config.rulebook, lead_modes=(mode, other), revision="two")
    world.reload(rulebook=book)
    returned(world, "ada")
    world.cycles(2)
    assert len(world.tasks()) == 1
    assert sorted(map(str, world.holds())) == ["None", "cooldown"]
    world.close()


@pytest.mark.fault("F61")
def test_a_rule_that_fails_delays_no_other_rule_and_is_named(world):
    book = world.config.rulebook
    (mode,) = book.lead_modes
    rule = dataclasses.replace(mode.rule, id="broken")
    broken = dataclasses.replace(mode, rule=rule, fit=Explodes())
    world.reload(rulebook=dataclasses.replace(book, lead_modes=(broken, mode), revision="both"))
    returned(world, "bob")
    world.cycles(2)
    assert world.subjects() == ["Call Bob (D2)"]
    (person,) = find_person(world.store.connection, "bob@mill.example")
    assert set_aside(world.store.connection, 5) == [(person, "broken: RuntimeError")]
    assert [each.rule for each in world.store.episodes.of(person)] == ["returning"]
    mended = dataclasses.replace(broken, fit=Always())
    world.reload(rulebook=dataclasses.replace(book, lead_modes=(mended, mode), revision="mended"))
    world.cycles(2)
    assert set_aside(world.store.connection, 5) == []
    assert {each.rule for each in world.store.episodes.of(person)} == {"broken", "returning"}
    assert len(world.tasks()) == 1, "what was so before is no news of a rule that is mended"
