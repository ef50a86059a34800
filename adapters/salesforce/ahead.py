"""Pages of quiet streams that were asked for together with another stream's, in the same call.

Such a page answers exactly one question, `read(stream, cursor)`, and is given once, for that very
cursor and soon after: the core could not tell it from an answer that was slow.
"""

from __future__ import annotations

import threading
from typing import Final, NamedTuple

from connector.clock import Clock
from connector.ports import Page, Stream

FRESH: Final = 30.0
"""Seconds for which a page waits to be asked for."""


class _Waiting(NamedTuple):
    cursor: str
    page: Page
    since: float


class Ahead:
    """What was read ahead, and where each stream ended. Threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: dict[Stream, str] = {}
        self._waiting: dict[Stream, _Waiting] = {}

    def end_of(self, stream: Stream) -> str | None:
        """The cursor behind the last page of a stream; None while it is not at its end."""
        with self._lock:
            return self._ends.get(stream)

    def given(self, stream: Stream, page: Page) -> Page:
        """Note where a page that is given out leaves its stream."""
        with self._lock:
            self._ends.pop(stream, None)
            if not page.more:
                self._ends[stream] = page.cursor
        return page

    def put(self, stream: Stream, cursor: str, page: Page) -> None:
        """Keep the answer to `read(stream, cursor)`."""
        with self._lock:
            self._waiting[stream] = _Waiting(cursor, page, self._clock.monotonic())

    def take(self, stream: Stream, cursor: str | None) -> Page | None:
        """The answer, if it is there and fresh; whatever waits for the stream is gone then."""
        with self._lock:
            found = self._waiting.pop(stream, None)
        if found is None or found.cursor != cursor:
            return None
        return found.page if self._clock.monotonic() - found.since <= FRESH else None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._ends.clear()
            self._waiting.clear()
