"""Records that go without a word: the platform is asked for what is known, now and then."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory.adapter import MemoryAdapter
from adapters.memory.platform import Fault
from connector.clock import DAY, HOUR
from connector.errors import GrantAccess, TryAgain
from connector.ingest.census import AT_ONCE, EVERY
from connector.model import Record, RecordRef, Role
from connector.ports import NO, Page, Stream
from tests.flow.world import World


class Discreet(MemoryAdapter):
    """Reads no deletions."""

    capabilities = dataclasses.replace(MemoryAdapter.capabilities, deletions=NO)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.adapter.__class__ = Discreet
    yield made
    made.close()


def living(world: World) -> list[str]:
    with world.store.steady():
        return [record.ref.id for _, record in world.store.people.known_from("crm", 0, 1_000)]


def addresses(world: World) -> list[str]:
    rows = world.store.connection.execute("SELECT address FROM identity_key ORDER BY 1")
    return [address for (address,) in rows]


def fetches(world: World) -> int:
    return world.platform.calls["fetch"]


@pytest.mark.fault("F42")
def test_who_vanished_is_noticed_within_a_period_and_forgotten(world: World):
    refs = [world.person(name) for name in ("ada", "bob", "cyd")]
    world.cycle()
    world.platform.vanish(refs[1])
    world.cycle(HOUR)
    assert living(world) == ["ada", "bob", "cyd"]
    assert fetches(world) == 0
    world.cycle(EVERY)
    assert living(world) == ["ada", "cyd"]
    assert addresses(world) == ["ada@mill.example", "cyd@mill.example"]
    stored = world.store.connection.execute(
        "SELECT deleted, fields, created_at IS NOT NULL FROM record WHERE external_id = 'bob'"
    ).fetchone()
    assert stored == (1, "{}", 1)


def test_nothing_is_asked_between_two_rounds(world: World):
    world.person("ada")
    world.cycle()
    world.cycle(EVERY)
    asked = fetches(world)
    assert asked == 1
    world.cycles(20, HOUR)
    assert fetches(world) == asked
    world.cycle(EVERY)
    assert fetches(world) == 2


def test_a_round_goes_on_in_pieces_and_after_a_restart(world: World):
    for number in range(AT_ONCE + 40):
        world.person(f"p{number}")
    world.cycle()
    world.platform.vanish(RecordRef("crm", "Contact", living(world)[-1]))
    world.cycle(EVERY)
    assert len(living(world)) == AT_ONCE + 40
    world.restart()
    world.adapter.__class__ = Discreet
    world.cycle(HOUR)
    assert len(living(world)) == AT_ONCE + 39
    assert fetches(world) == 2


def test_when_most_are_gone_at_once_nobody_is(world: World):
    refs = [world.person(f"p{n}") for n in range(40)]
    world.cycle()
    for ref in refs[:30]:
        world.platform.vanish(ref)
    world.cycle(EVERY)
    assert len(living(world)) == 40


def test_trouble_with_asking_is_noted_and_nothing_is_believed(world: World):
    world.person("ada")
    world.cycle()
    for _ in range(3):
        world.platform.fail_next(Fault.TRY_AGAIN, call="fetch")
    with pytest.raises(TryAgain):
        world.cycle(EVERY)
    assert living(world) == ["ada"]
    (state,) = world.store.sources.states()
    assert state.failing_since is not None


def test_an_adapter_that_reads_deletions_is_never_asked(world: World):
    world.adapter.__class__ = MemoryAdapter
    world.person("ada")
    world.cycle()
    world.cycle(EVERY + DAY)
    assert fetches(world) == 0


class Half(Discreet):
    """Is not allowed to do everything."""

    forbidden = ""
    """A stream, or an object type of `fetch`."""

    def read(self, stream: Stream, cursor: str | None) -> Page:
        if stream == self.forbidden:
            raise GrantAccess
        return super().read(stream, cursor)

    def fetch(self, refs, fields):
        if any(ref.object_type == self.forbidden for ref in refs):
            raise GrantAccess
        return super().fetch(refs, fields)


def half(world: World) -> Half:
    world.adapter.__class__ = Half
    assert isinstance(world.adapter, Half)
    return world.adapter


def test_who_vanished_is_noticed_though_some_may_not_be_asked_for(world: World):
    adapter = half(world)
    refs = [world.person(name) for name in ("ada", "bob")]
    deal = RecordRef("crm", "Opportunity", "deal")
    world.platform.put(Record(ref=deal, role=Role.OPPORTUNITY, people=(refs[0],)))
    world.cycle()
    adapter.forbidden = "Opportunity"
    world.platform.vanish(refs[1])
    world.cycle(EVERY)
    assert sorted(living(world)) == ["ada", "deal"]


@pytest.mark.parametrize("from_the_start", [False, True])
def test_who_vanished_is_noticed_though_one_stream_is_refused(world: World, from_the_start: bool):
    adapter = half(world)
    refs = [world.person(name) for name in ("ada", "bob")]
    adapter.forbidden = Stream.OPPORTUNITIES if from_the_start else ""
    world.cycles(2)
    adapter.forbidden = Stream.OPPORTUNITIES
    world.platform.vanish(refs[1])
    world.cycles(2, EVERY)
    assert living(world) == ["ada"]
    (state,) = world.store.sources.states()
    assert state.failure.startswith("GrantAccess")


@pytest.mark.fault("F43")
def test_who_is_deleted_keeps_no_personal_data_and_may_come_back(world: World):
    ref = world.person("ada")
    world.person("bob")
    world.cycle()
    world.person("ada", deleted=True, modified_at=world.clock.now() + HOUR)
    world.cycle(HOUR)
    assert addresses(world) == ["bob@mill.example"]
    stored = "SELECT deleted, fields, created_at IS NOT NULL FROM record"
    row = world.store.connection.execute(f"{stored} WHERE external_id = 'ada'").fetchone()
    assert row == (1, "{}", 1)
    world.person("ada", modified_at=world.clock.now() + HOUR)
    world.cycle(HOUR)
    assert addresses(world) == ["ada@mill.example", "bob@mill.example"]
    assert ref.id in living(world)
