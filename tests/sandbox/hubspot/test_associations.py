"""Which objects belong together, and what follows from it."""

from typing import Any

import pytest

from connector.clock import HOUR, ManualClock
from sandbox.hubspot import instants
from sandbox.hubspot.founding import found
from sandbox.hubspot.kept import Kept

from .asking import START, Asking, asking

V4 = "/crm/v4/associations"
DATED = "/crm/associations/2026-09"
BOTH = pytest.mark.parametrize(("base", "version"), [(V4, "v4"), (DATED, "2026-09")])
DEFINED = "HUBSPOT_DEFINED"


def spec(number: int) -> dict[str, object]:
    return {"associationCategory": DEFINED, "associationTypeId": number}


def pair(one: Kept, other: Kept, *numbers: int) -> dict[str, Any]:
    ends = {"from": {"id": str(one.id)}, "to": {"id": str(other.id)}}
    return ends | ({"types": [spec(number) for number in numbers]} if numbers else {})


@pytest.fixture
def contact(api: Asking) -> Kept:
    return api.portal.load("contacts", {"email": "ana@acme.example"}, created_at=START - HOUR)


@pytest.fixture
def companies(api: Asking) -> list[Kept]:
    return [api.portal.load("companies", {"name": f"C{number}"}) for number in range(3)]


def wire(version: str, kept: Kept) -> object:
    """An id as v4 and the dated versions write it."""
    return kept.id if "v4" in version else str(kept.id)


def links(api: Asking, one: Kept, other: str) -> dict[int, tuple[int, ...]]:
    return dict(api.portal.associations.of(one.type, one.id, other))


