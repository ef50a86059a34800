"""The laws of adapters, on the sandbox Salesforce over real sockets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from hypothesis import settings

from adapters.salesforce.adapter import SalesforceAdapter
from connector.clock import ManualClock
from connector.errors import TryAgain
from tests.adapters.http_laws import Expected, HttpLaws, HttpWorld
from tests.adapters.laws import AdapterLaws
from tests.adapters.salesforce.world import SalesforceWorld
from tests.depth import depth


class TestSalesforce(HttpLaws, AdapterLaws):
    adapter_type = SalesforceAdapter
    examples = settings(AdapterLaws.examples, max_examples=depth(5, 20))
    # Salesforce's load balancers say 406 with an empty body and 420 in passing.
    read_differs: ClassVar[Mapping[int, Expected]] = {406: TryAgain, 420: TryAgain}
    write_differs: ClassVar[Mapping[int, Expected]] = {406: TryAgain, 420: TryAgain}

    def new_world(self, folder: Path, clock: ManualClock) -> HttpWorld:
        return SalesforceWorld(folder, clock)
