"""Many objects in one call: what fails alone, and what fails together."""

from typing import Any

import pytest

from .asking import Asking

V3 = "/crm/v3/objects"
DATED = "/crm/objects/2026-09"
BOTH = pytest.mark.parametrize(("base", "partial"), [(V3, 207), (DATED, 0)])


def contacts(api: Asking, count: int) -> list[str]:
    return [
        str(api.portal.load("contacts", {"email": f"p{number}@acme.example"}).id)
        for number in range(count)
    ]


def batch(api: Asking, verb: str, inputs: list[dict[str, Any]], base: str = V3, **more: Any) -> Any:
    body = {"inputs": inputs} | more
    return api.call("POST", f"{base}/contacts/batch/{verb}", json=body)


@BOTH
def test_read_tells_which_ids_are_missing(api: Asking, base: str, partial: int):
    ids = contacts(api, 3)
    api.ok("DELETE", f"{V3}/contacts/{ids[1]}")
    asked = [{"id": each} for each in [*ids, "5", "x"]]
    answer = batch(api, "read", asked, base, properties=["email"])
    assert answer.status_code == (partial or 200)
    body = answer.json()
    assert [row["id"] for row in body["results"]] == [ids[0], ids[2]]
    assert body["results"][0]["properties"]["email"] == "p0@acme.example"
    (error,) = body["errors"]
    assert (body["numErrors"], error["category"]) == (1, "OBJECT_NOT_FOUND")
    assert error["context"] == {"ids": [ids[1], "5", "x"]}
    assert (body["status"], "startedAt" in body, "completedAt" in body) == ("COMPLETE", True, True)


def test_read_of_all_is_200_and_has_no_errors(api: Asking):
    ids = contacts(api, 2)
    answer = batch(api, "read", [{"id": each} for each in [*ids, ids[0]]])
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == ids
    assert "errors" not in answer.json()


def test_read_by_a_unique_value_and_with_history(api: Asking):
    ids = contacts(api, 2)
    asked = [{"id": "p1@acme.example"}, {"id": "nobody@acme.example"}]
    answer = batch(
        api, "read", asked, idProperty="email", properties=[], propertiesWithHistory=["email"]
    )
    body = answer.json()
    assert [row["id"] for row in body["results"]] == [ids[1]]
    past = body["results"][0]["propertiesWithHistory"]["email"]
    assert [each["value"] for each in past] == ["p1@acme.example"]
    assert body["errors"][0]["context"]["ids"] == ["nobody@acme.example"]
    refused = batch(api, "read", asked, idProperty="city", properties=[])
    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")


def test_limits(api: Asking):
    many = [{"id": str(number)} for number in range(101)]
    for verb in ("read", "create", "update", "upsert", "archive"):
        answer = batch(api, verb, many)
        assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    with_history = batch(api, "read", many[:51], propertiesWithHistory=["email"])
    assert with_history.status_code == 400
    assert "property histories is 50" in with_history.json()["message"]
    assert api.call("POST", f"{V3}/contacts/batch/read", json={}).status_code == 400


def test_without_trace_ids_one_bad_input_fails_all(api: Asking):
    good = {"properties": {"email": "ana@acme.example"}}
    bad = {"properties": {"email": "nobody"}}
    answer = batch(api, "create", [good, bad])
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert "INVALID_EMAIL" in answer.json()["message"]
    assert len(api.portal.table("contacts")) == 0
    assert api.portal.journal.effects == []
    # What was taken back is free again, and nobody tells of it later.
    assert batch(api, "create", [good]).status_code == 201
    assert len(api.portal.journal.of("contacts", "created")) == 1


@BOTH
def test_with_trace_ids_each_input_stands_alone(api: Asking, base: str, partial: int):
    inputs = [
        {"objectWriteTraceId": "a", "properties": {"email": "ana@acme.example"}},
        {"objectWriteTraceId": "b", "properties": {"email": "nobody"}},
        {"objectWriteTraceId": "c", "properties": {"email": "ANA@acme.example"}},
        {"objectWriteTraceId": "d", "properties": {"email": "dan@acme.example"}},
    ]
    answer = batch(api, "create", inputs, base)
    assert answer.status_code == (partial or 201)
    body = answer.json()
    assert [row["objectWriteTraceId"] for row in body["results"]] == ["a", "d"]
    told = {
        error["context"]["objectWriteTraceId"][0]: (error["category"], error["message"])
        for error in body["errors"]
    }
    first = body["results"][0]["id"]
    assert told["c"] == ("CONFLICT", f"Contact already exists. Existing ID: {first}")
    assert told["b"][0] == "VALIDATION_ERROR"
    assert body["numErrors"] == 2


