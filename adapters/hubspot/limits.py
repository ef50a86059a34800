"""HubSpot's limits, kept before they are met: calls in ten seconds, searches in one, and a day.

Searches are five a second for the whole portal, without headers; other calls are counted per app in
ten seconds, and all private apps share the day. The headers of answers correct what is known here.
https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.hubspot.faults import DAILY_PAUSE
from connector.clock import SECOND, Clock
from connector.errors import SlowDown

WINDOW: Final = 10.0
"""Seconds of the burst limit."""
UNTOLD: Final = 1_000
"""Calls after which the portal is asked what is left of the day, if no answer told it."""
PATIENCE: Final = 5.0
"""Seconds that a call waits for its turn; for longer, the whole source is paused."""


class Bucket:
    """Lets through `rate` calls a second on average, at most `size` of them at once."""

    def __init__(self, rate: float, size: float, clock: Clock) -> None:
        self._rate = rate
        self._size = max(1.0, size)
        self._clock = clock
        self._tokens = self._size
        self._at = clock.monotonic()
        self._lock = threading.Lock()

    def turn(self) -> float:
        """Take a place; the seconds to wait for it."""
        with self._lock:
            now = self._clock.monotonic()
            self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def give_back(self) -> None:
        """The place was not used."""
        with self._lock:
            self._tokens += 1

    def drained(self) -> None:
        """The platform says that nothing is left: somebody else uses it too."""
        with self._lock:
            self._tokens = min(self._tokens, 0.0)


@dataclass(slots=True)
class Day:
    """What was said last about the calls of the day."""

    left: int = 0
    total: int = 0
    seen: float = float("-inf")
    """By the clock that never steps, seconds."""


class Limits:
    """The places of one portal, for all threads together."""

    def __init__(self, burst: int, searches: float, clock: Clock) -> None:
        """`burst` calls in ten seconds; `searches` in one."""
        self._clock = clock
        self._burst = Bucket(burst / WINDOW, burst, clock)
        self._search = Bucket(searches, searches, clock)
        self._stop = threading.Event()
        self._untold = 0
        self.day = Day()

    def wait(self, *, search: bool) -> None:
        """Wait for a place; SlowDown when it would take long."""
        self._untold += 1
        bucket = self._search if search else self._burst
        seconds = bucket.turn()
        if seconds > PATIENCE:
            bucket.give_back()
            raise SlowDown(
                "leadmode has used its share of HubSpot's calls.",
                retry_after=int(seconds * SECOND),
            )
        if seconds > 0:
            self._stop.wait(seconds)

    def spare(self, share: int) -> None:
        """SlowDown when `share` percent of the day's calls are used, by what was told last."""
        day = self.day
        if day.total and (day.total - day.left) * 100 >= day.total * share:
            age = (self._clock.monotonic() - day.seen) * SECOND
            if age < DAILY_PAUSE:
                raise SlowDown(
                    f"{day.total - day.left} of the portal's {day.total} API calls of the day are "
                    f"used; leadmode stops at {share} %.",
                    retry_after=int(DAILY_PAUSE - age),
                )

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers."""
        total = _number(headers.get("X-HubSpot-RateLimit-Daily"))
        left = _number(headers.get("X-HubSpot-RateLimit-Daily-Remaining"))
        if total and left is not None:
            self.day = Day(left, total, self._clock.monotonic())
            self._untold = 0
        if _number(headers.get("X-HubSpot-RateLimit-Remaining")) == 0:
            self._burst.drained()

    @property
    def is_old(self) -> bool:
        """Whether many calls went out since somebody said how much of the day is left."""
        return self._untold >= UNTOLD

    @property
    def is_told(self) -> bool:
        """Whether the last answer said how much of the day is left."""
        return self._untold == 0

    def asked(self) -> None:
        """The portal is being asked; it need not be asked again soon, whatever it says."""
        self._untold = 0

    def told(self, used: int, total: int) -> None:
        """What the portal says of the day when it is asked."""
        self.day = Day(total - used, total, self._clock.monotonic())

    def close(self) -> None:
        """Wait no longer."""
        self._stop.set()
        self._stop = threading.Event()


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
