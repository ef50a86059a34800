"""What people did, by rows as HubSpot tells them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.hubspot import tables
from adapters.hubspot.engaged import activities_of, kind_of_form, of_history, of_mail, of_submission
from adapters.hubspot.mapping import (
    Reading,
    records_of,
)
from adapters.hubspot.settings import Settings
from adapters.hubspot.telling import reading_of
from connector.clock import DAY, HOUR, MINUTE
from connector.model import Evidence, Kind, Record, RecordRef
from connector.ports import Secret
from tests.adapters.world import START

NOON = "2026-03-02T12:00:00.500Z"
AT_NOON = START + 3 * HOUR + 500
SETTINGS = Settings(token=Secret("pat-eu1-secret"), task_kinds={"CALL": "call_held"})


def reading(table: tables.Table, now: int = START, **changes: Any) -> Reading:
    return replace(reading_of("crm", table, SETTINGS, now=now), **changes)


def row(told: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"id": "51", "properties": told, "createdAt": NOON, "updatedAt": NOON}
    return {**whole, "archived": False, **more}


def record(table: tables.Table, told: dict[str, Any], **more: Any) -> Record:
    return next(iter(records_of(row(told, **more), reading(table))))


def ref(object_type: str, record_id: str) -> RecordRef:
    return RecordRef("crm", object_type, record_id)


# activities


def activities(table: tables.Table, told: dict[str, Any], now: int = START, **more: Any):
    links = {"contacts": {"results": [{"id": "1"}, {"id": "2"}]}}
    found = activities_of(row(told, associations=links, **more), reading(table, now))
    return [
        (one.id, one.kind, one.at - START)
        for one in found
        if one.person == ref("contacts", "1") and not one.withdrawn
    ]


def meeting(start: int, end: int, outcome: str = "SCHEDULED", made: int = -DAY) -> dict[str, Any]:
    return {
        "hs_meeting_start_time": str(START + start),
        "hs_meeting_end_time": str(START + end),
        "hs_meeting_outcome": outcome,
        "hs_createdate": str(START + made),
    }


BOOKED = ("meetings:51:meeting_booked", Kind.MEETING_BOOKED, -DAY)


def held(at: int) -> tuple[str, Kind, int]:
    return ("meetings:51:meeting_held", Kind.MEETING_HELD, at)


def test_a_meeting_is_booked_and_held_when_it_is_over():
    ahead = meeting(HOUR, 2 * HOUR)
    assert activities(tables.MEETINGS, ahead) == [BOOKED]
    assert activities(tables.MEETINGS, ahead, START + 2 * HOUR) == [BOOKED, held(HOUR)]


def test_a_meeting_that_did_not_take_place_was_not_held():
    for outcome in ("NO_SHOW", "CANCELED", "RESCHEDULED"):
        assert activities(tables.MEETINGS, meeting(-HOUR, -MINUTE, outcome)) == [BOOKED]


def test_a_meeting_that_is_said_to_be_completed_was_held():
    assert held(HOUR) in activities(tables.MEETINGS, meeting(HOUR, 2 * HOUR, "COMPLETED"))


def test_a_meeting_that_was_logged_afterwards_was_not_booked():
    assert activities(tables.MEETINGS, meeting(-2 * HOUR, -HOUR, "COMPLETED", made=0)) == [
        held(-2 * HOUR)
    ]


def test_each_person_of_an_activity_did_it():
    links = {"contacts": {"results": [{"id": "1"}, {"id": "2"}, {"id": "1"}]}}
    told = {"hs_timestamp": str(START), "hs_call_status": "COMPLETED", "hs_call_title": "Call"}
    found = list(activities_of(row(told, associations=links), reading(tables.CALLS)))
    assert [(one.id, one.person, one.asset) for one in found] == [
        ("calls:51:call_held", ref("contacts", "1"), "Call"),
        ("calls:51:call_held", ref("contacts", "2"), "Call"),
    ]


@pytest.mark.parametrize(
    ("disposition", "status", "counts"),
    [
        ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "", True),
        ("73a0d17f-1163-4015-bdd5-ec830791da20", "COMPLETED", False),
        ("b2cf5968-551e-4856-9783-52b3da59a7d0", "COMPLETED", False),
        ("", "COMPLETED", True),
        ("0b7c2f2a-0000-4000-8000-000000000000", "COMPLETED", True),
        ("", "NO_ANSWER", False),
        ("", "", False),
    ],
)
def test_calls_in_which_somebody_was_spoken_with(disposition, status, counts):
    told = {"hs_timestamp": str(START), "hs_call_disposition": disposition}
    assert bool(activities(tables.CALLS, told | {"hs_call_status": status})) is counts


def test_mail_of_reps():
    for way, status, kind in (
        ("INCOMING_EMAIL", "", Kind.EMAIL_REPLIED),
        ("EMAIL", "SENT", Kind.EMAIL_SENT),
        ("EMAIL", "BOUNCED", Kind.BOUNCED),
        ("EMAIL", "SCHEDULED", None),
        ("FORWARDED_EMAIL", "SENT", None),
    ):
        told = {"hs_timestamp": str(START), "hs_email_direction": way, "hs_email_status": status}
        assert [each[1] for each in activities(tables.EMAILS, told)] == ([kind] if kind else [])


def test_tasks_of_reps_and_never_our_own():
    told = {"hs_task_type": "CALL", "hs_task_status": "COMPLETED", "hs_timestamp": str(START)}
    told |= {"hs_task_completion_date": str(START - HOUR), "hs_task_subject": "Ring"}
    assert activities(tables.TASKS, told) == [("tasks:51:call_held", Kind.CALL_HELD, -HOUR)]
    assert activities(tables.TASKS, told | {"leadmode_key": "k"}) == []
    assert activities(tables.TASKS, told | {"hs_task_status": "NOT_STARTED"}) == []
    assert activities(tables.TASKS, told | {"hs_task_type": "TODO"}) == []


def test_archived_activities_tell_nothing():
    told = {"hs_timestamp": str(START), "hs_call_status": "COMPLETED"}
    assert activities(tables.CALLS, told, archived=True) == []


# marketing e-mail


def mail(kind: str, **more: Any):
    told = {"id": "e-1", "created": START, "type": kind, "recipient": "ann@acme.example"}
    return of_mail({**told, "emailCampaignId": 77, **more}, "crm")


def test_a_click():
    found = mail("CLICK", url="https://acme.example/pricing")
    assert found is not None
    assert (found.id, found.kind, found.at) == ("e-1", Kind.EMAIL_CLICKED, START)
    assert (found.email, found.message) == ("ann@acme.example", "77")
    assert found.link == "https://acme.example/pricing"
    assert found.evidence is Evidence.HUMAN


@pytest.mark.parametrize(
    ("kind", "more", "evidence"),
    [
        ("OPEN", {}, Evidence.UNKNOWN),
        ("OPEN", {"filteredEvent": True}, Evidence.MACHINE),
        ("CLICK", {"filteredEvent": True}, Evidence.MACHINE),
        ("CLICK", {"userAgent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"}, Evidence.MACHINE),
        ("CLICK", {"userAgent": "python-requests/2.32"}, Evidence.MACHINE),
        ("CLICK", {"browser": {"type": "Robot"}}, Evidence.MACHINE),
        (
            "CLICK",
            {"userAgent": "Mozilla/5.0 Chrome/130", "browser": {"type": "Browser"}},
            Evidence.HUMAN,
        ),
        ("CLICK", {"userAgent": "Cubot phone Chrome/130", "browser": None}, Evidence.HUMAN),
    ],
)
def test_who_it_was(kind, more, evidence):
    found = mail(kind, **more)
    assert found is not None
    assert found.evidence is evidence


def test_what_else_the_log_tells():
    for kind, more, expected in (
        ("SENT", {}, Kind.EMAIL_SENT),
        ("BOUNCE", {}, Kind.BOUNCED),
        ("REPLY", {}, None),
        ("STATUSCHANGE", {"portalSubscriptionStatus": "UNSUBSCRIBED"}, Kind.UNSUBSCRIBED),
        ("STATUSCHANGE", {"portalSubscriptionStatus": "SUBSCRIBED"}, None),
        ("DELIVERED", {}, None),
        ("UNBOUNCE", {}, None),
        ("OPEN", {"recipient": ""}, None),
        ("OPEN", {"id": None}, None),
        ("OPEN", {"created": "N/A"}, None),
    ):
        found = mail(kind, **more)
        assert (found.kind if found else None) is expected, kind


# forms


def submission(**more: Any):
    values = [
        {"name": "firstname", "value": "Ann"},
        {"name": "email", "value": " ann@acme.example "},
    ]
    told = {"submittedAt": START, "values": values, "pageUrl": "https://acme.example/demo"}
    return of_submission({**told, **more}, "f-1", "Ask for a demo", "crm")


def test_a_submission():
    found = submission(conversionId="c-1")
    assert found is not None
    assert (found.id, found.kind, found.at) == ("c-1", Kind.FORM_SUBMITTED, START)
    assert (found.email, found.asset) == ("ann@acme.example", "Ask for a demo")
    assert found.link == "https://acme.example/demo"


def test_a_submission_without_an_id_has_the_same_name_each_time():
    one, two, other = submission(), submission(), submission(submittedAt=START + 1)
    assert one is not None
    assert two is not None
    assert other is not None
    assert one.id == two.id != other.id


def test_a_submission_of_nobody_is_left_out():
    assert submission(values=[{"name": "email", "value": ""}]) is None
    assert submission(values=None) is None


def test_the_address_is_that_of_the_contact():
    values = [
        {"objectTypeId": "0-2", "name": "email", "value": "info@acme.example"},
        {"objectTypeId": "0-1", "name": "email", "value": "ann@acme.example"},
    ]
    found = submission(values=values)
    assert found is not None
    assert found.email == "ann@acme.example"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Download the guide", Kind.CONTENT_DOWNLOADED),
        ("download: demo webinar", Kind.CONTENT_DOWNLOADED),
        ("Spring Webinar", Kind.WEBINAR_REGISTERED),
        ("Blog subscription", None),
        ("Ask for a demo", Kind.FORM_SUBMITTED),
        ("", Kind.FORM_SUBMITTED),
    ],
)
def test_what_filling_in_a_form_was(name, kind):
    kinds = {"Download*": "content_downloaded", "*webinar*": "webinar_registered", "blog*": ""}
    assert kind_of_form(name, kinds) is kind


# histories


def history(
    since: int = 0, table: tables.Table = tables.WEB, **versions: list[tuple[int | str, int]]
):
    told = {
        name: [{"value": str(value), "timestamp": str(START + at)} for value, at in listed]
        for name, listed in versions.items()
    }
    found = of_history(row({}, propertiesWithHistory=told), reading(table), since)
    return [(one.kind, one.at - START, one.asset, one.link) for one in found]


def test_each_value_that_a_property_had_is_told():
    assert history(
        hs_analytics_last_timestamp=[(START, 5), (START - HOUR, 5 - HOUR)],
        hs_analytics_last_url=[
            ("https://acme.example/pricing?x=1", 5),
            ("https://acme.example/", 5 - HOUR),
        ],
    ) == [
        (Kind.PAGE_VIEWED, 0, "/pricing", "https://acme.example/pricing?x=1"),
        (Kind.PAGE_VIEWED, -HOUR, "/", "https://acme.example/"),
    ]


def test_only_news_is_told_of_a_history():
    told = history(START - MINUTE, hs_analytics_last_timestamp=[(START, 5), (START - HOUR, -HOUR)])
    assert [each[1] for each in told] == [0]


def test_a_form_is_named_by_what_was_set_with_its_date():
    told = history(
        recent_conversion_date=[(START, 0), (START - DAY, -DAY)],
        recent_conversion_event_name=[("Pricing: Ask: a demo", 3), ("News: Subscribe", -DAY)],
    )
    assert told == [
        (Kind.FORM_SUBMITTED, 0, "a demo", ""),
        (Kind.FORM_SUBMITTED, -DAY, "Subscribe", ""),
    ]


def test_an_open_that_only_a_property_tells_is_of_unknown_evidence():
    told = {"hs_email_last_open_date": [{"value": str(START), "timestamp": NOON}]}
    [found] = of_history(row({}, propertiesWithHistory=told), reading(tables.WEB_MAIL), 0)
    assert found.evidence is Evidence.UNKNOWN
    assert found.id == f"hs_email_last_open_date:{START}"
    assert found.person == ref("contacts", "51")


def test_a_property_without_a_history_tells_its_present_value():
    told = row({"hs_email_last_click_date": NOON})
    [found] = of_history(told, reading(tables.WEB_MAIL), 0)
    assert (found.kind, found.at) == (Kind.EMAIL_CLICKED, AT_NOON)


def test_values_that_make_no_sense_are_passed_over():
    assert history(hs_analytics_last_timestamp=[("", 0), ("N/A", 0), (START, 0), (START, 1)]) == [
        (Kind.PAGE_VIEWED, 0, "", "")
    ]
