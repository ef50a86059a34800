"""The laws of the adapter contract, in one class. An adapter's test subclasses it:

    class TestMyPlatform(AdapterLaws):
        adapter_type = MyPlatform

        def new_world(self, folder, clock):
            return MyWorld(folder, clock)

A law is left out only where the adapter's `capabilities` do not declare what it is about.
"""

from __future__ import annotations

from tests.adapters.reading_laws import ReadingLaws
from tests.adapters.whole_laws import WholeLaws
from tests.adapters.world import START, AnswerLost, Landed, Row, World
from tests.adapters.writing_laws import WritingLaws

__all__ = ["START", "AdapterLaws", "AnswerLost", "Landed", "Row", "World"]


class AdapterLaws(ReadingLaws, WritingLaws, WholeLaws):
    """Laws 1 to 15 and 19 to 25. Laws 16 to 18 are in `tests.adapters.http_laws`."""
