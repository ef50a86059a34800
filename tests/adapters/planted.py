"""How a fault is planted: a faulty adapter, and the law that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.memory.adapter import MemoryAdapter

AdapterType = type[MemoryAdapter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One faulty adapter."""

    law: str
    """How the name of the law begins that must go red."""
    adapter_type: AdapterType


PLANTED: list[Planted] = []


def caught_by(law: str) -> Callable[[AdapterType], AdapterType]:
    """Note the class below as a fault that this law catches."""

    def note(adapter_type: AdapterType) -> AdapterType:
        PLANTED.append(Planted(law=law, adapter_type=adapter_type))
        return adapter_type

    return note
