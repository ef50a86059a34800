"""What waits for a free place, as the commands tell it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.company import HISTORY, NEWS, RULES, Company
from tests.cli.conftest import Leadmode

ADA = [row for row in NEWS["2026-11-12T18:00:00Z"] if row[2] == "P1"]
WAITS = "waits for a free place"


@pytest.fixture
def busy(tmp_path: Path) -> Company:
    """Ada is back, and nobody has a place this week."""
    company = Company(tmp_path / "small")
    (company.folder / "rules" / "rules.toml").write_text(RULES + "[capacity]\ndefault = 0\n")
    company.add(HISTORY)
    company.cycle("2026-11-02T06:00:00Z")
    company.add(ADA)
    return company


def test_a_plan_shows_who_would_wait(busy: Company, leadmode: Leadmode):
    busy.clock.move_to(busy.clock.now() + 11 * 86_400_000)
    done = leadmode(busy, "plan")
    assert f"Ada Quist, Acme Pumps: {WAITS}" in done.output
    assert "0 hand-offs, 0 writes, 1 held" in done.output
    planned = json.loads(leadmode(busy, "plan", "--json").output)["plan"]["held"]
    assert [(each["reason"], each["because"]) for each in planned] == [("waiting", WAITS)]


def test_every_command_says_that_somebody_waits(busy: Company, leadmode: Leadmode):
    busy.clock.move_to(busy.clock.now() + 11 * 86_400_000)
    done = leadmode(busy, "sync")
    assert f"+ waits   Ada Quist, Acme Pumps (47.6 points): {WAITS}" in done.output
    assert WAITS in leadmode(busy, "leads").output
    shown = leadmode(busy, "held", "--deferred").output
    assert f"{WAITS}; never bought" in shown
    assert "Call Ada Quist: Shopping again" in shown
    assert "1 wait for a free place" in shown
    plain = leadmode(busy, "held").output
    assert plain == (
        "No such hand-off was held back.\n1 wait for a free place: `leadmode held --deferred`\n"
    )
    told = json.loads(leadmode(busy, "held", "--deferred", "--json").output)
    assert [(each["reason"], each["worth"]) for each in told["rows"]] == [(None, "never bought")]
    status = leadmode(busy, "status").output
    assert "deferred" in status
    assert "1 hand-off for a free place" in status
    why = json.loads(leadmode(busy, "why-not", "P1", "--json").output)
    assert [(each["answer"], each["because"]) for each in why["rules"]] == [
        ("waiting", f"in lead mode, and {WAITS}")
    ]
    explained = leadmode(busy, "explain", "P1").output
    assert f"not handed off yet: {WAITS}" in explained
    assert "rank: 1 of 1: A3, never bought; 2 stars, 2 flames" in explained


def test_who_found_no_place_is_told_with_the_reason(busy: Company, leadmode: Leadmode):
    busy.cycle("2026-11-13T06:00:00Z")
    busy.cycle("2026-11-21T06:00:00Z")
    shown = leadmode(busy, "held", "--reason", "capacity").output
    assert "no free place was left for it (it waited too long for a free place)" in shown
    assert "capacity 1" in shown
    assert leadmode(busy, "held", "--deferred", "--owner", "ode").output.count("Ada Quist") == 0
    assert (
        "No hand-off was deferred."
        in leadmode(busy, "held", "--deferred", "--since", "2026-11-20").output
    )
