"""The only place that reads a clock. Everything else is told what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class Clock(Protocol):
    """What the edge of the program asks for the time."""

    def now(self) -> int:
        """The instant, in UTC milliseconds since 1970."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never steps; only differences mean anything."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is moved; for the demo's story time and for tests."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move_to(self, instant: int) -> None:
        """Go to `instant` (ms); going back is allowed, as wall clocks do."""
        self._monotonic += max(0, instant - self._now) / 1_000
        self._now = instant


def to_millis(moment: datetime) -> int:
    """Milliseconds of an aware datetime; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000 + delta.microseconds // 1_000


def from_millis(instant: int) -> datetime:
    """The aware UTC datetime of an instant in milliseconds."""
    seconds, millis = divmod(instant, 1_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=millis * 1_000)


def iso(instant: int) -> str:
    """An instant as people and logs write it: 2026-03-01T09:00:00.000Z."""
    return from_millis(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def date_of(text: str | None) -> int | None:
    """UTC ms of an HTTP date; None when it is none."""
    try:
        return to_millis(parsedate_to_datetime(text or ""))
    except (ValueError, TypeError):
        return None


def wait_of(text: str | None, now: int) -> int | None:
    """Milliseconds that a Retry-After header asks for; None when it says nothing clear."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text) * SECOND
    told = date_of(text)
    return None if told is None else max(0, told - now)
