"""Nurture as it runs: from leaving lead mode to the last touch, and everything that ends it."""

import dataclasses
import itertools
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.clock import DAY, HOUR, from_millis
from connector.config.nurture import Means
from connector.config.settings import load
from connector.engine.timeline import EndReason
from connector.model import Kind, Record, RecordRef, Role, WriteKind
from connector.plan.nurture import Exit
from connector.store.persons import find_person
from tests.flow.world import NOW, World

RULES = Path(__file__).with_name("nurture.toml")
BUSY = 14 * DAY


@pytest.fixture
def nurtured(tmp_path):
    world = World(tmp_path)
    adopt(world)
    yield world
    world.close()


def adopt(world: World) -> None:
    shutil.copy(RULES, world.folder / "rules" / "nurture.toml")
    world.config = load(world.folder / "config.toml")
    world.restart()


def days(world: World, number: int) -> None:
    """Live through days, waking at every due moment as the daemon does."""
    until = world.clock.now() + number * DAY
    while True:
        world.cycle()
        due = world.ingest.next_due()
        if due is None or due > until:
            break
        world.clock.move_to(max(due, world.clock.now() + 1))
    world.clock.move_to(until)
    world.cycle()


def runs(world: World, name: str = "ada"):
    (person,) = find_person(world.store.connection, f"{name}@mill.example")
    return world.store.enrolments.of(person)


def touches(world: World, name: str = "ada"):
    (person,) = find_person(world.store.connection, f"{name}@mill.example")
    return world.store.enrolments.touches(person)


def left_lead_mode(world: World, name: str = "ada", **more) -> None:
    """Known for long, shopped again, handed off, and left as idle 45 days later."""
    world.person(name, **more)
    world.engaged(name, at=NOW - 70 * DAY)
    world.cycle()
    world.clock.move_to(NOW + DAY)
    world.returns(name)
    days(world, 47)


def test_who_left_lead_mode_gets_six_touches_and_no_offer_twice(nurtured):
    left_lead_mode(nurtured)
    (run,) = runs(nurtured)
    assert (run.entry, run.reason) == ("left_lead_mode", "")
    days(nurtured, 100)
    (run,) = runs(nurtured)
    made = touches(nurtured)
    assert run.reason == Exit.FINISHED
    assert [each.number for each in made] == [1, 2, 3, 4, 5, 6]
    assert [each.offer for each in made] == ["guide", "case", "call", "webinar", "trial", "visit"]
    assert all(10 * DAY <= b.at - a.at < 16 * DAY for a, b in itertools.pairwise(made))
    assert made[0].at - run.anchor >= 7 * DAY
    for each in made:
        local = from_millis(each.at).astimezone(ZoneInfo(nurtured.config.time_zone))
        assert local.weekday() < 5
        assert 9 <= local.hour < 17
    tasks = [each for each in nurtured.subjects() if each.startswith("Nurture")]
    assert tasks[0] == "Nurture 1 of 6: Buyer's guide for Ada"
    assert len(tasks) == 6
    days(nurtured, 250)  # the rest is over, and nothing has happened since they left
    assert len(touches(nurtured)) == 6
    assert len(runs(nurtured)) == 1


def test_what_they_engaged_with_moves_the_phase_and_is_not_offered(nurtured):
    left_lead_mode(nurtured)
    world = nurtured
    world.engaged("ada", Kind.CONTENT_DOWNLOADED, asset="case study")
    days(world, 12)
    assert [each.offer for each in touches(world)] == ["guide"]
    days(world, 14)
    assert [each.offer for each in touches(world)] == ["guide", "call"]


ADA = RecordRef("crm", "Contact", "ada")


