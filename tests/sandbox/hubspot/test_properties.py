"""Which properties there are, and how new ones are made."""

from typing import Any

import pytest

from .asking import Asking

PATH = "/crm/properties/2026-09"
KEY: dict[str, Any] = {
    "name": "leadmode_key",
    "label": "leadmode key",
    "type": "string",
    "fieldType": "text",
    "groupName": "task",
    "hasUniqueValue": True,
}


def listed(api: Asking, kind: str, **params: str) -> dict[str, Any]:
    rows = api.ok("GET", f"{PATH}/{kind}", params=params)["results"]
    return {row["name"]: row for row in rows}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            "contacts",
            {
                "email", "hs_additional_emails", "lifecyclestage", "hs_lead_status",
                "hs_email_last_open_date", "hs_email_sends_since_last_engagement",
                "hs_sales_email_last_replied", "hs_analytics_last_timestamp",
                "recent_conversion_event_name", "num_conversion_events", "hs_email_optout",
                "engagements_last_meeting_booked", "notes_last_contacted", "hubspot_owner_id",
                "associatedcompanyid", "hs_merged_object_ids", "hs_calculated_form_submissions",
                "hs_lifecyclestage_marketingqualifiedlead_date", "lastmodifieddate",
            },
        ),
        ("companies", {"name", "domain", "hs_lastmodifieddate", "num_associated_contacts"}),
        ("deals", {"dealstage", "hs_is_closed_won", "hs_primary_associated_company"}),
        ("tasks", {"hs_task_subject", "hs_task_completion_date", "hs_timestamp"}),
        ("notes", {"hs_note_body", "hs_attachment_ids"}),
        ("meetings", {"hs_meeting_outcome", "hs_meeting_start_time"}),
        ("calls", {"hs_call_disposition", "hs_call_duration"}),
        ("emails", {"hs_email_direction", "hs_email_subject"}),
        ("leads", {"hs_lead_name", "hs_pipeline_stage"}),
    ],
)  # fmt: skip
def test_every_type_has_its_properties(api: Asking, kind: str, names: set[str]):
    assert names <= set(listed(api, kind))


def test_contacts_have_what_matters(api: Asking):
    found = listed(api, "contacts")
    assert len(found) >= 120
    stages = [option["value"] for option in found["lifecyclestage"]["options"]]
    assert stages[:3] == ["subscriber", "lead", "marketingqualifiedlead"]
    owner = found["hubspot_owner_id"]
    assert (owner["externalOptions"], owner["referencedObjectType"]) == (True, "OWNER")
    opened = found["hs_email_last_open_date"]
    assert (opened["type"], opened["fieldType"]) == ("datetime", "date")
    assert opened["modificationMetadata"]["readOnlyValue"] is True
    assert found["email"]["modificationMetadata"]["readOnlyValue"] is False
    assert found["num_associated_deals"]["calculated"] is True


def test_a_property_lives(api: Asking):
    made = api.call("POST", f"{PATH}/tasks", json=KEY)
    assert made.status_code == 201
    assert api.ok("GET", f"{PATH}/tasks/leadmode_key") == made.json()
    assert (made.json()["hasUniqueValue"], made.json()["hidden"]) == (True, False)
    changed = api.ok("PATCH", f"{PATH}/tasks/leadmode_key", json={"label": "Key"})
    assert changed["label"] == "Key"
    body = {"hasUniqueValue": False}
    assert api.refused("PATCH", f"{PATH}/tasks/leadmode_key", json=body)[0] == 400
    assert api.call("DELETE", f"{PATH}/tasks/leadmode_key").status_code == 204
    assert api.refused("GET", f"{PATH}/tasks/leadmode_key") == (404, "OBJECT_NOT_FOUND")
    assert "leadmode_key" not in listed(api, "tasks")
    assert listed(api, "tasks", archived="true")["leadmode_key"]["archived"] is True
    assert api.ok("GET", f"{PATH}/tasks/leadmode_key", params={"archived": "true"})["archivedAt"]
    again = api.call("POST", f"{PATH}/tasks", json=KEY)
    assert (again.status_code, again.json()["category"]) == (409, "CONFLICT")
    assert "archived" in again.json()["message"]


def test_a_name_is_taken_once(api: Asking):
    api.ok("POST", f"{PATH}/tasks", json=KEY)
    again = api.call("POST", f"{PATH}/tasks", json=KEY)
    assert (again.status_code, again.json()["category"]) == (409, "CONFLICT")
    assert again.json()["subCategory"] == "Properties.PROPERTY_EXISTS"
    assert api.refused("POST", f"{PATH}/contacts", json=KEY)[0] == 400  # no group "task" there


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Leadmode-Key"},
        {"name": "hs_mine"},
        {"name": ""},
        {"label": ""},
        {"type": "text"},
        {"fieldType": "number"},
        {"groupName": "nope"},
        {"type": "datetime", "fieldType": "date"},
    ],
)
def test_what_is_no_property(api: Asking, change: dict[str, str]):
    refused = api.refused("POST", f"{PATH}/tasks", json=KEY | change)
    assert refused == (400, "VALIDATION_ERROR")