@BOTH
def test_batch_read(api: Asking, contact: Kept, companies: list[Kept], base: str, version: str):
    lonely = api.portal.load("contacts", {})
    api.portal.link(contact, companies[0], [1])
    api.portal.link(contact, companies[1])
    inputs = [{"id": str(contact.id)}, {"id": str(lonely.id)}, {"id": "5"}]
    answer = api.call("POST", f"{base}/contacts/companies/batch/read", json={"inputs": inputs})
    assert answer.status_code == (207 if version == "v4" else 200)
    (row,) = answer.json()["results"]
    assert row["from"] == {"id": str(contact.id)}
    assert row["to"] == [
        {
            "toObjectId": wire(version, companies[0]),
            "associationTypes": [
                {"category": DEFINED, "typeId": 1, "label": "Primary"},
                {"category": DEFINED, "typeId": 279, "label": None},
            ],
        },
        {
            "toObjectId": wire(version, companies[1]),
            "associationTypes": [{"category": DEFINED, "typeId": 279, "label": None}],
        },
    ]
    errors = answer.json()["errors"]
    assert [error["context"]["fromObjectId"] for error in errors] == [[str(lonely.id)], ["5"]]
    assert errors[0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert errors[0]["category"] == "OBJECT_NOT_FOUND"
    assert errors[0]["context"]["fromObjectType"] == ["0-1"]


def test_batch_read_takes_1000_and_pages_long_rows(api: Asking, contact: Kept):
    api.portal.association_page = 2
    tasks = [api.portal.load("tasks", {}) for _ in range(5)]
    for task in tasks:
        api.portal.link(task, contact)
    url = f"{DATED}/contacts/tasks/batch/read"
    many = [{"id": str(number)} for number in range(1_001)]
    assert api.refused("POST", url, json={"inputs": many})[0] == 400
    found: list[str] = []
    asked: dict[str, str] = {"id": str(contact.id)}
    while True:
        (row,) = api.ok("POST", url, json={"inputs": [asked]})["results"]
        found += [each["toObjectId"] for each in row["to"]]
        if "paging" not in row:
            break
        following = row["paging"]["next"]
        asked["after"] = following["after"]
    assert found == [str(task.id) for task in tasks]
    rest = api.ok("GET", following["link"])
    assert [each["toObjectId"] for each in rest["results"]] == found[-1:]


def test_archived_objects_are_not_among_them(api: Asking, contact: Kept, companies: list[Kept]):
    for company in companies[:2]:
        api.portal.link(contact, company)
    api.ok("DELETE", f"/crm/v3/objects/companies/{companies[0].id}")
    body = {"inputs": [{"id": str(contact.id)}]}
    (row,) = api.ok("POST", f"{V4}/contacts/companies/batch/read", json=body)["results"]
    assert [each["toObjectId"] for each in row["to"]] == [companies[1].id]


@pytest.mark.parametrize(
    ("base", "made", "ended"),
    [(V4, 201, 204), ("/crm/associations/2026-03", 201, 204), (DATED, 200, 200)],
)
def test_batch_create_and_archive(
    api: Asking, contact: Kept, companies: list[Kept], base: str, made: int, ended: int
):
    inputs = [pair(contact, companies[0], 279), pair(contact, companies[1], 1)]
    url = f"{base}/contacts/companies/batch"
    answer = api.call("POST", f"{url}/create", json={"inputs": inputs})
    assert answer.status_code == made
    rows = answer.json()["results"]
    assert rows[1] == {
        "fromObjectTypeId": "0-1",
        "fromObjectId": wire(base, contact),
        "toObjectTypeId": "0-2",
        "toObjectId": wire(base, companies[1]),
        "labels": ["Primary"],
    }
    assert links(api, contact, "companies") == {
        companies[0].id: (279,),
        companies[1].id: (1, 279),
    }
    assert links(api, companies[1], "contacts") == {contact.id: (2, 280)}
    gone = [pair(contact, companies[0]) | {"to": [{"id": str(companies[0].id)}]}]
    answer = api.call("POST", f"{url}/archive", json={"inputs": gone})
    assert answer.status_code == ended
    assert links(api, contact, "companies") == {companies[1].id: (1, 279)}
    labels = [pair(contact, companies[1], 1)]
    assert api.call("POST", f"{url}/labels/archive", json={"inputs": labels}).status_code == ended
    assert links(api, contact, "companies") == {companies[1].id: (279,)}


def test_a_missing_object_fails_alone_and_a_wrong_type_fails_all(
    api: Asking, contact: Kept, companies: list[Kept]
):
    url = f"{V4}/contacts/companies/batch/create"
    missing = pair(contact, companies[0], 279) | {"to": {"id": "5"}}
    inputs = [missing, pair(contact, companies[0], 279)]
    answer = api.call("POST", url, json={"inputs": inputs})
    assert answer.status_code == 207
    assert len(answer.json()["results"]) == len(answer.json()["errors"]) == 1
    for number in (280, 204, 99_999):
        inputs = [pair(contact, companies[1], 279), pair(contact, companies[2], number)]
        assert api.refused("POST", url, json={"inputs": inputs}) == (400, "VALIDATION_ERROR")
    assert list(links(api, contact, "companies")) == [companies[0].id]


TYPES = [
    ("tasks", "contacts", 204), ("tasks", "companies", 192), ("tasks", "deals", 216),
    ("tasks", "leads", 647), ("notes", "contacts", 202), ("notes", "companies", 190),
    ("notes", "deals", 214), ("emails", "contacts", 198), ("meetings", "contacts", 200),
    ("calls", "contacts", 194), ("contacts", "companies", 279), ("companies", "contacts", 280),
    ("deals", "contacts", 3), ("contacts", "deals", 4), ("deals", "companies", 341),
    ("leads", "contacts", 608), ("leads", "companies", 610),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "number"), TYPES)
def test_labels_and_their_numbers(api: Asking, one: str, other: str, number: int):
    rows = api.ok("GET", f"{V4}/{one}/{other}/labels")["results"]
    assert [row["typeId"] for row in rows if row["label"] is None] == [number]


def test_primary_numbers(api: Asking):
    for one, other, number in (
        ("contacts", "companies", 1), ("companies", "contacts", 2), ("deals", "companies", 5),
        ("leads", "contacts", 578), ("leads", "companies", 580),
    ):  # fmt: skip
        rows = api.ok("GET", f"{DATED}/{one}/{other}/labels")["results"]
        assert {"category": DEFINED, "typeId": number, "label": "Primary"} in rows


def test_no_number_is_used_twice_in_one_direction(api: Asking):
    types = api.portal.associations.types
    numbers = [each.number for each in types]
    assert len(numbers) == len(set(numbers))


def test_labels_of_ones_own(api: Asking, contact: Kept, companies: list[Kept]):
    body = {"label": "Decision maker", "name": "decision_maker"}
    made = api.ok("POST", f"{V4}/contacts/companies/labels", json=body)["results"]
    assert made[0]["category"] == "USER_DEFINED"
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": made[0]["typeId"]}]
    path = f"/crm/v4/objects/contacts/{contact.id}/associations/companies/{companies[0].id}"
    answer = api.call("PUT", path, json=types)
    assert answer.status_code == 201
    assert "Decision maker" in answer.json()["labels"]
    assert made[1]["typeId"] in links(api, companies[0], "contacts")[contact.id]


