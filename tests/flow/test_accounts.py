"""A surging account is one task for its owner, and its people join it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.clock import DAY
from connector.config.rules import load_rulebook
from connector.model import (
    AccountSurge,
    Evidence,
    Hold,
    Kind,
    OutboxState,
    Record,
    RecordRef,
    Role,
    Scalar,
    Verdict,
    WriteKind,
)
from tests.flow.world import NOW, Hurried, World

ACCOUNT = """
[persona.executive]
when = { "person.title" = { has_word = ["cto", "ceo"] } }
[persona.end_user]
when = { "person.title" = { present = true } }

[account]
people = 2
window = "14d"
cooldown = "30d"
group = ["executive", "end_user"]
likely = 10
engaged = 50
subject = "{{account.name}}: {{people}} people"
body = "{{quadrant}}, {{phase}}\\n{{who}}\\n{{missing}}"
[[account.points]]
when = { "account.industry" = "Mining" }
points = 10
"""
MILL = RecordRef("crm", "Account", "mill")


def put_account(world: World, name: str = "mill", owner: str | None = "olga", **more: Any) -> None:
    record = Record(
        ref=RecordRef("crm", "Account", name),
        role=Role.ACCOUNT,
        fields={"name": name.title(), "industry": "Mining"},
        owner=RecordRef("crm", "User", owner) if owner else None,
        created_at=NOW - 1_000 * DAY,
        **more,
    )
    world.platform.put(record)


def put_owner(world: World, name: str, *, active: bool = True) -> RecordRef:
    ref = RecordRef("crm", "User", name)
    fields: dict[str, Scalar] = {"name": name.title(), "active": active}
    world.platform.put(Record(ref=ref, role=Role.OWNER, fields=fields))
    return ref


def rules(world: World, text: str = ACCOUNT) -> None:
    (world.folder / "rules" / "account.toml").write_text(text)
    world.reload(rulebook=load_rulebook([world.folder / "rules"]))


def start(world: World, text: str = ACCOUNT, owner: str | None = "olga") -> World:
    """Three people of one account, quiet for long, two of them owned by whoever owns it."""
    rules(world, text)
    put_owner(world, "olga")
    put_owner(world, "rep")
    put_account(world, owner=owner)
    for name, title, whose in (
        ("ada", "CTO", "olga"),
        ("bob", "Buyer", "olga"),
        ("cleo", "", "rep"),
    ):
        user = RecordRef("crm", "User", whose)
        world.person(name, account=MILL, owner=user, fields={"title": title or None})
        world.engaged(name, at=NOW - 200 * DAY)
    world.cycles(2)
    world.clock.move_to(NOW + DAY)
    world.news.clear()
    return world


@pytest.fixture
def mill(world: World) -> World:
    return start(world)


def surges(world: World) -> list[AccountSurge]:
    return [surge for _, surge in world.store.accounts.all()]


def on_account(world: World) -> list[str]:
    return [str(each.fields["subject"]) for each in world.tasks() if each.target == MILL]


def notes(world: World) -> list[tuple[RecordRef, str]]:
    return [
        (each.target, str(each.fields["subject"]))
        for each in world.platform.journal
        if each.kind is WriteKind.ADD_NOTE
    ]


def test_two_people_engaged_make_one_task_for_the_owner_of_the_account(mill):
    mill.engaged("ada")
    mill.cycles(2)
    assert mill.tasks() == []
    mill.engaged("bob", Kind.PAGE_VIEWED, asset="pricing")
    mill.cycles(5)
    (task,) = mill.tasks()
    assert task.target == MILL
    assert task.fields["subject"] == "Mill: 2 people"
    assert task.fields["owner"] == "olga"
    assert task.fields["body"] == (
        "pursue, \n"
        '- Bob (Buyer, end user): looked at "pricing" 2 Jan 2026; consent not known\n'
        "- Ada (CTO, executive): clicked in a mail 2 Jan 2026; consent not known\n"
        "Every kind of buyer is engaged."
    )


def test_who_is_missing_is_told_with_those_who_are_known_there(mill):
    mill.engaged("bob")
    mill.engaged("cleo")
    mill.cycles(2)
    (task,) = mill.tasks()
    assert "Not engaged: executive (known there: Ada)." in str(task.fields["body"])


def test_people_who_enter_by_the_same_page_join_instead_of_tasks_of_their_own(mill):
    mill.returns("ada")
    mill.engaged("bob")
    mill.cycles(5)
    assert [task.target for task in mill.tasks()] == [MILL]
    assert mill.holds("ada") == [Hold.JOINED]
    assert "Ada (CTO, executive): clicked in a mail" in str(mill.tasks()[0].fields["body"])
    assert "in lead mode since 2 Jan 2026" in str(mill.tasks()[0].fields["body"])
    assert notes(mill) == []  # the task names her
    ada = mill.platform.record(RecordRef("crm", "Contact", "ada"))
    assert ada.fields["status"] == "Working"  # all of the hand-off but its task


def test_account_first_then_person_the_person_is_told_in_a_note_on_the_account(mill):
    mill.engaged("ada")
    mill.engaged("bob")
    mill.cycles(2)
    mill.returns("bob")
    mill.cycles(5)
    assert [task.target for task in mill.tasks()] == [MILL]
    assert mill.holds("bob") == [Hold.JOINED]
    assert notes(mill) == [(MILL, "Call Bob (D1)")]


def test_person_first_then_account_the_task_says_who_has_one_already(mill):
    mill.returns("ada")
    mill.cycles(2)
    assert mill.subjects() == ["Call Ada (D2)"]
    mill.clock.move_to(NOW + 3 * DAY)
    mill.engaged("bob")
    mill.cycles(5)
    assert mill.subjects() == ["Call Ada (D2)", "Mill: 2 people"]
    assert "has a task of their own of 2 Jan 2026" in str(mill.tasks()[1].fields["body"])


def test_whoever_has_another_owner_gets_their_own_task(mill):
    mill.engaged("ada")
    mill.engaged("bob")
    mill.cycles(2)
    mill.returns("cleo")
    mill.cycles(3)
    assert mill.subjects() == ["Mill: 2 people", "Call Cleo (D2)"]
    assert mill.tasks()[1].fields["owner"] == "rep"


def test_a_raised_hand_has_a_task_of_its_own(mill):
    mill.engaged("ada")
    mill.engaged("bob")
    mill.cycles(2)
    mill.engaged("bob", Kind.FORM_SUBMITTED, asset="demo")
    mill.cycles(3)
    assert len(mill.tasks()) == 2
    assert mill.holds("bob") == [None]


def end_of_surge(world: World) -> int:
    (surge,) = surges(world)
    assert surge.ended_at is not None
    return surge.ended_at


def test_it_ends_at_its_own_moment_and_the_next_one_waits_for_the_cooldown(mill):
    mill.engaged("ada")
    mill.clock.move_to(NOW + 2 * DAY)
    mill.engaged("bob")
    mill.cycle()
    assert mill.ingest.next_due() == NOW + 15 * DAY
    mill.clock.move_to(NOW + 15 * DAY)
    mill.cycle()
    assert end_of_surge(mill) == NOW + 15 * DAY
    for days, tasks in ((20, 1), (60, 2)):
        mill.clock.move_to(NOW + days * DAY)
        mill.engaged("ada")
        mill.engaged("bob")
        mill.cycles(2)
        assert len(on_account(mill)) == tasks
    assert [each.hold for each in surges(mill)] == [None, Hold.COOLDOWN, None]
    assert len({each.key for each in surges(mill) if each.key}) == 2


def test_late_data_that_moves_the_start_makes_no_second_task(mill):
    mill.engaged("ada", at=NOW + DAY)
    mill.clock.move_to(NOW + 5 * DAY)
    mill.engaged("bob")
    mill.cycles(2)
    mill.engaged("cleo", at=NOW + 2 * DAY)  # it began three days earlier
    mill.cycles(3)
    (surge,) = surges(mill)
    assert (surge.anchor, surge.began_at) == (NOW + 5 * DAY, NOW + 2 * DAY)
    assert len(on_account(mill)) == 1


def test_a_surge_that_late_data_takes_back_and_gives_again_makes_no_second_task(mill):
    mill.engaged("ada")
    mill.engaged("bob", number="E1")
    mill.cycles(2)
    mill.clock.move_to(NOW + 2 * DAY)
    mill.engaged("bob", at=NOW - 100 * DAY, number="E1")  # a correction
    mill.cycles(2)
    assert [each.superseded for each in surges(mill)] == [True]
    mill.engaged("cleo")
    mill.cycles(3)
    (surge,) = surges(mill)
    assert (surge.anchor, surge.superseded) == (NOW + DAY, False)
    assert len(on_account(mill)) == 1


def test_a_lost_database_computes_the_same_key_and_the_target_refuses_it(mill):
    mill.engaged("ada")
    mill.engaged("bob")
    mill.cycles(2)
    mill.stop()
    for path in (mill.folder / "state").glob("leadmode.sqlite*"):
        path.unlink()
    mill.start()
    mill.cycles(3)
    assert len(on_account(mill)) == 1


def test_what_surges_at_the_first_look_of_new_rules_is_the_baseline(world):
    start(world, ACCOUNT.replace("people = 2", "people = 9"))
    world.engaged("ada")
    world.engaged("bob")
    world.cycles(2)
    rules(world)
    world.cycles(3)
    assert [each.hold for each in surges(world)] == [Hold.BASELINE]
    assert world.tasks() == []


def test_an_open_opportunity_of_the_account_holds_the_task(world):
    start(world)
    deal = Record(
        ref=RecordRef("crm", "Opportunity", "deal"),
        role=Role.OPPORTUNITY,
        fields={"is_closed": False},
        account=MILL,
        created_at=NOW - 9 * DAY,
    )
    world.platform.put(deal)
    world.engaged("ada")
    world.engaged("bob")
    world.cycles(3)
    assert [(each.hold, each.detail) for each in surges(world)] == [
        (Hold.OPEN_OPPORTUNITY, "crm:Opportunity:deal")
    ]
    assert world.tasks() == []


def test_a_call_with_one_of_them_holds_it_and_so_does_a_dry_run(world):
    start(world)
    world.reload(dry_run=True)
    world.engaged("ada")
    world.engaged("bob")
    world.cycles(2)
    world.reload(dry_run=False)
    world.cycles(2)
    world.clock.move_to(NOW + 60 * DAY)
    world.engaged("cleo", Kind.CALL_HELD)
    world.engaged("ada")
    world.engaged("bob")
    world.cycles(3)
    assert [each.hold for each in surges(world)] == [Hold.DRY_RUN, Hold.WORKED]
    assert world.tasks() == []


def test_machines_excluded_people_and_people_of_no_weight_do_not_count(world):
    start(world, ACCOUNT.replace("people = 2", "people = 2\nweight = { executive = 0 }"))
    world.person("dan", account=MILL, emails=("dan@rival.example",))
    world.engaged("ada")  # of no weight
    world.engaged("bob")
    world.engaged("dan", at=NOW + DAY)
    world.engaged("cleo", evidence=Evidence.MACHINE)
    world.cycles(3)
    assert surges(world) == []


def test_without_an_active_owner_the_fallback_gets_it(world):
    start(world)
    put_owner(world, "olga", active=False)
    world.engaged("ada")
    world.engaged("bob")
    world.cycles(3)
    assert [task.fields["owner"] for task in world.tasks()] == ["manager"]


def test_without_any_owner_it_is_held_until_there_is_one(world):
    text = (world.folder / "rules" / "rules.toml").read_text()
    (world.folder / "rules" / "rules.toml").write_text(
        text.replace('fallback_owner = "manager"', "")
    )
    start(world, owner=None)
    world.engaged("ada")
    world.engaged("bob")
    world.cycles(2)
    assert [each.hold for each in surges(world)] == [Hold.NO_OWNER]
    put_account(world, modified_at=NOW + DAY)
    world.cycles(3)
    assert [(each.verdict, each.anchor) for each in surges(world)] == [
        (Verdict.HANDED_OFF, NOW + DAY)
    ]
    assert [task.fields["owner"] for task in world.tasks()] == ["olga"]


def test_the_storm_brake_holds_the_task_for_a_person(world):
    start(world)
    world.reload(storm=1)
    world.person("zoe", owner=RecordRef("crm", "User", "rep"))
    world.engaged("zoe", at=NOW - 200 * DAY)
    world.cycles(2)
    world.clock.move_to(NOW + 2 * DAY)
    world.returns("zoe")
    world.clock.move_to(NOW + 2 * DAY + 1)
    world.engaged("ada")
    world.engaged("bob")
    world.cycle()
    held = world.store.outbox.all([OutboxState.HELD])
    assert len(world.store.outbox.all()) > len(held) >= 1
    assert MILL in {each.write.target for each in held}


def test_an_account_that_fails_delays_nobody_and_is_tried_again(mill, monkeypatch):
    said: list[int] = []

    def fails(*_: object) -> None:
        said.append(1)
        raise ValueError("a field that nobody can read")

    monkeypatch.setattr("connector.assess.accounts.account_task", fails)
    mill.returns("ada")
    mill.engaged("bob")
    mill.cycle()
    assert said
    assert surges(mill) == []
    assert mill.holds("ada") == [Hold.JOINED]
    monkeypatch.undo()
    mill.cycle(DAY)
    assert on_account(mill) == ["Mill: 2 people"]
    assert "Ada" in str(mill.tasks()[0].fields["body"])


def test_a_merged_account_takes_its_surge_and_its_waiting_task_along(mill):
    mill.engaged("ada")
    mill.engaged("bob")
    mill.ingest.poll("crm", mill.adapter, Hurried())
    other = RecordRef("crm", "Account", "group")
    put_account(mill, "group")
    put_account(mill, merged_into=other, deleted=True)
    for name, title, whose in (("ada", "CTO", "olga"), ("bob", "Buyer", "olga")):
        mill.person(
            name,
            account=other,
            owner=RecordRef("crm", "User", whose),
            fields={"title": title},
            modified_at=NOW + DAY,
        )
    mill.cycles(3)
    assert [task.target for task in mill.tasks()] == [other]
    assert len(surges(mill)) == 1
