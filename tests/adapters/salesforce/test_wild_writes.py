"""Failures that other connectors had in the wild when writing; numbers as in the README's table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.clock import MINUTE
from connector.errors import FateUnknown
from connector.model import RecordRef, Settled, WriteKind
from connector.ports import Stream
from sandbox.salesforce.calls import Answer
from sandbox.salesforce.values import Row
from tests.adapters.salesforce.wild import (
    left_the_company,
    people,
    replace_fields,
    write_one,
)
from tests.adapters.salesforce.world import OWN, give_field
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write


def test_21_null_and_empty_are_told_apart_from_unchanged(world):
    ref = world.target(1)
    world.edit(ref, OWN, "old")
    write = some_write(world, WriteKind.SET_FIELDS, ref)
    [outcome] = write_one(world.adapter(), replace_fields(write, {OWN: None}))
    assert outcome.settled is Settled.APPLIED
    assert world.look()[ref].get(OWN) is None
    assert world.look()[ref]["Company"] == "Acme"


@pytest.mark.fault("F57")
def test_24_a_locked_row_is_tried_again(world):
    writes = [some_write(world, WriteKind.CREATE_TASK, world.target(n), n) for n in (1, 2)]
    world.org.locked[writes[0].target.id] = START + MINUTE
    adapter = world.adapter()
    assert [o.settled for o in adapter.write(writes)] == [Settled.RETRY, Settled.APPLIED]
    world.clock.move_to(START + MINUTE)
    assert [o.settled for o in adapter.write(writes)] == [
        Settled.APPLIED,
        Settled.ALREADY_APPLIED,
    ]


def test_25_a_bad_record_does_not_fail_its_batch(world):
    writes = [some_write(world, WriteKind.CREATE_TASK, world.target(n), n) for n in range(4)]
    world.spoil(writes[1])
    outcomes = world.adapter().write(writes)
    assert [o.settled for o in outcomes].count(Settled.APPLIED) == 3
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION: This company forbids it." in outcomes[1].reason


@pytest.mark.fault("F44")
@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.SET_FIELDS])
def test_28_a_converted_lead_is_followed_to_its_contact(world, kind):
    give_field(world.made, "Contact", OWN, {"type": "Text", "length": 99, "label": "State"})
    lead = world.target(1)
    contact = world.put(Stream.PEOPLE, 1, START)
    gone: Row = {"IsConverted": True, "ConvertedContactId": contact.ref.id}
    world.load("Lead", "00Q", 2, START, {"LastName": "x", "Company": "y"} | gone)
    [outcome] = world.adapter().write([some_write(world, kind, lead)])
    assert outcome.settled is Settled.APPLIED
    if kind is WriteKind.SET_FIELDS:
        assert world.look()[contact.ref][OWN] == "Call back"
    else:
        assert world.org.get(outcome.remote_id, "WhoId") == contact.ref.id


@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.SET_FIELDS])
def test_28_a_merged_lead_is_followed_to_the_survivor(world, kind):
    loser, middle, winner = (world.target(n) for n in (1, 2, 3))
    for number, into in enumerate((middle, winner), start=1):
        values: Row = {"LastName": "x", "Company": "y", "MasterRecordId": into.id}
        world.load("Lead", "00Q", 2 * number, START, values | {"IsDeleted": True})
    adapter = world.adapter()
    seen, _ = people(adapter)
    assert (seen[loser].deleted, seen[loser].merged_into) == (True, middle)
    [outcome] = adapter.write([some_write(world, kind, loser)])
    assert outcome.settled is Settled.APPLIED
    if kind is WriteKind.SET_FIELDS:
        assert world.look()[winner][OWN] == "Call back"
    else:
        assert world.org.get(outcome.remote_id, "WhoId") == winner.id


@pytest.mark.fault("F55")
def test_29_an_inactive_owner_is_replaced_under_the_same_key(world):
    write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
    write = replace_fields(write, {**write.fields, "owner": left_the_company(world)})
    fellow = some_write(world, WriteKind.CREATE_TASK, world.target(2), 2)
    adapter = world.adapter(fallback_owner=world.made.admin[:15])
    outcomes = adapter.write([write, fellow])
    assert [o.settled for o in outcomes] == [Settled.APPLIED, Settled.APPLIED]
    assert world.org.get(outcomes[0].remote_id, "OwnerId") == world.made.admin
    assert [o.settled for o in adapter.write([write])] == [Settled.ALREADY_APPLIED]


def test_29_without_a_fallback_owner_the_task_is_refused(world):
    write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
    write = replace_fields(write, {**write.fields, "owner": left_the_company(world)})
    [outcome] = world.adapter().write([write])
    assert outcome.settled is Settled.REJECTED
    assert "INACTIVE_OWNER_OR_USER" in outcome.reason


@pytest.mark.parametrize("count", [1, 2])
def test_30_an_update_does_not_give_the_lead_to_another_owner(world, count):
    writes = [some_write(world, WriteKind.SET_FIELDS, world.target(n), n) for n in range(count)]
    world.org.rules.assign_leads_to = world.made.integration
    world.adapter().write(writes)
    owners = {world.org.get(write.target.id, "OwnerId") for write in writes}
    assert owners == {world.made.admin}


def test_35_a_right_that_is_missing_for_one_record_refuses_that_one(world):
    write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
    error = {"statusCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "no", "fields": []}
    body = [{"success": False, "errors": [error]}]
    world.front.instead = [("composite/sobjects", Answer(body=body))]
    [outcome] = world.adapter().write([write])
    assert outcome.settled is Settled.REJECTED
    assert "INSUFFICIENT_ACCESS_OR_READONLY" in outcome.reason


def test_a_look_that_is_refused_for_one_change_is_taken_for_each(world):
    adapter = world.adapter()
    writes = [some_write(world, WriteKind.CREATE_TASK, world.target(1), 1)]
    writes += [some_write(world, WriteKind.SET_FIELDS, world.target(n), n) for n in (2, 3)]
    for object_type in ("Task", writes[1].target.object_type):
        adapter.describe(object_type)
    refusal = [{"errorCode": "MALFORMED_ID", "message": "bad id"}]
    path = f"/composite/sobjects/{writes[1].target.object_type}"
    world.front.instead.append((path, Answer(status=400, body=refusal)))
    assert {outcome.settled for outcome in adapter.write(writes)} == {Settled.APPLIED}
    assert world.front.instead == []


@pytest.mark.fault("F92")
@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.ADD_NOTE])
def test_what_was_deleted_before_the_next_sending_is_not_made_again(world, kind):
    """A task in the recycle bin does not keep its key from another one."""
    writes = [some_write(world, kind, world.target(n), n) for n in range(3)]
    adapter = world.adapter()
    world.lose_next_answer()
    with pytest.raises(FateUnknown):
        adapter.write(writes)
    first = [row["Id"] for row in world.org.tables["Task"].live()]
    world.remove(RecordRef(world.instance, "Task", str(first[1])))
    outcomes = adapter.write([replace(write, sent_before=True) for write in writes])
    assert [o.settled for o in outcomes] == [Settled.ALREADY_APPLIED] * 3
    assert [o.remote_id for o in outcomes] == first
    assert outcomes[1].reason == "It was deleted since."
    assert len(world.landed(kind)) == 3


@pytest.mark.fault("F60")
def test_a_field_that_became_compulsory_is_named_in_the_refusal(world):
    give_field(world.made, "Activity", "Region__c", {"type": "Text", "length": 9, "label": "R"})
    world.org.rules.required.add(("Task", "Region__c"))
    [outcome] = world.adapter().write([some_write(world, WriteKind.CREATE_TASK, world.target(1))])
    assert outcome.settled is Settled.REJECTED
    assert "Region__c" in outcome.reason
    world.org.rules.required.clear()
    [outcome] = world.adapter().write([some_write(world, WriteKind.CREATE_TASK, world.target(1))])
    assert outcome.settled is Settled.APPLIED
