"""What becomes of our tasks is read back, and what nobody works is followed up, once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.memory.client import Fault
from connector.clock import DAY, HOUR, MINUTE
from connector.config.settings import load
from connector.measure import Asked, known_of, measured
from connector.model import Kind, OutboxState, RecordRef, WriteKind
from connector.planned.make import make
from connector.report.explain import explain
from connector.store import Store
from connector.store.persons import find_person
from tests.flow.test_capacity import user
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, Hurried, World

MONDAY = NOW + 4 * DAY + 9 * HOUR  # 2026-01-05 09:00 UTC
ON = """
[sla]
manager = "boss"
cooling = "2d"

[[sla_step]]
id = "first"
do = "remind"
after = "1d"
raised_after = "1h"
until = "accepted"

[[sla_step]]
id = "second"
do = "escalate"
after = "2d"
raised_after = "3h"

[[sla_step]]
id = "third"
do = "reassign"
after = "3d"

[[sla_step]]
id = "fourth"
do = "recycle"
after = "5d"

[[office]]
id = "all"
zone = "UTC"
country = "DE"
region = "BY"

[task_dispositions]
"Working on it" = "accepted"
"Not now" = "recycled"
"Wrong person" = "rejected"
"No fit" = "disqualified"
"""
Made = Callable[..., World]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """A world in which ada, who belongs to ann, comes back on Monday at nine."""
    worlds: list[World] = []

    def make(rules: str = ON, **manager: str) -> World:
        folder = tmp_path / str(len(worlds))
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "sla.toml").write_text(rules)
        world = World(folder)
        worlds.append(world)
        for name in ("ann", "bob", "boss", "head"):
            user(world, name, **(manager if name == "ann" else {}))
        known_for_long(world, "ada", owner=RecordRef("crm", "User", "ann"))
        world.cycle()
        world.clock.move_to(MONDAY)
        world.returns("ada")
        world.cycle()
        world.cycle(MINUTE)
        return world

    yield make
    for world in worlds:
        world.close()


def told(world: World) -> list[tuple[str, str]]:
    """Who got a task, and how its subject begins."""
    return [
        (str(task.fields["owner"]), str(task.fields["subject"]).partition(":")[0])
        for task in world.tasks()
    ]


def by_hours(world: World, hours: int) -> None:
    """Time passes; leadmode looks whenever it wants to, and at the end."""
    until = world.clock.now() + hours * HOUR
    while (due := world.ingest.next_due()) is not None and due < until:
        world.cycle(max(due - world.clock.now(), MINUTE))
    world.cycle(max(until - world.clock.now(), 0))


def person(world: World) -> int:
    (found,) = find_person(world.store.connection, "ada@mill.example")
    return found


CALL = ("ann", "Call Ada (D2)")


def test_without_an_sla_nobody_asks_about_tasks(made: Made):
    world = made("")
    for _ in range(10):
        world.cycle(6 * HOUR)
    assert len(world.tasks()) == 1
    assert "fetch" not in world.platform.calls


def test_each_step_comes_once_in_working_time(made: Made):
    world = made()
    assert told(world) == [CALL]
    world.clock.move_to(MONDAY + 7 * HOUR)
    world.cycle()
    assert told(world) == [CALL], "seven of eight hours"
    by_hours(world, 2)
    assert told(world) == [CALL], "Epiphany is no working day in Bavaria, and the evening none"
    world.clock.move_to(MONDAY + 47 * HOUR)
    world.cycle()
    assert told(world) == [CALL]
    by_hours(world, 2)
    assert told(world) == [CALL, ("ann", "Reminder")]
    by_hours(world, 24)
    assert told(world)[2:] == [("boss", "Nobody works this")]
    by_hours(world, 24)
    assert told(world)[3:] == [("manager", "Taken over")]
    by_hours(world, 30 * 24)
    assert len(told(world)) == 4
    (episode,) = world.store.episodes.of(person(world))
    assert episode.left_reason == "recycled"
    steps = world.store.followed.steps(person(world))
    assert [step.id for step in steps] == ["first", "second", "third", "fourth"]


@pytest.mark.parametrize("how", ["done", "call", "deleted", "status"])
def test_nothing_follows_once_it_is_worked(made: Made, how: str):
    world = made()
    world.clock.move_to(MONDAY + 3 * HOUR)
    match how:
        case "done":
            world.platform.edit_task(done_task(world), status="Completed", is_closed=True)
        case "call":
            world.engaged("ada", Kind.CALL_HELD)
        case "deleted":
            world.platform.delete_task(done_task(world))
        case "status":
            world.platform.edit(RecordRef("crm", "Contact", "ada"), status="Contacted")
    by_hours(world, 10 * 24)
    assert told(world) == [CALL]
    assert world.store.followed.steps(person(world)) == []


def done_task(world: World) -> str:
    return world.tasks()[0].id


def test_who_has_accepted_is_not_reminded_and_escalated_all_the_same(made: Made):
    world = made()
    world.platform.edit_task(done_task(world), status="Working on it")
    by_hours(world, 4 * 24)
    assert told(world) == [CALL, ("boss", "Nobody works this"), ("manager", "Taken over")]


def test_the_manager_that_the_crm_names_goes_first(made: Made):
    world = made(manager="head")
    by_hours(world, 3 * 24 + 1)
    assert ("head", "Nobody works this") in told(world)
    assert "boss" not in {owner for owner, _ in told(world)}


def test_a_raised_hand_has_shorter_times(made: Made):
    world = made()
    world.engaged("ada", Kind.FORM_SUBMITTED, asset="demo")
    world.cycle(HOUR)
    world.cycle(MINUTE)
    by_hours(world, 4)
    assert [owner for owner, _ in told(world)] == ["ann", "ann", "ann", "boss"]
    assert told(world)[2][1] == "Reminder"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("Wrong person", "rejected"), ("Not now", "recycled"), ("No fit", "disqualified")],
)
def test_what_a_task_says_ends_the_episode(made: Made, status: str, reason: str):
    world = made()
    world.platform.edit_task(done_task(world), status=status, is_closed=True)
    by_hours(world, 2)
    (episode,) = world.store.episodes.of(person(world))
    assert episode.left_reason == reason
    assert episode.left_at == MONDAY + MINUTE


def test_a_step_waits_for_a_fresh_reading(made: Made):
    world = made()
    world.clock.move_to(MONDAY + 47 * HOUR)
    world.cycle()
    world.platform.edit_task(done_task(world), status="Completed", is_closed=True)
    world.clock.move_to(MONDAY + 49 * HOUR)
    world.ingest.tick()
    assert told(world) == [CALL], "the last reading is two hours old"
    world.deliver.drain(Hurried())
    by_hours(world, 24)
    assert told(world) == [CALL], "it was done"


def test_a_task_of_which_nothing_is_told_is_waited_for(made: Made):
    """As of a folder of CSV files without an export of tasks."""
    world = made()
    for task in world.platform.tasks.values():
        del task["status"]
    world.store.connection.execute("UPDATE followed SET seen_at = NULL")
    by_hours(world, 4 * 24)
    assert told(world) == [CALL]
    assert (world.ingest.next_due() or 0) > world.clock.now() + DAY, "nobody looks in vain"
    for task in world.platform.tasks.values():
        task["status"] = "Open"
    world.cycle(HOUR)
    assert told(world) == [CALL, ("ann", "Reminder")]


def test_a_platform_that_tells_of_nothing_is_not_believed(made: Made, monkeypatch):
    """A permission that is lost looks like tasks that are gone."""
    world = made()
    for number in range(8):
        known_for_long(world, f"p{number}", owner=RecordRef("crm", "User", "bob"))
        world.engaged(f"p{number}", at=MONDAY - 300 * DAY)
    world.cycle()
    for number in range(8):
        world.returns(f"p{number}")
    by_hours(world, 2)
    assert len(world.tasks()) == 9
    kept = dict(world.platform.tasks)
    world.platform.tasks.clear()
    by_hours(world, 2)
    world.platform.tasks.update(kept)
    by_hours(world, 24 * 3)
    reminded = [owner for owner, what in told(world) if what == "Reminder"]
    assert sorted(reminded) == ["ann", *["bob"] * 8]


def test_a_warning_comes_before_it_is_cold(made: Made):
    world = made('[sla]\ncooling = "2d"\n')
    by_hours(world, 60 * 24)
    (episode,) = world.store.episodes.of(person(world))
    assert told(world) == [CALL, ("ann", "Going cold")]
    warned = world.tasks()[1].at
    assert episode.left_at is not None
    assert 0 < episode.left_at - warned <= 2 * DAY + HOUR


def test_a_lost_answer_makes_no_second_reminder(made: Made):
    world = made()
    world.clock.move_to(MONDAY + 48 * HOUR)
    world.platform.fail_next(Fault.ANSWER_LOST, call="write")
    by_hours(world, 5)
    world.restart()
    by_hours(world, 5)
    assert told(world) == [CALL, ("ann", "Reminder")]


def test_a_database_of_an_hour_ago_makes_the_same_steps(made: Made, tmp_path: Path):
    """The keys hang on the hand-off alone, so the platform has them already."""
    world = made()
    world.clock.move_to(MONDAY + 47 * HOUR)
    world.cycle()
    world.store.backup(tmp_path / "before.sqlite")
    by_hours(world, 3)
    assert told(world) == [CALL, ("ann", "Reminder")]
    world.stop()
    path = world.config.state / "leadmode.sqlite"
    for each in path.parent.glob("leadmode.sqlite-*"):
        each.unlink()
    path.write_bytes((tmp_path / "before.sqlite").read_bytes())
    world.start()
    by_hours(world, 3)
    assert told(world) == [CALL, ("ann", "Reminder")]
    steps = world.store.followed.steps(person(world))
    assert [step.id for step in steps] == ["first"]


def test_a_storm_holds_steps_too(made: Made):
    world = made()
    known_for_long(world, "eve", owner=RecordRef("crm", "User", "ann"))
    world.cycle()
    world.returns("eve")
    world.cycle()
    world.cycle(MINUTE)
    world.reload(storm=1)
    by_hours(world, 40)
    assert len(world.tasks()) == 2
    world.clock.move_to(MONDAY + 49 * HOUR)
    world.cycle()
    assert told(world)[2:] == [("ann", "Reminder")]
    held = [each for each in world.store.outbox.all() if each.state is OutboxState.HELD]
    assert len(held) == 1


def test_rules_that_are_new_do_not_remind_of_old_tasks(made: Made):
    world = made("")
    by_hours(world, 24)
    (world.folder / "rules" / "sla.toml").write_text(ON)
    world.config = load(world.folder / "config.toml")
    world.ingest.adopt(world.config)
    by_hours(world, 10 * 24)
    assert told(world) == [CALL]


def test_few_requests_are_made(made: Made):
    world = made()
    before = world.platform.calls["fetch"]
    for _ in range(60):
        world.cycle(2 * MINUTE)
    assert 7 <= world.platform.calls["fetch"] - before <= 9
    assert WriteKind.CREATE_TASK in {each.kind for each in world.platform.journal}


def figures(world: World) -> dict[str, float | None]:
    asked = Asked(
        rulebook=world.config.rulebook,
        authority="crm",
        start_at=NOW,
        until_at=world.clock.now(),
    )
    known = known_of(world.store, asked)
    return {m.figure.name: m.figure.value for _, some in measured(known) for m in some}


def test_the_report_counts_what_followed_and_what_was_said(made: Made):
    world = made()
    by_hours(world, 30 * 24)
    found = figures(world)
    names = ("remind", "escalate", "reassign", "recycle")
    assert [found[f"clock.{name}"] for name in names] == [1, 1, 1, 1]
    assert (found["said.recycled"], found["neglect.never"]) == (1, 1)


def test_a_task_that_is_done_is_work(made: Made):
    world = made()
    world.platform.edit_task(done_task(world), status="Completed", is_closed=True)
    by_hours(world, 5 * 24)
    found = figures(world)
    assert (found["neglect.in_time"], found["said.nothing"], found["clock.remind"]) == (1, 1, 0)


def test_qualifying_out_is_told_as_such(made: Made):
    world = made()
    world.platform.edit_task(done_task(world), status="No fit", is_closed=True)
    by_hours(world, 24)
    assert figures(world)["said.disqualified"] == 1
    told_of = explain(world.store, world.config, person(world), None, world.clock.now())
    (clock,) = told_of.clocks
    assert clock.clock == "over"
    assert 'the task was set to "No fit"' in clock.disposition


def test_explain_tells_the_next_step_and_those_that_were_made(made: Made):
    world = made()
    world.clock.move_to(MONDAY + 49 * HOUR)
    world.cycle()
    (clock,) = explain(world.store, world.config, person(world), None, world.clock.now()).clocks
    assert clock.said == "it runs"
    assert clock.holder == "Ann"
    assert clock.upcoming == "escalate 8 Jan 2026, 10:00"
    assert [each.partition(": ")[2] for each in clock.made] == ["remind, to Ann"]


def test_a_plan_names_the_steps(made: Made):
    world = made()
    world.clock.move_to(MONDAY + 49 * HOUR)
    with contextlib.closing(Store.copy(world.config.state)) as copy:
        plan = make(copy, world.config, {"crm": world.adapter}, world.clock)
    (write,) = plan.writes
    assert (write.what, write.owner, write.rule) == ("remind", "Ann", "returning")


def test_merged_persons_keep_one_clock(made: Made):
    world = made()
    world.person("eve", emails=("eve@mill.example",))
    world.cycle()
    world.person("eve", emails=("eve@mill.example", "ada@mill.example"))
    world.clock.move_to(MONDAY + 49 * HOUR)
    world.cycle()
    by_hours(world, 2)
    assert told(world) == [CALL, ("ann", "Reminder")]