def test_one_association_at_a_time(api: Asking, contact: Kept, companies: list[Kept]):
    base = f"/crm/v4/objects/contact/{contact.id}/associations"
    path = f"{base}/default/company/{companies[0].id}"
    made = api.ok("PUT", path)
    specs = {each["associationSpec"]["associationTypeId"] for each in made["results"]}
    assert specs == {1, 2, 279, 280}
    assert api.ok("PUT", path)["status"] == "COMPLETE"
    rows = api.ok("GET", f"{base}/companies")["results"]
    assert [row["toObjectId"] for row in rows] == [companies[0].id]
    assert api.refused("PUT", f"{base}/company/{companies[1].id}") == (400, "VALIDATION_ERROR")
    assert api.call("DELETE", f"{base}/companies/{companies[0].id}").status_code == 204
    assert api.ok("GET", f"{base}/companies")["results"] == []
    assert api.refused("PUT", f"{base}/default/company/5")[0] == 404
    body = {"inputs": [pair(contact, companies[2])]}
    made = api.ok("POST", f"{V4}/contacts/companies/batch/associate/default", json=body)
    assert made["results"][0]["associationSpec"]["associationCategory"] == DEFINED


def test_the_older_shape_of_v3(api: Asking, contact: Kept, companies: list[Kept]):
    url = "/crm/v3/associations/contacts/companies/batch"
    inputs = [pair(contact, companies[0]) | {"type": "contact_to_company"}]
    assert api.call("POST", f"{url}/create", json={"inputs": inputs}).status_code == 201
    body = {"inputs": [{"id": str(contact.id)}]}
    (row,) = api.ok("POST", f"{url}/read", json=body)["results"]
    number = str(companies[0].id)
    assert row["to"] == [
        {"id": number, "type": "contact_to_company"},
        {"id": number, "type": "contact_to_company_unlabeled"},
    ]
    path = f"/crm/v3/objects/contacts/{contact.id}/associations/companies"
    assert api.ok("GET", path)["results"] == row["to"]
    api.ok("PUT", f"{path}/{companies[1].id}/contact_to_company_unlabeled")
    assert links(api, contact, "companies")[companies[1].id] == (279,)


def test_a_failing_batch_takes_associations_back(api: Asking, contact: Kept, companies: list[Kept]):
    api.portal.link(contact, companies[0], [1])
    before = (links(api, contact, "companies"), dict(contact.properties), contact.updated_at)
    inputs = [pair(contact, companies[1], 1), pair(contact, companies[2], 204)]
    url = f"{V4}/contacts/companies/batch/create"
    assert api.refused("POST", url, json={"inputs": inputs})[0] == 400
    after = (links(api, contact, "companies"), dict(contact.properties), contact.updated_at)
    assert after == before
    assert api.portal.journal.effects == []


# what follows


def test_the_first_company_is_the_primary_one(
    api: Asking, contact: Kept, companies: list[Kept], clock: ManualClock
):
    clock.move_to(START + HOUR)
    url = f"{DATED}/contacts/companies/batch/create"
    api.ok("POST", url, json={"inputs": [pair(contact, companies[0], 279)]})
    assert contact.properties["associatedcompanyid"] == str(companies[0].id)
    assert contact.properties["lastmodifieddate"] == instants.shown(START + HOUR)
    api.ok("POST", url, json={"inputs": [pair(contact, companies[1], 1)]})
    assert links(api, contact, "companies") == {
        companies[0].id: (279,),
        companies[1].id: (1, 279),
    }
    assert contact.properties["associatedcompanyid"] == str(companies[1].id)
    assert companies[1].properties["num_associated_contacts"] == "1"
    assert companies[1].updated_at == START  # a rollup moves no stamp
    api.ok("DELETE", f"/crm/v3/objects/companies/{companies[1].id}")
    assert "associatedcompanyid" not in contact.properties


def test_writing_the_primary_company_associates(api: Asking, contact: Kept, companies: list[Kept]):
    path = f"/crm/v3/objects/contacts/{contact.id}"
    body = {"properties": {"associatedcompanyid": str(companies[0].id)}}
    assert api.ok("PATCH", path, json=body)["properties"]["associatedcompanyid"]
    assert links(api, contact, "companies") == {companies[0].id: (1, 279)}
    api.ok("PATCH", path, json={"properties": {"associatedcompanyid": ""}})
    assert links(api, contact, "companies") == {companies[0].id: (279,)}
    body = {"properties": {"associatedcompanyid": "5"}}
    assert api.refused("PATCH", path, json=body)[0] == 400
    made = api.ok("POST", "/crm/v3/objects/contacts", json={
        "properties": {"associatedcompanyid": str(companies[1].id)}
    })  # fmt: skip
    assert made["properties"]["associatedcompanyid"] == str(companies[1].id)


