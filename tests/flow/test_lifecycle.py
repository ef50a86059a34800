"""What the beginning and the end of an episode set on the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connector.clock import DAY
from connector.config.rules import load_rulebook
from connector.model import OutboxState, RecordRef, WriteKind
from connector.planned.make import make
from connector.report.explain import explain
from connector.store import Store
from connector.store.persons import find_person
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, World

LIFECYCLE = """
[[lifecycle]]
id = "begin"
when = "entered"
[[lifecycle.field]]
field = "lead_mode"
value = "{{reason}}"
[[lifecycle.field]]
field = "times"
value = "{{episodes}}"
[[lifecycle.field]]
field = "first"
value = "{{first_entered_on}}"
[[lifecycle.field]]
field = "last"
value = "{{last_entered_on}}"

[[lifecycle]]
id = "nurture"
when = "left"
reasons = ["decayed", "idle"]
[[lifecycle.field]]
field = "status"
value = "Nurture"
expected = ["Working"]

[[lifecycle]]
id = "elsewhere"
when = "left"
lead_modes = ["returning"]
[[lifecycle.field]]
field = "lead_mode"
value = "other"
on = ["elsewhere"]

[[lifecycle]]
id = "end"
when = "left"
[[lifecycle.field]]
field = "lead_mode"
value = "{{reason}}: {{entered_on}} to {{left_on}}"

