"""The Salesforce benchmark measures what it says, on an org small enough for a test."""

from __future__ import annotations

import re

import pytest

from benchmarks.process import PlatformProcess
from benchmarks.salesforce import measure
from benchmarks.salesforce_org import Size, serve

pytestmark = pytest.mark.xdist_group(
    "sandbox/test_salesforce_benchmark"
)  # its fixtures are made once

SIZE = Size(contacts=2_300, leads=2_200, tasks=2_500, members=2_100)
CHANGED = Size(contacts=300, leads=200, tasks=2_100, members=100)
TASKS = 400


@pytest.fixture(scope="module")
def printed() -> str:
    """What a run prints."""
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("builtins.print", lambda *words, **_: lines.append(" ".join(map(str, words))))
        with PlatformProcess(serve, SIZE) as org:
            measure(org, SIZE, CHANGED, TASKS)
            lines += org.ask("broken")
    return "\n".join(lines)


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, f"{pattern} is not in\n{text}"
    return int(found[1].replace(",", ""))


def test_nothing_is_lost_and_nothing_is_missed(printed: str):
    assert "WRONG" not in printed
    assert "MISSED" not in printed
    assert "Traceback" not in printed
    assert printed.count(": met") == 5


def test_a_full_sync_takes_two_calls_beside_its_loads(printed: str):
    # describes and counts; three calls for each of four objects; events and e-mails in one
    assert number(r"API calls +(\d+), describing", printed) == 14
    assert "2,300 Contact, 2,200 Lead, 2,500 call_held, 2,100 webinar_registered" in printed
    assert "4 POST /jobs/query" in printed


def test_a_cycle_is_counted_by_the_sandbox(printed: str):
    assert number(r"nothing changed (\d+) API", printed) == 3
    # tasks have a second page
    assert number(r"API calls +(\d+); sum", printed) == 4
    assert number(r"2,000\) (\d+),", printed) == 5


def test_tasks_are_counted_in_salesforce(printed: str):
    assert number(r"API calls +(\d+); target 2.2", printed) == 2
    assert "400 of 400, 0 of them twice, 400 applied" in printed
