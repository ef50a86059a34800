"""From an engagement on the platform to a task on the record, and the reasons for none."""

import dataclasses

import pytest

from connector.clock import DAY, HOUR
from connector.model import Evidence, Hold, Kind, Record, RecordRef, Role, Verdict, WriteKind
from tests.flow.world import NOW, World


def known_for_long(world: World, name: str = "ada", **more: object) -> RecordRef:
    ref = world.person(name, **more)
    world.engaged(name, at=NOW - 200 * DAY)
    world.cycle()
    return ref


def test_a_person_who_returns_gets_one_task_and_the_fields(world):
    ref = known_for_long(world)
    world.clock.move_to(NOW + DAY)
    world.returns()
    world.cycles(5)
    (task,) = world.tasks()
    assert task.target == ref
    assert task.fields["subject"] == "Call Ada (D2)"
    assert task.fields["body"] == (
        "is shopping again after 7 months\n"
        "- 2 Jan 2026, 00:00: clicked in a mail (+30)\n"
        '- 2 Jan 2026, 00:00: looked at "pricing" (+30)'
    )
    assert task.fields["due_at"] == NOW + DAY + HOUR + DAY
    assert world.platform.record(ref).fields["status"] == "Working"
    (decision,) = world.decisions()
    assert decision.verdict is Verdict.HANDED_OFF


def test_a_status_that_a_rep_moved_on_is_left_alone(world):
    ref = known_for_long(world, fields={"status": "Negotiating"})
    world.returns()
    world.cycles(5)
    assert len(world.tasks()) == 1
    assert world.platform.record(ref).fields["status"] == "Negotiating"


def test_what_already_is_so_at_the_first_start_is_the_baseline(world):
    world.person()
    world.engaged("ada", at=NOW - 200 * DAY)
    world.returns()
    world.cycles(3)
    assert world.tasks() == []
    assert world.holds() == [Hold.BASELINE]


def test_backfill_hands_off_what_is_recent(tmp_path):
    world = World(tmp_path, more='backfill = "7d"')
    world.person()
    world.engaged("ada", at=NOW - 200 * DAY)
    world.engaged("ada", at=NOW - 3 * DAY)
    world.engaged("ada", Kind.PAGE_VIEWED, at=NOW - 3 * DAY)
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]
    world.close()


@pytest.mark.fault("F82")
def test_new_rules_begin_with_a_baseline_of_their_own(world):
    known_for_long(world)
    world.clock.move_to(NOW + DAY)
    world.engaged("ada")  # 30 points: too little by today's rules
    world.cycle()
    book = world.config.rulebook
    mode = book.lead_modes[0]
    lower = dataclasses.replace(
        mode, rule=dataclasses.replace(mode.rule, enter=25, distinct_kinds=1)
    )
    world.reload(rulebook=dataclasses.replace(book, lead_modes=(lower,), revision="other"))
    world.cycles(3)
    assert world.tasks() == []
    assert set(world.holds()) == {Hold.BASELINE}


def test_a_dry_run_records_what_it_would_have_done_and_arming_ends_it(tmp_path):
    world = World(tmp_path)
    world.reload(dry_run=True)
    known_for_long(world)
    known_for_long(world, "bob")
    world.returns("ada")
    world.cycles(3)
    assert world.tasks() == []
    assert world.holds("ada") == [Hold.DRY_RUN]
    world.store.arm(True)
    world.returns("bob")
    world.cycles(3)
    assert world.subjects() == ["Call Bob (D2)"]
    world.close()


def test_an_open_opportunity_holds(world):
    known_for_long(world, account=RecordRef("crm", "Account", "mill"))
    world.platform.put(
        Record(
            ref=RecordRef("crm", "Opportunity", "o1"),
            role=Role.OPPORTUNITY,
            account=RecordRef("crm", "Account", "mill"),
            fields={"is_closed": False},
            created_at=NOW - 5 * DAY,
        )
    )
    world.cycle(HOUR)
    world.returns()
    world.cycles(3)
    assert world.tasks() == []
    (decision,) = world.decisions()
    assert (decision.hold, decision.detail) == (Hold.OPEN_OPPORTUNITY, "crm:Opportunity:o1")


def test_an_opportunity_that_opens_ends_the_episode(world):
    ref = known_for_long(world)
    world.returns()
    world.cycle(HOUR)
    world.clock.move_to(NOW + 3 * DAY)
    world.platform.put(
        Record(
            ref=RecordRef("crm", "Opportunity", "o1"),
            role=Role.OPPORTUNITY,
            people=(ref,),
            created_at=world.clock.now(),
        )
    )
    world.cycle(HOUR)
    (left,) = [episode for news in world.news for episode in news.left]
    assert (left.left_reason, left.left_at) == ("converted", NOW + 3 * DAY)


