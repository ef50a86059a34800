"""The platform's own clock: another clock, shifted or standing still."""

from __future__ import annotations

from email.utils import formatdate

from connector.clock import Clock


class PlatformClock:
    """What time it is on the platform; tests and the control route move it."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._shift = 0
        self._fixed: int | None = None

    def now(self) -> int:
        """UTC milliseconds."""
        return self._base.now() + self._shift if self._fixed is None else self._fixed

    def monotonic(self) -> float:
        """Seconds that really pass, whatever the platform believes."""
        return self._base.monotonic()

    def shift(self, milliseconds: int) -> None:
        """Go that much forward (back, if negative)."""
        if self._fixed is None:
            self._shift += milliseconds
        else:
            self._fixed += milliseconds

    def stand_at(self, instant: int) -> None:
        """Stand still at `instant` (UTC ms)."""
        self._fixed = instant

    def run_from(self, instant: int) -> None:
        """Go on from `instant` (UTC ms) at the pace of the base clock."""
        self._fixed = None
        self._shift = instant - self._base.now()

    def http_date(self) -> str:
        """The Date header: whole seconds, GMT."""
        return formatdate(self.now() / 1_000, usegmt=True)
