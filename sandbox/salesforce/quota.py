"""The daily number of API calls of an org, over the last 24 hours, shared by all who call.

Follows "API Request Limits and Allocations" (limits cheat sheet).
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from connector.clock import DAY, HOUR
from sandbox.loopback.clock import PlatformClock
from sandbox.salesforce.problems import Refused

DEVELOPER_EDITION: Final = 15_000


class Quota:
    """Counts calls in whole hours."""

    def __init__(self, clock: PlatformClock, daily: int = 100_000) -> None:
        self._clock = clock
        self.daily = daily
        self._hours: Counter[int] = Counter()

    @property
    def used(self) -> int:
        """Calls in the last 24 hours."""
        since = (self._clock.now() - DAY) // HOUR
        return sum(count for hour, count in self._hours.items() if hour > since)

    @property
    def total(self) -> int:
        """Calls since the org was founded; parts of a composite are one call together."""
        return sum(self._hours.values())

    def take(self, calls: int = 1) -> None:
        """Count calls; Refused when none are left."""
        if self.used + calls > self.daily:
            raise Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self._hours[self._clock.now() // HOUR] += calls

    def used_elsewhere(self, calls: int) -> None:
        """Other integrations of the org used so many calls just now."""
        self._hours[self._clock.now() // HOUR] += calls

    @property
    def header(self) -> str:
        """The Sforce-Limit-Info header."""
        return f"api-usage={self.used}/{self.daily}"
