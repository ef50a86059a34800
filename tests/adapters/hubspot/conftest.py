"""A world per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import ManualClock
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.world import START


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HubspotWorld]:
    made = HubspotWorld(tmp_path, ManualClock(START))
    yield made
    made.close()
