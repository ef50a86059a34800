"""Limits by the clock that never steps, the day by the portal's time zone, the bodies of 429."""

from datetime import UTC, datetime

import pytest

from connector.clock import DAY, HOUR, SECOND, ManualClock, to_millis
from sandbox.hubspot.quota import BURST, DAILY, SEARCH, Quota
from sandbox.loopback.clock import PlatformClock

NOON = to_millis(datetime(2026, 11, 20, 12, tzinfo=UTC))
ZONE = "Europe/Berlin"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def quota(clock: ManualClock) -> Quota:
    return Quota(PlatformClock(clock), ZONE)


def policy(quota: Quota, app: str = "a", family: str = "") -> str:
    answer = quota.take(app, family)
    if answer is None:
        return ""
    assert answer.status == 429
    assert isinstance(answer.body, dict)
    assert answer.headers == {}
    return str(answer.body["policyName"])


def test_ten_seconds_roll(quota: Quota, clock: ManualClock):
    assert [policy(quota) for _ in range(100)] == [""] * 100
    assert policy(quota) == BURST
    clock.move_to(NOON + 9_999)
    assert policy(quota) == BURST
    clock.move_to(NOON + 10 * SECOND)
    assert policy(quota) == ""


def test_each_app_has_its_own_burst(quota: Quota):
    quota.burst = 2
    assert [policy(quota, "a") for _ in range(3)] == ["", "", BURST]
    assert policy(quota, "b") == ""
    assert policy(quota, "a", "associations") == ""


def test_searches_are_counted_for_all_apps_and_apart(quota: Quota, clock: ManualClock):
    quota.burst = 1
    assert [policy(quota, app, "search") for app in "abcab"] == [""] * 5
    assert policy(quota, "d", "search") == SEARCH
    assert quota.headers("a", "search") == {}
    assert policy(quota, "a") == ""
    clock.move_to(NOON + SECOND)
    quota.used_elsewhere(0, searches=5)
    assert policy(quota, "a", "search") == SEARCH


def test_the_day_ends_at_midnight_of_the_portal(quota: Quota, clock: ManualClock):
    quota.daily = 3
    quota.used_elsewhere(2)
    assert [policy(quota), policy(quota)] == ["", DAILY]
    midnight = to_millis(datetime(2026, 11, 20, 23, tzinfo=UTC))
    assert quota.midnight() == midnight
    clock.move_to(midnight - 1)
    assert policy(quota, "b", "search") == DAILY
    clock.move_to(midnight)
    assert (policy(quota), quota.used) == ("", 1)
    assert quota.midnight() == midnight + DAY


def test_what_headers_say(quota: Quota):
    quota.take("a", "")
    quota.take("b", "")
    assert quota.headers("a", "") == {
        "X-HubSpot-RateLimit-Daily": "250000",
        "X-HubSpot-RateLimit-Daily-Remaining": "249998",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": "100",
        "X-HubSpot-RateLimit-Remaining": "99",
    }


def test_the_body_of_a_429(quota: Quota):
    quota.searches = 0
    answer = quota.take("a", "search")
    assert answer is not None
    assert isinstance(answer.body, dict)
    body = {name: answer.body[name] for name in ("status", "message", "errorType", "policyName")}
    assert body == {
        "status": "error",
        "message": "You have reached your secondly limit.",
        "errorType": "RATE_LIMIT",
        "policyName": "SECONDLY",
    }
    quota.burst, quota.tells_when = 0, True
    answer = quota.take("a", "")
    assert answer is not None
    assert answer.headers == {"Retry-After": "10"}


def test_limits_can_be_off(quota: Quota, clock: ManualClock):
    quota.strict, quota.burst, quota.daily = False, 1, 1
    assert [policy(quota) for _ in range(5)] == [""] * 5
    assert (quota.used, quota.total, quota.used_by("a")) == (5, 5, 5)
    clock.move_to(NOON + HOUR * 20)
    assert (quota.used, quota.total) == (0, 5)
