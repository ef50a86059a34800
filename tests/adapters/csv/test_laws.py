"""The CSV adapter keeps the laws."""

from __future__ import annotations

from pathlib import Path

from adapters.csv.adapter import CsvAdapter
from connector.clock import ManualClock
from tests.adapters.csv.world import CsvWorld
from tests.adapters.laws import AdapterLaws, World


class TestCsv(AdapterLaws):
    adapter_type = CsvAdapter

    def new_world(self, folder: Path, clock: ManualClock) -> World:
        return CsvWorld(folder, clock)
