"""Searching over HTTP, by httpx and by hubspot-api-client."""

from typing import Any

import hubspot
import pytest
from hubspot.crm.contacts import PublicObjectSearchRequest

from connector.clock import SECOND
from sandbox.hubspot.weather import Weather

from .asking import START, Asking

PATH = "/crm/objects/2026-09/contacts/search"


def test_a_page(api: Asking):
    for name in ("Ana", "Bo", "Cy"):
        api.portal.load("contacts", {"firstname": name, "email": f"{name}@x.example"})
    body = {
        "filterGroups": [
            {"filters": [{"propertyName": "firstname", "operator": "IN", "values": ["ana", "bo"]}]}
        ],
        "properties": ["firstname", "phone", "nonsense"],
        "limit": 1,
    }
    page = api.ok("POST", PATH, json=body)
    assert (page["total"], page["paging"]["next"]["after"]) == (2, "1")
    (one,) = page["results"]
    assert one["properties"] == {
        "firstname": "Ana",
        "phone": None,
        "createdate": one["createdAt"],
        "lastmodifieddate": one["updatedAt"],
        "hs_object_id": one["id"],
    }
    assert one["archived"] is False
    page = api.ok("POST", PATH, json=body | {"after": "1"})
    assert [each["properties"]["firstname"] for each in page["results"]] == ["Bo"]
    assert "paging" not in page
    assert set(api.ok("POST", PATH, json={})["results"][0]["properties"]) == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }


@pytest.mark.parametrize("version", ["/crm/v3/objects", "/crm/objects/2026-03"])
@pytest.mark.parametrize("name", ["companies", "deals", "tasks", "notes", "leads", "0-1"])
def test_every_type_in_every_version(api: Asking, version: str, name: str):
    assert api.ok("POST", f"{version}/{name}/search", json={}) == {"total": 0, "results": []}


def test_refusals(api: Asking):
    assert api.refused("POST", PATH, json={"limit": 500}) == (400, "VALIDATION_ERROR")
    long = {"properties": [f"property_{n}" for n in range(300)]}
    assert api.refused("POST", PATH, json=long) == (400, "VALIDATION_ERROR")
    assert api.refused("POST", PATH, content=b"{") == (400, "VALIDATION_ERROR")
    assert api.refused("POST", PATH.replace("contacts", "aliens"), json={})[0] == 400
    filters = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "0"}]
    assert api.call("POST", PATH, json={"filters": filters}).status_code == 500


def test_five_in_a_second_for_all_apps_together(api: Asking):
    api.platform.access.add("other", "other-token")
    other = {"Authorization": "Bearer other-token"}
    answers = [api.call("POST", PATH, json={}, headers=other) for _ in range(5)]
    assert [each.status_code for each in answers] == [200] * 5
    assert not [name for name in answers[0].headers if "ratelimit" in name.lower()]
    answer = api.call("POST", PATH, json={})
    assert (answer.status_code, answer.json()["policyName"]) == (429, "SECONDLY")
    assert answer.json()["message"] == "You have reached your secondly limit."
    assert "retry-after" not in answer.headers
    assert api.call("GET", "/crm/objects/2026-09/contacts").status_code == 200
    api.clock.move_to(START + SECOND)
    api.ok("POST", PATH, json={})


def test_hubspot_api_client(api: Asking):
    kept = api.portal.load("contacts", {"firstname": "Ana", "email": "ana@x.example"})
    client: Any = hubspot.HubSpot(access_token=api.founded.token, host=api.url)
    asked = PublicObjectSearchRequest(
        filter_groups=[
            {"filters": [{"propertyName": "email", "operator": "EQ", "value": "ana@x.example"}]}
        ],
        sorts=["email"],
        properties=["email"],
        limit=10,
        after=0,
    )
    found_ = client.crm.contacts.search_api.do_search(public_object_search_request=asked)
    assert (found_.total, found_.results[0].id) == (1, str(kept.id))
    assert found_.results[0].properties["email"] == "ana@x.example"


def test_hostile_weather_has_all_faults_of_searches(api: Asking):
    for number in range(60):
        api.portal.load("contacts", {"firstname": str(number)})
    weather = Weather.hostile(3)
    weather.rates = {}
    api.platform.weather = weather
    api.platform.quota.strict = False
    found_: list[str] = []
    sizes, after = [], "0"
    while after:
        page = api.ok("POST", PATH, json={"limit": 5, "after": after})
        found_ += [each["id"] for each in page["results"]]
        sizes.append(len(page["results"]))
        after = page.get("paging", {}).get("next", {}).get("after", "")
    assert len(set(found_)) == len(found_) == 60
    assert min(sizes[:-1]) < 5
    made = api.ok("POST", "/crm/objects/2026-09/contacts", json={"properties": {"firstname": "z"}})
    assert api.portal.tables["contacts"].kept[int(made["id"])].indexed_from > START
