"""Two objects become one; a person is erased."""

from typing import Any

import pytest

from sandbox.hubspot import merging
from sandbox.hubspot.caller import PEOPLE

from .asking import START, Asking

V3 = "/crm/v3/objects"


def load(api: Asking, kind: str = "contacts", **values: str) -> str:
    return str(api.portal.load(kind, values, created_at=START - 1_000).id)


def merge(api: Asking, winner: str, loser: str, kind: str = "contacts") -> Any:
    body = {"primaryObjectId": winner, "objectIdToMerge": loser}
    return api.ok("POST", f"{V3}/{kind}/merge", json=body)


def live(api: Asking, kind: str = "contacts", **params: str) -> list[str]:
    return [row["id"] for row in api.ok("GET", f"{V3}/{kind}", params=params)["results"]]


def test_the_loser_vanishes_and_the_winner_gains(api: Asking):
    ana = load(api, email="ana@acme.example", city="Graz", lifecyclestage="lead")
    twin = load(api, email="ana@home.example", city="Wien", state="ST", lifecyclestage="customer")
    values = merge(api, ana, twin)["properties"]
    assert (values["city"], values["state"]) == ("Graz", "ST")
    assert values["lifecyclestage"] == "customer"
    assert values["hs_merged_object_ids"] == twin
    assert values["hs_calculated_merged_vids"] == f"{twin}:{START}"
    assert (values["email"], values["hs_additional_emails"]) == (
        "ana@acme.example",
        "ana@home.example",
    )
    assert live(api) == [ana]
    assert live(api, archived="true") == []
    body = {"properties": {"email": "ana@home.example"}}
    assert api.refused("POST", f"{V3}/contacts", json=body) == (409, "CONFLICT")


def test_the_old_id_leads_to_the_winner_but_not_in_a_batch(api: Asking):
    ana, twin = load(api, lastname="Ruiz"), load(api, lastname="Ruiz")
    merge(api, ana, twin)
    assert api.ok("GET", f"{V3}/contacts/{twin}")["id"] == ana
    body: dict[str, Any] = {"properties": {"city": "Graz"}}
    assert api.ok("PATCH", f"{V3}/contacts/{twin}", json=body)["id"] == ana
    for verb in ("read", "update"):
        answer = api.call(
            "POST", f"{V3}/contacts/batch/{verb}", json={"inputs": [{"id": twin} | body]}
        )
        assert answer.status_code == 207
        assert answer.json()["errors"][0]["context"]["ids"] == [twin]


def test_chained_merges_are_all_named_but_not_as_vids(api: Asking):
    first, second, third = (load(api, lastname=f"R{number}") for number in range(3))
    merge(api, second, third)
    values = merge(api, first, second)["properties"]
    assert values["hs_merged_object_ids"].split(";") == [third, second]
    assert values["hs_calculated_merged_vids"] == f"{second}:{START}"
    assert api.ok("GET", f"{V3}/contacts/{third}")["id"] == first


def test_what_belonged_to_the_loser_belongs_to_the_winner(api: Asking):
    portal = api.portal
    ana, twin = portal.load("contacts", {}), portal.load("contacts", {})
    acme, other = portal.load("companies", {"name": "A"}), portal.load("companies", {"name": "B"})
    task = portal.load("tasks", {"hs_task_subject": "Call"})
    portal.link(ana, acme, [1])
    portal.link(twin, other, [1])
    portal.link(task, twin)
    merge(api, str(ana.id), str(twin.id))
    links = portal.associations
    assert dict(links.of("contacts", ana.id, "companies")) == {acme.id: (1, 279), other.id: (279,)}
    assert dict(links.of("tasks", task.id, "contacts")) == {ana.id: (204,)}
    assert dict(links.of("contacts", twin.id, "tasks")) == {}
    assert ana.properties["associatedcompanyid"] == str(acme.id)


