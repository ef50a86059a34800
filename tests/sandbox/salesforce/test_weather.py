"""What goes wrong on the way, and that the org itself stays right."""

import time

import httpx
import pytest

from connector.clock import SECOND, ManualClock
from sandbox.salesforce.weather import HOSTILE, KINDS, Weather

from .conftest import START, Api, add_field

CREATE = "POST /services/data/v67.0/sobjects/Contact"


def subjects(api: Api) -> list[str]:
    return [str(effect.changes["LastName"]) for effect in api.org.journal.of("Contact", "created")]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("429", 429), ("420", 420), ("406", 406), ("503", 503), ("html", 200), ("timeout", 400)],
)
def test_an_answer_instead_of_the_work(api: Api, kind: str, status: int):
    api.platform.weather.force(kind, matching=CREATE)
    answer = api.call("POST", "/sobjects/Contact", json={"LastName": "a"})
    assert answer.status_code == status
    assert subjects(api) == []
    api.create("Contact", LastName="b")
    assert subjects(api) == ["b"]
    if kind in ("420", "406"):
        assert answer.content == b""
    if kind in ("503", "html"):
        assert "maintenance" in answer.text


def test_a_connection_that_breaks_before_the_work(api: Api):
    api.platform.weather.force("reset", matching=CREATE)
    with pytest.raises(httpx.TransportError):
        api.call("POST", "/sobjects/Contact", json={"LastName": "a"})
    assert subjects(api) == []


@pytest.mark.parametrize("kind", ["lost", "truncated"])
def test_an_answer_that_is_lost_after_the_work(api: Api, kind: str):
    api.platform.weather.force(kind, matching=CREATE)
    with pytest.raises(httpx.TransportError):
        api.call("POST", "/sobjects/Contact", json={"LastName": "a"})
    assert subjects(api) == ["a"]


def test_503_after_the_work(api: Api):
    api.platform.weather.force("503_after", matching=CREATE)
    assert api.call("POST", "/sobjects/Contact", json={"LastName": "a"}).status_code == 503
    assert subjects(api) == ["a"]


def test_work_that_is_done_after_the_client_gave_up(api: Api, clock: ManualClock):
    api.platform.weather.force("late", matching=CREATE)
    with pytest.raises(httpx.TransportError):
        api.call("POST", "/sobjects/Contact", json={"LastName": "a"})
    assert api.query("SELECT Id FROM Contact") == []
    clock.move_to(START + SECOND)
    assert len(api.query("SELECT Id FROM Contact")) == 1
    assert subjects(api) == ["a"]


def test_a_slow_drip(api: Api):
    weather = api.platform.weather
    weather.drip_pause, weather.drip_bytes = 0.01, 5
    weather.force("drip", matching="GET /services/data/v67.0/limits")
    began = time.monotonic()
    assert api.ok("GET", "/limits")["DailyApiRequests"]["Max"] == 100_000
    assert time.monotonic() - began > 0.5


def test_a_session_that_expires_in_mid_run(api: Api):
    api.platform.weather.force("expired")
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")
    api.login()
    api.ok("GET", "/limits")


def test_locators_that_are_forgotten(api: Api):
    api.org.load("Contact", [{"LastName": str(n)} for n in range(5)])
    api.platform.page_size = 2
    more = api.ok("GET", "/query", params={"q": "SELECT Id FROM Contact"})["nextRecordsUrl"]
    api.platform.weather.force("locator")
    assert api.refused("GET", more) == (400, "INVALID_QUERY_LOCATOR")


def test_rows_that_somebody_else_holds(api: Api):
    api.platform.weather.lock_rate = 1.0
    records = [{"attributes": {"type": "Contact"}, "LastName": "a"}]
    (done,) = api.ok("POST", "/composite/sobjects", json={"records": records})
    assert done["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"


def test_the_same_seed_gives_the_same_weather():
    def drawn(seed: int) -> list[str | None]:
        weather = Weather.hostile(seed)
        return [weather.draw("GET", "/services/data/v67.0/query") for _ in range(2_000)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
    assert {kind for kind in drawn(3) if kind} == set(HOSTILE)
    assert set(HOSTILE) <= set(KINDS)
    with pytest.raises(ValueError, match="is none of"):
        Weather().force("sunshine")


def test_logins_and_the_back_door_are_spared():
    weather = Weather.hostile(1)
    assert {weather.draw("POST", "/services/oauth2/token") for _ in range(500)} == {None}


def test_a_client_that_tries_again_gets_through_hostile_weather(api: Api):
    """Creates with a key that is unique: whatever is lost or repeated, each exists once."""
    add_field(api, "Activity.Key__c", externalId=True, unique=True)
    api.platform.weather = Weather.hostile(5)
    api.platform.weather.drip_pause = 0.0
    settled = 0
    for number in range(150):
        for _ in range(40):
            if tried(api, f"k{number}"):
                settled += 1
                break
    api.platform.weather = Weather()
    api.org.settle()
    rows = api.query("SELECT Key__c FROM Task")
    assert settled == 150
    assert sorted(row["Key__c"] for row in rows) == sorted(f"k{number}" for number in range(150))


def tried(api: Api, key: str) -> bool:
    try:
        answer = api.call("POST", "/sobjects/Task", json={"Subject": "a", "Key__c": key})
        body = answer.json()
    except (httpx.TransportError, ValueError):
        return False
    if answer.status_code == 401:
        api.login()
    return answer.status_code == 201 or body[0]["errorCode"] == "DUPLICATE_VALUE"