def test_a_deal_has_a_primary_company(api: Asking, companies: list[Kept]):
    link = {"to": {"id": str(companies[0].id)}, "types": [spec(341)]}
    body = {"properties": {"dealname": "D"}, "associations": [link]}
    made = api.ok("POST", "/crm/v3/objects/deals", json=body)
    assert made["properties"]["hs_primary_associated_company"] == str(companies[0].id)


@pytest.mark.parametrize(
    ("kind", "contacted"),
    [("notes", False), ("calls", True), ("meetings", True), ("tasks", False)],
)
def test_an_activity_moves_the_stamp_of_its_contact(
    api: Asking, contact: Kept, clock: ManualClock, kind: str, contacted: bool
):
    clock.move_to(START + HOUR)
    number = {"notes": 202, "calls": 194, "meetings": 200, "tasks": 204}[kind]
    link = {"to": {"id": str(contact.id)}, "types": [spec(number)]}
    body = {"properties": {"hs_timestamp": START}, "associations": [link]}
    api.ok("POST", f"/crm/objects/2026-09/{kind}", json=body)
    values = contact.properties
    assert values["lastmodifieddate"] == instants.shown(START + HOUR)
    assert values["notes_last_updated"] == instants.shown(START)
    assert ("notes_last_contacted" in values) is contacted
    assert values["num_notes"] == "1"


def test_a_task_to_come_is_the_next_activity(api: Asking, contact: Kept):
    link = {"to": {"id": str(contact.id)}, "types": [spec(204)]}
    body = {"properties": {"hs_timestamp": START + HOUR}, "associations": [link]}
    api.ok("POST", "/crm/v3/objects/tasks", json=body)
    assert contact.properties["notes_next_activity_date"] == instants.shown(START + HOUR)
    assert "notes_last_updated" not in contact.properties


def test_a_reply_is_seen_on_the_contact(api: Asking, contact: Kept):
    link = {"to": {"id": str(contact.id)}, "types": [spec(198)]}
    values = {"hs_timestamp": START, "hs_email_direction": "INCOMING_EMAIL"}
    api.ok("POST", "/crm/v3/objects/emails", json={"properties": values, "associations": [link]})
    assert contact.properties["hs_sales_email_last_replied"] == instants.shown(START)


# leads


def lead(api: Asking, contact: Kept, number: int = 578) -> Any:
    link = {"to": {"id": str(contact.id)}, "types": [spec(number)]}
    body = {"properties": {"hs_lead_name": "Ana"}, "associations": [link]}
    return api.call("POST", "/crm/objects/2026-09/leads", json=body)


def test_a_lead_needs_a_primary_contact(api: Asking, contact: Kept):
    assert lead(api, contact, 608).status_code == 400
    body = {"properties": {"hs_lead_name": "Ana"}}
    assert api.refused("POST", "/crm/v3/objects/leads", json=body)[0] == 400
    made = lead(api, contact)
    assert made.status_code == 201
    values = made.json()["properties"]
    assert values["hs_primary_contact_id"] == str(contact.id)
    assert (values["hs_pipeline_stage"], values["hs_lead_is_open"]) == ("new-stage-id", "1")


def test_a_lead_without_its_primary_contact_ends(api: Asking, contact: Kept):
    made = lead(api, contact).json()["id"]
    other = api.portal.load("contacts", {})
    path = f"/crm/v4/objects/leads/{made}/associations/contacts"
    api.ok("PUT", f"{path}/{other.id}", json=[spec(608)])
    api.ok("DELETE", f"{path}/{other.id}")
    api.ok("GET", f"/crm/v3/objects/leads/{made}")
    api.ok("DELETE", f"{path}/{contact.id}")
    assert api.refused("GET", f"/crm/v3/objects/leads/{made}")[0] == 404


def test_some_portals_have_no_leads(clock: ManualClock):
    with asking(found(clock, leads_too=False), clock) as api:
        assert api.call("GET", "/crm/v3/objects/leads").status_code == 400
        assert api.call("GET", f"{V4}/tasks/leads/labels").status_code == 400
        api.ok("GET", "/crm/v3/objects/contacts")