def test_unique_properties_are_few_and_may_be_refused(api: Asking):
    for number in range(10):
        api.ok("POST", f"{PATH}/tasks", json=KEY | {"name": f"key_{number}"})
    assert api.refused("POST", f"{PATH}/tasks", json=KEY) == (400, "VALIDATION_ERROR")
    api.ok("POST", f"{PATH}/tasks", json=KEY | {"hasUniqueValue": False})
    api.portal.refuses_unique.add("notes")
    note_key = KEY | {"groupName": "note"}
    assert api.refused("POST", f"{PATH}/notes", json=note_key) == (400, "VALIDATION_ERROR")
    api.ok("POST", f"{PATH}/notes", json=note_key | {"hasUniqueValue": False})


def test_options(api: Asking):
    options = [{"value": "a", "label": "A"}, {"value": "b", "label": "B", "displayOrder": 5}]
    new = {"name": "grade", "label": "Grade", "type": "enumeration", "fieldType": "select"}
    new |= {"groupName": "contactinformation"}
    made = api.ok("POST", f"{PATH}/contacts", json={**new, "options": options})
    assert [(each["value"], each["displayOrder"]) for each in made["options"]] == [
        ("a", 0),
        ("b", 5),
    ]
    body: dict[str, Any] = {"options": [*options, {"value": "c", "label": "C"}]}
    changed = api.ok("PATCH", f"{PATH}/contacts/grade", json=body)
    assert [each["value"] for each in changed["options"]] == ["a", "b", "c"]
    api.ok("PATCH", f"{PATH}/contacts/hs_lead_status", json=body)
    assert api.refused("PATCH", f"{PATH}/contacts/email", json={"label": "Mail"})[0] == 400
    assert api.refused("DELETE", f"{PATH}/contacts/email")[0] == 400
    twice = {"options": [options[0], options[0]]}
    assert api.refused("PATCH", f"{PATH}/contacts/grade", json=twice)[0] == 400


def test_groups(api: Asking):
    group = {"name": "leadmode", "label": "leadmode"}
    made = api.call("POST", f"{PATH}/contacts/groups", json=group)
    assert made.status_code == 201
    assert made.json() == group | {"displayOrder": -1, "archived": False}
    assert api.refused("POST", f"{PATH}/contacts/groups", json=group) == (409, "CONFLICT")
    assert api.ok("GET", f"{PATH}/contacts/groups/leadmode") == made.json()
    body = {"label": "Lead mode"}
    assert api.ok("PATCH", f"{PATH}/contacts/groups/leadmode", json=body)["label"] == "Lead mode"
    names = [each["name"] for each in api.ok("GET", f"{PATH}/contacts/groups")["results"]]
    assert {"leadmode", "contactinformation"} <= set(names)
    api.ok("DELETE", f"{PATH}/contacts/groups/leadmode")
    assert api.refused("GET", f"{PATH}/contacts/groups/leadmode")[0] == 404


def test_batches(api: Asking):
    inputs = [KEY, KEY | {"name": "other_key"}, KEY | {"groupName": "nope", "name": "third"}]
    answer = api.call("POST", "/crm/v3/properties/tasks/batch/create", json={"inputs": inputs})
    assert answer.status_code == 207
    assert [row["name"] for row in answer.json()["results"]] == ["leadmode_key", "other_key"]
    asked = {"inputs": [{"name": "leadmode_key"}, {"name": "nope"}], "archived": False}
    answer = api.call("POST", "/crm/v3/properties/tasks/batch/read", json=asked)
    assert [row["name"] for row in answer.json()["results"]] == ["leadmode_key"]
    assert answer.json()["errors"][0]["context"] == {"name": ["nope"]}
    gone = {"inputs": [{"name": "leadmode_key"}]}
    answer = api.call("POST", "/crm/v3/properties/tasks/batch/archive", json=gone)
    assert answer.status_code == 204
    assert "leadmode_key" not in listed(api, "tasks")


def test_an_archived_property_is_seen_and_written_no_more(api: Asking):
    api.ok("POST", f"{PATH}/tasks", json=KEY)
    values = {"hs_timestamp": "1795000000000", "leadmode_key": "k1"}
    made = api.ok("POST", "/crm/v3/objects/tasks", json={"properties": values})
    api.ok("DELETE", f"{PATH}/tasks/leadmode_key")
    params = {"properties": "leadmode_key,hs_task_subject"}
    shown = api.ok("GET", f"/crm/v3/objects/tasks/{made['id']}", params=params)
    assert "leadmode_key" not in shown["properties"]
    assert api.refused("POST", "/crm/v3/objects/tasks", json={"properties": values})[0] == 400
