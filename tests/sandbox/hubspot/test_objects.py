"""One object, and lists of them, as any client asks for them."""

import pytest

from connector.clock import DAY, MINUTE, ManualClock
from sandbox.hubspot.founding import Founded
from sandbox.hubspot.kept import Kept

from .asking import Asking

V3 = "/crm/v3/objects"
DATED = "/crm/objects/2026-09"
PATHS = pytest.mark.parametrize("base", [V3, "/crm/objects/2026-03", DATED])


def create(api: Asking, kind: str = "contacts", base: str = DATED, **values: object) -> str:
    made = api.call("POST", f"{base}/{kind}", json={"properties": values})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@PATHS
def test_a_contact_lives(api: Asking, clock: ManualClock, base: str):
    made = api.ok(
        "POST", f"{base}/contacts", json={"properties": {"email": "Ana@Acme.Example", "zip": 8010}}
    )
    contact, born = made["id"], made["createdAt"]
    assert made["properties"]["email"] == "ana@acme.example"
    assert (made["archived"], made["updatedAt"]) == (False, born)
    clock.move_to(clock.now() + MINUTE)
    changed = api.ok("PATCH", f"{base}/contacts/{contact}", json={"properties": {"zip": ""}})
    assert changed["updatedAt"] > born
    shown = api.ok("GET", f"{base}/contacts/{contact}", params={"properties": "zip,email,nope"})
    assert shown["properties"] == {
        "zip": None,
        "email": "ana@acme.example",
        "createdate": born,
        "lastmodifieddate": changed["updatedAt"],
        "hs_object_id": contact,
    }
    clock.move_to(clock.now() + MINUTE)
    assert api.call("DELETE", f"{base}/contacts/{contact}").status_code == 204
    assert api.call("DELETE", f"{base}/contacts/{contact}").status_code == 204
    assert api.refused("GET", f"{base}/contacts/{contact}") == (404, "OBJECT_NOT_FOUND")
    kept = api.ok("GET", f"{base}/contacts/{contact}", params={"archived": "true"})
    assert kept["archived"] is True
    assert kept["archivedAt"]
    assert kept["updatedAt"] == changed["updatedAt"]


def test_without_wishes_the_default_properties_are_shown(api: Asking):
    contact = create(api, email="ana@acme.example", city="Graz")
    shown = api.ok("GET", f"{V3}/contacts/{contact}")["properties"]
    assert list(shown) == [
        "email", "firstname", "lastname", "createdate", "lastmodifieddate", "hs_object_id",
    ]  # fmt: skip


def test_types_have_several_names(api: Asking):
    contact = create(api, email="ana@acme.example")
    for name in ("contacts", "contact", "0-1"):
        assert api.ok("GET", f"{V3}/{name}/{contact}")["id"] == contact
    assert api.refused("GET", f"{V3}/gadgets") == (400, "VALIDATION_ERROR")


def test_unknown_things(api: Asking):
    for path in (f"{V3}/contacts/1", f"{V3}/contacts/x", f"{V3}/contacts/9999999999999"):
        assert api.refused("GET", path) == (404, "OBJECT_NOT_FOUND")
        body: dict[str, object] = {"properties": {}}
        assert api.refused("PATCH", path, json=body) == (404, "OBJECT_NOT_FOUND")
        assert api.refused("DELETE", path) == (404, "OBJECT_NOT_FOUND")
    answer = api.call("GET", "/crm/v3/gadgets")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")
    answer = api.call("PUT", f"{V3}/contacts")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (405, "text/html")