[[lifecycle]]
id = "too-late"
when = "left"
reasons = "idle"
[[lifecycle.field]]
field = "status"
value = "never: nurture sets it first"
"""


FIELDS = dict.fromkeys(("lead_mode", "times", "first", "last"), "")


def with_lifecycle(folder: Path, more: str = "") -> World:
    world = World(folder, more)
    (folder / "rules" / "lifecycle.toml").write_text(LIFECYCLE)
    adopt(world)
    return world


def adopt(world: World) -> None:
    world.reload(rulebook=load_rulebook([world.folder / "rules"]))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_lifecycle(tmp_path)
    yield made
    made.close()


def field(world: World, ref: RecordRef, *names: str) -> list[object]:
    return [world.platform.record(ref).fields.get(name) for name in names]


def entered(world: World, name: str = "ada") -> RecordRef:
    ref = known_for_long(world, name, fields=FIELDS)
    world.clock.move_to(NOW + DAY)
    world.returns(name)
    world.cycles(2)
    return ref


def set_fields(world: World) -> list[dict[str, object]]:
    return [dict(e.fields) for e in world.platform.journal if e.kind is WriteKind.SET_FIELDS]


def test_the_beginning_the_end_and_the_next_beginning_are_written_once_each(world):
    ref = entered(world)
    assert field(world, ref, "lead_mode", "times", "first", "last") == [
        "is shopping again", "1", "2026-01-02", "2026-01-02",
    ]  # fmt: skip
    world.clock.move_to(NOW + 60 * DAY)
    world.cycles(3)
    assert field(world, ref, "status", "lead_mode") == [
        "Nurture",
        "went quiet: 2 Jan 2026 to 2026-02-16",
    ]
    world.clock.move_to(NOW + 130 * DAY)
    world.returns()
    world.cycles(3)
    assert field(world, ref, "lead_mode", "times", "first", "last") == [
        "is shopping again", "2", "2026-01-02", "2026-05-11",
    ]  # fmt: skip
    times = [fields["times"] for fields in set_fields(world) if "times" in fields]
    assert times == ["1", "2"]


def test_an_end_by_a_status_says_why_and_leaves_the_status_alone(world):
    ref = entered(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.person(fields={**FIELDS, "status": "Recycled"})
    world.cycles(3)
    assert field(world, ref, "status", "lead_mode") == [
        "Recycled",
        "recycled by sales: 2 Jan 2026 to 2026-01-06",
    ]


def test_an_alert_that_is_held_begins_an_episode_all_the_same_but_not_of_the_excluded(world):
    ref = known_for_long(world, "ada", fields={**FIELDS, "opted_out": True, "do_not_call": True})
    rival = known_for_long(
        world, "bob", fields=FIELDS, emails=("bob@rival.example", "bob@mill.example")
    )
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.returns("bob")
    world.cycles(2)
    assert world.tasks() == []
    assert field(world, ref, "lead_mode") == ["is shopping again"]
    assert field(world, rival, "lead_mode") == [""]
    world.clock.move_to(NOW + 60 * DAY)
    world.cycles(3)
    assert field(world, rival, "lead_mode") == [""]


def test_nothing_is_written_about_what_was_so_from_the_start(world):
    world.person(fields=FIELDS)
    world.engaged("ada", at=NOW - 200 * DAY)
    world.returns()
    world.cycles(2)
    world.clock.move_to(NOW + 60 * DAY)
    world.cycles(3)
    assert set_fields(world) == []


def test_rules_that_are_new_write_the_end_of_what_they_did_not_begin(tmp_path):
    world = World(tmp_path)
    ref = entered(world)
    (tmp_path / "rules" / "lifecycle.toml").write_text(LIFECYCLE)
    world.clock.move_to(NOW + 10 * DAY)
    adopt(world)
    world.cycles(2)
    assert field(world, ref, "lead_mode") == [""]
    world.clock.move_to(NOW + 60 * DAY)
    world.cycles(3)
    assert field(world, ref, "lead_mode") == ["went quiet: 2 Jan 2026 to 2026-02-16"]
    world.close()


def test_a_dry_run_writes_nothing_then_or_later(world):
    ref = known_for_long(world, fields=FIELDS)
    world.reload(dry_run=True)
    world.clock.move_to(NOW + DAY)
    world.returns()
    world.cycles(2)
    world.reload(dry_run=False)
    world.cycles(2)
    assert set_fields(world) == []
    world.clock.move_to(NOW + 60 * DAY)
    world.cycles(3)
    assert field(world, ref, "lead_mode") == ["went quiet: 2 Jan 2026 to 2026-02-16"]


def test_ends_are_braked_apart_from_hand_offs(tmp_path):
    world = with_lifecycle(tmp_path, more="storm = 2")
    for name in ("ada", "bob", "cy"):
        known_for_long(world, name, fields=FIELDS)
    for day, name in enumerate(("ada", "bob", "cy"), start=1):
        world.clock.move_to(NOW + day * DAY)
        world.returns(name)
        world.cycles(2)
    assert len(world.tasks()) == 3
    world.clock.move_to(NOW + 70 * DAY)
    world.cycles(2)
    held = world.store.outbox.all([OutboxState.HELD])
    assert {each.reason for each in held} == {"storm"}
    assert len({each.write.target.id for each in held}) == 1
    world.close()


def test_a_plan_shows_the_changes_and_counts_hand_offs_alone(world):
    known_for_long(world, fields=FIELDS)
    world.clock.move_to(NOW + DAY)
    world.returns()
    with closing(Store.copy(world.config.state)) as copy:
        plan = make(copy, world.config, {"crm": world.adapter}, world.clock)
    assert plan.hand_offs == 1
    assert [each.fields for each in plan.writes if "times" in each.fields] == [
        {
            "lead_mode": "is shopping again",
            "times": "1",
            "first": "2026-01-02",
            "last": "2026-01-02",
        }
    ]


def test_explain_tells_what_was_set(world):
    entered(world)
    world.clock.move_to(NOW + 60 * DAY)
    world.cycles(3)
    (person,) = find_person(world.store.connection, "ada@mill.example")
    story = explain(world.store, world.config, person, None, world.clock.now()).story
    told = [entry.text for entry in story if entry.what.value == "fields"]
    first = "first = 2026-01-02, last = 2026-01-02, lead_mode = is shopping again, times = 1"
    assert told == [
        f"set {first}: written",
        "set lead_mode = went quiet: 2 Jan 2026 to 2026-02-16: written",
        "set status = Nurture: written",
    ]
