"""Adapters that read with one fault each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from adapters.memory.adapter import LATE_WINDOW, MemoryAdapter
from adapters.memory.mapping import Position, Walk
from connector.model import Record, RecordRef
from connector.ports import Page
from tests.adapters.planted import caught_by


@caught_by("test_01")
class LosesTheLastRowOfAPage(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        if page.more:
            page = replace(page, records=page.records[:-1], engagements=page.engagements[:-1])
        return page


@caught_by("test_01")
class StopsEarly(MemoryAdapter):
    def read(self, stream, cursor):
        return replace(super().read(stream, cursor), more=False)


@caught_by("test_01")
class ForgetsTheCursor(MemoryAdapter):
    def read(self, stream, cursor):
        return super().read(stream, None)


@caught_by("test_01")
class DropsAField(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        return replace(
            page,
            records=tuple(replace(record, created_at=None) for record in page.records),
            engagements=tuple(replace(engagement, asset="") for engagement in page.engagements),
        )


@caught_by("test_01")
class InventsARow(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        first = page.records[:1]
        invented = tuple(replace(r, ref=replace(r.ref, id=f"{r.ref.id}-copy")) for r in first)
        return replace(page, records=page.records + invented)


@caught_by("test_02")
class SavesItsPlaceBeforeThePageIsStored(MemoryAdapter):
    """The place is kept beside the adapter, so a reader that is set back cannot go back."""

    places: ClassVar[dict[Any, str]] = {}

    def read(self, stream, cursor):
        place = (self._settings.name, stream)
        page = super().read(stream, self.places.get(place) if cursor else None)
        self.places[place] = page.cursor
        return page


@caught_by("test_02")
class TellsTheFirstVersionForEver(MemoryAdapter):
    def __init__(self, *args):
        super().__init__(*args)
        self._known: dict[RecordRef, Record] = {}

    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        return replace(page, records=tuple(self._known.setdefault(r.ref, r) for r in page.records))


@caught_by("test_03")
class LosesEqualStampsAtThePageEdge(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        walk = Walk.of_cursor(page.cursor)
        if not page.more:
            return page
        edge = replace(walk, position=Position(walk.position.stamp, chr(0x10FFFF)))
        return replace(page, cursor=edge.cursor())


class _OtherFloor(MemoryAdapter):
    """Leaves the floor of the next walk to a subclass."""

    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        return page if page.more else replace(page, cursor=self.floor(page, cursor))

    def floor(self, page: Page, cursor: str | None) -> str:
        raise NotImplementedError


def newest_of(page: Page) -> int:
    stamps = [record.modified_at or 0 for record in page.records]
    return max([0, *stamps, *(engagement.at for engagement in page.engagements)])


@caught_by("test_05_late")
class HasNoOverlap(_OtherFloor):
    def floor(self, page, cursor):
        walk = Walk.of_cursor(page.cursor)
        return replace(walk, position=Position(walk.newest, chr(0x10FFFF))).cursor()


@caught_by("test_05_late")
class OverlapsTooLittle(_OtherFloor):
    def floor(self, page, cursor):
        walk = Walk.of_cursor(page.cursor)
        return replace(walk, position=Position(walk.newest - 1_000, "")).cursor()


@caught_by("test_05_late_records_behind")
class MeasuresTheOverlapFromTheEndOfAWalk(_OtherFloor):
    """A row that became readable behind the reader's back early in a long walk is lost."""

    def floor(self, page, cursor):
        walk = Walk.of_cursor(page.cursor)
        newest = max(walk.newest, min(newest_of(page), self._clock.now()))
        return replace(walk, newest=newest, position=Position(newest - LATE_WINDOW, "")).cursor()


@caught_by("test_05_a_stamp")
class FollowsStampsOfTheFuture(_OtherFloor):
    def floor(self, page, cursor):
        walk = Walk.of_cursor(page.cursor)
        newest = max(walk.newest, newest_of(page))
        return replace(walk, newest=newest, position=Position(newest - LATE_WINDOW, "")).cursor()


@caught_by("test_04")
class NeverComesToRest(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        walk = Walk.of_cursor(page.cursor)
        self._reads = getattr(self, "_reads", 0) + 1
        position = Position(walk.position.stamp - self._reads, walk.position.id)
        return replace(page, cursor=replace(walk, position=position).cursor())


@caught_by("test_06")
class CountsInSeconds(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        return replace(
            page, engagements=tuple(replace(e, at=e.at // 1_000) for e in page.engagements)
        )


@caught_by("test_06")
class NamesAnotherInstance(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        renamed = tuple(replace(r, ref=replace(r.ref, instance="other")) for r in page.records)
        return replace(page, records=renamed)


@caught_by("test_07")
class MarksWhatItHasRead(MemoryAdapter):
    def read(self, stream, cursor):
        page = super().read(stream, cursor)
        for record in page.records:
            self._connection._platform.edit(record.ref, seen_by="leadmode")
        return page