def test_an_error_has_its_whole_body(api: Asking):
    body = api.call("POST", f"{V3}/contacts", json={"properties": {"nope": "1"}}).json()
    assert set(body) == {"status", "message", "correlationId", "category", "errors"}
    assert body["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert body["errors"][0]["context"] == {"propertyName": ["nope"]}
    assert body["message"].startswith("Property values were not valid: [{")
    assert api.refused("POST", f"{V3}/contacts", content=b"{")[0] == 400
    assert api.refused("POST", f"{V3}/contacts", json={}) == (400, "VALIDATION_ERROR")


def test_a_unique_value_stands_for_the_id(api: Asking):
    contact = create(api, email="ana@acme.example")
    by_email = {"idProperty": "email"}
    shown = api.ok("GET", f"{V3}/contacts/ANA@acme.example", params=by_email)
    assert shown["id"] == contact
    api.ok(
        "PATCH",
        f"{V3}/contacts/ana@acme.example",
        params=by_email,
        json={"properties": {"hs_additional_emails": "ana@home.example"}},
    )
    assert api.ok("GET", f"{V3}/contacts/ana@home.example", params=by_email)["id"] == contact
    assert api.refused("GET", f"{V3}/contacts/x", params={"idProperty": "city"})[0] == 400


# lists


def pages(api: Asking, url: str, **params: object) -> list[list[str]]:
    """The ids on each page, by the links, as dlt follows them."""
    found = []
    page = api.ok("GET", url, params=params)
    while True:
        found.append([row["id"] for row in page["results"]])
        if "paging" not in page:
            return found
        following = page["paging"]["next"]
        assert following["link"].startswith(api.url)
        assert f"after={following['after']}" in following["link"]
        page = api.ok("GET", following["link"])


@PATHS
def test_lists_are_read_page_after_page(api: Asking, base: str):
    ids = [create(api, lastname=f"P{number}") for number in range(25)]
    assert pages(api, f"{base}/contacts") == [ids[:10], ids[10:20], ids[20:]]
    assert pages(api, f"{base}/contacts", limit=25) == [ids]
    api.ok("DELETE", f"{base}/contacts/{ids[3]}")
    left = [each for each in ids if each != ids[3]]
    assert pages(api, f"{base}/contacts", limit=20) == [left[:20], left[20:]]
    assert pages(api, f"{base}/contacts", limit=20, archived="true") == [[ids[3]]]


def test_the_recycle_bin_keeps_things_for_90_days(api: Asking, clock: ManualClock):
    old = create(api, lastname="Old")
    api.ok("DELETE", f"{V3}/contacts/{old}")
    clock.move_to(clock.now() + 50 * DAY)
    young = create(api, lastname="Young")
    api.ok("DELETE", f"{V3}/contacts/{young}")
    assert pages(api, f"{V3}/contacts", archived="true") == [[old, young]]
    clock.move_to(clock.now() + 41 * DAY)
    archived = {"archived": "true"}
    assert api.refused("GET", f"{V3}/contacts/{old}", params=archived)[0] == 404
    assert api.ok("GET", f"{V3}/contacts/{young}", params=archived)["id"] == young
    assert pages(api, f"{V3}/contacts", archived="true") == [[young]]


def test_after_is_the_id_of_the_next_one(api: Asking):
    ids = [create(api, lastname=f"P{number}") for number in range(3)]
    page = api.ok("GET", f"{V3}/contacts", params={"limit": 2})
    assert page["paging"]["next"]["after"] == ids[2]
    api.ok("DELETE", f"{V3}/contacts/{ids[2]}")
    assert api.ok("GET", f"{V3}/contacts", params={"after": ids[2]})["results"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 101},
        {"limit": 0},
        {"limit": "x"},
        {"after": "x"},
        {"limit": 51, "propertiesWithHistory": "email"},
    ],
)
def test_limits_of_a_list(api: Asking, params: dict[str, object]):
    assert api.refused("GET", f"{V3}/contacts", params=params) == (400, "VALIDATION_ERROR")


def test_names_come_with_commas_or_one_by_one(api: Asking):
    create(api, email="ana@acme.example", city="Graz")
    for params in (
        [("properties", "email,city")],
        [("properties", "email"), ("properties", "city")],
    ):
        row = api.ok("GET", f"{V3}/contacts", params=params)["results"][0]
        assert list(row["properties"])[:2] == ["email", "city"]


def test_history_is_newest_first_and_bounded(api: Asking, clock: ManualClock):
    contact = create(api, city="City 0")
    for number in range(1, 51):
        clock.move_to(clock.now() + MINUTE)
        api.ok("PATCH", f"{V3}/contacts/{contact}", json={"properties": {"city": f"City {number}"}})
    params = {"propertiesWithHistory": "city,lastmodifieddate", "limit": 50}
    row = api.ok("GET", f"{V3}/contacts", params=params)["results"][0]
    past = row["propertiesWithHistory"]["city"]
    assert [each["value"] for each in past] == [f"City {number}" for number in range(50, 5, -1)]
    assert past[0] == {
        "value": "City 50",
        "timestamp": row["updatedAt"],
        "sourceType": "INTEGRATION",
        "sourceId": "leadmode",
        "sourceLabel": "Integration",
    }
    assert row["propertiesWithHistory"]["lastmodifieddate"][0]["timestamp"] == row["updatedAt"]


