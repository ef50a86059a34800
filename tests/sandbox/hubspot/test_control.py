"""The back door, and the command as a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx

from connector.clock import DAY, HOUR, SECOND
from sandbox.hubspot.founding import TOKEN
from sandbox.hubspot.search.faults import SearchFaults

from .asking import START, Asking

ROOT = Path(__file__).parents[3]
CONTACTS = "/crm/objects/2026-09/contacts"


def test_state_rows_and_journal(api: Asking):
    made = api.ok("POST", CONTACTS, json={"properties": {"lastname": "a"}})
    state = api.http.get("/__sandbox__/state").json()
    assert (state["records"]["contacts"], state["effects"]) == (1, 1)
    assert state["calls"] == {"POST /crm/objects/{type}": 1}
    assert (state["quota"]["used"], state["features"]["forms"]) == (1, True)
    (row,) = api.http.get("/__sandbox__/rows/contacts").json()
    assert (row["id"], row["properties"]["lastname"], row["gone"]) == (made["id"], "a", False)
    owners = api.http.get("/__sandbox__/rows/owners").json()
    assert [owner["archived"] for owner in owners] == [False, False, True]
    asked = {"object": "contacts", "action": "created"}
    (effect,) = api.http.get("/__sandbox__/journal", params=asked).json()
    assert (effect["id"], effect["source"], effect["caller"]) == (
        made["id"],
        "INTEGRATION",
        "leadmode",
    )
    assert api.http.get("/__sandbox__/journal", params={"since": 1}).json() == []


def test_a_person_at_the_screen(api: Asking):
    company = api.door("write", object="companies", properties={"name": "Alba"})["id"]
    one = api.door("write", object="contacts", properties={"email": "a@x.example"})["id"]
    two = api.door(
        "write",
        object="contacts",
        properties={"email": "b@x.example"},
        **{"with": [{"object": "companies", "id": company}]},
    )["id"]
    api.door("write", object="contacts", id=one, properties={"hs_lead_status": "OPEN"})
    (edit,) = api.portal.journal.of("contacts", "updated")[-1:]
    assert (edit.source, edit.changes["hs_lead_status"]) == ("CRM_UI", "OPEN")
    lead = {"object": "leads", "properties": {"hs_lead_name": "x"}}
    api.door("write", **lead, **{"with": [{"object": "contacts", "id": one}]})
    api.door("merge", object="contacts", winner=one, loser=two)
    rows = {row["id"]: row for row in api.http.get("/__sandbox__/rows/contacts").json()}
    assert rows[two]["mergedInto"] == one
    assert rows[one]["associations"]["companies"] == [company]
    api.door("archive", object="companies", id=company)
    assert len(api.portal.tables["companies"]) == 0
    api.door("restore", object="companies", id=company)
    assert len(api.portal.tables["companies"]) == 1
    api.door("gdpr", email="a@x.example")
    assert len(api.portal.tables["contacts"]) == 0
    api.door("owner", id=api.founded.rep, archived=True)
    listed = api.ok("GET", "/crm/owners/2026-09")["results"]
    assert api.founded.rep not in [owner["id"] for owner in listed]


def test_people_out_there(api: Asking):
    api.door("submit", form="Demo", values={"email": "a@x.example"}, page_title="Home")
    api.door("view", email="a@x.example", url="https://h.example/")
    api.door("mail", type="SENT", recipient="a@x.example", mailing="News")
    opened = api.door("mail", type="OPEN", recipient="a@x.example", mailing="News", at=START + 1)
    api.door("reply", recipient="a@x.example", mailing="News")
    (row,) = api.http.get("/__sandbox__/rows/contacts").json()
    shown = row["properties"]
    assert (shown["recent_conversion_event_name"], shown["hs_email_open"]) == ("Home: Demo", "1")
    assert (shown["hs_analytics_num_page_views"], shown["hs_email_replied"]) == ("1", "1")
    state = api.http.get("/__sandbox__/state").json()
    assert (state["email_events"], state["submissions"]) == (2, 1)
    assert state["forms"] == {"Demo": api.door("form", name="Demo")["id"]}
    api.clock.move_to(START + 1)
    events = api.ok("GET", "/email/public/v1/events")["events"]
    assert events[0]["id"] == opened["id"]


def test_clock_weather_settings_features_apps(api: Asking):
    assert api.door("clock", shift=HOUR)["now"] == START + HOUR
    assert api.door("clock", stand_at=START + DAY)["now"] == START + DAY
    assert api.door("clock", run_from=START)["now"] == START
    api.door("fault", kind="423")
    assert api.call("GET", CONTACTS).status_code == 423
    api.door("weather", profile="hostile", seed=3)
    assert api.platform.weather.searches == SearchFaults.all(3)
    assert any(api.portal.search_lag() for _ in range(5))
    api.door("weather", profile="calm", searches={"ids_as_text": True}, slowest_index=5_000)
    assert api.platform.weather.searches == SearchFaults(ids_as_text=True)
    assert any(api.portal.search_lag() for _ in range(5))
    api.door("weather")
    assert api.portal.search_lag() == 0
    api.door("settings", burst=1, searches_elsewhere=5, tells_when=1)
    api.ok("GET", CONTACTS)
    answer = api.call("GET", CONTACTS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert api.call("POST", f"{CONTACTS}/search", json={}).status_code == 429
    api.door("settings", strict=0)
    api.ok("GET", CONTACTS)
    api.door("features", enterprise=True, email_events=False)
    assert api.refused("GET", "/email/public/v1/events") == (403, "MISSING_SCOPES")
    api.door("apps", name="other", token="t", scopes=["forms"])
    other = {"Authorization": "Bearer t"}
    api.ok("GET", "/marketing/v3/forms", headers=other)
    assert api.refused("GET", CONTACTS, headers=other) == (403, "MISSING_SCOPES")
    api.door("apps", revoke="t")
    assert api.refused("GET", CONTACTS, headers=other) == (401, "INVALID_AUTHENTICATION")
    for name, body in (
        ("settings", {"nope": 1}),
        ("features", {"nope": True}),
        ("fault", {"kind": "sunshine"}),
        ("weather", {"searches": {"nope": True}}),
        ("mail", {"type": "NOPE", "recipient": "a"}),
        ("form", {"name": "a", "type": "paper"}),
        ("write", {"object": "aliens"}),
    ):
        assert api.http.post(f"/__sandbox__/{name}", json=body).status_code == 400


def test_many_clients_at_once(api: Asking):
    api.platform.quota.strict = False

    def work(number: int) -> None:
        with httpx.Client(base_url=api.url, headers=api.headers) as http:
            for step in range(10):
                body = {"properties": {"email": f"p{number}-{step}@x.example"}}
                http.post(CONTACTS, json=body).raise_for_status()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.portal.tables["contacts"]) == 80


def test_it_starts_alone():
    command = [sys.executable, "-m", "sandbox", "hubspot", "--daily-calls", "9", "--enterprise"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert url is not None, first
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx.get(f"{url[0]}{CONTACTS}", headers=headers)
        assert answer.json() == {"results": []}
        assert answer.headers["X-HubSpot-RateLimit-Daily"] == "9"
        path = "/events/event-occurrences/2026-09?objectId=1"
        assert httpx.get(url[0] + path, headers=headers).status_code == 200
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_clock_runs_while_it_serves(api: Asking):
    before = api.http.get("/__sandbox__/state").json()["now"]
    api.clock.move_to(START + SECOND)
    assert api.http.get("/__sandbox__/state").json()["now"] == before + SECOND
