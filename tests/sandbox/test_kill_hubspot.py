"""The acceptance script on HubSpot: its platform is a process, and a short run of it passes."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from connector.clock import SystemClock
from sandbox.kill import hubspot
from sandbox.kill.__main__ import acceptance, stages
from sandbox.story.days import midnight
from sandbox.story.telling import tell
from sandbox.story.world import World
from tests.depth import DEEP


@pytest.fixture(scope="module")
def world() -> World:
    return tell(7, midnight(SystemClock().now()), companies=10, people=60)


@pytest.mark.skipif(not DEEP, reason="make deep runs it; the kill matrix is run here")
def test_one_kill(tmp_path: Path, world: World):
    told = io.StringIO()
    out = Console(file=told, width=100)
    fine = acceptance(out, tmp_path, world, kills=1, seed=4, days=1, on="hubspot")
    assert fine, told.getvalue()
    assert "calls met one of" in told.getvalue()


def test_the_portal_is_a_process_that_is_told_the_story(tmp_path: Path, world: World):
    now, moments = SystemClock().now(), stages(world, 1)
    with closing(hubspot.Portal(world)) as portal:
        portal.write_until(moments[0])
        assert len(portal.ask("rows/contacts")) > 10
        assert (portal.tasks(), portal.holds(frozenset({"a key"}))) == ([], False)
        config = hubspot.prepare(tmp_path / "run", portal, 24, now)
        assert 'backfill = "24h"' in config.read_text()
        rules = "".join(path.read_text() for path in (tmp_path / "run" / "rules").iterdir())
        assert f'fallback_owner = "{portal.fallback}"' in rules
        state = portal.ask("state")
        assert [route for route in state["calls"] if route.startswith("POST /crm/properties/")]
        assert state["broken"] == []
        portal.storm(4)
    portal.close()
