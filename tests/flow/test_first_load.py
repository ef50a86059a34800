"""A first load: nobody is judged by half a history, and it keeps nobody waiting for ever."""

import dataclasses

import pytest

from adapters.memory.adapter import MemoryAdapter
from adapters.memory.platform import Fault
from connector.clock import DAY, HOUR, MINUTE
from connector.errors import AdapterError
from connector.model import Hold
from connector.ports import Stream
from tests.flow.test_hand_off import known_for_long
from tests.flow.test_new_rules import revised
from tests.flow.world import NOW, Hurried


def reads(world, **wanted: object) -> None:
    """Have the source read these streams, and everything by default."""
    (crm,) = world.config.sources.values()
    world.reload(sources={"crm": dataclasses.replace(crm, **wanted)})


def test_between_two_streams_of_a_first_load_nobody_is_judged(world):
    world.person()
    world.engaged("ada", at=NOW - 200 * DAY)
    read, seen = world.adapter.read, []

    def read_and_tick(stream, cursor):
        if stream is Stream.ENGAGEMENTS:
            seen.append((world.ingest.loading(), world.ingest.tick(Hurried())))
        return read(stream, cursor)

    world.adapter.read = read_and_tick
    world.ingest.poll("crm", world.adapter, Hurried())
    assert seen[0] == (["crm"], 0)
    assert world.ingest.loading() == []


def test_a_source_that_crashes_in_its_first_load_keeps_nobody_waiting(world):
    def crash(stream, cursor):
        raise KeyError("ada@mill.example")

    world.adapter.read = crash
    with pytest.raises(KeyError):
        world.cycle()
    assert world.ingest.loading() == []
    (state,) = world.store.sources.states()
    assert state.failing_since == NOW
    assert state.failure == "KeyError", "the text of an unexpected error may hold personal data"


def test_a_source_that_answers_again_is_waited_for_again(world):
    for name in ("ada", "bob", "cy", "dee", "eve"):
        world.person(name)
    world.platform.fail_next(Fault.SIGN_IN_AGAIN, call="read people")
    with pytest.raises(AdapterError):
        world.cycle()
    assert world.ingest.loading() == []
    world.platform.page_size = 2
    answers = []
    world.ingest.poll(
        "crm", world.adapter, Hurried(), lambda _: answers.append(world.ingest.loading())
    )
    assert answers[1] == ["crm"], "the first answer ends the failing"
    assert world.ingest.loading() == []


def test_what_a_failed_first_load_reads_after_new_rules_is_no_baseline_of_theirs(world):
    """Its people were judged while it failed, so news of theirs from before the edit are news."""
    world.reload(backfill=DAY)
    world.person("ada")
    world.returns("ada")
    world.platform.fail_next(Fault.SIGN_IN_AGAIN, call="read engagements")
    with pytest.raises(AdapterError):
        world.cycle()
    world.clock.move_to(NOW + MINUTE)
    world.ingest.tick()
    world.reload(rulebook=revised(world))
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]


def test_a_stream_that_is_added_later_begins_with_a_baseline_of_its_own(world):
    reads(world, streams=(Stream.OWNERS, Stream.PEOPLE))
    world.person()
    world.cycles(2)
    world.engaged("ada", at=NOW - 200 * DAY)
    world.clock.move_to(NOW + 90 * DAY)
    world.returns()
    world.clock.move_to(NOW + 95 * DAY)
    reads(world, streams=None)
    world.cycles(3)
    assert world.tasks() == []
    assert world.holds() == [Hold.BASELINE]


def test_what_becomes_readable_in_a_loaded_stream_is_recorded_and_not_alerted(world):
    class Opened(MemoryAdapter):
        """Another platform might have shown these only now."""

        def read(self, stream, cursor):
            page = super().read(stream, cursor)
            first = NOW + 95 * DAY if stream is Stream.ENGAGEMENTS and page.engagements else None
            return dataclasses.replace(page, first_load=first)

    known_for_long(world)
    world.engaged("ada", at=NOW - 200 * DAY)
    world.cycles(2)
    world.clock.move_to(NOW + 94 * DAY)
    world.returns()
    world.clock.move_to(NOW + 95 * DAY)
    world.adapter.__class__ = Opened
    world.cycles(2)
    assert world.tasks() == []
    assert world.holds() == [Hold.BASELINE]
    world.adapter.__class__ = MemoryAdapter
    known_for_long(world, "bob")
    world.cycle(HOUR)
    world.returns("bob")
    world.cycle(HOUR)
    assert world.holds("bob") == [None], "news is alerted as ever"


def test_a_stream_that_is_given_up_in_its_first_load_keeps_nobody_waiting(world):
    for name in ("ada", "bob"):
        world.person(name)
    world.engaged("ada", at=NOW - 200 * DAY)
    world.platform.fail_next(Fault.SLOW_DOWN, call="read engagements")
    world.platform.page_size = 1
    with pytest.raises(AdapterError):
        world.cycle()
    reads(world, streams=(Stream.OWNERS, Stream.PEOPLE))
    world.cycle(HOUR)
    assert world.ingest.loading() == []


def test_a_stream_that_may_not_be_read_does_not_keep_the_others_from_being_read(world):
    known_for_long(world)
    world.returns()
    for _ in range(9):
        world.platform.fail_next(Fault.GRANT_ACCESS, call="read opportunities")
    world.cycles(3)
    assert len(world.tasks()) == 1
    (state,) = world.store.sources.states()
    assert state.failure.startswith("GrantAccess")


def test_the_write_ahead_log_stays_small_during_a_first_load(world, monkeypatch):
    monkeypatch.setattr("connector.ingest.ingest.MOST_LOG", 100_000)
    for number in range(300):
        world.person(f"p{number}")
    world.platform.page_size = 3
    sizes = []
    log = world.store.path.with_name(world.store.path.name + "-wal")
    world.ingest.poll("crm", world.adapter, Hurried(), lambda _: sizes.append(log.stat().st_size))
    assert max(sizes) < 600_000
