"""A sandbox Salesforce in a process of its own: tasks are where the daemon cannot lose them."""

from __future__ import annotations

import json
import multiprocessing
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from connector.clock import DAY, SystemClock
from sandbox import demo_salesforce
from sandbox.kill.tasks import Task
from sandbox.salesforce.founding import found
from sandbox.salesforce.server import Server
from sandbox.salesforce.story import tell as tell_org
from sandbox.story.world import World

CONFIG: Final = """
poll = "1s"
page_size = 500 # many small transactions: more moments to be killed at
deadline = 5.0

[delivery]
lease = "3s" # a write in flight at a kill is taken up again this soon
batch = 1 # every task is claimed, written and settled alone: more moments to be killed at
"""
RARE: Final = {"expired": 0.0005, "429": 0.001, "concurrent": 0.001}
"""Share of calls. After these the adapter waits long: half a minute when it asks too much, and it
signs in at most three times in 15 minutes. Here it asks several times a second."""
_PATIENCE: Final = 30.0
"""Seconds for an answer of the org."""


class Org:
    """The process. The story is told over a pipe; the tasks are looked at over HTTP."""

    told_at_rest = True

    def __init__(self, world: World, begin: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(world, begin, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.url, self.fallback = self._pipe.recv()

    def write_until(self, moment: int) -> None:
        """What the org holds at `moment` (UTC ms); its clock goes on from there."""
        self._pipe.send(moment)
        self._pipe.recv()

    def grown(self) -> int:
        """A number that grows with every write from outside."""
        return int(self.ask("state")["effects"])

    def holds(self, keys: frozenset[str]) -> bool:
        """Whether one of the keys has its task."""
        return any(task.key in keys for task in self.tasks())

    def tasks(self) -> list[Task]:
        """Every task of leadmode that is in the org."""
        return [
            Task(
                key=row[demo_salesforce.KEY],
                subject=row.get("Subject", ""),
                text=row.get("Description", ""),
                priority=row.get("Priority", ""),
                owner=row.get("OwnerId", ""),
                about=row.get("WhoId") or row.get("WhatId", ""),
            )
            for row in self.ask("rows/Task")
            if row.get(demo_salesforce.KEY)
        ]

    def storm(self, seed: int) -> None:
        """Hostile weather from now on."""
        self.ask("weather", {"profile": "hostile", "seed": seed, "rates": RARE})

    def ask(self, path: str, body: dict[str, object] | None = None) -> Any:
        """The back door of the org."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/__sandbox__/{path}", data, headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def close(self) -> None:
        """End the process; twice is harmless."""
        if self._process.is_alive():
            self._pipe.send(None)
            self._process.join(_PATIENCE)


class Past(SystemClock):
    """Runs like the clock of this machine, from an earlier moment on (UTC ms)."""

    def __init__(self, begin: int) -> None:
        self._back = super().now() - begin

    def now(self) -> int:
        return super().now() - self._back


def serve(world: World, begin: int, pipe: Connection) -> None:
    """An org that holds the story up to `begin` (UTC ms), and then as far as it is told."""
    founded = found(Past(begin))
    founded.platform.auth.session = 1_000 * DAY  # the org's clock leaps from day to day
    telling = tell_org(founded, world, until=begin)
    with Server(founded.platform) as server:
        pipe.send((server.url, telling.ids[demo_salesforce.FALLBACK]))
        while (moment := pipe.recv()) is not None:
            with founded.org.lock:
                telling.tell_until(moment)
                founded.org.clock.run_from(moment)
            pipe.send(None)


def open_org(world: World) -> Org:
    """An org that stands before everything that happened."""
    return Org(world, min(account.created_at for account in world.accounts) - DAY)


def prepare(folder: Path, org: Org, backfill: int, now: int) -> Path:
    """A fresh folder with the configuration, whose path this is; and the key field in the org.

    `backfill` is in hours, `now` in UTC ms.
    """
    config = demo_salesforce.prepare(folder, org.url, org.fallback)
    text = config.read_text(encoding="utf-8")
    first, rest = text.split("\n[sources.crm.task_kinds]", 1)
    source, delivery = CONFIG.split("\n[delivery]", 1)
    first = first.replace(
        "\n[sources.crm]", f'backfill = "{backfill}h"\ntick = "1s"\nstorm = 0\n\n[sources.crm]'
    ).rstrip()
    text = f"{first}{source}\n[sources.crm.task_kinds]{rest}\n[delivery]{delivery}"
    config.write_text(text, encoding="utf-8")
    demo_salesforce.add_key_field(config, now)
    return config
