"""A sandbox Salesforce in a process of its own: tasks are where the daemon cannot lose them."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from connector.clock import DAY
from sandbox.demos import acts
from sandbox.demos import salesforce as demo
from sandbox.kill.apart import Apart, Past
from sandbox.kill.tasks import Task
from sandbox.loopback.server import Server
from sandbox.salesforce.founding import found
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


class Org(Apart):
    """The process."""

    def __init__(self, world: World) -> None:
        super().__init__(serve, world)

    def holds(self, keys: frozenset[str]) -> bool:
        """Whether one of the keys has its task."""
        return any(task.key in keys for task in self.tasks())

    def tasks(self) -> list[Task]:
        """Every task of leadmode that is in the org."""
        return [
            Task(
                key=row[demo.KEY],
                subject=row.get("Subject", ""),
                text=row.get("Description", ""),
                priority=row.get("Priority", ""),
                owner=row.get("OwnerId", ""),
                about=row.get("WhoId") or row.get("WhatId", ""),
                gone=bool(row.get("IsDeleted")),
            )
            for row in self.ask("rows/Task")
            if row.get(demo.KEY)
        ]

    def storm(self, seed: int) -> None:
        """Hostile weather from now on."""
        self.ask("weather", {"profile": "hostile", "seed": seed, "rates": RARE})


def serve(world: World, begin: int, pipe: Connection) -> None:
    """An org that holds the story up to `begin` (UTC ms), and then as far as it is told."""
    founded = found(Past(begin))
    founded.platform.auth.session = 1_000 * DAY  # the org's clock leaps from day to day
    telling = tell_org(founded, world, until=begin)
    with Server(founded.platform) as server:
        pipe.send((server.url, telling.ids[demo.FALLBACK]))
        while (moment := pipe.recv()) is not None:
            with founded.org.lock:
                telling.tell_until(moment)
                founded.org.clock.run_from(moment)
            pipe.send(None)


def prepare(folder: Path, org: Org, backfill: int, now: int) -> Path:
    """A fresh folder with the configuration, whose path this is; and the key field in the org.

    `backfill` is in hours, `now` in UTC ms.
    """
    config = demo.prepare(folder, org.url, org.fallback)
    text = config.read_text(encoding="utf-8")
    first, rest = text.split("\n[sources.crm.task_kinds]", 1)
    source, delivery = CONFIG.split("\n[delivery]", 1)
    first = first.replace(
        "\n[sources.crm]", f'backfill = "{backfill}h"\ntick = "1s"\nstorm = 0\n\n[sources.crm]'
    ).rstrip()
    text = f"{first}{source}\n[sources.crm.task_kinds]{rest}\n[delivery]{delivery}"
    config.write_text(text, encoding="utf-8")
    acts.provision(config, now)
    return config
