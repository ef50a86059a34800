"""A process that has loaded the daemon, and forks into one wherever a test starts one.

To load it takes longer than most tests. Each daemon still is a process of its own, with its own
environment, log, signals and end. `python -m tests.daemon.nursery` reads what to do, a line of
JSON each, and answers each by a line.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Forked:
    """A started process, to be used as a `subprocess.Popen`."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.pid = int(
            _ask(arguments=arguments, environment=dict(environment), log=str(log.absolute()))
        )
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self._code is None:
            self._code = _ask(pid=self.pid)
        return self._code

    def wait(self, timeout: float = 60) -> int:
        """The exit code, when it has ended; raises `subprocess.TimeoutExpired`."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(["the daemon"], timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing is sent when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _nursery() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.daemon.nursery"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_close, started)
    return started


def _close(nursery: subprocess.Popen[str]) -> None:
    with nursery:
        assert nursery.stdin is not None
        nursery.stdin.close()


def _ask(**what: object) -> Any:
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(json.dumps(what) + "\n")
    nursery.stdin.flush()
    return json.loads(nursery.stdout.readline())


def main() -> int:
    """Do as the lines say; in a fork: be the daemon, and return its exit code."""
    import sqlite_utils  # noqa: F401, PLC0415 - loaded by whoever makes a database

    import adapters.memory.adapter  # noqa: F401, PLC0415 - by whoever has such a source
    from connector.config.rules import load_rulebook  # noqa: PLC0415
    from tests.daemon import program  # noqa: PLC0415

    load_rulebook([ROOT / "rules"])  # the tables that rules use are built by now
    while line := sys.stdin.readline():
        asked = json.loads(line)
        if "pid" in asked:
            answer = _ended(asked["pid"])
        else:
            answer = os.fork()
            if not answer:
                _become(asked)
                return program.main()
        print(json.dumps(answer), flush=True)  # noqa: T201
    return 0


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _become(asked: dict[str, Any]) -> None:
    """Have the arguments, the environment and the log of the process that is wanted."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv[1:] = asked["arguments"]
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for here, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, number)
    os.close(nothing)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main())
