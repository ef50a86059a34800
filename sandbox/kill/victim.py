"""The real daemon as a process of its own, and what its database says from outside."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.clock import SystemClock
from connector.model import OutboxState
from connector.ports import Stream
from connector.store import Store

GLANCE: Final = 0.000_2
"""Seconds between two looks at the database."""
_ON_THEIR_WAY: Final = (
    OutboxState.PENDING,
    OutboxState.INFLIGHT,
    OutboxState.RETRY,
    OutboxState.UNKNOWN,
)
_LOG_TAIL: Final = 2_000
_KNOWN: Final = (
    "SELECT (SELECT count(*) FROM engagement), (SELECT count(*) FROM record), "
    "(SELECT coalesce(sum(modified_at), 0) FROM record), (SELECT count(*) FROM status_change)"
)
_READ_AT: Final = "SELECT coalesce(min(read_at), 0) FROM stream WHERE source = 'crm'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the database shows at one moment."""

    cursors: tuple[str | None, ...]
    """Where reading stands, per stream."""
    known: tuple[int, ...]
    """Grows with whatever is read that was not known: engagements, records, their changes."""
    read_at: int
    """When the stream that was read longest ago was read, UTC ms; 0: none ever was."""
    due_at: int | None
    """When the next person is to be evaluated, UTC ms."""
    loading: bool
    inflight: frozenset[str]
    """Keys of the writes that are claimed and not settled."""
    waiting: int
    """Writes whose fate is not known yet, those in flight included."""


class Victim:
    """Starts, watches, kills and stops one daemon at a time."""

    def __init__(self, config: Path, state: Path, log: Path) -> None:
        self._config = config
        self._state = state
        self._log = log
        self._clock = SystemClock()
        self._idle = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: Store | None = None

    def start(self) -> None:
        """Begin a new process."""
        leadmode = str(Path(sys.executable).with_name("leadmode"))
        command = [leadmode, "run", "--config", str(self._config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, our own arguments
                command, stdout=log, stderr=log, env=os.environ | {"NO_COLOR": "1"}
            )

    def pause(self, seconds: float) -> None:
        """Let it work."""
        self._idle.wait(seconds)

    def monotonic(self) -> float:
        """Seconds on a steady clock."""
        return self._clock.monotonic()

    def now(self) -> int:
        """UTC ms."""
        return self._clock.now()

    def kill(self) -> None:
        """SIGKILL; nothing of the process can clean up after itself."""
        process = self._running()
        process.kill()
        process.wait()
        self._process = None

    def stop(self, within: float = 30.0) -> int:
        """SIGTERM; returns the exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        code = process.wait(within)
        self._process = None
        return code

    def abandon(self) -> None:
        """End whatever is left, if something is."""
        self.look_away()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def require_alive(self) -> None:
        """Raise RuntimeError with the end of the log when the daemon ended by itself."""
        code = self._running().poll()
        if code is not None:
            tail = self._log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:]
            raise RuntimeError(f"The daemon ended by itself with code {code}:\n{tail}")

    def look(self) -> Sight | None:
        """What the database shows; None while there is none that can be read."""
        try:
            self._reader = self._reader or Store.read(self._state)
            return _sight(self._reader)
        except (FileNotFoundError, sqlite3.Error):
            self.look_away()
            return None

    def is_sending(self) -> bool:
        """Whether a write is claimed and not settled, asked as quickly as can be."""
        try:
            return self._reader is not None and _inflight(self._reader) > 0
        except sqlite3.Error:
            return False

    def look_away(self) -> None:
        """Let go of the database."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("The daemon is not running.")
        return self._process


def _inflight(store: Store) -> int:
    return store.outbox.counts().get(OutboxState.INFLIGHT, 0)


def _sight(store: Store) -> Sight:
    states = store.sources.states()
    counts = store.outbox.counts()
    return Sight(
        cursors=tuple(store.sources.cursor("crm", stream.value) for stream in Stream),
        known=store.connection.execute(_KNOWN).fetchone(),
        read_at=store.connection.execute(_READ_AT).fetchone()[0],
        due_at=store.people.next_due(),
        loading=any(state.loading for state in states) or not states,
        inflight=frozenset(q.write.key for q in store.outbox.all([OutboxState.INFLIGHT])),
        waiting=sum(counts.get(state, 0) for state in _ON_THEIR_WAY),
    )
