"""Hand-offs that wait for a free place: the best go through, nothing doubles, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.assess.admission import _Turn
from connector.clock import DAY, HOUR
from connector.config.settings import load
from connector.model import Hold, Kind, Record, RecordRef, Role, Verdict
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, Hurried, World

MONDAY = NOW + 4 * DAY  # 2026-01-05
ON = """
[capacity]
default = 5
wait = "10d"
"""
Made = Callable[..., World]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """A world with more rules; people p0, p1 ... are known for long and belong to one rep."""
    worlds: list[World] = []

    def make(rules: str = ON, people: int = 0, rep: str = "ann", more: str = "") -> World:
        folder = tmp_path / str(len(worlds))
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "capacity.toml").write_text(rules)
        world = World(folder, more=more)
        worlds.append(world)
        user(world, rep)
        for number in range(people):
            known_for_long(world, f"p{number}", owner=RecordRef("crm", "User", rep))
        world.cycle()
        world.clock.move_to(MONDAY + 8 * HOUR)
        return world

    yield make
    for world in worlds:
        world.close()


def user(world: World, name: str, **fields: str | bool) -> None:
    ref = RecordRef("crm", "User", name)
    named = {"name": name.title(), **fields}
    world.platform.put(Record(ref=ref, role=Role.OWNER, fields=named))


def rules(world: World, text: str) -> None:
    """Other rules are taken up."""
    (world.folder / "rules" / "capacity.toml").write_text(text)
    world.config = load(world.folder / "config.toml")
    world.ingest.adopt(world.config)


def keen(world: World, name: str, clicks: int) -> None:
    """Some more clicks, of 30 points each."""
    for number in range(clicks):
        world.engaged(name, Kind.EMAIL_CLICKED, number=f"{name}-again-{number}")


def names(world: World) -> list[str]:
    return [task.target.id for task in world.tasks()]


def verdicts(world: World, name: str) -> list[Verdict]:
    return [each.verdict for each in world.decisions(name)]


def test_without_capacity_everybody_goes_at_once(made: Made):
    world = made("", people=3)
    for number in range(3):
        world.returns(f"p{number}")
    world.cycle()
    assert len(names(world)) == 3


def test_the_best_go_first_and_the_week_is_spread(made: Made):
    world = made(people=7)
    for number in range(7):
        world.returns(f"p{number}")
    keen(world, "p3", 1)
    keen(world, "p5", 2)
    world.cycle()
    assert names(world) == ["p5"], "the best of seven; a fifth of the week is one"
    assert verdicts(world, "p3") == [Verdict.WAITING]
    world.cycle(HOUR)
    assert names(world) == ["p5"], "nothing is left of Monday"
    world.cycle(DAY)
    assert names(world) == ["p5", "p3"]
    world.cycle(DAY)
    world.cycle(DAY)
    world.cycle(DAY)
    assert len(names(world)) == 5
    world.cycle(DAY)
    world.cycle(DAY)
    assert len(names(world)) == 5, "nobody works at the weekend"
    world.cycle(DAY)
    assert len(names(world)) == 6, "the next Monday"
    assert len(set(names(world))) == 6


def test_who_waits_too_long_or_is_over_is_given_up(made: Made):
    world = made('[capacity]\ndefault = 0\nwait = "3d"\n', people=2)
    world.returns("p0")
    world.returns("p1")
    world.cycle()
    assert verdicts(world, "p0") == [Verdict.WAITING]
    ref = RecordRef("crm", "Contact", "p1")
    person = world.platform.record(ref)
    fields = {**person.fields, "status": "Recycled"}
    world.clock.move_to(world.clock.now() + DAY)
    world.platform.put(Record(ref=ref, role=Role.PERSON, fields=fields, emails=person.emails))
    world.cycle()
    (over,) = world.decisions("p1")
    assert (over.hold, over.detail) == (Hold.CAPACITY, "it ended while it waited for a free place")
    assert verdicts(world, "p0") == [Verdict.WAITING]
    world.cycle(DAY + 23 * HOUR)
    assert verdicts(world, "p0") == [Verdict.WAITING]
    world.cycle(HOUR)
    (late,) = world.decisions("p0")
    assert (late.hold, late.detail) == (Hold.CAPACITY, "it waited too long for a free place")
    assert names(world) == []


def test_a_raised_hand_goes_at_once_and_takes_a_place(made: Made):
    world = made("[capacity]\ndefault = 5\n", people=3)
    world.engaged("p0", Kind.FORM_SUBMITTED, asset="demo")
    world.engaged("p1", Kind.FORM_SUBMITTED, asset="demo")
    world.returns("p2")
    world.cycle()
    assert sorted(names(world)) == ["p0", "p1"]
    world.cycle(DAY)
    assert len(names(world)) == 2, "Monday's and Tuesday's places are taken"
    world.cycle(DAY)
    assert sorted(names(world)) == ["p0", "p1", "p2"]


def test_a_raised_hand_settles_what_waited_of_the_same_episode(made: Made):
    world = made("[capacity]\ndefault = 0\n", people=1)
    world.returns("p0")
    world.cycle()
    world.engaged("p0", Kind.FORM_SUBMITTED, at=world.clock.now() + HOUR, asset="demo")
    world.cycle(HOUR)
    assert len(names(world)) == 1
    assert world.holds("p0") == [Hold.COOLDOWN, None]
    world.cycles(3, DAY)
    assert len(names(world)) == 1


def test_holds_are_asked_again_when_the_turn_comes(made: Made):
    world = made(people=2)
    world.returns("p0")
    world.returns("p1")
    keen(world, "p1", 1)
    world.cycle()
    assert names(world) == ["p1"]
    world.platform.put(
        Record(
            ref=RecordRef("crm", "Contact", "p0"),
            role=Role.PERSON,
            fields={"name": "P0", "status": "Open", "opted_out": True, "do_not_call": True},
            emails=("p0@mill.example",),
            owner=RecordRef("crm", "User", "ann"),
        )
    )
    world.cycle(DAY)
    assert names(world) == ["p1"]
    assert world.holds("p0") == [Hold.CONSENT]


def test_without_limits_again_what_waits_goes(made: Made):
    world = made("[capacity]\ndefault = 0\n", people=2)
    world.returns("p0")
    world.returns("p1")
    world.cycle()
    assert names(world) == []
    rules(world, "")
    world.cycle()
    assert sorted(names(world)) == ["p0", "p1"]


def test_in_the_dry_run_nothing_waits(made: Made):
    world = made(people=1)
    world.reload(dry_run=True)
    world.returns("p0")
    world.cycle()
    assert world.holds("p0") == [Hold.DRY_RUN]


def test_the_brake_holds_what_is_let_through(made: Made):
    world = made("[capacity]\ndefault = 50\n", people=3, more="storm = 2")
    for number in range(3):
        world.returns(f"p{number}")
    world.cycle()
    assert len(names(world)) == 2
    assert all(verdicts(world, f"p{number}") == [Verdict.HANDED_OFF] for number in range(3))


def test_killed_between_waiting_and_its_turn_nothing_doubles_and_nothing_is_lost(made: Made):
    world = made(people=2)
    world.returns("p0")
    world.returns("p1")
    world.ingest.poll("crm", world.adapter, Hurried())
    world.restart()
    assert verdicts(world, "p0") == [Verdict.WAITING]
    world.cycle()
    assert len(names(world)) == 1
    world.restart()
    world.cycles(3, DAY)
    assert sorted(names(world)) == ["p0", "p1"]


def test_a_lost_database_writes_nothing_twice(made: Made):
    world = made("[capacity]\ndefault = 10\n", people=2, more='backfill = "7d"')
    world.returns("p0")
    world.returns("p1")
    world.cycles(2)
    assert len(names(world)) == 2
    world.stop()
    for path in Path(world.config.state).glob("leadmode.sqlite*"):
        path.unlink()
    world.start()
    world.cycles(4, DAY)
    assert len(names(world)) == 2, "the same keys: the target refused them"


def test_one_persons_fault_stops_nobody(made: Made, monkeypatch: pytest.MonkeyPatch):
    world = made("[capacity]\ndefault = 50\n", people=2)
    for number in range(2):
        world.returns(f"p{number}")
    sound = _Turn.decide

    def faulty(turn, room):
        if turn.waiter.record.endswith("p0"):
            raise ValueError("a fault")
        return sound(turn, room)

    monkeypatch.setattr(_Turn, "decide", faulty)
    world.cycle()
    assert names(world) == ["p1"]
    monkeypatch.setattr(_Turn, "decide", sound)
    world.cycle(HOUR)
    assert sorted(names(world)) == ["p0", "p1"]


def test_without_a_cool_down_a_raised_hand_settles_it_all_the_same(made: Made):
    world = made("", people=1)
    for path in (world.folder / "rules").glob("*.toml"):
        path.write_text(path.read_text().replace('cooldown = "30d"', 'cooldown = "0d"'))
    rules(world, "[capacity]\ndefault = 0\n")
    world.cycle()
    world.clock.move_to(world.clock.now() + HOUR)
    world.returns("p0")
    world.cycle()
    world.engaged("p0", Kind.FORM_SUBMITTED, at=world.clock.now() + HOUR, asset="demo")
    world.cycle(HOUR)
    (entry, raised) = world.decisions("p0")
    assert (entry.hold, raised.hold) == (Hold.COOLDOWN, None)
    assert entry.detail == "a raised hand of the same episode was handed off meanwhile"
    rules(world, "")
    world.cycles(2)
    assert len(names(world)) == 1
