"""A company whose rules and config are compared with sandboxes over real HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.clock import ManualClock
from sandbox.hubspot import founding as portals
from sandbox.salesforce import founding as orgs
from tests.adapters.front import Front
from tests.adapters.hubspot.world import give_property
from tests.adapters.hubspot.world import writes as portal_writes
from tests.adapters.salesforce.world import founded
from tests.adapters.salesforce.world import writes as org_writes
from tests.adapters.world import START

HEAD = '[leadmode]\ninstance = "acme"\nrules = ["rules"]\n'
SALESFORCE = """
[sources.crm]
adapter = "salesforce"
authority = {authority}
domain = "acme.my"
instance_url = "{url}"
consumer_key = "{key}"
consumer_secret = "file:{secret}"
"""
HUBSPOT = """
[sources.hubspot]
adapter = "hubspot"
authority = {authority}
base_url = "{url}"
token = "file:{secret}"
"""
RULES = """
[[signal]]
id = "form"
kind = "email_replied"
weight = 60
[[signal]]
id = "page"
kind = "meeting_held"
weight = 60
[[lead_mode]]
id = "back"
[hand_off]
subject = "Call {{person.name}}"
body = "{{evidence}}"
"""


@dataclass
class Company:
    """A folder with a config and one rule file."""

    folder: Path
    config: str = HEAD
    rules: str = RULES

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def salesforce(self, url: str, *, authority: bool = True, more: str = "") -> None:
        secret = self.write("secret-sf", orgs.CONSUMER_SECRET)
        self.config += SALESFORCE.format(
            url=url, key=orgs.CONSUMER_KEY, secret=secret, authority=str(authority).lower()
        )
        self.config += more

    def hubspot(self, url: str, *, authority: bool = True, more: str = "") -> None:
        secret = self.write("secret-hs", portals.TOKEN)
        self.config += HUBSPOT.format(url=url, secret=secret, authority=str(authority).lower())
        self.config += more

    def check(self, *words: str, rules: str = "") -> Result:
        self.write("config.toml", self.config)
        self.write("rules/rules.toml", self.rules + rules)
        os.chdir(self.folder)
        return CliRunner().invoke(app, ["check", "--live", *words], obj=ManualClock(START))

    def told(self, rules: str = "") -> tuple[int, list[str], list[str]]:
        """The exit code, the problems and the warnings, each as one line with its place."""
        done = self.check("--json", rules=rules)
        document: dict[str, Any] = json.loads(done.stdout)
        assert document["ok"] is not bool(document["problems"])
        return (
            done.exit_code,
            [line(one) for one in document["problems"]],
            [line(one) for one in document["warnings"]],
        )

    def at(self, text: str, rules: str) -> str:
        """Where a text in quotes of the added rules stands: file:line:column."""
        return place("rules/rules.toml", self.rules + rules, f'"{text}"')

    def in_config(self, text: str) -> str:
        """Where a text in quotes of the config stands."""
        return place("config.toml", self.config, f'"{text}"')


def place(file: str, whole: str, text: str) -> str:
    assert whole.count(text) == 1, text
    before = whole[: whole.index(text)]
    return f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def line(one: dict[str, Any]) -> str:
    advice = f" {one['advice']}" if one["advice"] else ""
    return f"{one['file']}:{one['line']}:{one['column']}: {one['message']}{advice}"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADMODE_CONFIG", raising=False)
    return Company(tmp_path)


@dataclass
class Org:
    """An organisation with all that leadmode needs, and the socket in front of it."""

    made: orgs.Founded
    front: Front

    @property
    def url(self) -> str:
        return self.front.url

    def written(self) -> list[str]:
        """What was asked that changes records."""
        return [path for call, path in zip(self.front.seen, self.front.paths(), strict=True)
                if self.front.writes(call)]  # fmt: skip


@dataclass
class Portal(Org):
    """A portal, likewise."""

    made: portals.Founded  # type: ignore[assignment]


@pytest.fixture
def org() -> Iterator[Org]:
    made = founded(ManualClock(START))
    front = Front(made.platform, org_writes)
    yield Org(made, front)
    front.stop()
    assert made.platform.broken == []


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = portals.found(ManualClock(START))
    made.platform.quota.strict = False
    for name in ("tasks", "notes"):
        give_property(made, name, "leadmode_key", unique=True)
    front = Front(made.platform, portal_writes)
    yield Portal(made, front)
    front.stop()