def test_consent_exclusion_and_a_rep_at_work_hold(world):
    known_for_long(world, "ada", fields={"opted_out": True, "do_not_call": True})
    known_for_long(world, "bob", emails=("bob@mill.example", "bob@rival.example"))
    known_for_long(world, "cy")
    world.clock.move_to(NOW + DAY)
    world.engaged("cy", Kind.CALL_HELD)
    world.clock.move_to(NOW + 2 * DAY)
    for name in ("ada", "bob", "cy"):
        world.returns(name)
    world.cycles(3)
    assert world.tasks() == []
    assert world.holds("ada") == [Hold.CONSENT]
    assert world.holds("bob") == [Hold.EXCLUDED]
    assert world.holds("cy") == [Hold.WORKED]


def test_a_second_return_within_the_cooldown_is_held_and_a_raised_hand_is_not(world):
    known_for_long(world)
    world.returns()
    world.cycles(2)
    world.clock.move_to(NOW + 9 * DAY)
    world.platform.edit(RecordRef("crm", "Contact", "ada"), status="Recycled")
    world.cycle()
    world.clock.move_to(NOW + 20 * DAY)  # rearmed after ten days
    world.returns()
    world.cycles(2)
    assert world.holds() == [None, Hold.COOLDOWN]
    world.engaged("ada", Kind.FORM_SUBMITTED, asset="demo-request")
    world.cycles(2)
    assert world.holds() == [None, Hold.COOLDOWN, None]
    assert len(world.tasks()) == 2
    assert world.tasks()[1].fields["priority"] == "high"


def test_only_machine_evidence_is_said_so(world):
    known_for_long(world)
    world.engaged("ada", evidence=Evidence.MACHINE)
    world.engaged("ada", Kind.PAGE_VIEWED, evidence=Evidence.MACHINE)
    world.cycles(3)
    assert world.tasks() == []
    assert world.holds() == [Hold.MACHINE_ONLY]
    world.clock.move_to(NOW + DAY)
    world.returns()  # and a human who comes after the machine is not held for it
    world.cycles(3)
    assert len(world.tasks()) == 1


def test_a_new_name_is_no_returning_one(world):
    world.cycle()
    world.person("new", created_at=NOW)
    world.returns("new")
    world.cycles(3)
    assert world.decisions("new") == []


def test_the_fit_predicate_keeps_students_out_and_a_change_of_title_undoes_nothing(world):
    known_for_long(world, "stu", fields={"title": "Student"})
    ref = known_for_long(world, "ada", fields={"title": "Buyer"})
    world.returns("stu")
    world.returns("ada")
    world.cycles(2)
    assert world.decisions("stu") == []
    world.platform.edit(ref, title="Student of life")
    world.cycles(3)
    (person,) = {news.person.id for news in world.news}
    (episode,) = world.store.episodes.of(person)
    assert episode.is_open


@pytest.mark.fault("F50")
def test_a_person_with_several_records_gets_one_task_on_the_contact(world):
    lead = RecordRef("crm", "Lead", "L1")
    world.platform.put(
        Record(
            ref=lead,
            role=Role.PERSON,
            fields={"name": "Ada"},
            emails=("ada+fair@mill.example",),
            created_at=NOW - 2_000 * DAY,
        )
    )
    contact = known_for_long(world)
    world.returns()
    world.cycles(3)
    assert [task.target for task in world.tasks()] == [contact]


def test_the_owner_gets_the_task_unless_inactive(world):
    for name, active in (("rep", True), ("gone", False), ("manager", True)):
        world.platform.put(
            Record(ref=RecordRef("crm", "User", name), role=Role.OWNER, fields={"active": active})
        )
    known_for_long(world, "ada", owner=RecordRef("crm", "User", "rep"))
    known_for_long(world, "bob", owner=RecordRef("crm", "User", "gone"))
    world.returns("ada")
    world.returns("bob")
    world.cycles(3)
    owners = {task.target.id: task.fields["owner"] for task in world.tasks()}
    assert owners == {"ada": "rep", "bob": "manager"}


def test_idle_people_leave_by_themselves_without_new_data(world):
    known_for_long(world)
    world.returns()
    world.cycles(2)
    world.cycle(44 * DAY)
    assert [episode for news in world.news for episode in news.left] == []
    world.cycle(3 * DAY)
    (left,) = [episode for news in world.news for episode in news.left]
    assert left.left_reason in ("idle", "decayed")


def test_fields_are_written_after_the_task_of_the_same_record(world):
    known_for_long(world)
    world.returns()
    world.cycles(3)
    kinds = [effect.kind for effect in world.platform.journal]
    assert kinds == [WriteKind.CREATE_TASK, WriteKind.SET_FIELDS]
