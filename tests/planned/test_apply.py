"""Applying a plan: the cycle that is gone through is the one that was rehearsed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.memory.platform import Fault
from connector.clock import DAY
from connector.errors import TryAgain
from connector.planned.apply import Consent, PlanRefused, apply
from connector.planned.make import make
from connector.planned.plan import Plan, load, save
from connector.store import Store
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    for name in ("ada", "bob"):
        known_for_long(made, name)
    made.cycle()
    made.clock.move_to(NOW + DAY)
    made.returns("ada")
    yield made
    made.close()


def plan_of(world: World) -> Plan:
    with closing(Store.copy(world.config.state)) as copy:
        return make(copy, world.config, {"crm": world.adapter}, world.clock)


def apply_it(world: World, plan: Plan) -> None:
    adapters = {"crm": world.adapter}
    consent = Consent(max_age=DAY)
    apply(plan, world.store, world.config, adapters, world.clock, consent=consent)


def test_what_comes_up_after_the_rehearsal_is_left_for_the_next_cycle(world: World):
    plan = plan_of(world)
    world.platform.trouble = lambda call, _: world.returns("bob") if call == "fetch" else None
    apply_it(world, plan)
    world.platform.trouble = lambda *_: None
    assert [task.target.id for task in world.tasks()] == ["ada"]
    world.cycles(3)
    assert sorted(task.target.id for task in world.tasks()) == ["ada", "bob"]


def test_a_plan_changes_nothing_and_can_be_made_again(world: World):
    before = list(world.store.connection.iterdump())
    first, second = plan_of(world), plan_of(world)
    assert first == second
    assert first.hand_offs == 1
    assert list(world.store.connection.iterdump()) == before


def test_a_plan_comes_back_from_its_file_as_it_was(world: World, tmp_path: Path):
    plan = plan_of(world)
    checksum = save(plan, tmp_path / "a.plan")
    assert load(tmp_path / "a.plan") == (plan, checksum)


def test_a_daemon_that_was_quicker_leaves_nothing_to_do(world: World):
    plan = plan_of(world)
    world.cycles(2)
    apply_it(world, plan)
    assert [task.target.id for task in world.tasks()] == ["ada"]


def test_the_task_of_a_record_that_went_is_refused(world: World):
    plan = plan_of(world)
    ref = plan.writes[0].write.target
    world.platform.put(
        dataclasses.replace(
            next(one for one in world.platform.records() if one.ref == ref), deleted=True
        )
    )
    with pytest.raises(PlanRefused, match="is not there any more"):
        apply_it(world, plan)
    assert world.tasks() == []


def test_a_source_that_fails_is_named_in_a_plan_and_stops_applying(world: World):
    plan = plan_of(world)
    world.platform.trouble = lambda call, _: Fault.TRY_AGAIN if call != "fetch" else None
    assert "crm" in plan_of(world).failed
    with pytest.raises(TryAgain):
        apply_it(world, plan)
    world.platform.trouble = lambda *_: None
    assert world.tasks() == []
    apply_it(world, plan)
    assert len(world.tasks()) == 1