def opportunity(world: World) -> None:
    world.platform.put(
        Record(
            ref=RecordRef("crm", "Deal", "d1"),
            role=Role.OPPORTUNITY,
            people=(ADA,),
            created_at=world.clock.now(),
            fields={"name": "Deal"},
        )
    )


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (lambda world: world.returns("ada"), Exit.LEAD_MODE),
        (lambda world: world.engaged("ada", Kind.EMAIL_REPLIED), Exit.REPLIED),
        (
            lambda world: world.platform.edit(ADA, opted_out=True, do_not_call=True),
            Exit.OPTED_OUT,
        ),
        (opportunity, Exit.OPPORTUNITY),
        (lambda world: world.platform.delete(ADA), Exit.INELIGIBLE),
        (lambda world: world.platform.edit(ADA, title="Student"), None),
    ],
)
def test_what_ends_a_program(nurtured, deed, reason):
    world = nurtured
    left_lead_mode(world)
    days(world, 30)  # so long that a return is a return again
    (person,) = find_person(world.store.connection, "ada@mill.example")
    before = len(touches(world))
    deed(world)
    days(world, 1)
    (run,) = world.store.enrolments.of(person)
    assert (run.reason or None) == reason
    days(world, 20)
    after = len(world.store.enrolments.touches(person))
    assert (after > before) == (reason is None)


def test_a_disqualified_person_leaves(nurtured):
    world = nurtured
    left_lead_mode(world)
    book = world.config.rulebook
    said = {**book.dispositions, "Unfit": EndReason.DISQUALIFIED}
    world.reload(rulebook=dataclasses.replace(book, dispositions=said, revision="other"))
    world.platform.edit(ADA, status="Unfit")
    days(world, 1)
    assert [run.reason for run in runs(world)] == [Exit.DISQUALIFIED]


def test_a_call_pauses_and_a_return_of_the_touches_comes_after_it(nurtured):
    world = nurtured
    left_lead_mode(world)
    world.engaged("ada", Kind.CALL_HELD)
    spoke = world.clock.now()
    days(world, 13)
    assert touches(world) == []
    days(world, 6)
    (first,) = touches(world)
    assert first.at >= spoke + BUSY


def test_without_consent_to_mail_only_calls_are_offered(nurtured):
    world = nurtured
    left_lead_mode(world)
    world.platform.edit(ADA, opted_out=True)
    days(world, 40)
    assert [each.offer for each in touches(world)] == ["call", "visit"]
    assert runs(world)[0].exhausted_at is not None


def test_nothing_comes_in_a_burst_after_downtime(nurtured):
    world = nurtured
    left_lead_mode(world)
    world.clock.move_to(world.clock.now() + 90 * DAY)
    world.restart()
    days(world, 4)
    assert len(touches(world)) == 1
    days(world, 8)
    assert len(touches(world)) <= 2


def test_a_touch_is_made_once_whatever_is_evaluated_again(nurtured):
    world = nurtured
    left_lead_mode(world)
    days(world, 12)
    (person,) = find_person(world.store.connection, "ada@mill.example")
    for _ in range(3):
        world.store.people.wake([person], 0)
        world.cycle(HOUR)
        world.restart()
    assert len(touches(world)) == 1
    assert len([each for each in world.subjects() if each.startswith("Nurture")]) == 1


