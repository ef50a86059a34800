"""A world per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import ManualClock
from tests.adapters.salesforce.world import SalesforceWorld
from tests.adapters.world import START


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SalesforceWorld]:
    made = SalesforceWorld(tmp_path, ManualClock(START))
    yield made
    made.close()
