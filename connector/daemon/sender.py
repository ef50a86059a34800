"""The delivery thread: wakes when something was queued or a retry is due, and sends it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from connector import log
from connector.clock import Clock
from connector.daemon.heartbeat import Heartbeat
from connector.daemon.timing import Timing

PART: Final = "sender"
_LOG: Final = log.get("sender")


class Sender:
    """Calls `drain` in a thread of its own until `stop` is set; `wake` it then.

    `drain` gets `stop`; `next_moment` is when the next write may be claimed
    (UTC ms). An error of `drain` is told once and tried again; nothing queued is lost by it.
    """

    def __init__(
        self,
        drain: Callable[[threading.Event], object],
        next_moment: Callable[[], int | None],
        *,
        stop: threading.Event,
        timing: Timing,
        clock: Clock,
        heartbeat: Heartbeat,
        alarm: Callable[[Exception], None],
    ) -> None:
        self._drain = drain
        self._next_moment = next_moment
        self._timing = timing
        self._clock = clock
        self._heartbeat = heartbeat
        self._wake = threading.Event()
        self._stop = stop
        self._alarm = alarm
        self._changes = log.Changes(_LOG, "delivery")
        self._failures = 0
        self._thread = threading.Thread(target=self._work, name=PART, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._heartbeat.expect(PART, self._timing.patience)
        self._thread.start()

    def wake(self) -> None:
        """Something was queued, or `stop` was set."""
        self._wake.set()

    def alive(self) -> bool:
        """Whether the thread lives."""
        return self._thread.is_alive()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._heartbeat.progress(PART)
            self._wake.clear()
            wait = self._once()
            self._heartbeat.progress(PART, wait=wait)
            self._wake.wait(wait)

    def _once(self) -> float:
        """Drain; the seconds until it is worth draining again."""
        try:
            self._drain(self._stop)
            upcoming = self._next_moment()
        except Exception as error:  # a full disk, a fault of ours: everything queued is still there
            if self._changes.trouble("outbox", type(error).__name__):
                _LOG.crashed("delivery_crashed", error)
            self._alarm(error)
            self._failures += 1
            return self._timing.wait_after(self._failures)
        self._failures = 0
        self._changes.fine("outbox")
        if upcoming is None:
            return self._timing.sender_wait
        # Never less than a moment: what is due but may not go yet must not spin.
        return min(max(0.5, (upcoming - self._clock.now()) / 1_000), self._timing.sender_wait)
