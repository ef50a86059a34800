"""A suite that never failed proves little: every planted fault turns its law red."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, settings

from adapters.memory.adapter import MemoryAdapter
from connector.clock import ManualClock
from tests.adapters.faults import PLANTED, Planted
from tests.adapters.law import Law
from tests.adapters.laws import AdapterLaws, World
from tests.adapters.memory.narrow import NarrowMemory
from tests.adapters.memory.world import MemoryWorld


def laws_on(adapter: type[MemoryAdapter]) -> AdapterLaws:
    class Laws(AdapterLaws):
        adapter_type = adapter
        examples = settings(AdapterLaws.examples, phases=[Phase.generate])

        def new_world(self, folder: Path, clock: ManualClock) -> World:
            return MemoryWorld(folder, clock, adapter)

    return Laws()


def red(laws: AdapterLaws, law: Law) -> list[str]:
    """The cases of a law that are broken."""
    found = []
    for case, chosen in law.cases():
        try:
            getattr(laws, law.name)(**chosen)
        except pytest.skip.Exception:
            continue
        except (Exception, pytest.fail.Exception):
            found.append(case)
    return found


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: f"{p.law}-{p.adapter_type.__name__}")
def test_a_planted_fault_turns_its_law_red(planted: Planted):
    laws = laws_on(planted.adapter_type)
    meant = [law for law in laws.laws() if law.name.startswith(planted.law)]
    assert meant, f"there is no law {planted.law}"
    assert any(red(laws, law) for law in meant)


@pytest.mark.parametrize("adapter_type", [MemoryAdapter, NarrowMemory])
def test_without_a_fault_every_law_is_green(adapter_type: type[MemoryAdapter]):
    laws = laws_on(adapter_type)
    assert [case for law in laws.laws() for case in red(laws, law)] == []


def test_every_law_is_known_to_fail():
    """Law 23 has its faults in test_folders, laws 16 to 18 in tiny_http."""
    caught = {planted.law[:7] for planted in PLANTED}
    assert {law.name[:7] for law in AdapterLaws.laws()} - caught == {"test_23"}


def test_a_law_cannot_be_skipped_from_within():
    class Lazy(MemoryWorld):
        def target(self, number):
            pytest.skip("no time")

    class Laws(AdapterLaws):
        adapter_type = MemoryAdapter

        def new_world(self, folder, clock):
            return Lazy(folder, clock)

    with pytest.raises(pytest.fail.Exception, match="declaration only"):
        Laws().test_21_check_is_cheap_and_writes_nothing()


def test_a_law_cannot_be_rewritten():
    class Laws(AdapterLaws):
        adapter_type = MemoryAdapter

        def test_01_everything_is_read_as_it_is(self, stream):
            return None

    with pytest.raises(AssertionError, match="test_01"):
        Laws().test_99_only_what_is_not_declared_was_left_out()


def test_a_law_that_was_left_out_without_need_is_noticed():
    laws = laws_on(MemoryAdapter)
    laws.left_out.add("test_22_closing_twice_is_harmless")
    with pytest.raises(AssertionError):
        laws.test_99_only_what_is_not_declared_was_left_out()
