"""What a property takes, how it is kept, and what follows from it."""

import pytest

from connector.clock import HOUR, MINUTE, ManualClock
from sandbox.hubspot import instants, writing
from sandbox.hubspot.caller import PORTAL
from sandbox.hubspot.founding import Founded

from .asking import START, Asking

BASE = "/crm/objects/2026-09"


def create(api: Asking, kind: str = "contacts", **values: object) -> str:
    return str(api.ok("POST", f"{BASE}/{kind}", json={"properties": values})["id"])


def put(api: Asking, contact: str, kind: str = "contacts", **values: object) -> dict[str, str]:
    body = {"properties": values}
    return dict(api.ok("PATCH", f"{BASE}/{kind}/{contact}", json=body)["properties"])


def codes(api: Asking, kind: str = "contacts", **values: object) -> list[tuple[str, str]]:
    answer = api.call("POST", f"{BASE}/{kind}", json={"properties": values})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    return [
        (error["code"], error["context"]["propertyName"][0]) for error in answer.json()["errors"]
    ]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nope", "1", "PROPERTY_DOESNT_EXIST"),
        ("email", "nobody", "INVALID_EMAIL"),
        ("email", "a b@acme.example", "INVALID_EMAIL"),
        ("hs_lead_status", "Nope", "INVALID_OPTION"),
        ("hs_lead_status", "new", "INVALID_OPTION"),
        ("hs_buying_role", "CHAMPION;Nope", "INVALID_OPTION"),
        ("closedate", "yesterday", "INVALID_DATE"),
        ("hs_email_optout", "true", "READ_ONLY_VALUE"),
        ("hs_object_id", "1", "READ_ONLY_VALUE"),
        ("lastmodifieddate", "1795000000000", "READ_ONLY_VALUE"),
        ("num_associated_deals", "3", "READ_ONLY_VALUE"),
        ("hubspot_owner_id", "1", "INVALID_OWNER_ID"),
        ("city", {"a": 1}, "INVALID_VALUE"),
        ("city", "x" * 65_537, "PROPERTY_VALUE_TOO_LONG"),
    ],
)
def test_a_bad_value_is_refused(api: Asking, name: str, value: object, code: str):
    assert codes(api, "contacts", **{name: value}) == [(code, name)]


def test_a_bad_number_is_refused(api: Asking):
    assert codes(api, "companies", annualrevenue="many") == [("INVALID_INTEGER", "annualrevenue")]
    assert codes(api, "companies", annualrevenue="nan") == [("INVALID_INTEGER", "annualrevenue")]


def test_all_faults_are_told_at_once(api: Asking):
    found = codes(api, nope="1", email="x", hs_lead_status="y")
    assert found == [
        ("PROPERTY_DOESNT_EXIST", "nope"),
        ("INVALID_EMAIL", "email"),
        ("INVALID_OPTION", "hs_lead_status"),
    ]


def test_every_value_is_text(api: Asking):
    company = create(api, "companies", name="Acme", numberofemployees=12, is_public=True)
    shown = put(api, company, "companies", annualrevenue=1.5)
    told = (shown["numberofemployees"], shown["is_public"], shown["annualrevenue"])
    assert told == ("12", "true", "1.5")


def test_empty_text_clears_and_null_says_nothing(api: Asking):
    contact = create(api, city="Graz", state=None)
    assert put(api, contact, city=None)["city"] == "Graz"
    assert "city" not in put(api, contact, city="")


@pytest.mark.parametrize(
    "given",
    [
        1_795_000_000_123,
        "1795000000123",
        "2026-11-18T11:06:40.123Z",
        "2026-11-18T12:06:40.123+01:00",
    ],
)
def test_datetimes_are_milliseconds_or_iso(api: Asking, given: object):
    contact = create(api, closedate=given)
    assert put(api, contact, city="Graz")["closedate"] == "2026-11-18T11:06:40.123Z"


def test_whole_seconds_have_no_digits(api: Asking):
    assert put(api, create(api), closedate=1_795_000_000_000)["closedate"] == "2026-11-18T11:06:40Z"
    assert put(api, create(api), closedate="2026-11-18")["closedate"] == "2026-11-18T00:00:00Z"


def test_a_date_is_a_midnight(api: Asking):
    new = {"name": "birthday", "label": "B", "type": "date", "fieldType": "date"}
    new["groupName"] = "contactinformation"
    api.ok("POST", "/crm/v3/properties/contacts", json=new)
    for given in ("2026-01-31", "1769817600000", 1_769_817_600_000):
        assert put(api, create(api), birthday=given)["birthday"] == "2026-01-31"
    assert codes(api, birthday="1769817600001") == [("INVALID_DATE", "birthday")]


def test_several_options_and_adding_to_them(api: Asking):
    contact = create(api, hs_buying_role="CHAMPION;END_USER")
    added = put(api, contact, hs_buying_role=";BLOCKER;CHAMPION")
    assert added["hs_buying_role"] == "CHAMPION;END_USER;BLOCKER"
    assert put(api, contact, hs_buying_role="OTHER")["hs_buying_role"] == "OTHER"


# uniqueness


