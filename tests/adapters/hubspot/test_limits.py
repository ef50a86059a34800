"""Calls wait for their turn, and no longer than makes sense: real waiting, a clock of the test."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest

from adapters.hubspot.limits import UNTOLD
from connector.clock import ManualClock
from connector.errors import AdapterError, SlowDown
from tests.adapters.hubspot.sockets import (
    answering,
    client,
    reply,
    server,
)
from tests.adapters.world import START


@pytest.mark.fault("F10")
def test_17_calls_wait_for_their_turn_and_a_long_wait_pauses_the_source():
    clock = ManualClock(START)
    with server(answering(*[reply(b"{}")] * 30)) as url:
        made = client(url, clock, burst=20)
        for _ in range(20):
            made.get("/x")
        began = time.monotonic()
        made.get("/x")  # half a second for the next place; the clock of the test stands still
        assert time.monotonic() - began > 0.4
        made.limits.note({"X-HubSpot-RateLimit-Remaining": "0"})
        for _ in range(9):
            made.limits._burst.turn()
        with pytest.raises(SlowDown) as caught:
            made.get("/x")
        assert 5_000 < (caught.value.retry_after or 0) < 10_000
        clock.move_to(START + 10_000)
        assert made.get("/x").body == {}


@pytest.mark.fault("F10")
def test_18_searches_have_a_budget_of_their_own():
    clock = ManualClock(START)
    with server(answering(*[reply(b"{}")] * 5)) as url:
        made = client(url, clock, searches=2.0, burst=1)
        began = time.monotonic()
        for _ in range(3):
            made.search("contacts", {})
        assert time.monotonic() - began > 0.4
        made.get("/x")
        for _ in range(12):
            made.limits._search.turn()
        with pytest.raises(SlowDown):
            made.search("contacts", {})


def test_closing_ends_the_waiting():
    with server(answering(*[reply(b"{}")] * 3)) as url:
        made = client(url, ManualClock(START), burst=3)
        for _ in range(3):
            made.get("/x")
        closer = threading.Timer(0.2, made.close)
        closer.start()
        began = time.monotonic()
        with suppress(AdapterError):
            made.get("/x")
        assert time.monotonic() - began < 3  # of the 3.3 until the next place
        closer.join()


USED_UP = b'{"results": [{"usageLimit": 100, "currentUsage": 95}]}'


def test_where_no_answer_tells_the_day_is_asked_for_now_and_then():
    with server(answering(reply(USED_UP))) as url:
        made = client(url, ManualClock(START), burst=100_000)
        for _ in range(UNTOLD):
            made.spare(80)
            made.limits.wait(search=False)
        assert made.calls == 0
        with pytest.raises(SlowDown, match="95 of the portal's 100 API calls"):
            made.spare(80)
        made.spare(96)
        assert made.calls == 1


def test_a_portal_that_does_not_tell_stops_nothing():
    with server(answering(*[reply(b"{}", status="403 Forbidden")] * 2)) as url:
        made = client(url, ManualClock(START), burst=100_000)
        for _ in range(UNTOLD):
            made.limits.wait(search=False)
        made.spare(80)
        made.spare(80)
        assert made.calls == 1
