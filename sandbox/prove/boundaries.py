"""Counts the boundaries of a real process, and kills it at the N-th with SIGKILL.

A boundary: before each SQL statement; before a request leaves, after its bytes are sent, after the
answer; before, within and after each write to a file of a CSV target, and around each fsync there.
`install` changes the libraries of this process for good: call it in one that ends soon.
"""

from __future__ import annotations

import functools
import http.client
import io
import os
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast


@dataclass(slots=True)
class Boundaries:
    """How many there were, and which one is the last."""

    kill_at: int
    count: int = 0

    def step(self) -> None:
        """One boundary."""
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call with a boundary before and after it."""

        @functools.wraps(call)
        def counted(*args: Any, **options: Any) -> Any:
            self.step()
            done = call(*args, **options)
            self.step()
            return done

        return counted


def install(kill_at: int) -> Boundaries:
    """Count from now on in this process; 0 kills nothing."""
    boundaries = Boundaries(kill_at)
    _statements(boundaries)
    _requests(boundaries)
    _files(boundaries)
    return boundaries


def _statements(boundaries: Boundaries) -> None:
    class Counted(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            boundaries.step()
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            boundaries.step()
            return super().executemany(*args)

    sqlite3.connect = cast("Any", functools.partial(sqlite3.connect, factory=Counted))


def _requests(boundaries: Boundaries) -> None:
    connection = cast("Any", http.client.HTTPConnection)
    leave, receive = connection.putrequest, connection.getresponse

    def putrequest(self: Any, *args: Any, **options: Any) -> Any:
        boundaries.step()
        return leave(self, *args, **options)

    connection.putrequest = putrequest
    connection.getresponse = boundaries.around(receive)


def _files(boundaries: Boundaries) -> None:
    class Torn(io.FileIO):
        def write(self, data: Any) -> int:
            boundaries.step()
            if boundaries.count + 1 == boundaries.kill_at:
                super().write(bytes(data)[: len(data) // 2])
            boundaries.step()
            done = super().write(data)
            boundaries.step()
            return done

    ordinary = cast("Any", Path.open)

    def opened(self: Path, mode: str = "r", buffering: int = -1, *args: Any, **more: Any) -> Any:
        if buffering == 0 and mode.strip("b") != "r":
            return Torn(self, mode.replace("b", ""))
        return ordinary(self, mode, buffering, *args, **more)

    path = cast("Any", Path)
    path.open = opened
    os.fsync = boundaries.around(os.fsync)
