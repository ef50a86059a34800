"""Single records: what is kept, what is refused, and how."""

from email.utils import formatdate

import pytest

from connector.clock import MINUTE, SECOND, ManualClock
from sandbox.salesforce import ids
from sandbox.salesforce.founding import Founded, found
from sandbox.salesforce.rules import DuplicateRule, ValidationRule, equals

from .conftest import START, Api, add_field


def test_a_contact_lives(api: Api):
    made = api.call("POST", "/sobjects/Contact", json={"LastName": "Ruiz", "FirstName": "Ana"})
    assert made.status_code == 201
    contact = made.json()["id"]
    assert made.headers["location"].endswith(f"/sobjects/Contact/{contact}")
    row = api.ok("GET", f"/sobjects/Contact/{contact[:15]}")
    assert (row["Name"], row["Email"], row["DoNotCall"]) == ("Ana Ruiz", None, False)
    assert row["CreatedDate"] == "2026-11-18T11:06:40.000+0000"
    assert row["attributes"] == {
        "type": "Contact",
        "url": f"/services/data/v67.0/sobjects/Contact/{contact}",
    }
    change = {"Title": "CTO", "MailingCity": "Graz"}
    assert api.call("PATCH", f"/sobjects/Contact/{contact}", json=change).status_code == 204
    fields = {"fields": "Title,MailingAddress"}
    row = api.ok("GET", f"/sobjects/Contact/{contact}", params=fields)
    assert row["MailingAddress"]["city"] == "Graz"
    assert set(row) == {"attributes", "Title", "MailingAddress"}
    assert api.call("DELETE", f"/sobjects/Contact/{contact}").status_code == 204
    assert api.refused("GET", f"/sobjects/Contact/{contact}") == (404, "ENTITY_IS_DELETED")
    assert api.refused("DELETE", f"/sobjects/Contact/{contact}") == (404, "ENTITY_IS_DELETED")


def test_unknown_things(api: Api):
    assert api.refused("GET", "/sobjects/Nope/describe") == (404, "NOT_FOUND")
    assert api.refused("GET", "/nope") == (404, "NOT_FOUND")
    assert api.refused("GET", f"/sobjects/Contact/{ids.make('003', 99)}") == (404, "NOT_FOUND")
    assert api.refused("PUT", "/limits") == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("values", "code", "fields"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": "x" * 81}, "STRING_TOO_LONG", ["LastName"]),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({"AccountId": "x"}, "MALFORMED_ID", ["AccountId"]),
        ({"AccountId": ids.make("006", 1)}, "FIELD_INTEGRITY_EXCEPTION", ["AccountId"]),
        ({"AccountId": ids.make("001", 9)}, "INVALID_CROSS_REFERENCE_KEY", ["AccountId"]),
        ({"Nope__c": 1}, "INVALID_FIELD", None),
        ({"CreatedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"]),
        ({"Birthdate": "yesterday"}, "JSON_PARSER_ERROR", None),
        ({"CleanStatus": "Dirty"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["CleanStatus"]),
    ],
)
def test_a_bad_contact_is_refused(api: Api, values: dict[str, object], code: str, fields: object):
    answer = api.call("POST", "/sobjects/Contact", json={"LastName": "x"} | values)
    (error,) = answer.json()
    assert (answer.status_code, error["errorCode"], error.get("fields")) == (400, code, fields)


def test_an_unrestricted_picklist_takes_anything(api: Api):
    person = api.create("Lead", LastName="x", Company="y", Status="Made up")
    assert api.ok("GET", f"/sobjects/Lead/{person}")["Status"] == "Made up"


def test_a_task_is_completed_by_what_it_says(api: Api):
    account = api.create("Account", Name="Acme")
    contact = api.create("Contact", LastName="Ruiz", AccountId=account)
    task = api.create("Task", Subject="Call", WhoId=contact, ActivityDate="2026-12-01")
    row = api.ok("GET", f"/sobjects/Task/{task}")
    assert (row["Status"], row["IsClosed"], row["AccountId"]) == ("Not Started", False, account)
    assert (row["OwnerId"], row["ActivityDate"]) == (api.founded.integration, "2026-12-01")
    api.ok("PATCH", f"/sobjects/Task/{task}", json={"Status": "Completed"})
    row = api.ok("GET", f"/sobjects/Task/{task}")
    assert row["IsClosed"] is True
    assert row["CompletedDateTime"] is not None
    assert api.ok("GET", f"/sobjects/Contact/{contact}")["LastActivityDate"] == "2026-12-01"


def test_task_subtype_can_not_be_changed(api: Api):
    task = api.create("Task", Subject="Call")
    answer = api.refused("PATCH", f"/sobjects/Task/{task}", json={"TaskSubtype": "Call"})
    assert answer == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_task_of_a_lead_is_about_nothing_else(api: Api):
    person = api.create("Lead", LastName="x", Company="y")
    account = api.create("Account", Name="Acme")
    answer = api.refused("POST", "/sobjects/Task", json={"WhoId": person, "WhatId": account})
    assert answer == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_an_inactive_owner_gets_no_task(api: Api):
    users = api.org.tables["User"]
    with api.org.unit():
        api.org.store(users.kind, dict(users.rows[api.founded.admin]) | {"IsActive": False})
    answer = api.call("POST", "/sobjects/Task", json={"OwnerId": api.founded.admin})
    assert answer.json()[0]["errorCode"] == "INACTIVE_OWNER_OR_USER"
    assert answer.json()[0]["fields"] == ["OwnerId"]


