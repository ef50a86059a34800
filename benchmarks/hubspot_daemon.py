"""The memory of the daemon with a Salesforce and a HubSpot source, after a full sync."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.clock import SystemClock
from connector.store import Store
from sandbox.loopback.server import Server
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET, found

PATIENCE: Final = 1_800.0
"""Seconds for the first load."""
AS_ON_A_SERVER: Final = (
    "import sys; sys.modules['pandas'] = None; from connector.cli import main; sys.exit(main())"
)
"""pandas is here for `make demo-real` alone, and sqlite-utils takes it along where it finds it."""
CONFIG: Final = """\
[leadmode]
instance = "memory"

[sources.crm]
adapter = "salesforce"
authority = true
domain = "acme.my"
instance_url = "{salesforce}"
consumer_key = "{key}"
consumer_secret = "file:{folder}/secret"

[sources.marketing]
adapter = "hubspot"
token = "file:{folder}/token"
base_url = "{hubspot}"
burst = 100000
searches = 100000.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What it came to."""

    seconds: float
    people: int
    engagements: int
    now_mb: float
    peak_mb: float


def measure_daemon(folder: Path, hubspot: str, token: str) -> Used:
    """Start the daemon on both, wait for the end of the first load, and look."""
    founded = found(SystemClock())
    with Server(founded.platform) as server:
        for name, secret in (("secret", CONSUMER_SECRET), ("token", token)):
            _private(folder / name, secret)
        config = folder / "config.toml"
        text = CONFIG.format(
            salesforce=server.url, key=CONSUMER_KEY, folder=folder, hubspot=hubspot
        )
        _private(config, text)
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-c", AS_ON_A_SERVER, "run", "-c", config],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
            try:
                return _watched(daemon, folder)
            finally:
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(60)


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _watched(daemon: subprocess.Popen[bytes], folder: Path) -> Used:
    clock, pause = SystemClock(), threading.Event()
    began = clock.monotonic()
    while not _is_loaded(folder / "state"):
        if daemon.poll() is not None or clock.monotonic() - began > PATIENCE:
            raise RuntimeError(f"The daemon did not load:\n{(folder / 'log').read_text()[-2_000:]}")
        pause.wait(0.5)
    seconds = clock.monotonic() - began
    pause.wait(5)  # until the first evaluation of everybody is under way, too
    with closing(Store.read(folder / "state")) as store:
        count = store.connection.execute
        people = count("SELECT count(*) FROM person").fetchone()[0]
        engagements = count("SELECT count(*) FROM engagement").fetchone()[0]
    status = Path(f"/proc/{daemon.pid}/status").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split() for line in status}
    return Used(
        seconds=seconds,
        people=people,
        engagements=engagements,
        now_mb=int(sizes["VmRSS"][1]) / 1024,
        peak_mb=int(sizes["VmHWM"][1]) / 1024,
    )


def _is_loaded(state: Path) -> bool:
    try:
        with closing(Store.read(state)) as store:
            known = store.sources.states()
    except (FileNotFoundError, sqlite3.OperationalError):  # it is being made
        return False
    return len(known) == 2 and not any(each.loading for each in known)