@pytest.mark.parametrize("kind", ["companies", "deals"])
def test_companies_and_deals_merge_too(api: Asking, kind: str):
    one, other = load(api, kind), load(api, kind)
    values = merge(api, one, other, kind)["properties"]
    assert values["hs_merged_object_ids"] == other
    assert "hs_calculated_merged_vids" not in values


def test_a_merge_may_make_a_third_object(api: Asking):
    api.portal.merge_makes_new = True
    ana = load(api, email="ana@acme.example", city="Graz")
    twin = load(api, email="ana@home.example")
    task = api.portal.load("tasks", {})
    found = api.portal.table("contacts").find(twin)
    assert found is not None
    api.portal.link(task, found)
    made = merge(api, ana, twin)
    assert made["id"] not in (ana, twin)
    assert made["properties"]["hs_merged_object_ids"].split(";") == [twin, ana]
    assert made["properties"]["city"] == "Graz"
    assert live(api) == [made["id"]]
    for old in (ana, twin):
        assert api.ok("GET", f"{V3}/contacts/{old}")["id"] == made["id"]
    assert list(api.portal.associations.of("tasks", task.id, "contacts")) == [int(made["id"])]
    by_email = {"idProperty": "email"}
    assert api.ok("GET", f"{V3}/contacts/ana@acme.example", params=by_email)["id"] == made["id"]


def test_what_can_not_be_merged(api: Asking):
    ana, note = load(api), load(api, "notes")
    for kind, one, other, status in (
        ("contacts", ana, ana, 400),
        ("contacts", ana, "5", 404),
        ("notes", note, note, 400),
    ):
        body = {"primaryObjectId": one, "objectIdToMerge": other}
        assert api.refused("POST", f"{V3}/{kind}/merge", json=body)[0] == status
    assert api.refused("POST", f"{V3}/contacts/merge", json={})[0] == 400


def test_a_record_merges_250_times(api: Asking):
    ana = load(api)
    kind = api.portal.schema["contacts"]
    for _ in range(merging.MOST_MERGES):
        merging.merge(api.portal, PEOPLE, kind, ana, load(api))
    one_more = load(api)
    body = {"primaryObjectId": ana, "objectIdToMerge": one_more}
    assert api.refused("POST", f"{V3}/contacts/merge", json=body)[0] == 400
    assert live(api) == [ana, one_more]


# privacy


def test_an_erased_contact_is_nowhere(api: Asking):
    ana = load(api, email="ana@acme.example", hs_additional_emails="ana@home.example")
    task = api.portal.load("tasks", {})
    kept = api.portal.table("contacts").find(ana)
    assert kept is not None
    api.portal.link(task, kept)
    body = {"objectId": "ana@acme.example", "idProperty": "email"}
    assert api.call("POST", f"{V3}/contacts/gdpr-delete", json=body).status_code == 204
    assert api.refused("GET", f"{V3}/contacts/{ana}")[0] == 404
    assert api.refused("GET", f"{V3}/contacts/{ana}", params={"archived": "true"})[0] == 404
    assert live(api) == live(api, archived="true") == []
    assert kept.properties == {}
    assert dict(api.portal.associations.of("tasks", task.id, "contacts")) == {}
    for email in ("ana@acme.example", "ana@home.example"):
        values = {"properties": {"email": email}}
        assert api.refused("POST", f"{V3}/contacts", json=values) == (400, "VALIDATION_ERROR")


def test_erasing_by_id_and_an_address_that_nobody_has(api: Asking):
    ana = load(api, email="ana@acme.example")
    assert api.call("POST", f"{V3}/contacts/gdpr-delete", json={"objectId": ana}).status_code == 204
    body = {"objectId": "eve@acme.example", "idProperty": "email"}
    assert api.call("POST", f"{V3}/contacts/gdpr-delete", json=body).status_code == 204
    assert "eve@acme.example" in api.portal.blocked_emails
    assert api.refused("POST", f"{V3}/contacts/gdpr-delete", json={"objectId": "5"})[0] == 404
    assert api.refused("POST", f"{V3}/deals/gdpr-delete", json={"objectId": "5"})[0] == 400
