"""The acceptance script on Salesforce: its platform is a process, and a short run of it passes."""

from __future__ import annotations

import io
import urllib.error
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from connector.clock import SystemClock
from sandbox.kill import salesforce
from sandbox.kill.__main__ import acceptance, stages
from sandbox.salesforce.weather import HOSTILE
from sandbox.story.days import midnight
from sandbox.story.telling import tell
from sandbox.story.world import World
from tests.depth import DEEP


@pytest.fixture(scope="module")
def world() -> World:
    return tell(7, midnight(SystemClock().now()), companies=10, people=60)


@pytest.mark.skipif(not DEEP, reason="make deep runs it; the kill matrix is run here")
def test_one_kill(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch):
    # Answers are lost after the task was made; nothing else, as polls that fail wait half a minute.
    monkeypatch.setattr(salesforce, "RARE", dict.fromkeys(HOSTILE, 0.0) | {"lost": 0.1})
    told = io.StringIO()
    out = Console(file=told, width=100)
    fine = acceptance(out, tmp_path, world, kills=1, seed=4, days=1, on="salesforce")
    assert fine, told.getvalue()
    assert "calls met one of" in told.getvalue()


def test_the_org_is_a_process_that_is_told_the_story_and_looked_at(tmp_path: Path, world: World):
    now, moments = SystemClock().now(), stages(world, 1)
    with closing(salesforce.Org(world)) as org:
        org.write_until(moments[0])
        assert len(org.ask("rows/Contact")) > 10
        assert (org.tasks(), org.holds(frozenset({"a key"}))) == ([], False)
        before = org.grown()
        config = salesforce.prepare(tmp_path / "run", org, 24, now)
        assert 'backfill = "24h"' in config.read_text()
        state = org.ask("state")
        assert [route for route in state["calls"] if "tooling/sobjects" in route]
        assert state["broken"] == []
        org.storm(4)
        assert org.grown() >= before
    with pytest.raises(urllib.error.URLError):
        org.ask("state")
    org.close()