def test_an_address_belongs_to_one_contact(api: Asking):
    ana = create(api, email="ana@acme.example", hs_additional_emails="ana@home.example")
    for email in ("ana@acme.example", "ANA@HOME.example"):
        answer = api.call("POST", f"{BASE}/contacts", json={"properties": {"email": email}})
        assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")
        assert answer.json()["message"] == f"Contact already exists. Existing ID: {ana}"
    bob = create(api, email="bob@acme.example")
    body = {"properties": {"email": "ana@acme.example"}}
    assert api.refused("PATCH", f"{BASE}/contacts/{bob}", json=body) == (409, "CONFLICT")
    put(api, ana, email="ana@new.example")
    put(api, bob, email="ana@acme.example")
    api.ok("DELETE", f"{BASE}/contacts/{ana}")
    create(api, email="ana@new.example")


@pytest.mark.parametrize("status", [400, 409])
def test_a_unique_property_is_refused_with_the_id_that_has_it(api: Asking, status: int):
    api.portal.conflict_status = status
    new = {"name": "leadmode_key", "label": "Key", "type": "string", "fieldType": "text"}
    new |= {"groupName": "task"}
    api.ok("POST", "/crm/v3/properties/tasks", json={**new, "hasUniqueValue": True})
    values = {"hs_timestamp": "2026-11-20T09:00:00Z", "leadmode_key": "k1"}
    task = create(api, "tasks", **values)
    answer = api.call("POST", f"{BASE}/tasks", json={"properties": values})
    assert answer.status_code == status
    message = answer.json()["message"]
    assert "propertyName=leadmode_key" in message
    assert f"{task} already has that value" in message
    context = answer.json()["errors"][0]["context"]
    assert context == {"propertyName": ["leadmode_key"], "existingObjectId": [task]}


# what must be there


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("tasks", ["hs_timestamp"]),
        ("notes", ["hs_timestamp"]),
        ("meetings", ["hs_timestamp"]),
        ("calls", ["hs_timestamp"]),
        ("emails", ["hs_timestamp", "hs_email_direction"]),
    ],
)
def test_activities_need_their_moment(api: Asking, kind: str, missing: list[str]):
    answer = api.call("POST", f"{BASE}/{kind}", json={"properties": {}})
    assert answer.status_code == 400
    assert answer.json()["context"] == {"properties": missing}
    assert answer.json()["errors"][0]["context"] == {"properties": missing}


def test_an_owner_must_be_known_and_active(api: Asking, founded: Founded):
    values = {"hs_timestamp": START}
    task = create(api, "tasks", hubspot_owner_id=founded.rep, **values)
    assert put(api, task, "tasks")["hubspot_owner_assigneddate"] == instants.shown(START)
    user_id = next(owner.user_id for owner in api.portal.owners if str(owner.id) == founded.rep)
    for owner in (founded.former, str(user_id)):
        assert codes(api, "tasks", hubspot_owner_id=owner, **values) == [
            ("INVALID_OWNER_ID", "hubspot_owner_id")
        ]


# what the portal does itself


def test_a_lifecycle_goes_forward_only(api: Asking, clock: ManualClock):
    contact = create(api, lifecyclestage="lead")
    clock.move_to(clock.now() + HOUR)
    forward = put(api, contact, lifecyclestage="opportunity")
    assert forward["hs_lifecyclestage_lead_date"] == instants.shown(START)
    assert forward["hs_lifecyclestage_opportunity_date"] == instants.shown(START + HOUR)
    back = put(api, contact, lifecyclestage="lead", city="Graz")
    assert (back["lifecyclestage"], back["city"]) == ("opportunity", "Graz")
    assert "lifecyclestage" not in put(api, contact, lifecyclestage="")
    assert put(api, contact, lifecyclestage="lead")["lifecyclestage"] == "lead"
    assert codes(api, lifecyclestage="nope") == [("INVALID_OPTION", "lifecyclestage")]


def test_a_deal_is_closed_by_its_stage(api: Asking):
    deal = create(api, "deals", dealname="D", dealstage="contractsent", amount="200")
    shown = put(api, deal, "deals", description="d")
    assert (shown["pipeline"], shown["hs_is_closed"]) == ("default", "false")
    assert (shown["hs_projected_amount"], shown.get("closedate")) == ("180", None)
    won = put(api, deal, "deals", dealstage="closedwon")
    assert (won["hs_is_closed"], won["hs_is_closed_won"]) == ("true", "true")
    assert won["closedate"] == instants.shown(START)
    lost = put(api, deal, "deals", dealstage="closedlost")
    assert (lost["hs_is_closed"], lost["hs_is_closed_won"]) == ("true", "false")
    assert codes(api, "deals", dealstage="nope") == [("INVALID_OPTION", "dealstage")]
    assert codes(api, "deals", pipeline="nope") == [("INVALID_OPTION", "pipeline")]


def test_loaded_deals_and_tasks_are_worked_out(api: Asking):
    deal = api.portal.load("deals", {"dealstage": "closedwon", "closedate": "1795000000000"})
    assert deal.properties["hs_is_closed_won"] == "true"
    assert deal.properties["closedate"] == instants.shown(START)
    task = api.portal.load("tasks", {"hs_task_status": "COMPLETED"}, created_at=START - HOUR)
    assert task.properties["hs_task_is_completed"] == "1"
    assert task.properties["hs_task_completion_date"] == instants.shown(START - HOUR)


