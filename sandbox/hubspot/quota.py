"""How many calls the portal allows: per app in ten seconds, per account in a second and a day.

Follows https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines. Searches
are counted per account, without any headers, and not among the ten seconds. Ten seconds and seconds
are those of the clock that never steps; the day ends at midnight in the portal's time zone.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import SECOND, from_millis, to_millis
from sandbox.hubspot.problems import correlation
from sandbox.loopback.calls import Answer
from sandbox.loopback.clock import PlatformClock

FREE_DAILY: Final = 250_000
FREE_BURST: Final = 100
PROFESSIONAL_BURST: Final = 190
SEARCHES: Final = 5
INTERVAL: Final = 10.0
"""Seconds of a burst."""
BURST: Final = "TEN_SECONDLY_ROLLING"
SEARCH: Final = "SECONDLY"
DAILY: Final = "DAILY"


def limited(policy: str, *, retry_after: int | None = None) -> Answer:
    """The 429 of a limit; `retry_after` is in seconds and usually not told."""
    body: dict[str, object] = {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": correlation(),
        "policyName": policy,
        "groupName": "publicapi:private-apps:sandbox",
        "requestId": correlation(),
    }
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(status=429, body=body, headers=headers)


@dataclass(slots=True)
class Window:
    """The calls of the last seconds."""

    size: int
    seconds: float
    taken: deque[float] = field(default_factory=deque)

    def left(self, now: float) -> int:
        """How many more fit in."""
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        return max(0, self.size - len(self.taken))

    def take(self, now: float) -> bool:
        """Take one place; False when there is none."""
        if not self.left(now):
            return False
        self.taken.append(now)
        return True


class Quota:
    """The limits of one account and its apps."""

    def __init__(self, clock: PlatformClock, time_zone: str = "UTC") -> None:
        self._clock = clock
        self.zone = ZoneInfo(time_zone)
        self.burst = FREE_BURST
        """Calls of one app in ten seconds."""
        self.associations = FREE_BURST
        self.searches = SEARCHES
        """In one second, by all apps together."""
        self.daily = FREE_DAILY
        """Of all apps together, until midnight."""
        self.strict = True
        """False: calls are counted and none is refused."""
        self.tells_when = False
        """Whether a 429 has a Retry-After."""
        self.refused: Counter[str] = Counter()
        """429s by policy."""
        self.total = 0
        """Calls that were let through since the portal was founded."""
        self._days: Counter[str] = Counter()
        self._windows: dict[tuple[str, str], Window] = {}
        self._by_app: defaultdict[str, int] = defaultdict(int)

    # counting

    def take(self, app: str, family: str) -> Answer | None:
        """Count a call of a family ("search", "associations" or ""); a 429 if there is no room."""
        now = self._clock.monotonic()
        window = self._window(app, family)
        if self.strict and self.used >= self.daily:
            return self._refuse(DAILY, self.until_midnight() // SECOND)
        if not window.take(now) and self.strict:
            policy = SEARCH if family == "search" else BURST
            return self._refuse(policy, int(window.seconds))
        self._days[self._day()] += 1
        self._by_app[app] += 1
        self.total += 1
        return None

    def headers(self, app: str, family: str) -> dict[str, str]:
        """What an answer says of the limits; nothing for searches."""
        if family == "search":
            return {}
        window = self._window(app, family)
        return {
            "X-HubSpot-RateLimit-Daily": str(self.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self.daily - self.used)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(window.seconds * SECOND)),
            "X-HubSpot-RateLimit-Max": str(window.size),
            "X-HubSpot-RateLimit-Remaining": str(window.left(self._clock.monotonic())),
        }

    def used_elsewhere(self, calls: int, *, searches: int = 0) -> None:
        """Other integrations of the account used so many calls today, and searches just now."""
        self._days[self._day()] += calls
        now = self._clock.monotonic()
        self._window("", "search").taken.extend([now] * searches)

    @property
    def used(self) -> int:
        """Calls of the day, by all apps."""
        return self._days[self._day()]

    def used_by(self, app: str) -> int:
        """Calls of one app since the portal was founded."""
        return self._by_app[app]

    def midnight(self) -> int:
        """When the next day begins in the portal's time zone, UTC ms."""
        here = from_millis(self._clock.now()).astimezone(self.zone)
        tomorrow = here.date() + timedelta(days=1)
        return to_millis(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self.zone))

    def until_midnight(self) -> int:
        """Milliseconds until then."""
        return self.midnight() - self._clock.now()

    def _day(self) -> str:
        return from_millis(self._clock.now()).astimezone(self.zone).date().isoformat()

    def _window(self, app: str, family: str) -> Window:
        size, seconds = self.burst, INTERVAL
        if family == "search":
            app, size, seconds = "", self.searches, 1.0
        elif family == "associations":
            size = self.associations
        window = self._windows.setdefault((app, family), Window(size, seconds))
        window.size = size
        return window

    def _refuse(self, policy: str, seconds: int) -> Answer:
        self.refused[policy] += 1
        return limited(policy, retry_after=max(1, seconds) if self.tells_when else None)