def test_validation_rules_and_required_fields_of_an_administrator(api: Api):
    api.org.rules.validation.append(
        ValidationRule(
            object="Task",
            refuses=equals({"Subject": "No"}),
            message="Not like that",
            field="Subject",
        )
    )
    answer = api.call("POST", "/sobjects/Task", json={"Subject": "No"}).json()[0]
    assert answer == {
        "message": "Not like that",
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "fields": ["Subject"],
    }
    api.org.rules.required.add(("Task", "Description"))
    assert api.refused("POST", "/sobjects/Task", json={}) == (400, "REQUIRED_FIELD_MISSING")


def test_duplicate_rules_can_be_passed_unless_they_block(api: Api):
    api.org.rules.duplicates.append(DuplicateRule(object="Lead", fields=("Email",)))
    values = {"LastName": "x", "Company": "y", "Email": "x@y.example"}
    first = api.create("Lead", **values)
    answer = api.call("POST", "/sobjects/Lead", json=values)
    (error,) = answer.json()
    assert error["errorCode"] == "DUPLICATES_DETECTED"
    (matched,) = error["duplicateResult"]["matchResults"][0]["matchRecords"]
    assert matched["record"]["Id"] == first
    header = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert api.call("POST", "/sobjects/Lead", json=values, headers=header).status_code == 201
    api.org.rules.duplicates = [DuplicateRule(object="Lead", fields=("Email",), blocks=True)]
    assert api.call("POST", "/sobjects/Lead", json=values, headers=header).status_code == 400


def test_auto_assignment_is_on_unless_it_is_turned_off(api: Api):
    api.org.rules.assign_leads_to = api.founded.admin
    header = {"Sforce-Auto-Assign": "FALSE"}
    values = {"LastName": "x", "Company": "y"}
    person = api.ok("POST", "/sobjects/Lead", json=values, headers=header)["id"]
    assert api.org.get(person, "OwnerId") == api.founded.integration
    api.ok("PATCH", f"/sobjects/Lead/{person}", json={"Title": "a"}, headers=header)
    assert api.org.get(person, "OwnerId") == api.founded.integration
    api.ok("PATCH", f"/sobjects/Lead/{person}", json={"Title": "b"})
    assert api.org.get(person, "OwnerId") == api.founded.admin


def test_a_locked_row_is_refused_until_it_is_free(api: Api, clock: ManualClock):
    contact = api.create("Contact", LastName="x")
    api.org.locked[contact] = START + MINUTE
    answer = api.refused("PATCH", f"/sobjects/Contact/{contact}", json={"Title": "a"})
    assert answer == (400, "UNABLE_TO_LOCK_ROW")
    assert api.refused("POST", "/sobjects/Task", json={"WhoId": contact})[1] == "UNABLE_TO_LOCK_ROW"
    clock.move_to(START + MINUTE)
    api.ok("PATCH", f"/sobjects/Contact/{contact}", json={"Title": "a"})
    api.org.rules.approvals.add(contact)
    answer = api.refused("PATCH", f"/sobjects/Contact/{contact}", json={"Title": "b"})
    assert answer == (400, "ENTITY_IS_LOCKED")


