"""The demo's Salesforce: an org on loopback, its configuration, and what is read back from it.

leadmode reads it and writes tasks into it through the real client; at the end another client,
simple_salesforce, reads the tasks back from the org.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from rich.console import Console
from rich.markup import escape
from simple_salesforce.api import Salesforce

from sandbox import screen
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET, Founded
from sandbox.salesforce.story import CAMPAIGN_KINDS, CONTACT_STATUS, TASK_KINDS

KEY: Final = "Leadmode_Key__c"
FALLBACK: Final = "U02"
"""The story's owner who gets the tasks of those who left."""
TASKS: Final = (
    "SELECT Subject, Owner.Name, ActivityDate, Who.Name, Who.Type, Leadmode_Key__c FROM Task "
    "WHERE Leadmode_Key__c != null ORDER BY ActivityDate, Subject"
)

CONFIG: Final = """\
# The demo's configuration. config.example.toml explains every key.

[leadmode]
instance = "demo"
rules = ["pack:default", "rules"]
dry_run = false # the org is a sandbox on this machine; a new installation starts with true

[sources.crm]
adapter = "salesforce"
authority = true
domain = "acme.my"
instance_url = "{url}" # only for a sandbox on this machine
consumer_key = "{key}"
consumer_secret = "file:{secret}"
fallback_owner = "{fallback}"
task_link = "Description"

[sources.crm.task_kinds]
{task_kinds}

[sources.crm.campaign_kinds]
{campaign_kinds}

[sources.crm.extra.people]
status = "{status}"
"""


class Redirect(HTTPAdapter):
    """Sends what is meant for Salesforce to a sandbox on this machine."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """The same request, elsewhere."""
        there = urlsplit(request.url or "")
        request.headers["Host"] = str(there.netloc)
        request.url = self._url + str(there._replace(scheme="", netloc="").geturl())
        return super().send(request, *args, **options)


def prepare(folder: Path, url: str, fallback: str) -> Path:
    """A fresh folder with configuration, rules and secret; the path of the configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rules = folder / "rules"
    rules.mkdir()
    for path in (Path(__file__).parents[1] / "story" / "rules").glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace(f'"{FALLBACK}"', f'"{fallback}"')
        (rules / path.name).write_text(text, encoding="utf-8")
    secret = (folder / "consumer-secret").absolute()
    write_private(secret, CONSUMER_SECRET)
    text = CONFIG.format(
        url=url,
        key=CONSUMER_KEY,
        secret=secret,
        fallback=fallback,
        task_kinds=_lines(TASK_KINDS),
        campaign_kinds=_lines(CAMPAIGN_KINDS),
        status=CONTACT_STATUS,
    )
    config = folder / "config.toml"
    write_private(config, text)
    return config


def write_private(path: Path, text: str) -> None:
    """A file that its owner alone may read."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _lines(words: dict[str, str]) -> str:
    return "\n".join(f"{json.dumps(word)} = {json.dumps(kind)}" for word, kind in words.items())


def read_back(url: str) -> list[dict[str, Any]]:
    """Every task with a key of leadmode, as simple_salesforce reads it from the org."""
    with requests.Session() as session:
        session.mount("https://", Redirect(url))
        client = Salesforce(
            consumer_key=CONSUMER_KEY,
            consumer_secret=CONSUMER_SECRET,
            domain="acme.my",
            session=session,
            version="67.0",
        )
        return [dict(row) for row in client.query_all_iter(TASKS)]


def show_tasks(out: Console, tasks: list[dict[str, Any]]) -> None:
    """The tasks as a table."""
    out.print("\n[bold]The tasks, read back from Salesforce by simple_salesforce[/]")
    table = screen.table("subject", "owner", "due", "on")
    for row in tasks:
        who = f"{row['Who']['Name']} ({row['Who']['Type']})"
        cells = (row["Subject"], row["Owner"]["Name"], row["ActivityDate"], who)
        table.add_row(*(escape(str(cell or "")) for cell in cells))
    out.print(table)


def show_calls(out: Console, founded: Founded) -> None:
    """What Salesforce was asked, by route, and what that costs."""
    out.print("\n[bold]API calls[/]")
    table = screen.table("calls", "route")
    for route, count in founded.platform.counts.most_common():
        table.add_row(f"{count:,}", escape(route))
    out.print(table)
    out.print(
        f"They cost {founded.platform.quota.total:,} API calls, the reading back included: "
        "what travels inside one /composite is one call, and signing in is none."
    )
