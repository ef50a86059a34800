"""The HubSpot benchmark measures what it says, on a portal small enough for a test."""

from __future__ import annotations

import re

import pytest

from benchmarks.hubspot import CHANGED, measure
from benchmarks.hubspot_portal import Size, serve
from benchmarks.process import PlatformProcess

pytestmark = pytest.mark.xdist_group("sandbox/test_hubspot_benchmark")  # its fixtures are made once

SIZE = Size(contacts=1_050, deals=110, email_events=2_300)


@pytest.fixture(scope="module")
def printed() -> str:
    """What a run prints."""
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("builtins.print", lambda *words, **_: lines.append(" ".join(map(str, words))))
        with PlatformProcess(serve, SIZE) as portal:
            measure(portal, SIZE)
            lines += portal.ask("broken")
    return "\n".join(lines)


def numbers(pattern: str, text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(pattern, text)]


def test_nothing_is_lost(printed: str):
    assert "WRONG" not in printed
    assert "Traceback" not in printed
    assert printed.count("1,050 contacts, 110 deals, 460 email_clicked, 920 email_opened") == 2


def test_a_full_sync_takes_the_least_calls_of_its_kind(printed: str):
    by_list, by_search = 11 + 2 + 3, 6 + 1 + 1 + 3  # contacts, deals, (whose they are,) mail
    assert numbers(r"API calls +(\d+), [\d.]+ x the minimum by list", printed) == [
        by_list,
        by_search,
    ]
    assert f"1.00 x the minimum by list ({by_list}): met" in printed


def test_an_increment_takes_a_search_for_200_changes(printed: str):
    assert CHANGED == 500
    assert numbers(r"nothing changed: (\d+) API calls", printed) == [3]
    assert numbers(r"(\d+) for the contacts, 0.75 x", printed) == [3]
    assert "500 contacts" in printed
