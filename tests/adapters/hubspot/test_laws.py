"""The laws of adapters, on the sandbox HubSpot over real sockets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from hypothesis import settings

from adapters.hubspot.adapter import HubspotAdapter
from connector.clock import ManualClock
from connector.errors import TryAgain
from tests.adapters.http_laws import Expected, HttpLaws, HttpWorld
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.laws import AdapterLaws


class TestHubspot(HttpLaws, AdapterLaws):
    adapter_type = HubspotAdapter
    examples = settings(AdapterLaws.examples, max_examples=8)
    # Locked by others, and moving to another data centre: both pass.
    read_differs: ClassVar[Mapping[int, Expected]] = {423: TryAgain, 477: TryAgain}
    write_differs: ClassVar[Mapping[int, Expected]] = {423: TryAgain, 477: TryAgain}

    def new_world(self, folder: Path, clock: ManualClock) -> HttpWorld:
        return HubspotWorld(folder, clock)
