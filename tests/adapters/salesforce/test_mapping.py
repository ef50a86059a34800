"""Rows as Salesforce tells them, as records and engagements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.salesforce import tables
from adapters.salesforce.mapping import (
    Reading,
    engagements_of,
    host_of,
    instant,
    record_of,
)
from adapters.salesforce.outgoing import cut, same
from adapters.salesforce.settings import CAMPAIGN_KINDS, TASK_KINDS
from connector.clock import DAY, HOUR
from connector.model import Evidence, Kind, RecordRef
from tests.adapters.world import START

NOON = "2026-03-02T12:00:00.000+0000"
LEAD, CONTACT = "00QbS0000000001AAA", "003bS0000000001QAA"


def reading(table: tables.Table, now: int = START, zone: str = "Europe/Berlin") -> Reading:
    return Reading(
        instance="crm",
        table=table,
        zone=ZoneInfo(zone),
        task_kinds=TASK_KINDS,
        campaign_kinds=CAMPAIGN_KINDS,
        now=now,
    )


def told(table: tables.Table, row: dict[str, Any], now: int = START) -> list[tuple[str, Kind, int]]:
    found = engagements_of(row, reading(table, now))
    return [(each.id, each.kind, each.at - START) for each in found]


@pytest.mark.fault("F46")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:00:00.000+0000", START),
        ("2026-03-02T09:00:00.000Z", START),
        ("2026-03-02T10:00:00.000+0100", START),
        ("", None),
        (None, None),
        ("soon", None),
    ],
)
def test_instants(text, expected):
    assert instant(text) == expected


def test_a_lead():
    row: dict[str, Any] = {"Id": LEAD, "Name": "Ann", "Title": None, "Email": "ann@acme.example"}
    row |= {"OwnerId": "005bS0000000001AAA", "SystemModstamp": NOON, "IsDeleted": False}
    record = record_of(row, reading(tables.LEADS))
    assert record is not None
    assert record.fields == {"name": "Ann", "title": None}
    assert record.emails == ("ann@acme.example",)
    assert record.owner == RecordRef("crm", "User", "005bS0000000001AAA")
    assert record.modified_at == START + 3 * HOUR


def test_a_queue_is_no_owner():
    row: dict[str, Any] = {"Id": LEAD, "OwnerId": "00GbS0000000001AAA"}
    record = record_of(row, reading(tables.LEADS))
    assert record is not None
    assert record.owner is None


def test_a_converted_lead_points_to_its_contact():
    row: dict[str, Any] = {"Id": LEAD, "IsConverted": True, "ConvertedContactId": CONTACT[:15]}
    record = record_of(row, reading(tables.LEADS))
    assert record is not None
    assert record.merged_into == RecordRef("crm", "Contact", CONTACT)


def test_a_person_account_is_its_contact_without_a_company():
    row: dict[str, Any] = {
        "Id": "001bS0000000001AAA",
        "PersonContactId": CONTACT,
        "PersonEmail": "a@x.example",
    }
    row |= {"PersonTitle": "CEO", "IsPersonAccount": True}
    record = record_of(row, reading(tables.PERSON_ACCOUNTS))
    assert record is not None
    assert record.ref == RecordRef("crm", "Contact", CONTACT)
    assert (record.emails, record.account) == (("a@x.example",), None)
    assert record.fields == {"title": "CEO"}
    assert record_of({**row, "PersonContactId": None}, reading(tables.PERSON_ACCOUNTS)) is None


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("https://www.acme.example/x", "acme.example"),
        ("acme.example", "acme.example"),
        ("WWW.Acme.example", "acme.example"),
        ("acme", None),
        ("http://[bad", None),
    ],
)
def test_domains(site, host):
    assert host_of(site) == host


def task(**values: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Id": "00TbS0000000001UAA",
        "WhoId": LEAD,
        "IsClosed": True,
        "TaskSubtype": "Call",
    }
    return {**row, "CompletedDateTime": NOON, **values}


def test_a_completed_call():
    assert told(tables.TASKS, task()) == [("00TbS0000000001UAA", Kind.CALL_HELD, 3 * HOUR)]


@pytest.mark.parametrize(
    "values",
    [
        {"IsClosed": False},
        {"TaskSubtype": "Task"},
        {"WhoId": None},
        {"WhoId": "006bS0000000001AAA"},
        {"IsDeleted": True},
    ],
)
def test_other_tasks_tell_nothing(values):
    assert told(tables.TASKS, task(**values)) == []


def test_the_type_counts_where_the_subtype_says_nothing():
    row = task(TaskSubtype="Task", Type="Meeting")
    assert told(tables.TASKS, row)[0][1] is Kind.MEETING_HELD


@pytest.mark.parametrize(
    ("subject", "asset"),
    [
        ("Visited Web Page: /pricing", "/pricing"),
        ("Downloaded: Checklist: sensors", "Checklist: sensors"),
        (" Call ", "Call"),
        (None, ""),
    ],
)
def test_the_subject_says_what_a_task_was_about(subject, asset):
    [found] = engagements_of(task(Subject=subject), reading(tables.TASKS))
    assert found.asset == asset


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://acme.example/steel ", "https://acme.example/steel"),
        ("Dear all, see https://acme.example", ""),
        ("https://acme.example is where it is", ""),
        (None, ""),
    ],
)
def test_only_a_link_is_taken_from_the_field_of_links(text, link):
    known = replace(reading(tables.TASKS), task_link="description")
    [found] = engagements_of(task(Description=text), known)
    assert found.link == link
    [unasked] = engagements_of(task(Description=text), reading(tables.TASKS))
    assert unasked.link == ""


def test_a_call_that_was_logged_later_is_dated_by_its_day():
    row = task(ActivityDate="2026-02-27")
    assert told(tables.TASKS, row)[0][2] == -3 * DAY + 2 * HOUR  # noon in Berlin is 11:00 UTC
    assert told(tables.TASKS, task(ActivityDate="2026-03-02"))[0][2] == 3 * HOUR


def meeting(**values: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Id": "00UbS0000000001AAA",
        "WhoId": LEAD,
        "CreatedDate": "2026-03-01T09:00:00.000+0000",
    }
    row |= {"StartDateTime": NOON, "EndDateTime": "2026-03-02T13:00:00.000+0000"}
    return {**row, **values}


def test_a_meeting_is_booked_first_and_held_when_it_is_over():
    booked = ("00UbS0000000001AAA:booked", Kind.MEETING_BOOKED, -DAY)
    held = ("00UbS0000000001AAA:held", Kind.MEETING_HELD, 3 * HOUR)
    assert told(tables.MEETINGS, meeting()) == [booked]
    assert told(tables.MEETINGS_OVER, meeting(), START + 4 * HOUR) == [booked, held]
    logged = meeting(CreatedDate="2026-03-02T14:00:00.000+0000")
    assert told(tables.MEETINGS, logged, START + 9 * HOUR) == [held]
    assert told(tables.MEETINGS, meeting(IsChild=True), START + DAY) == []


def member(form: str, **values: object) -> dict[str, Any]:
    row = {
        "Id": "00vbS0000000001AAA",
        "LeadId": LEAD,
        "CreatedDate": "2026-02-20T10:00:00.000+0000",
    }
    return {**row, "Campaign": {"Name": "Spring", "Type": form}, "Status": "Sent", **values}


def test_a_place_in_a_webinar_and_its_response():
    kinds = [kind for _, kind, _ in told(tables.MEMBERS, member("Webinar"))]
    assert kinds == [Kind.WEBINAR_REGISTERED]
    row = member("Webinar", HasResponded=True, FirstRespondedDate="2026-02-25")
    (_, _, _), (key, kind, at) = told(tables.MEMBERS, row)
    assert (key, kind) == ("00vbS0000000001AAA:webinar_attended", Kind.WEBINAR_ATTENDED)
    assert at == -5 * DAY - 10 * HOUR  # the beginning of the day in Berlin
    exact = {**row, "FirstResponseDateTime": NOON}
    assert told(tables.MEMBERS, exact)[1][2] == 3 * HOUR
    same_day = {**row, "FirstRespondedDate": "2026-02-20"}
    assert told(tables.MEMBERS, same_day)[1][2] == told(tables.MEMBERS, same_day)[0][2]


def test_a_member_that_is_a_contact_by_now_counts_for_the_contact():
    [found] = engagements_of(member("Webinar", ContactId=CONTACT), reading(tables.MEMBERS))
    assert found.person == RecordRef("crm", "Contact", CONTACT)
    assert found.asset == "Spring"


def test_campaigns_without_a_kind_tell_nothing():
    assert told(tables.MEMBERS, member("Direct Mail", HasResponded=True)) == []
    assert told(tables.MEMBERS, {**member("Webinar"), "Campaign": None}) == []


def email(**values: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Id": "02sbS0000000001AAA",
        "MessageDate": NOON,
        "Status": "3",
        "Incoming": False,
    }
    row |= {"ToAddress": "ann@acme.example; bob@acme.example", "FromAddress": "rep@us.example"}
    return {**row, **values}


def test_emails():
    [reply] = engagements_of(
        email(Incoming=True, FromAddress="ann@acme.example"), reading(tables.EMAILS)
    )
    assert (reply.kind, reply.email) == (Kind.EMAIL_REPLIED, "ann@acme.example")
    sent, bounced, opened = engagements_of(
        email(IsBounced=True, IsOpened=True, FirstOpenedDate=NOON), reading(tables.EMAILS)
    )
    assert (sent.kind, bounced.kind) == (Kind.EMAIL_SENT, Kind.BOUNCED)
    assert (opened.kind, opened.evidence) == (Kind.EMAIL_OPENED, Evidence.UNKNOWN)
    assert len({sent.id, bounced.id, opened.id}) == 3
    assert list(engagements_of(email(Status="5"), reading(tables.EMAILS))) == []


def test_an_email_and_its_task_are_one_engagement():
    [sent] = engagements_of(email(ActivityId="00TbS0000000001"), reading(tables.EMAILS))
    [logged] = engagements_of(task(TaskSubtype="Email"), reading(tables.TASKS))
    assert sent.id == logged.id


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 9, "short"),
        ("exactly 9", 9, "exactly 9"),
        ("more than 9", 9, "more tha…"),
        ("👩👩👩👩👩", 9, "👩👩👩👩…"),
        ("a\x00b\ud800c", 9, "abc"),
    ],
)
def test_texts_are_cut_as_salesforce_counts(text, limit, expected):
    assert cut(text, limit) == expected


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("", None, True), (" a ", "a", True), ("a", "A", False), (1, 1.0, True), (False, None, False)],
)
def test_values_that_are_one_to_salesforce(one, other, alike):
    assert same({}, "X", one, other) is alike
