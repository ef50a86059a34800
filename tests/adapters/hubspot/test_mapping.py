"""Rows as HubSpot tells them, as records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.hubspot import tables
from adapters.hubspot.mapping import (
    Reading,
    associated,
    host_of,
    id_text,
    instant,
    owner_of,
    records_of,
    scalar,
)
from adapters.hubspot.settings import Settings
from adapters.hubspot.telling import reading_of
from connector.clock import DAY, HOUR
from connector.model import Record, RecordRef, Role
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


# values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NOON, AT_NOON),
        ("2026-03-02T12:00:00Z", AT_NOON - 500),
        ("2026-03-02T13:00:00.500+01:00", AT_NOON),
        ("2026-03-02", START - 9 * HOUR),
        (str(START), START),
        (START, START),
        (f"{START}.0", START),
        (float(START), START),
        ("1.772442E12", START),
        ("", None),
        (None, None),
        ("N/A", None),
        ("soon-ish", None),
        ("0", None),
        ("-5", None),
        (True, None),
        ("inf", None),
        ("9" * 40, None),
    ],
)
def test_instants(value, expected):
    assert instant(value) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("N/A", "number", None),
        ("12", "number", 12),
        ("12.50", "number", 12.5),
        ("nan", "number", None),
        ("12", "float", 12.0),
        ("true", "boolean", True),
        ("false", "boolean", False),
        ("", "boolean", None),
        (None, "switch", False),
        (NOON, "instant", AT_NOON),
        ("a;b", "text", "a;b"),
        ("", "text", None),
        (5, "text", "5"),
    ],
)
def test_values_by_type(value, kind, expected):
    told = scalar(value, kind)
    assert told == expected
    assert type(told) is type(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("51", "51"),
        (51, "51"),
        ("51.0", "51"),
        ("12345678901", "12345678901"),
        ("x", ""),
        (None, ""),
        ("", ""),
        (["51"], ""),
    ],
)
def test_ids(value, expected):
    assert id_text(value) == expected


def test_hosts():
    assert host_of("https://www.acme.example/path") == "acme.example"
    assert host_of("acme.example") == "acme.example"
    assert host_of("") is None
    assert host_of("not a site") is None


# records


def test_a_contact():
    told = {"firstname": "Ann", "lastname": "Lee", "jobtitle": "", "phone": None}
    told |= {"mobilephone": "+49 1", "country": "DE", "hs_email_optout": "true"}
    told |= {"email": "ann@acme.example", "hs_additional_emails": "a@acme.example;b@acme.example"}
    told |= {"associatedcompanyid": "77", "hubspot_owner_id": "9", "hs_lead_status": "OPEN"}
    assert record(tables.CONTACTS, told) == Record(
        ref=ref("contacts", "51"),
        role=Role.PERSON,
        fields={
            "title": None,
            "phone": "+49 1",
            "country": "DE",
            "opted_out": True,
            "name": "Ann Lee",
            "status": "OPEN",
        },
        emails=("ann@acme.example", "a@acme.example", "b@acme.example"),
        account=ref("companies", "77"),
        owner=ref("owners", "9"),
        created_at=AT_NOON,
        modified_at=AT_NOON,
    )


def test_what_is_hidden_is_absent_and_what_is_empty_is_none():
    assert record(tables.CONTACTS, {"firstname": None}).fields == {"name": None}


def test_nobody_who_was_never_asked_has_opted_out():
    assert record(tables.CONTACTS, {"hs_email_optout": None}).fields == {"opted_out": False}


def test_the_stamp_counts_where_it_is_newer_than_what_stands_beside_it():
    told = record(tables.CONTACTS, {"lastmodifieddate": str(AT_NOON + 7)})
    assert told.modified_at == AT_NOON + 7


def test_a_company():
    told = {"name": "Acme", "domain": "www.acme.example", "numberofemployees": "120.0"}
    told |= {"industry": "OIL_ENERGY"}
    assert record(tables.COMPANIES, told).fields == {
        "name": "Acme",
        "domain": "acme.example",
        "industry": "OIL_ENERGY",
        "employees": 120,
    }
    assert record(tables.COMPANIES, {"numberofemployees": "N/A"}).fields == {"employees": None}


def deal(told: dict[str, Any], **more: Any) -> Record:
    return record(tables.DEALS, told, **more)


def test_a_closed_deal():
    told = {"dealname": "Big", "dealstage": "closedwon", "amount": "10.5", "hs_is_closed": "true"}
    told |= {"hs_is_closed_won": "true", "closedate": NOON}
    found = deal(told)
    assert found.fields == {
        "name": "Big",
        "stage": "closedwon",
        "amount": 10.5,
        "is_closed": True,
        "is_won": True,
    }
    assert found.closed_at == AT_NOON


def test_an_open_deal_has_only_an_expected_close():
    assert deal({"hs_is_closed": "false", "closedate": NOON}).closed_at is None


def test_the_people_and_the_company_of_a_deal():
    links = {
        "contacts": {"results": [{"id": "1", "type": "x"}, {"id": "2"}, {"id": "1", "type": "y"}]},
        "companies": {
            "results": [
                {"id": "8", "type": "deal_to_company_unlabeled"},
                {"id": "9", "type": "deal_to_company"},
            ]
        },
    }
    found = deal({}, associations=links)
    assert found.people == (ref("contacts", "1"), ref("contacts", "2"))
    assert found.account == ref("companies", "9")
    found = deal({"hs_primary_associated_company": "10"}, associations=links)
    assert found.account == ref("companies", "10")
    assert associated(row({}), "contacts") == []


def test_a_lead_is_closed_when_it_is_qualified_or_not():
    for told, closed, won in (
        ({"hs_pipeline_stage": "new-stage-id"}, False, False),
        ({"hs_pipeline_stage": "qualified-stage-id"}, True, True),
        ({"hs_pipeline_stage": "unqualified-stage-id"}, True, False),
        ({"hs_pipeline_stage": "77", "hs_lead_is_open": "1"}, False, False),
        ({"hs_pipeline_stage": "77", "hs_lead_is_open": "0"}, True, False),
        ({"hs_pipeline_stage": "77", "hs_lead_is_open": "false"}, True, False),
    ):
        fields = record(tables.LEADS, told).fields
        assert (fields["is_closed"], fields["is_won"]) == (closed, won), told


def test_what_leadmode_made_is_no_record():
    assert list(records_of(row({"leadmode_key": "k"}), reading(tables.LEADS))) == []


def test_an_archived_record_is_deleted_at_the_moment_it_was_archived():
    found = record(tables.CONTACTS, {}, archived=True, archivedAt="2026-03-03T12:00:00Z")
    assert found.deleted
    assert found.modified_at == AT_NOON - 500 + DAY


def test_each_loser_of_a_merge_is_told_with_its_winner():
    told = {"hs_merged_object_ids": "48;49;50", "lastmodifieddate": NOON}
    winner, *losers = records_of(row(told), reading(tables.CONTACTS))
    assert [each.ref.id for each in losers] == ["48", "49", "50"]
    assert {each.merged_into for each in losers} == {winner.ref}
    assert {each.modified_at for each in losers} == {AT_NOON}
    assert all(each.deleted and each.role is Role.PERSON for each in losers)


def test_further_fields_have_their_types():
    extra = {"score": "hubspotscore", "since": "became_on", "vip": "is_vip", "gone": "not_there"}
    types = {"hubspotscore": "number", "became_on": "instant", "is_vip": "boolean"}
    told = {"hubspotscore": "7", "became_on": NOON, "is_vip": "true"}
    [found] = records_of(row(told), reading(tables.CONTACTS, extra=extra, types=types))
    assert found.fields == {"score": 7, "since": AT_NOON, "vip": True}


def test_owners():
    told: dict[str, Any] = {"id": "9", "email": "rosa@acme.example", "firstName": "Rosa"}
    told |= {"lastName": "", "archived": True, "updatedAt": NOON, "createdAt": NOON}
    assert owner_of(told, "crm") == Record(
        ref=ref("owners", "9"),
        role=Role.OWNER,
        fields={"name": "Rosa", "active": False},
        emails=("rosa@acme.example",),
        created_at=AT_NOON,
        modified_at=AT_NOON,
    )
    assert owner_of({"email": "x@acme.example"}, "crm") is None
