"""Who may call what, by which path, how often; and what goes wrong on the way."""

import time

import httpx
import pytest

from connector.clock import DAY, SECOND
from sandbox.hubspot import instants
from sandbox.hubspot.weather import HOSTILE, INSTEAD, KINDS, Weather

from .asking import START, Asking

CONTACTS = "/crm/objects/2026-09/contacts"
CREATE = f"POST {CONTACTS}"


def created(api: Asking) -> list[str]:
    effects = api.portal.journal.of("contacts", "created")
    return [str(effect.changes["lastname"]) for effect in effects]


def create(api: Asking, name: str) -> httpx.Response:
    return api.call("POST", CONTACTS, json={"properties": {"lastname": name}})


# access


def test_tokens_and_scopes(api: Asking):
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer other"}):
        assert api.refused("GET", CONTACTS, headers=headers) == (401, "INVALID_AUTHENTICATION")
    api.platform.access.add("small", "small", {"crm.objects.contacts.read"})
    small = {"Authorization": "Bearer small"}
    api.ok("GET", CONTACTS, headers=small)
    answer = api.call("POST", CONTACTS, json={"properties": {}}, headers=small)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    context = answer.json()["errors"][0]["context"]
    assert context == {"requiredGranularScopes": ["crm.objects.contacts.write"]}
    assert api.refused("GET", "/email/public/v1/events", headers=small)[0] == 403


def test_the_journal_knows_who_it_was(api: Asking):
    api.platform.access.add("other", "other")
    create(api, "a")
    body = {"properties": {"lastname": "b"}}
    api.ok("POST", CONTACTS, json=body, headers={"Authorization": "Bearer other"})
    effects = api.portal.journal.of("contacts", "created")
    assert [(each.caller, each.source) for each in effects] == [
        ("leadmode", "INTEGRATION"),
        ("other", "INTEGRATION"),
    ]


@pytest.mark.parametrize(
    "path",
    ["/crm/objects/2027-03/contacts", "/crm/objects/2026-09-beta/contacts", "/contacts/v1/lists"],
)
def test_unknown_paths_are_web_pages(api: Asking, path: str):
    answer = api.call("GET", path)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")
    assert api.call("DELETE", "/crm/owners/2026-09").status_code in (404, 405)


@pytest.mark.parametrize(
    ("feature", "path", "status"),
    [
        ("email_events", "/email/public/v1/events", 403),
        ("forms", "/marketing/forms/2026-09", 403),
        ("leads", "/crm/objects/2026-09/leads", 403),
        ("enterprise", "/events/event-occurrences/2026-09?objectId=1", 403),
        ("version_1", "/email/public/v1/events", 404),
    ],
)
def test_what_a_portal_does_not_have(api: Asking, feature: str, path: str, status: int):
    setattr(api.platform.features, feature, True)
    api.ok("GET", path)
    setattr(api.platform.features, feature, False)
    answer = api.call("GET", path)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["category"] == "MISSING_SCOPES"


# limits


