"""Working time: how much of it passes, and when, by the clocks and holidays of an office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import DAY, from_millis, to_millis
from connector.config.holiday import public_holidays
from connector.config.sla import Office, Sla

_FARTHEST: Final = 3_660
"""Days that are looked ahead; nobody is off for ten years."""
_EVERYBODY: Final = Office(id="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When somebody works: the hours of an office by the clocks of a zone."""

    office: Office
    zone: ZoneInfo

    def length(self, span: int) -> int:
        """Working time (ms) of a span of a rule, whose days stand for working days."""
        day = (self.office.closes - self.office.opens) * 60_000
        return span // DAY * day + span % DAY

    def after(self, start: int, worked: int) -> int:
        """The moment (UTC ms) at which so much working time (ms) has passed since `start`.

        With nothing to pass it is the first working moment.
        """
        left = worked
        for opens, closes in self._days(start):
            begun = max(start, opens)
            if begun + left < closes or (left and begun + left == closes):
                return begun + left
            left -= closes - begun
        raise ValueError("there is no working time")

    def next_open(self, at: int) -> int:
        """The first working moment from `at` (UTC ms) on."""
        return self.after(at, 0)

    def between(self, start: int, end: int) -> int:
        """Working time (ms) from one moment to another (UTC ms)."""
        total = 0
        for opens, closes in self._days(start):
            if opens >= end:
                break
            total += max(0, min(end, closes) - max(start, opens))
        return total

    def _days(self, start: int) -> Iterator[tuple[int, int]]:
        """When each working day begins and ends that ends after `start`, UTC ms."""
        first = from_millis(start).astimezone(self.zone).date()
        for ahead in range(_FARTHEST):
            day = first + timedelta(days=ahead)
            if self._is_free(day):
                continue
            opens, closes = (
                self._moment(day, self.office.opens),
                self._moment(day, self.office.closes),
            )
            if closes > max(start, opens):
                yield opens, closes

    def _moment(self, day: date, minutes: int) -> int:
        return to_millis(datetime.combine(day, time(*divmod(minutes, 60)), self.zone))

    def _is_free(self, day: date) -> bool:
        office = self.office
        if day.weekday() not in office.days or day in office.closed:
            return True
        if not office.country:
            return False
        return day in public_holidays(office.country, office.region, day.year)


def calendar_for(sla: Sla, owner: str, zone: ZoneInfo) -> Calendar:
    """The working time of a user (a platform id) whose own time zone is `zone`."""
    office = next((one for one in sla.offices if not one.owners or owner in one.owners), _EVERYBODY)
    return Calendar(office=office, zone=ZoneInfo(office.zone) if office.zone else zone)
