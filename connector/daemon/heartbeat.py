"""Knows whether every part of the daemon makes progress.

The watchdog is fed only while it does: a ping from a thread of its own would prove that this
thread lives and nothing else.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from connector.clock import Clock


@dataclass(slots=True)
class _Part:
    within: float
    until: float


class Heartbeat:
    """The parts of the daemon, each with a moment until which it is believed to be well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parts: dict[str, _Part] = {}
        self._guard = threading.Lock()

    def expect(self, part: str, within: float) -> None:
        """From now on `part` has to report at least every `within` seconds."""
        with self._guard:
            self._parts[part] = _Part(within, self._clock.monotonic() + within)

    def forget(self, part: str) -> None:
        """`part` is no more; twice is harmless."""
        with self._guard:
            self._parts.pop(part, None)

    def progress(self, part: str, wait: float = 0.0) -> None:
        """`part` did something, and will on purpose do nothing for the next `wait` seconds."""
        with self._guard:
            found = self._parts.get(part)
            if found is not None:
                found.until = self._clock.monotonic() + wait + found.within

    def late(self) -> tuple[str, ...]:
        """The parts that should have reported and did not, by name."""
        now = self._clock.monotonic()
        with self._guard:
            return tuple(sorted(name for name, part in self._parts.items() if part.until < now))


class Jumps:
    """Sees that the wall clock moved otherwise than time passed: after a suspend, or a clock set.

    Waiting threads count on CLOCK_MONOTONIC, which stands still while the machine sleeps.
    """

    def __init__(self, clock: Clock, tolerance: int) -> None:
        self._clock = clock
        self._tolerance = tolerance
        self._offset = self._measure()

    def check(self) -> int:
        """Milliseconds the clock jumped since the last look (negative: back); small ones are 0."""
        offset = self._measure()
        jumped, self._offset = offset - self._offset, offset
        return jumped if abs(jumped) > self._tolerance else 0

    def _measure(self) -> int:
        return self._clock.now() - int(self._clock.monotonic() * 1_000)
