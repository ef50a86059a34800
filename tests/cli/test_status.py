"""`leadmode status`, `arm`, `disarm`, `version`, and what is said when nothing is there."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector import __version__
from connector.daemon.lock import FolderLock
from connector.store import FILE_NAME, Store
from tests.cli.company import Company, ms
from tests.cli.conftest import Leadmode

WELL = """\
instance      small
daemon        not running
mode          armed
rules         revision REVISION
source crm    read just now
in lead mode  2 episodes
people        7 known, 1 known by e-mail only
engagements   24
writes        3 done
database      SIZE MB

All is well.
"""


def test_all_is_well(told: Company, leadmode: Leadmode):
    told.clock.move_to(ms("2026-11-18T06:00:30Z"))
    done = leadmode(told, "status")
    told.clock.move_to(ms("2026-11-20T12:00:00Z"))
    shown = re.sub(r"revision \S+", "revision REVISION", done.output)
    assert re.sub(r"\S+ MB", "SIZE MB", shown) == WELL
    assert done.exit_code == 0


@pytest.mark.fault("F90")
def test_what_needs_attention_makes_it_fail_and_is_said(company: Company, leadmode: Leadmode):
    company.live()
    with closing(Store.open(company.load().state)) as store, store.transaction():
        store.connection.execute("UPDATE outbox SET state = 'dead' WHERE rowid = 1")
        store.sources.failed("crm", "TryAgain: the folder is gone", ms("2026-11-20T09:00:00Z"))
        store.people.set_aside(3, "ZeroDivisionError", company.clock.now())
    done = leadmode(company, "status")
    assert done.exit_code == 1
    assert re.findall(r"Needs attention: (.*)", done.output) == [
        "source crm has been failing for 3 hours: TryAgain: the folder is gone",
        "1 write refused for good: `leadmode outbox --state dead`",
        "1 person could not be evaluated; the log says why. They are tried again hourly",
    ]
    assert "set aside     1: Cy Marsh (ZeroDivisionError)" in done.output
    explained = leadmode(company, "explain", "Cy Marsh").output
    assert "The last evaluation failed (ZeroDivisionError)" in explained


def test_a_source_that_nobody_reads_any_more(told: Company, leadmode: Leadmode):
    done = leadmode(told, "status")
    assert "source crm was last read 2 days ago: no daemon is running" in done.output
    assert done.exit_code == 1


def test_a_running_daemon_and_changed_rules_are_seen(company: Company, leadmode: Leadmode):
    company.live()
    rules = company.folder / "rules" / "rules.toml"
    rules.write_text(rules.read_text().replace("enter = 45", "enter = 46"))
    with FolderLock.take(company.load().state):
        shown = leadmode(company, "status").output
    assert "daemon        running" in shown
    assert "the files say something else by now: reload" in shown
    explained = leadmode(company, "explain", "P1").output
    assert "The rule files differ from the rules leadmode last worked by." in explained


def test_json_has_the_documented_keys(told: Company, leadmode: Leadmode):
    document = json.loads(leadmode(told, "status", "--json").output)
    assert set(document) == {
        "at", "zone", "instance", "daemon", "armed", "revision", "rules_changed", "sources",
        "unread", "figures", "writes", "deferred", "requests", "reconciling_since", "set_aside",
        "bytes", "attention", "refused", "problems",
    }  # fmt: skip
    assert document["figures"]["mail_only"] == 1
    assert document["sources"][0]["read_at"] == "2026-11-18T06:00:00.000Z"


READING = [["leads"], ["explain", "P1"], ["held"], ["outbox"], ["status"], ["arm"], ["disarm"]]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_before_the_first_reading(company: Company, leadmode: Leadmode, arguments: list[str]):
    done = leadmode(company, *arguments)
    assert done.stderr == "Nothing was read yet: run `leadmode sync`.\n"
    assert (done.stdout, done.exit_code) == ("", 78)
    assert not (company.folder / "state").exists()


def test_a_database_of_a_newer_leadmode_is_refused_with_advice(
    company: Company, leadmode: Leadmode
):
    company.cycle("2026-11-01T06:00:00Z")
    with closing(sqlite3.connect(company.folder / "state" / FILE_NAME)) as database:
        database.execute("PRAGMA user_version = 99")
    done = leadmode(company, "leads")
    assert "newer leadmode" in done.stderr
    assert done.exit_code == 78


def test_a_damaged_database_is_told_without_a_traceback(company: Company, leadmode: Leadmode):
    (company.folder / "state").mkdir()
    (company.folder / "state" / FILE_NAME).write_bytes(b"no database at all " * 100)
    done = leadmode(company, "leads")
    assert done.exit_code == 74
    assert "Traceback" not in done.output


def test_arm_says_what_it_means(tmp_path: Path, leadmode: Leadmode):
    company = Company(tmp_path / "dry", dry_run=True)
    company.live()
    done = leadmode(company, "arm")
    assert done.output == (
        "Tasks will be written into crm (csv).\n"
        "2 episodes in lead mode now: they are not alerted again.\n"
        "3 hand-offs held by the dry run: they stay held (`leadmode held`).\n"
        "Whoever enters lead mode from now on gets a task.\n"
        "Armed.\n"
    )
    assert json.loads(leadmode(company, "status", "--json").output)["armed"] is True
    assert leadmode(company, "disarm").output == "Disarmed: this is a dry run again.\n"
    assert json.loads(leadmode(company, "status", "--json").output)["armed"] is False
    assert json.loads(leadmode(company, "arm", "--json").output) == {"armed": True}


def test_the_configuration_may_have_armed_it_already(told: Company, leadmode: Leadmode):
    for command in ("arm", "disarm"):
        assert leadmode(told, command).output == (
            "It is armed by the configuration: dry_run = false. Change it there.\n"
        )
    (told.folder / "state" / "armed").unlink(missing_ok=True)


def test_version(told: Company, leadmode: Leadmode):
    assert leadmode(told, "version").output.startswith(f"leadmode {__version__}, python 3.")
    assert set(json.loads(leadmode(told, "version", "--json").output)) == {
        "leadmode", "python", "sqlite", "packs",
    }  # fmt: skip
    assert "rule packs: pack:default, pack:b2b-saas, " in leadmode(told, "version").output
    assert leadmode(told, "--version").output == f"leadmode {__version__}\n"