def test_a_burst(api: Asking):
    api.platform.quota.burst = 3
    answers = [api.call("GET", CONTACTS) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    left = [each.headers["X-HubSpot-RateLimit-Remaining"] for each in answers[:3]]
    assert left == ["2", "1", "0"]
    assert answers[0].headers["X-HubSpot-RateLimit-Daily-Remaining"] == "249999"
    assert answers[3].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answers[3].headers["X-HubSpot-RateLimit-Remaining"] == "0"
    api.clock.move_to(START + 10 * SECOND)
    api.ok("GET", CONTACTS)


def test_the_day_and_what_is_told_of_it(api: Asking):
    quota = api.platform.quota
    quota.daily = 2
    api.ok("GET", CONTACTS)
    (row,) = api.ok("GET", "/account-info/2026-09/api-usage/daily/private-apps")["results"]
    assert (row["usageLimit"], row["currentUsage"], row["fetchStatus"]) == (2, 2, "SUCCESS")
    assert row["resetsAt"].endswith("T23:00:00Z")
    answer = api.call("POST", f"{CONTACTS}/search", json={})
    assert (answer.status_code, answer.json()["policyName"]) == (429, "DAILY")
    api.clock.move_to(START + DAY)
    details = api.ok("GET", "/account-info/v3/details")
    assert (details["portalId"], details["timeZone"]) == (api.portal.id, "Europe/Berlin")
    assert (details["utcOffset"], details["utcOffsetMilliseconds"]) == ("+01:00", 3_600_000)
    assert api.platform.counts["GET /account-info/details"] == 1


def test_a_long_address(api: Asking):
    names = ",".join(f"property_number_{n}" for n in range(800))
    answer = api.call("GET", CONTACTS, params={"properties": names})
    assert (answer.status_code, answer.headers["content-type"][:9]) == (414, "text/html")


# weather


@pytest.mark.parametrize("kind", [kind for kind in INSTEAD if kind != "reset"])
def test_an_answer_instead_of_the_work(api: Asking, kind: str):
    api.platform.weather.force(kind, matching=CREATE)
    answer = create(api, "a")
    status = 200 if kind == "html" else int(kind.partition("_")[0])
    assert (answer.status_code, created(api)) == (status, [])
    is_page = kind in ("html", "502", "503", "504", "521", "524")
    assert answer.headers["content-type"].startswith("text/html") == is_page
    policies = {"429": "TEN_SECONDLY_ROLLING", "429_search": "SECONDLY", "429_daily": "DAILY"}
    if kind in policies:
        assert answer.json()["policyName"] == policies[kind]
    if kind == "477":
        assert answer.headers["Retry-After"] == "30"
    assert create(api, "b").status_code == 201
    assert created(api) == ["b"]


def test_a_connection_that_breaks_before_the_work(api: Asking):
    api.platform.weather.force("reset", matching=CREATE)
    with pytest.raises(httpx.TransportError):
        create(api, "a")
    assert created(api) == []


@pytest.mark.parametrize("kind", ["lost", "truncated"])
def test_an_answer_that_is_lost_after_the_work(api: Asking, kind: str):
    api.platform.weather.force(kind, matching=CREATE)
    with pytest.raises(httpx.TransportError):
        create(api, "a")
    assert created(api) == ["a"]


def test_statuses_that_do_not_say_what_happened(api: Asking):
    api.platform.weather.force("504_after", matching=CREATE)
    assert create(api, "a").status_code == 504
    api.platform.weather.force("200_instead", matching=CREATE)
    answer = create(api, "b")
    assert (answer.status_code, answer.json()["properties"]["lastname"]) == (200, "b")
    assert created(api) == ["a", "b"]


def test_work_that_is_done_after_the_client_gave_up(api: Asking):
    api.platform.weather.force("late", matching=CREATE)
    with pytest.raises(httpx.TransportError):
        create(api, "a")
    assert api.ok("GET", CONTACTS)["results"] == []
    api.clock.move_to(START + SECOND)
    (one,) = api.ok("GET", CONTACTS)["results"]
    assert one["createdAt"] == instants.shown(START)  # when it began, not when others saw it
    assert created(api) == ["a"]


def test_a_slow_drip(api: Asking):
    weather = api.platform.weather
    weather.drip_pause, weather.drip_bytes = 0.01, 5
    weather.force("drip", matching="GET /account-info")
    began = time.monotonic()
    assert api.ok("GET", "/account-info/2026-09/details")["portalId"] == api.portal.id
    assert time.monotonic() - began > 0.3


def test_the_same_seed_gives_the_same_weather():
    def drawn(seed: int) -> list[str | None]:
        weather = Weather.hostile(seed)
        paths = (CONTACTS, f"{CONTACTS}/search")
        return [weather.draw("POST", paths[n % 2]) for n in range(4_000)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
    assert {kind for kind in drawn(3) if kind} == set(HOSTILE)
    assert set(HOSTILE) <= set(KINDS)
    with pytest.raises(ValueError, match="is none of"):
        Weather().force("sunshine")


def test_limits_strike_where_they_can():
    weather = Weather.hostile(1)
    listed = {weather.draw("GET", CONTACTS) for _ in range(3_000)}
    searched = {weather.draw("POST", f"{CONTACTS}/search") for _ in range(3_000)}
    assert "429_search" not in listed
    assert "429" in listed
    assert "429" not in searched
    assert "429_search" in searched


def test_a_client_that_tries_again_gets_through_hostile_weather(api: Asking):
    """Contacts are unique by e-mail: whatever is lost or repeated, each exists once."""
    api.platform.weather = Weather.hostile(5)
    api.platform.weather.drip_pause = 0.0
    api.platform.quota.strict = False
    settled = 0
    for number in range(150):
        settled += any(tried(api, f"p{number}@x.example") for _ in range(40))
    api.platform.weather = Weather()
    api.clock.move_to(START + 10 * SECOND)
    api.ok("GET", CONTACTS)
    emails = [kept.properties["email"] for kept in api.portal.tables["contacts"].live()]
    assert settled == 150
    assert sorted(emails) == sorted(f"p{number}@x.example" for number in range(150))


def tried(api: Asking, email: str) -> bool:
    try:
        answer = api.call("POST", CONTACTS, json={"properties": {"email": email}})
        body = answer.json()
    except (httpx.TransportError, ValueError):
        return False
    return "id" in body or body.get("category") == "CONFLICT"