def test_conditional_requests(api: Api, clock: ManualClock):
    contact = api.create("Contact", LastName="x")
    before = {"If-Unmodified-Since": formatdate(START // SECOND - 1, usegmt=True)}
    now = {"If-Unmodified-Since": formatdate(START // SECOND, usegmt=True)}
    path = f"/sobjects/Contact/{contact}"
    assert api.call("PATCH", path, json={"Title": "a"}, headers=before).status_code == 412
    assert api.org.get(contact, "Title") is None
    assert api.call("PATCH", path, json={"Title": "a"}, headers=now).status_code == 204
    since = {"If-Modified-Since": formatdate(START // SECOND, usegmt=True)}
    assert api.call("GET", path, headers=since).status_code == 304
    clock.move_to(START + MINUTE)
    api.ok("PATCH", path, json={"Title": "b"})
    assert api.call("GET", path, headers=since).status_code == 200


def test_a_patch_by_post_for_clients_that_can_not(api: Api):
    contact = api.create("Contact", LastName="x")
    path = f"/sobjects/Contact/{contact}?_HttpMethod=PATCH"
    assert api.call("POST", path, json={"Title": "a"}).status_code == 204


# external ids


def test_upsert_by_external_id(api: Api):
    add_field(api, "Contact.Key__c", externalId=True, unique=True, caseSensitive=True)
    path = "/sobjects/Contact/Key__c/a%2Fb"
    made = api.call("PATCH", path, json={"LastName": "x"})
    assert (made.status_code, made.json()["created"]) == (201, True)
    again = api.call("PATCH", path, json={"Title": "boss"})
    assert (again.status_code, again.json()["created"]) == (200, False)
    old = "/services/data/v45.0/sobjects/Contact/Key__c/a%2Fb"
    assert api.call("PATCH", old, json={"Title": "boss"}).status_code == 204
    assert api.ok("GET", path)["Title"] == "boss"
    assert api.refused("GET", "/sobjects/Contact/Key__c/A%2Fb") == (404, "NOT_FOUND")
    assert api.refused("PATCH", path, json={"Key__c": "z"}) == (400, "INVALID_FIELD")
    assert api.refused("GET", "/sobjects/Contact/Title/boss") == (404, "NOT_FOUND")
    assert api.call("DELETE", path).status_code == 204
    assert api.refused("GET", path) == (404, "NOT_FOUND")


def test_several_matches_are_300(api: Api):
    urls = []
    for name in ("a", "b"):
        contact = api.create("Contact", LastName=name, Email="same@x.example")
        urls.append(f"/services/data/v67.0/sobjects/Contact/{contact}")
    answer = api.call("PATCH", "/sobjects/Contact/Email/same@x.example", json={"Title": "t"})
    assert (answer.status_code, answer.json()) == (300, urls)
    assert api.call("GET", "/sobjects/Contact/Email/SAME@x.example").status_code == 300


def test_a_unique_field_holds_each_value_once(api: Api):
    add_field(api, "Activity.Key__c", externalId=True, unique=True)
    first = api.create("Task", Subject="a", Key__c="lm1-x")
    answer = api.call("POST", "/sobjects/Task", json={"Subject": "b", "Key__c": "LM1-X"})
    (error,) = answer.json()
    assert (answer.status_code, error["errorCode"]) == (400, "DUPLICATE_VALUE")
    assert error["message"] == (
        f"duplicate value found: Key__c duplicates value on record with id: {first[:15]}"
    )
    api.ok("DELETE", f"/sobjects/Task/{first}")
    api.create("Task", Subject="b", Key__c="LM1-X")
    assert api.ok("GET", "/sobjects/Task/Key__c/lm1-x")["Subject"] == "b"


def test_a_parent_can_be_named_by_its_key(api: Api):
    add_field(api, "Account.Key__c", externalId=True)
    account = api.create("Account", Name="Acme", Key__c="A1")
    contact = api.create("Contact", LastName="x", Account={"Key__c": "A1"})
    assert api.org.get(contact, "AccountId") == account
    answer = api.refused(
        "POST", "/sobjects/Contact", json={"LastName": "x", "Account": {"Key__c": "?"}}
    )
    assert answer == (400, "INVALID_FIELD")


def test_deleting_an_account_deletes_what_is_in_it(api: Api):
    account = api.create("Account", Name="Acme")
    contact = api.create("Contact", LastName="x", AccountId=account)
    task = api.create("Task", Subject="a", WhoId=contact)
    api.ok("DELETE", f"/sobjects/Account/{account}")
    assert [api.org.get(each, "IsDeleted") for each in (account, contact, task)] == [True] * 3


def test_ids_keep_their_case_in_their_last_letters():
    known = ids.make("00Q", 62**4 + 12_345)
    assert len(known) == 18
    assert ids.normal(known[:15]) == known
    assert ids.normal(known.lower()) == known
    assert ids.normal("x") is None
    assert sorted(ids.make("003", n) for n in range(500)) == [
        ids.make("003", n) for n in range(500)
    ]


# person accounts


@pytest.fixture
def founded(request: pytest.FixtureRequest, clock: ManualClock) -> Founded:
    return found(clock, person_accounts=hasattr(request, "param"))


@pytest.mark.parametrize("founded", ["with person accounts"], indirect=True)
def test_a_person_account_has_a_contact_behind_it(api: Api):
    add_field(api, "Contact.Shoe__c", length=9)
    account = api.create("Account", LastName="Ruiz", FirstName="Ana", PersonEmail="a@x.example")
    row = api.ok("GET", f"/sobjects/Account/{account}")
    assert (row["IsPersonAccount"], row["Name"]) == (True, "Ana Ruiz")
    contact = row["PersonContactId"]
    shadow = api.ok("GET", f"/sobjects/Contact/{contact}")
    assert (shadow["Email"], shadow["AccountId"]) == ("a@x.example", account)
    assert shadow["IsPersonAccount"] is True
    api.ok("PATCH", f"/sobjects/Account/{account}", json={"PersonTitle": "CTO"})
    assert api.org.get(contact, "Title") == "CTO"
    api.ok("PATCH", f"/sobjects/Contact/{contact}", json={"Email": "b@x.example"})
    assert api.org.get(account, "PersonEmail") == "b@x.example"
    assert api.org.schema["Account"].field("Shoe__pc") is not None
    assert api.refused("POST", "/sobjects/Account", json={}) == (400, "REQUIRED_FIELD_MISSING")
    company = api.create("Account", Name="Acme")
    assert api.org.get(company, "IsPersonAccount") is False
