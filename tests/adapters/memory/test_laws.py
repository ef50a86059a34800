"""The memory adapter keeps the laws; and so does a narrower one that declares less."""

from __future__ import annotations

from pathlib import Path

from adapters.memory.adapter import MemoryAdapter
from connector.clock import ManualClock
from tests.adapters.laws import AdapterLaws, World
from tests.adapters.memory.narrow import NarrowMemory
from tests.adapters.memory.world import MemoryWorld


class TestMemory(AdapterLaws):
    adapter_type = MemoryAdapter

    def new_world(self, folder: Path, clock: ManualClock) -> World:
        return MemoryWorld(folder, clock)


class TestNarrowMemory(AdapterLaws):
    adapter_type = NarrowMemory

    def new_world(self, folder: Path, clock: ManualClock) -> World:
        return MemoryWorld(folder, clock, NarrowMemory)

    def test_no_more_is_left_out_than_its_declaration_allows(self):
        """The list, written down once by hand."""
        left_out = {
            case
            for law in self.laws()
            for case, chosen in law.cases()
            if not law.needs(NarrowMemory, **chosen)
        }
        names = {case.partition("[")[0][:7] for case in left_out if "engagements" not in case}
        assert "test_03_equal_stamps_across_a_page_edge_all_arrive[accounts]" in left_out
        assert "test_03_equal_stamps_across_a_page_edge_all_arrive[people]" not in left_out
        assert "test_08_the_same_key_twice_has_one_effect[create_task]" in left_out
        assert "test_10_one_bad_write_leaves_its_neighbours_alone[create_task]" not in left_out
        assert "test_10_one_bad_write_leaves_its_neighbours_alone[add_note]" in left_out
        assert names >= {f"test_{n}" for n in (13, 14, 15, 23, 24, 25)}
        assert not names & {f"test_{n}" for n in (19, 20, 21, 22)}