def test_loaded_objects_remember_their_values(api: Asking):
    kept = api.portal.load("contacts", {"city": "Graz"}, created_at=1_000_000_000_000)
    api.ok("PATCH", f"{V3}/contacts/{kept.id}", json={"properties": {"city": "Wien"}})
    params = {"propertiesWithHistory": "city"}
    past = api.ok("GET", f"{V3}/contacts/{kept.id}", params=params)["propertiesWithHistory"]
    assert [each["value"] for each in past["city"]] == ["Wien", "Graz"]
    assert past["city"][1]["timestamp"] == "2001-09-09T01:46:40Z"


def test_associations_stand_inside_and_go_on_by_link(api: Asking):
    contact = api.portal.load("contacts", {"lastname": "Ruiz"})
    api.portal.inline_links = 2
    tasks = [api.portal.load("tasks", {"hs_task_subject": f"T{n}"}) for n in range(5)]
    for task in tasks:
        api.portal.link(task, contact)
    row = api.ok("GET", f"{V3}/contacts", params={"associations": "tasks,companies"})["results"][0]
    found = row["associations"]["tasks"]
    assert set(row["associations"]) == {"tasks"}
    assert found["results"][0] == {"id": str(tasks[0].id), "type": "contact_to_task"}
    ids = [each["id"] for each in found["results"]]
    rest = api.ok("GET", found["paging"]["next"]["link"])
    ids += [each["id"] for each in rest["results"]]
    assert ids == [str(task.id) for task in tasks]


class Counting(dict[int, Kept]):
    """Counts how many objects are looked at."""

    looked_at = 0

    def __getitem__(self, key: int) -> Kept:
        self.looked_at += 1
        return super().__getitem__(key)


def test_a_page_of_a_long_list_looks_at_no_other_objects(api: Asking):
    with api.portal.loading():
        ids = [api.portal.load("contacts", {}).id for _ in range(5_000)]
    table = api.portal.table("contacts")
    table.kept = counting = Counting(table.kept)
    page = api.ok("GET", f"{V3}/contacts", params={"limit": 10, "after": str(ids[4_000])})
    assert [row["id"] for row in page["results"]] == [str(each) for each in ids[4_000:4_010]]
    assert counting.looked_at <= 11


# owners and pipelines


def test_owners(api: Asking, founded: Founded):
    rows = api.ok("GET", "/crm/v3/owners/")["results"]
    assert [row["id"] for row in rows] == [founded.admin, founded.rep]
    assert all(str(row["userId"]) != row["id"] for row in rows)
    archived = api.ok("GET", "/crm/owners/2026-09", params={"archived": "true"})["results"]
    assert [row["id"] for row in archived] == [founded.former]
    assert "userId" not in archived[0]
    rep = api.ok("GET", "/crm/owners/2026-09", params={"email": rows[1]["email"].upper()})
    assert [row["id"] for row in rep["results"]] == [founded.rep]
    page = api.ok("GET", "/crm/v3/owners", params={"limit": 1})
    assert page["paging"]["next"]["after"] == founded.rep
    assert api.ok("GET", page["paging"]["next"]["link"])["results"] == rows[1:]
    assert api.ok("GET", f"/crm/v3/owners/{founded.rep}") == rows[1]
    by_user = {"idProperty": "userId"}
    assert api.ok("GET", f"/crm/v3/owners/{rows[1]['userId']}", params=by_user) == rows[1]
    assert api.refused("GET", "/crm/v3/owners/1")[0] == 404
    assert api.refused("GET", "/crm/v3/owners", params={"limit": 501})[0] == 400


def test_pipelines(api: Asking):
    (found,) = api.ok("GET", "/crm/pipelines/2026-09/deals")["results"]
    assert found["id"] == "default"
    closed = {
        s["id"]: s["metadata"] for s in found["stages"] if s["metadata"]["isClosed"] == "true"
    }
    assert closed == {
        "closedwon": {"isClosed": "true", "probability": "1.0"},
        "closedlost": {"isClosed": "true", "probability": "0.0"},
    }
    base = "/crm/v3/pipelines/deals/default"
    assert api.ok("GET", base) == found
    assert api.ok("GET", f"{base}/stages")["results"] == found["stages"]
    assert api.ok("GET", f"{base}/stages/closedwon")["label"] == "Closed Won"
    assert api.refused("GET", f"{base}/stages/nope")[0] == 404
    assert api.refused("GET", "/crm/v3/pipelines/deals/nope")[0] == 404