def test_a_new_program_takes_in_a_few_people_a_day(tmp_path):
    world = World(tmp_path)
    for number in range(20):
        world.person(f"p{number}")
    world.cycle()
    adopt(world)
    world.cycle()
    assert world.store.enrolments.running() == []  # what new rules find is looked at once more
    world.cycle(2 * HOUR)
    open_runs = [run for _, run in world.store.enrolments.running()]
    per_day = [
        sum(run.starts_at // DAY == NOW // DAY + day for run in open_runs) for day in range(7)
    ]
    assert per_day == [2] * 7
    assert {run.entry for run in open_runs} == {"passive"}
    days(world, 9)
    assert len(world.store.enrolments.running()) == 20
    world.close()


def test_who_is_quiet_for_long_enters_once(nurtured):
    world = nurtured
    world.person("ada")
    world.engaged("ada", at=NOW - 100 * DAY)
    days(world, 10)
    assert runs(world) == []
    days(world, 11)
    (run,) = runs(world)
    assert run.anchor == NOW - 100 * DAY
    assert run.starts_at >= run.anchor + 120 * DAY


def test_exhaustion_asks_for_content_once_and_ends_with_a_new_offer(nurtured):
    world = nurtured
    offers = [each for each in world.config.rulebook.offers if each.id == "guide"]
    book = dataclasses.replace(world.config.rulebook, offers=tuple(offers), revision="few")
    world.reload(rulebook=book)
    for name in ("ada", "bob"):
        world.person(name)
    days(world, 20)
    assert all(len(touches(world, name)) == 1 for name in ("ada", "bob"))
    assert all(runs(world, name)[0].exhausted_at for name in ("ada", "bob"))
    asked = [each for each in world.subjects() if each.startswith("Content wanted")]
    assert asked == ['Content wanted: the persona "buyer", phase awareness']
    whole = load(world.folder / "config.toml").rulebook
    world.reload(rulebook=dataclasses.replace(whole, revision="many"))
    days(world, 14)
    assert all(len(touches(world, name)) >= 2 for name in ("ada", "bob"))
    assert not any(runs(world, name)[0].exhausted_at for name in ("ada", "bob"))


def test_membership_delivers_where_a_program_says_so(nurtured):
    world = nurtured
    world.platform.lists["L1"] = set()
    book = world.config.rulebook
    offers = tuple(dataclasses.replace(each, list="L1") for each in book.offers[:1])
    (one,) = book.programs
    programs = (dataclasses.replace(one, means=Means.LIST),)
    world.reload(
        rulebook=dataclasses.replace(book, offers=offers, programs=programs, revision="lists")
    )
    world.person("ada")
    days(world, 3)
    assert world.platform.lists["L1"] == {ADA}
    (effect,) = [each for each in world.platform.journal if each.kind is WriteKind.ADD_MEMBER]
    assert effect.key == touches(world)[0].key


def test_a_dry_run_enrols_nobody_and_arming_does(tmp_path):
    world = World(tmp_path)
    adopt(world)
    world.reload(dry_run=True)
    world.person("ada")
    days(world, 3)
    assert runs(world) == []
    world.store.arm(True)
    days(world, 3)
    assert len(runs(world)) == 1
    world.close()


def test_a_program_that_is_gone_ends_its_runs(nurtured):
    world = nurtured
    left_lead_mode(world)
    book = dataclasses.replace(world.config.rulebook, programs=(), revision="none")
    world.reload(rulebook=book)
    days(world, 1)
    assert [run.reason for run in runs(world)] == ["program_gone"]


def test_two_records_of_one_human_have_one_run_and_all_their_touches(nurtured):
    world = nurtured
    for name in ("ada", "bob"):
        world.person(name)
    days(world, 7)
    offered = [each.offer for name in ("ada", "bob") for each in touches(world, name)]
    assert offered == ["guide", "guide"]
    world.platform.merge(RecordRef("crm", "Contact", "bob"), ADA)
    days(world, 1)
    assert [run.reason for run in runs(world) if run.ended_at is None] == [""]
    assert len(touches(world)) == 2
    days(world, 40)
    later = [each.offer for each in touches(world)][2:]
    assert later
    assert "guide" not in later


def test_the_brake_holds_touches_as_it_holds_hand_offs(nurtured):
    world = nurtured
    (one,) = world.config.rulebook.programs
    together = dataclasses.replace(one, jitter=0)
    book = dataclasses.replace(world.config.rulebook, programs=(together,), revision="even")
    world.reload(rulebook=book, storm=1)
    for name in ("ada", "bob"):
        world.person(name)
    days(world, 3)
    (held,) = [each for each in world.store.outbox.all() if each.reason == "storm"]
    assert held.write.key in {touches(world, name)[0].key for name in ("ada", "bob")}
    assert len([each for each in world.subjects() if each.startswith("Nurture 1")]) == 1


def test_who_was_two_people_in_two_runs_goes_on_in_the_older_one(nurtured):
    world = nurtured
    world.person("ada")
    world.person("bob")
    world.engaged("bob", at=NOW - 130 * DAY)
    days(world, 1)
    assert len(world.store.enrolments.running()) == 2
    world.platform.merge(RecordRef("crm", "Contact", "bob"), ADA)
    days(world, 1)
    assert sorted(run.reason for run in runs(world)) == ["", "merged"]


def test_a_lost_database_makes_the_same_touch_again_and_the_target_knows_it(nurtured):
    world = nurtured
    world.person("ada")
    days(world, 6)
    key = touches(world)[0].key
    world.stop()
    for path in (world.folder / "state").glob("leadmode.sqlite*"):
        path.unlink()
    world.start()
    days(world, 6)
    assert touches(world)[0].key == key
    assert len([each for each in world.subjects() if each.startswith("Nurture 1")]) == 1