def test_an_object_tells_who_made_it(api: Asking):
    shown = put(api, create(api), city="Graz")
    assert (shown["hs_object_source"], shown["hs_object_source_id"]) == ("INTEGRATION", "leadmode")


def test_a_task_knows_when_it_was_completed(api: Asking):
    task = create(api, "tasks", hs_timestamp=START, hs_task_body="<p>Call <b>Ana</b></p>")
    shown = put(api, task, "tasks", hs_task_subject="Call")
    assert (shown["hs_task_status"], shown["hs_task_is_completed"]) == ("NOT_STARTED", "0")
    assert shown["hs_body_preview"] == "Call Ana"
    done = put(api, task, "tasks", hs_task_status="COMPLETED")
    assert done["hs_task_is_completed"] == "1"
    assert done["hs_task_completion_date"] == instants.shown(START)
    again = put(api, task, "tasks", hs_task_status="NOT_STARTED")
    assert "hs_task_completion_date" not in again
    assert codes(api, "tasks", hs_timestamp=START, hs_task_reminders="2026-11-20T09:00:00Z")


def test_the_stamp_moves_with_any_change_and_only_then(api: Asking, clock: ManualClock):
    contact = create(api, city="Graz")
    clock.move_to(clock.now() + MINUTE)
    same = put(api, contact, city="Graz")["lastmodifieddate"]
    assert same == instants.shown(START)
    kept = api.portal.table("contacts").find(contact)
    assert kept is not None
    opened = {"hs_email_last_open_date": str(clock.now())}
    writing.update(api.portal, PORTAL, kept, opened)
    shown = api.ok(
        "GET", f"{BASE}/contacts/{contact}", params={"properties": "hs_email_last_open_date"}
    )
    moved = instants.shown(START + MINUTE)
    assert shown["properties"]["hs_email_last_open_date"] == moved
    assert (shown["properties"]["lastmodifieddate"], shown["updatedAt"]) == (moved, moved)


# admins and time


def test_validation_rules_hold_from_2026_09_on(api: Asking):
    def needs_city(kind: str, new: object, old: object) -> tuple[str, str] | None:
        assert isinstance(new, dict)
        missing = kind == "contacts" and new.get("firstname") and not new.get("city")
        return ("city", "City is required") if missing else None

    api.portal.rules.append(needs_city)
    body = {"properties": {"firstname": "Ana"}}
    api.ok("POST", "/crm/v3/objects/contacts", json=body)
    made = api.ok("POST", "/crm/objects/2026-03/contacts", json=body)
    assert codes(api, firstname="Ana") == [("VALIDATION_RULE", "city")]
    path = f"{BASE}/contacts/{made['id']}"
    assert api.refused("PATCH", path, json=body | {"properties": {"state": "x"}})[0] == 400
    api.ok("PATCH", path, json={"properties": {"city": "Graz"}})


def test_searches_see_a_change_later(api: Asking, clock: ManualClock):
    contact = create(api, city="Graz")
    kept = api.portal.table("contacts").find(contact)
    assert kept is not None
    api.portal.search_lag = lambda: 10_000
    put(api, contact, city="Wien")
    seen = kept.as_searched(clock.now())
    assert seen is not None
    assert seen["city"] == "Graz"
    clock.move_to(clock.now() + 5_000)
    put(api, contact, city="Linz")
    assert (kept.as_searched(clock.now()) or {})["city"] == "Graz"
    clock.move_to(clock.now() + 10_000)
    assert (kept.as_searched(clock.now()) or {})["city"] == "Linz"
    fresh = api.portal.table("contacts").find(create(api, city="Rom"))
    assert fresh is not None
    assert fresh.as_searched(clock.now()) is None
    clock.move_to(clock.now() + 10_000)
    assert (fresh.as_searched(clock.now()) or {})["city"] == "Rom"


def test_a_late_commit_carries_the_stamp_of_its_beginning(api: Asking, clock: ManualClock):
    portal, kind = api.portal, api.portal.schema["contacts"]
    portal.later(START + 2 * HOUR, lambda: writing.create(portal, PORTAL, kind, {"city": "Graz"}))
    clock.move_to(START + HOUR)
    portal.settle()
    assert len(portal.table("contacts")) == 0
    assert portal.covered_until == START
    clock.move_to(START + 3 * HOUR)
    portal.settle()
    (kept,) = portal.table("contacts").live()
    assert (kept.created_at, kept.updated_at) == (START, START)
    assert portal.journal.effects[0].at == START + 3 * HOUR
    assert portal.covered_until == START + 3 * HOUR


def test_ids_sorted_as_text_are_out_of_order_some_way_on(api: Asking):
    ids = [str(api.portal.load("contacts", {}).id) for _ in range(1_100)]
    assert sorted(ids, key=int) == ids
    assert sorted(ids) != ids
    assert all(int(each) > 2**31 for each in ids)
