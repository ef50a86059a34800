"""One source in the daemon: polled in its turn, left alone for a while when it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from connector import log
from connector.clock import Clock
from connector.daemon.heartbeat import Heartbeat
from connector.daemon.timing import Timing
from connector.errors import AdapterError, TryAgain

_LOG: Final = log.get("source")


class Source:
    """Whatever happens to one source stays there: a turn never raises an ordinary error."""

    def __init__(
        self,
        name: str,
        poll: Callable[[], object],
        *,
        stop: threading.Event,
        every: float,
        timing: Timing,
        clock: Clock,
        heartbeat: Heartbeat,
        changes: log.Changes,
        alarm: Callable[[Exception], None],
    ) -> None:
        self.name = name
        self.every = every
        self.part = f"source {name}"
        self._poll = poll
        self._stop = stop
        self._timing = timing
        self._clock = clock
        self._heartbeat = heartbeat
        self._changes = changes
        self._alarm = alarm
        self._failures = 0
        self._not_before = float("-inf")
        self._busy = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether a poll is going on."""
        return self._busy.locked()

    def turn(self) -> None:
        """Poll, unless the source is being left alone. Called from one thread at a time."""
        if self._stop.is_set():
            return
        rest = self._not_before - self._clock.monotonic()
        if rest > 0:
            self._heartbeat.progress(self.part, wait=rest)
            return
        self._heartbeat.progress(self.part)
        with self._busy:
            rest = self._ask()
        self._not_before = self._clock.monotonic() + rest
        self._heartbeat.progress(self.part, wait=rest + self.every)

    def at_once(self) -> None:
        """Forget that it is being left alone: the clock jumped, or somebody mended something."""
        self._not_before = float("-inf")

    def _ask(self) -> float:
        """Poll; the seconds to leave the source alone afterwards."""
        asked = None
        try:
            self._poll()
        except AdapterError as error:
            asked = error.retry_after if isinstance(error, TryAgain) else None
            self._changes.trouble(self.name, f"{type(error).__name__}: {error}")
        except Exception as error:  # our own fault or the disk's; the other sources go on
            if self._changes.trouble(self.name, type(error).__name__):
                _LOG.crashed("poll_crashed", error, source=self.name)
            self._alarm(error)
        else:
            self._failures = 0
            self._changes.fine(self.name)
            return 0.0
        self._failures += 1
        return self._timing.wait_after(self._failures, asked)
