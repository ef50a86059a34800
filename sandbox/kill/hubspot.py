"""A sandbox HubSpot as the CRM of record of the whole story, in a process of its own."""

from __future__ import annotations

import shutil
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from sandbox.demos import acts
from sandbox.demos.salesforce import FALLBACK, write_private
from sandbox.hubspot.founding import TOKEN, found
from sandbox.hubspot.story import DOWNLOAD, LEAD_STATUS
from sandbox.hubspot.story import tell as tell_portal
from sandbox.kill.apart import Apart, Past
from sandbox.kill.tasks import Task
from sandbox.loopback.server import Server
from sandbox.story.world import World

KEY: Final = "leadmode_key"
CONFIG: Final = """\
[leadmode]
instance = "kill"
rules = ["pack:default", "rules"]
dry_run = false
backfill = "{backfill}h"
tick = "1s"
storm = 0

[sources.crm]
adapter = "hubspot"
base_url = "{url}"
token = "file:{token}"
fallback_owner = "{fallback}"
poll = "1s"
page_size = 100 # many small transactions: more moments to be killed at
deadline = 5.0
burst = 100000 # polls every second ask for more than a portal would allow
searches = 100000.0

[sources.crm.form_kinds]
"{download}*" = "content_downloaded"

[delivery]
lease = "3s" # a write in flight at a kill is taken up again this soon
batch = 1 # every task is claimed, written and settled alone: more moments to be killed at
"""
RULE: Final = """\
# The story's CRM has other words for the status of a person.
[dispositions]
"{recycled}" = "recycled"
"{disqualified}" = "disqualified"
"""
RATES: Final = {"429": 0.001, "429_search": 0.002, "401": 0.0, "477": 0.0}
"""Shares of calls. After these the adapter waits long: ten seconds, five minutes, or half a minute
at each. Here it asks several times a second."""
LIST: Final = "1"
"""The id of a static list."""
INDEX_LAG: Final = 400
"""ms; less than a poll apart, so that quiet means quiet."""


class Portal(Apart):
    """The process."""

    def __init__(self, world: World) -> None:
        super().__init__(serve, world)

    def holds(self, keys: frozenset[str]) -> bool:
        """Whether one of the keys has its task."""
        return any(task.key in keys for task in self.tasks())

    def tasks(self) -> list[Task]:
        """Every task of leadmode that is in the portal."""
        return [_task(row) for row in self.ask("rows/tasks") if row["properties"].get(KEY)]

    def storm(self, seed: int) -> None:
        """Hostile weather from now on."""
        self.ask(
            "weather",
            {"profile": "hostile", "seed": seed, "rates": RATES, "slowest_index": INDEX_LAG},
        )


def _task(row: dict[str, Any]) -> Task:
    """The task with the first line of its text.

    What follows is the evidence read by then: the walks of a stream come one after another, and a
    call that fails changes which of them comes first.
    """
    told = row["properties"]
    return Task(
        key=told[KEY],
        subject=told.get("hs_task_subject", ""),
        text=told.get("hs_task_body", "").partition("<br>")[0],
        priority=told.get("hs_task_priority", ""),
        owner=told.get("hubspot_owner_id", ""),
        about=",".join(sorted(row["associations"].get("contacts", ()))),
        gone=row.get("archivedAt") is not None,
    )


def serve(world: World, begin: int, pipe: Connection) -> None:
    """A portal that holds the story up to `begin` (UTC ms), and then as far as it is told."""
    founded = found(Past(begin))
    founded.platform.quota.strict = False
    telling = tell_portal(founded, world, until=begin)
    founded.portal.lists.make("Warm")
    with Server(founded.platform) as server:
        pipe.send((server.url, telling.ids[FALLBACK]))
        while (moment := pipe.recv()) is not None:
            with founded.portal.lock:
                telling.tell_until(moment)
                founded.portal.clock.run_from(moment)
            pipe.send(None)


def prepare(folder: Path, portal: Portal, backfill: int, now: int) -> Path:
    """A fresh folder with the configuration, whose path this is; and the key properties there.

    `backfill` is in hours, `now` in UTC ms.
    """
    shutil.rmtree(folder, ignore_errors=True)
    rules = folder / "rules"
    rules.mkdir(parents=True)
    for path in (Path(__file__).parents[1] / "story" / "rules").glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace(f'"{FALLBACK}"', f'"{portal.fallback}"')
        (rules / path.name).write_text(text, encoding="utf-8")
    words = {"recycled": LEAD_STATUS["Recycled"], "disqualified": LEAD_STATUS["Disqualified"]}
    (rules / "statuses.toml").write_text(RULE.format(**words), encoding="utf-8")
    token, config = (folder / "token").absolute(), folder / "config.toml"
    write_private(token, TOKEN)
    text = CONFIG.format(
        backfill=backfill,
        url=portal.url,
        token=token,
        fallback=portal.fallback,
        download=DOWNLOAD,
    )
    write_private(config, text)
    acts.provision(config, now)
    return config
