"""Signals as bytes in a pipe: nothing runs inside a signal, so nothing can deadlock there."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
from collections.abc import Sequence
from types import FrameType
from typing import Final, Self

STOP: Final = (signal.SIGTERM, signal.SIGINT)
RELOAD: Final = signal.SIGHUP
_WATCHED: Final = (*STOP, RELOAD)


class Signals:
    """While open: SIGTERM, SIGINT and SIGHUP wait here to be fetched, and any thread can wake us.

    Only the main thread may open it; the signals behave as before once it is closed.
    """

    def __init__(self) -> None:
        self._inlet, self._outlet = socket.socketpair()
        self._inlet.setblocking(False)
        self._outlet.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._inlet.fileno(), warn_on_full_buffer=False)
        self._previous = {one: signal.signal(one, _noted) for one in _WATCHED}

    def wake(self) -> None:
        """Let a `wait` that goes on elsewhere return at once."""
        with contextlib.suppress(OSError):  # full: it wakes anyway; closed: nobody waits
            self._inlet.send(b"\0")

    def wait(self, seconds: float) -> Sequence[signal.Signals]:
        """The signals that came, oldest first; waits for one, or a `wake`, up to `seconds`."""
        select.select([self._outlet], [], [], max(0.0, seconds))
        try:
            numbers = self._outlet.recv(4_096)
        except BlockingIOError:
            return ()
        return [signal.Signals(number) for number in numbers if number in _WATCHED]

    def close(self) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(self._previous_fd)
        for one, previous in self._previous.items():
            signal.signal(one, previous)
        self._inlet.close()
        self._outlet.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _noted(number: int, frame: FrameType | None) -> None:
    """The interpreter has written the number into the pipe already."""
