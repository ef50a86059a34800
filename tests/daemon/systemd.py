"""A stand-in for systemd: starts the daemon, listens to what it says, sends it signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.daemon.nursery import ROOT, Forked

CONFIG = """
[leadmode]
instance = "test"
dry_run = false
tick = "100ms"
rules = ["{rules}"]
log_level = "{level}"

[sources.crm]
adapter = "memory"
name = "crm"
poll = "{poll}"
authority = true

[sources.web]
adapter = "memory"
name = "web"
poll = "{poll}"
"""


def write_config(folder: Path, *, level: str = "info", poll: str = "100ms", more: str = "") -> Path:
    """A configuration of both platforms in `folder`."""
    path = folder / "config.toml"
    rules = ROOT / "rules"
    path.write_text(CONFIG.format(rules=rules, level=level, poll=poll) + more)
    return path


class Systemd:
    """One started daemon. `said` is everything it sent to NOTIFY_SOCKET so far."""

    def __init__(self, folder: Path, *, watchdog: float = 0.6, **timing: float) -> None:
        self.folder = folder
        self.said: list[str] = []
        self._heard = 0
        self.log = folder / "log"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(folder / "notify")
        Path(address).unlink(missing_ok=True)
        self._socket.bind(address)
        quick = {"beat": 0.05, "stagger": 0.02, "patience": 1.0, "first_wait": 0.2, "drain": 5.0}
        arguments = [str(folder), json.dumps(quick | timing)]
        self.process = Forked(arguments, self._environment(address, watchdog), self.log)

    @staticmethod
    def _environment(address: str, watchdog: float) -> Mapping[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"},
            "NOTIFY_SOCKET": address,
            "WATCHDOG_USEC": str(int(watchdog * 1_000_000)),
        }

    def listen(self, seconds: float = 0.0) -> list[str]:
        """What it said since the last look, and says in the next `seconds`."""
        self._receive(seconds)
        new = self.said[self._heard :]
        self._heard = len(self.said)
        return new

    def _receive(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                self.said.append(self._socket.recv(65_536).decode())
            except TimeoutError:
                return

    def hear(self, text: str, seconds: float = 20) -> str:
        """The next message with `text` in it; an error when none comes."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            self._receive(0.02)
            while self._heard < len(self.said):
                self._heard += 1
                if text in self.said[self._heard - 1]:
                    return self.said[self._heard - 1]
            assert not ended, f"it ended before saying {text!r}; log:\n{self.logged()}"
            said = [one for one in self.said if one != "WATCHDOG=1"]
            assert time.monotonic() < deadline, f"no {text!r} in {said}; log:\n{self.logged()}"

    def until(self, holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
        """Wait until something holds; an error when it never does."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what}; log:\n{self.logged()}"
            self._receive(0.02)

    def let(self, name: str, text: str = "") -> None:
        """Make a file that rules the world of the daemon."""
        (self.folder / name).write_text(text)

    def no_more(self, name: str) -> None:
        """Remove such a file."""
        (self.folder / name).unlink()

    def calls(self, platform: str) -> int:
        """Requests that a platform has seen."""
        try:
            return int((self.folder / f"calls-{platform}").read_text() or 0)
        except FileNotFoundError:
            return 0

    def tasks(self) -> list[str]:
        """Keys of what the CRM was told; known once the daemon has ended."""
        return (self.folder / "tasks").read_text().split()

    def logged(self) -> str:
        return self.log.read_text()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends(self, seconds: float = 20) -> int:
        """Its exit code; an error when it does not end in time."""
        return self.process.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trail: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._socket.close()
