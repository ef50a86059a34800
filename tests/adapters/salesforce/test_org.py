"""What the laws do not ask for: roles, meetings, fields, the bell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.salesforce.adapter import SalesforceAdapter
from connector.clock import DAY, HOUR, MINUTE, ManualClock
from connector.errors import Conflict, GrantAccess, Rejected
from connector.model import Kind, Record, RecordRef, Settled, WriteKind
from connector.ports import FieldSpec, Stream
from sandbox.loopback.server import Server
from sandbox.salesforce import writing
from sandbox.salesforce.calls import Answer
from sandbox.salesforce.table import Table
from sandbox.salesforce.values import Row
from tests.adapters.reading_laws import drain
from tests.adapters.salesforce.world import KEY, OWN, SalesforceWorld
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write


def drained(
    adapter: SalesforceAdapter, stream: Stream, cursor: str | None = None
) -> tuple[dict[Any, Any], str]:
    """All rows by reference or id; a test knows which of both they are."""
    return drain(adapter, stream, cursor)


@pytest.mark.fault("F7")
def test_check_tells_account_quota_clock_and_what_is_missing(world):
    world.org.access.hide(world.made.integration, "Lead", "Title")
    world.org.access.hide(world.made.integration, "Task", KEY)
    world.org.access.hide_object(world.made.integration, "CampaignMember")
    world.org.clock.shift(7_000)
    health = world.adapter(extra={"people": {"x": "Nowhere__c", "r": "Rating"}}).check()
    assert health.account.startswith("Acme (00D")
    assert health.clock_skew == 7_000
    assert health.quota_left == 99_999
    assert set(health.missing) == {
        "read CampaignMember",
        "read Lead.Title",
        "read Account/Contact/Lead.Nowhere__c",
    }
    assert health.missing_to_write == (f"write Task.{KEY}",)


def test_the_organisation_is_identified_by_its_id_in_one_call(world):
    adapter = world.adapter()
    known, before = adapter.check(), world.requests()
    assert len(known.account_id or "") == 18
    assert adapter.identify().account_id == known.account_id
    assert world.requests() - before == 1
    table = world.org.tables["Organization"] = Table(world.org.schema["Organization"])
    (fresh,) = world.org.load("Organization", [{"Name": "Acme"}])  # as after a sandbox's refresh
    assert list(table.rows) == [fresh]
    assert world.adapter().identify().account_id == fresh != known.account_id


def test_a_user_who_may_not_see_the_organisation_tells_none(world):
    world.org.access.hide_object(world.made.integration, "Organization")
    assert world.adapter().identify().account_id is None
    assert world.adapter().check().account_id is None


@pytest.mark.fault("F31")
def test_a_version_that_is_not_there_is_told_with_the_newest(world):
    with pytest.raises(GrantAccess, match=r'version = "67\.0"'):
        world.adapter(version="99.0").check()


@pytest.mark.fault("F52")
def test_a_hidden_field_is_absent_and_not_empty(world):
    world.org.access.hide(world.made.integration, "Lead", "Title")
    world.put(Stream.PEOPLE, 2, START)
    seen, _ = drained(world.adapter(), Stream.PEOPLE)
    [record] = seen.values()
    assert isinstance(record, Record)
    assert "title" not in record.fields
    assert record.fields["phone"] is None


@pytest.mark.fault("F51")
def test_a_field_that_vanishes_while_reading_costs_nothing(world):
    adapter = world.adapter()
    world.put(Stream.PEOPLE, 2, START)
    _, cursor = drained(adapter, Stream.PEOPLE)
    world.org.access.hide(world.made.integration, "Lead", "Title")
    world.clock.move_to(START + MINUTE)
    world.put(Stream.PEOPLE, 4, START + MINUTE)
    seen, _ = drained(adapter, Stream.PEOPLE, cursor)
    assert len(seen) == 2


@pytest.mark.fault("F39")
def test_a_role_that_comes_and_goes_is_told_with_its_opportunity(world):
    told = world.put(Stream.OPPORTUNITIES, 1, START - DAY)
    world.put(Stream.OPPORTUNITIES, 9, START)  # so that no overlap reaches the first one
    adapter = world.adapter()
    _, cursor = drained(adapter, Stream.OPPORTUNITIES)
    world.clock.move_to(START + HOUR)
    contact = world.put(Stream.PEOPLE, 3, START).ref
    role: Row = {"OpportunityId": told.ref.id, "ContactId": contact.id}
    ref = world.load("OpportunityContactRole", "00K", 77, START + HOUR, role)
    seen, cursor = drained(adapter, Stream.OPPORTUNITIES, cursor)
    assert contact in seen[told.ref].people
    world.clock.move_to(START + 2 * HOUR)
    world.remove(ref)
    seen, _ = drained(adapter, Stream.OPPORTUNITIES, cursor)
    assert seen[told.ref].people == told.people


def test_a_meeting_that_nobody_touches_again_is_told_as_held(world):
    lead = world.target(1)
    adapter = world.adapter()
    _, cursor = drained(adapter, Stream.ENGAGEMENTS)
    values: Row = {"WhoId": lead.id, "Subject": "Demo", "CreatedDate": START}
    values |= {"StartDateTime": START + DAY, "EndDateTime": START + DAY + HOUR}
    world.load("Event", "00U", 1, START, values)
    seen, cursor = drained(adapter, Stream.ENGAGEMENTS, cursor)
    world.clock.move_to(START + HOUR)
    world.load("Event", "00U", 2, START + HOUR, {"Subject": "Later"})
    _, cursor = drained(adapter, Stream.ENGAGEMENTS, cursor)
    assert {row.kind for row in seen.values()} == {Kind.MEETING_BOOKED}
    world.clock.move_to(START + 2 * DAY)
    seen, cursor = drained(adapter, Stream.ENGAGEMENTS, cursor)
    assert {row.kind for row in seen.values()} == {Kind.MEETING_BOOKED, Kind.MEETING_HELD}
    seen, again = drained(adapter, Stream.ENGAGEMENTS, cursor)
    assert again == cursor


def test_deleted_leads_are_told_as_such(world):
    lead = world.target(1)
    adapter = world.adapter()
    _, cursor = drained(adapter, Stream.PEOPLE)
    world.remove(lead)
    seen, _ = drained(adapter, Stream.PEOPLE, cursor)
    assert seen[lead].deleted


def test_person_accounts_are_people_and_are_changed_on_the_account(tmp_path, monkeypatch):
    from sandbox.salesforce import founding  # noqa: PLC0415
    from tests.adapters.salesforce import world as module  # noqa: PLC0415

    monkeypatch.setattr(module, "found", lambda clock: founding.found(clock, person_accounts=True))
    world = SalesforceWorld(tmp_path, ManualClock(START))
    module.give_field(world.made, "Contact", OWN, {"type": "Text", "length": 99, "label": "State"})
    rights: Row = {"ParentId": world.made.permission_set, "SobjectType": "Account"}
    rights |= {"Field": "Account.Leadmode_State__pc", "PermissionsRead": True}
    world.org.load("FieldPermissions", [rights | {"PermissionsEdit": True}])
    kind = world.org.schema["Account"]
    values = {"LastName": "Solo", "PersonEmail": "solo@x.example"}
    account = writing.create(world.org, world.person_at_the_screen, kind, values)
    adapter = world.adapter()
    if world.org.get(account, "PersonContactId") is None:
        flag = {"IsPersonAccount": True}
        writing.update(world.org, world.person_at_the_screen, kind, account, flag)
    contact = RecordRef("crm", "Contact", str(world.org.get(account, "PersonContactId")))
    seen, _ = drained(adapter, Stream.PEOPLE)
    assert list(seen) == [contact]
    record = seen[contact]
    assert isinstance(record, Record)
    assert (record.emails, record.account) == (("solo@x.example",), None)
    assert drained(adapter, Stream.ACCOUNTS)[0] == {}
    [outcome] = adapter.write([some_write(world, WriteKind.SET_FIELDS, contact)])
    assert outcome.settled is Settled.APPLIED, outcome
    assert world.org.get(account, "Leadmode_State__pc") == "Call back"
    world.close()


def test_a_single_change_is_guarded_against_an_edit_in_between(world):
    lead = world.target(1)
    world.clock.move_to(START + MINUTE)
    adapter = world.adapter()
    write = some_write(world, WriteKind.SET_FIELDS, lead)
    body = [{"errorCode": "PRECONDITION_FAILED", "message": "modified", "fields": []}]
    world.front.instead = [("/sobjects/Lead/", Answer(status=412, body=body))]
    [outcome] = adapter.write([write])
    assert outcome.settled is Settled.RETRY
    sent = [call for call in world.front.seen if call.method == "PATCH"]
    assert sent[0].header("If-Unmodified-Since")
    assert [o.settled for o in adapter.write([write])] == [Settled.APPLIED]


def test_two_changes_of_one_record_follow_each_other(world):
    lead = world.target(1)
    first = some_write(world, WriteKind.SET_FIELDS, lead, 1, "one")
    second = some_write(world, WriteKind.SET_FIELDS, lead, 2, "two")
    second = replace(second, expected={OWN: ("one",)})
    outcomes = world.adapter().write([first, second])
    assert [o.settled for o in outcomes] == [Settled.APPLIED, Settled.APPLIED]
    assert world.look()[lead][OWN] == "two"


def test_a_task_has_a_day_of_the_company_and_a_reminder(world):
    write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
    late = replace(write, fields={**write.fields, "due_at": START + 15 * HOUR})
    [outcome] = world.adapter(time_zone="Asia/Tokyo").write([late])
    assert world.org.get(outcome.remote_id, "ActivityDate") == "2026-03-03"
    assert world.org.get(outcome.remote_id, "IsReminderSet") is True
    assert world.org.get(outcome.remote_id, "ReminderDateTime") == START + 15 * HOUR
    assert world.org.get(outcome.remote_id, "Status") == "Not Started"


def test_a_batch_of_tasks_is_one_call(world):
    writes = [some_write(world, WriteKind.CREATE_TASK, world.target(n), n) for n in range(200)]
    adapter = world.adapter(deadline=10.0)
    adapter.check()
    before = world.requests()
    assert {o.settled for o in adapter.write(writes)} == {Settled.APPLIED}
    assert world.requests() - before == 1
    assert {o.settled for o in adapter.write(writes)} == {Settled.ALREADY_APPLIED}
    assert world.requests() - before == 3
    with pytest.raises(Rejected, match="200 writes"):
        adapter.write([*writes, writes[0]])


@pytest.mark.fault("F56")
def test_another_unique_field_is_not_our_key(world):
    error = {
        "statusCode": "DUPLICATE_VALUE",
        "message": "duplicate value found: Other__c",
        "fields": [],
    }
    body = [{"success": False, "errors": [error]}]
    world.front.instead = [("composite/sobjects", Answer(body=body))]
    [outcome] = world.adapter().write([some_write(world, WriteKind.CREATE_TASK, world.target(1))])
    assert outcome.settled is Settled.REJECTED


@pytest.mark.fault("F21")
def test_success_without_an_id_is_no_success(world):
    world.front.instead = [("composite/sobjects", Answer(body=[{"success": True, "errors": []}]))]
    [outcome] = world.adapter().write([some_write(world, WriteKind.CREATE_TASK, world.target(1))])
    assert outcome.settled is Settled.UNKNOWN


def test_the_bell_rings_once_and_never_fails_a_task(world):
    write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
    adapter = world.adapter(notify="leadmode")
    adapter.write([write])
    adapter.write([write])
    assert len(world.org.journal.of("CustomNotification")) == 1
    other = some_write(world, WriteKind.CREATE_TASK, world.target(2), 2)
    for name in ("leadmode", "nothing like it"):
        world.front.instead = [("customNotificationAction", Answer(status=500, body=b""))]
        [outcome] = world.adapter(notify=name).write([replace(other, key=name)])
        assert outcome.settled is Settled.APPLIED


def test_a_field_that_is_hidden_is_granted_and_not_made_twice(world):
    world.org.custom_fields.create("Lead.Score__c", {"type": "Number", "label": "Score"})
    adapter = world.adapter()
    assert "Score" not in {info.name for info in adapter.describe("Lead")}
    with pytest.raises(Conflict, match="Score"):
        adapter.create_field(FieldSpec(object_type="Lead", name="Score", type="text"))
    adapter.create_field(FieldSpec(object_type="Lead", name="Score", type="number"))
    assert "Score" in {info.name for info in adapter.describe("Lead")}


def test_a_unique_field_is_an_external_id(world):
    spec = FieldSpec(object_type="Task", name="Other_Key__c", type="text", unique=True)
    world.adapter().create_field(spec)
    made = world.org.schema["Event"].field("Other_Key__c")
    assert (made.unique, made.external_id, made.case_sensitive) == (True, True, True)


def test_fields_are_not_made_without_a_permission_set(world):
    adapter = world.adapter(permission_set="nobody")
    with pytest.raises(GrantAccess, match="nobody"):
        adapter.create_field(FieldSpec(object_type="Lead", name="X", type="text"))
    assert world.org.schema["Lead"].field("X__c") is None


def test_fetch_takes_names_of_ours_and_of_theirs(world):
    lead = world.target(1)
    names = ["owner", "status", "Status", OWN, "Leadmode_State", "CreatedDate", "nothing"]
    [values] = world.adapter().fetch([lead], names).values()
    assert values["owner"] == world.made.admin
    assert values["status"] == values["Status"] == "Open - Not Contacted"
    assert values[OWN] is values["Leadmode_State"] is None
    assert isinstance(values["CreatedDate"], int)
    assert "nothing" not in values


def test_find_does_not_tell_converted_leads(world):
    values: Row = {"LastName": "x", "Company": "y", "Email": "a@x.example", "IsConverted": True}
    world.load("Lead", "00Q", 1, START, values)
    assert world.adapter().find(["A@x.example"]) == {"A@x.example": ()}


def test_a_cursor_of_somebody_else_is_rejected(world):
    adapter = world.adapter()
    for cursor in ("", "page 2", "[1]", '{"a": 1}'):
        with pytest.raises(Rejected, match="not a cursor"):
            adapter.read(Stream.PEOPLE, cursor)


def test_the_sandbox_server_with_its_zipped_answers_is_understood(world):
    wanted = {world.put(Stream.PEOPLE, number, START).ref for number in range(100)}
    with Server(world.made.platform) as server:
        adapter = world.adapter(instance_url=server.url, deadline=10.0)
        assert drained(adapter, Stream.PEOPLE)[0].keys() == wanted
        loading = world.adapter(instance_url=server.url, deadline=10.0, bulk_from=0)
        assert drained(loading, Stream.PEOPLE)[0].keys() == wanted
        adapter.close()
        loading.close()