def test_update(api: Asking):
    ids = contacts(api, 2)
    inputs: list[dict[str, Any]] = [
        {"id": ids[0], "properties": {"city": "Graz"}},
        {"id": "5", "properties": {"city": "Linz"}},
        {"idProperty": "email", "id": "p1@acme.example", "properties": {"city": "Wien"}},
    ]
    answer = batch(api, "update", inputs)
    assert answer.status_code == 207
    rows = answer.json()["results"]
    assert [row["properties"]["city"] for row in rows] == ["Graz", "Wien"]
    (error,) = answer.json()["errors"]
    assert (error["category"], error["context"]) == ("OBJECT_NOT_FOUND", {"ids": ["5"]})
    inputs[1] = {"id": ids[1], "properties": {"nope": "1"}}
    assert batch(api, "update", inputs[:2]).status_code == 400
    twice = [inputs[0], inputs[0]]
    assert "Duplicate IDs" in batch(api, "update", twice).json()["message"]


def test_upsert_by_a_unique_property(api: Asking):
    made = {
        "name": "leadmode_key", "label": "Key", "type": "string", "fieldType": "text",
        "groupName": "contactinformation", "hasUniqueValue": True,
    }  # fmt: skip
    api.ok("POST", "/crm/v3/properties/contacts", json=made)
    inputs = [
        {"idProperty": "leadmode_key", "id": "k1", "properties": {"city": "Graz"}},
        {"idProperty": "leadmode_key", "id": "k2", "properties": {"city": "Wien"}},
    ]
    first = batch(api, "upsert", inputs[:1]).json()["results"]
    answer = batch(api, "upsert", inputs)
    assert answer.status_code == 200
    rows = answer.json()["results"]
    assert [row["new"] for row in rows] == [False, True]
    assert rows[0]["id"] == first[0]["id"]
    assert rows[1]["properties"]["leadmode_key"] == "k2"
    for name in ("city", "hs_object_id", "nope"):
        bad: list[dict[str, Any]] = [{"idProperty": name, "id": "x", "properties": {}}]
        assert batch(api, "upsert", bad).status_code == 400


def test_upsert_by_email_is_all_or_nothing(api: Asking):
    ids = contacts(api, 1)
    inputs = [
        {"idProperty": "email", "id": "P0@acme.example", "properties": {"city": "Graz"}},
        {"idProperty": "email", "id": "new@acme.example", "properties": {"city": "Wien"}},
    ]
    rows = batch(api, "upsert", inputs).json()["results"]
    assert [row["new"] for row in rows] == [False, True]
    assert rows[0]["id"] == ids[0]
    traced = [each | {"objectWriteTraceId": str(number)} for number, each in enumerate(inputs)]
    traced[0]["properties"] = {"city": "Linz"}
    traced[1]["properties"] = {"nope": "1"}
    assert batch(api, "upsert", traced).status_code == 400
    shown = api.ok("GET", f"{V3}/contacts/{ids[0]}", params={"properties": "city"})
    assert shown["properties"]["city"] == "Graz"


def test_archive_does_not_mind_what_is_gone(api: Asking):
    ids = contacts(api, 2)
    for _ in range(2):
        answer = batch(api, "archive", [{"id": ids[0]}, {"id": "5"}])
        assert (answer.status_code, answer.content) == (204, b"")
    assert [str(kept.id) for kept in api.portal.table("contacts").live()] == [ids[1]]
    assert len(api.portal.journal.of("contacts", "archived")) == 1


def test_a_batch_with_associations(api: Asking):
    (contact,) = contacts(api, 1)
    link = {
        "to": {"id": contact},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}],
    }
    task = {"hs_timestamp": "1795000000000", "hs_task_subject": "Call"}
    body = {"inputs": [{"properties": task, "associations": [link]}]}
    made = api.ok("POST", f"{DATED}/tasks/batch/create", json=body)["results"][0]
    row = api.ok("GET", f"{DATED}/tasks/{made['id']}", params={"associations": "contacts"})
    assert row["associations"]["contacts"]["results"] == [
        {"id": contact, "type": "task_to_contact"}
    ]
    link["to"] = {"id": "5"}
    assert api.refused("POST", f"{DATED}/tasks/batch/create", json=body)[0] == 400
    assert len(api.portal.table("tasks")) == 1
