"""`leadmode provision`: the fields that writing needs, on both CRMs over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from connector.clock import ManualClock
from sandbox.hubspot import founding as portals
from sandbox.loopback.server import Server
from sandbox.salesforce import founding as orgs
from tests.adapters.hubspot.world import give_property
from tests.adapters.world import START
from tests.cli.company import Company
from tests.cli.conftest import Leadmode

SALESFORCE = """
[leadmode]
instance = "acme"
[sources.crm]
adapter = "salesforce"
domain = "acme.my"
instance_url = "{url}"
consumer_key = "{key}"
consumer_secret = "file:{secret}"
"""
HUBSPOT = """
[leadmode]
instance = "acme"
[sources.crm]
adapter = "hubspot"
base_url = "{url}"
token = "file:{secret}"
{more}
"""


@dataclass
class Crm:
    config: Path
    platform: object

    def run(self, *words: str) -> tuple[int, str]:
        command = ["provision", "-c", str(self.config), *words]
        done = CliRunner().invoke(app, command, obj=ManualClock(START))
        return done.exit_code, done.output


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text)
    return path


@pytest.fixture
def salesforce(tmp_path: Path) -> Iterator[Crm]:
    founded = orgs.found(ManualClock(START))
    secret = written(tmp_path, "secret", orgs.CONSUMER_SECRET)
    with Server(founded.platform) as server:
        text = SALESFORCE.format(url=server.url, key=orgs.CONSUMER_KEY, secret=secret)
        yield Crm(written(tmp_path, "config.toml", text), founded.platform)


@pytest.fixture
def portal() -> portals.Founded:
    founded = portals.found(ManualClock(START))
    founded.platform.quota.strict = False
    return founded


def hubspot(tmp_path: Path, url: str, more: str = "") -> Crm:
    secret = written(tmp_path, "secret", portals.TOKEN)
    text = HUBSPOT.format(url=url, secret=secret, more=more)
    return Crm(written(tmp_path, "config.toml", text), url)


def test_a_missing_field_is_shown_then_made_and_then_there(salesforce: Crm):
    code, told = salesforce.run()
    assert (code, told.splitlines()) == (
        1,
        [
            "OBJECT  FIELD            KIND         STATE",
            "Task    Leadmode_Key__c  unique text  missing",
        ],
    )
    code, told = salesforce.run("--yes")
    assert (code, told.splitlines()[1].split()[-1]) == (0, "made")
    code, told = salesforce.run()
    assert (code, told.splitlines()[1].split()[-1]) == (0, "there")


def test_json_makes_nothing_without_yes(tmp_path: Path, portal: portals.Founded):
    with Server(portal.platform) as server:
        crm = hubspot(tmp_path, server.url)
        code, told = crm.run("--json")
        document = json.loads(told)
        assert code == 1
        assert document["source"] == "crm"
        assert [(f["spec"]["object_type"], f["found"]) for f in document["fields"]] == [
            ("tasks", "missing"),
            ("notes", "missing"),
        ]
        assert "leadmode_key" not in portal.portal.kind("tasks").properties
        code, told = crm.run("--json", "--yes")
        assert (code, [f["found"] for f in json.loads(told)["fields"]]) == (0, ["made", "made"])
        assert portal.portal.kind("notes").properties["leadmode_key"].unique


def test_what_the_platform_refuses_is_told_and_the_rest_is_made(
    tmp_path: Path, portal: portals.Founded
):
    portal.portal.refuses_unique = {"tasks"}
    with Server(portal.platform) as server:
        code, told = hubspot(tmp_path, server.url).run("--yes")
    assert code == 1
    assert [line.split()[-1] for line in told.splitlines()[1:3]] == ["trouble", "made"]
    assert "Trouble: Rejected: HubSpot refused tasks.leadmode_key as a unique property" in told
    assert "unique_keys = false" in told


def test_a_field_that_is_there_and_not_unique_is_no_such_field(
    tmp_path: Path, portal: portals.Founded
):
    """Writing and `doctor` refuse it, so it is not well here either."""
    for name in ("tasks", "notes"):
        give_property(portal, name, "leadmode_key", unique=name == "notes")
    with Server(portal.platform) as server:
        for words in ([], ["--yes"]):
            code, told = hubspot(tmp_path, server.url).run(*words)
            assert code == 1
            assert [line.split()[-1] for line in told.splitlines()[1:3]] == ["trouble", "there"]
            assert "Trouble: tasks.leadmode_key is there and not unique" in " ".join(told.split())


def test_class_c_needs_nothing(tmp_path: Path, portal: portals.Founded):
    with Server(portal.platform) as server:
        crm = hubspot(tmp_path, server.url, "unique_keys = false")
        assert crm.run() == (0, "crm needs no custom fields.\n")


def test_a_source_of_files_needs_nothing(company: Company, leadmode: Leadmode):
    done = leadmode(company, "provision")
    assert (done.exit_code, done.output) == (0, "crm needs no custom fields.\n")
