"""`leadmode sync`: one cycle, told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from connector.daemon.lock import FolderLock
from tests.cli.company import HISTORY, NEWS, Company, ms
from tests.cli.conftest import Leadmode

FIRST = """\
crm: 11 records and 6 engagements read
The rules are new: what matches already is recorded and not alerted.
Nothing to write.
"""
SECOND = """\
crm: 0 records and 8 engagements read
+ entered Ada Quist, Acme Pumps (47.6 points): handed off
          task "Call Ada Quist: Shopping again"
+ entered Bo Lind, Borg Foods (49.8 points): handed off
          task "Call Bo Lind: Shopping again"
2 writes: written
"""


def test_what_was_read_who_entered_and_what_was_written(company: Company, leadmode: Leadmode):
    company.add(HISTORY)
    done = leadmode(company, "sync")
    assert (done.output, done.exit_code) == (FIRST, 0)
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.clock.move_to(ms("2026-11-12T18:00:00Z"))
    done = leadmode(company, "sync")
    assert (done.output, done.exit_code) == (SECOND, 0)
    company.write_people({"P1": "2026-11-13T09:00:00Z"})
    company.clock.move_to(ms("2026-11-13T10:00:00Z"))
    shown = leadmode(company, "sync").output
    assert "- left    Ada Quist, Acme Pumps: recycled by sales\n" in shown


def test_a_dry_run_says_so_and_writes_nothing(tmp_path: Path, leadmode: Leadmode):
    company = Company(tmp_path / "dry", dry_run=True)
    company.add(HISTORY)
    leadmode(company, "sync")
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.clock.move_to(ms("2026-11-12T18:00:00Z"))
    shown = leadmode(company, "sync").output
    assert "+ held    Ada Quist, Acme Pumps (47.6 points): held: dry run" in shown
    assert shown.endswith("This is a dry run: nothing was written. `leadmode arm` ends it.\n")
    assert not (company.exports / "out").exists()


def test_returns_of_the_past_are_only_counted(company: Company, leadmode: Leadmode):
    company.add([*HISTORY, *NEWS["2026-11-12T18:00:00Z"]])
    company.clock.move_to(ms("2026-11-13T06:00:00Z"))
    shown = leadmode(company, "sync").output
    assert "+ " not in shown
    assert "2 returns recorded, not alerted: it was so before leadmode" in shown


def test_a_source_that_cannot_be_read_is_passing_trouble(company: Company, leadmode: Leadmode):
    shutil.rmtree(company.exports)
    done = leadmode(company, "sync")
    assert done.exit_code == 75
    assert "crm: could not be read." in done.output
    assert "Traceback" not in done.output


def test_beside_a_daemon_it_is_refused(company: Company, leadmode: Leadmode):
    with FolderLock.take(company.load().state):
        done = leadmode(company, "sync")
    assert done.exit_code == 75
    assert "Another leadmode" in done.stderr


def test_json_has_the_documented_keys(company: Company, leadmode: Leadmode):
    company.add(HISTORY)
    leadmode(company, "sync")
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.clock.move_to(ms("2026-11-12T18:00:00Z"))
    document = json.loads(leadmode(company, "sync", "--json").output)
    assert set(document) == {
        "dry_run", "new_rules", "read", "failed", "evaluated", "alerts", "counted", "left",
        "settled", "braked", "fields", "surges", "steps",
    }  # fmt: skip
    assert document["read"] == {"crm": {"records": 0, "engagements": 8, "set_aside": 0}}
    assert [each["name"] for each in document["alerts"]] == [
        "Ada Quist, Acme Pumps",
        "Bo Lind, Borg Foods",
    ]
    assert {each["state"] for each in document["settled"]} == {"done"}


def test_what_the_brake_holds_is_said(tmp_path: Path, leadmode: Leadmode):
    company = Company(tmp_path / "braked", more="storm = 1")
    company.add(HISTORY)
    leadmode(company, "sync")
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.clock.move_to(ms("2026-11-12T18:00:00Z"))
    shown = leadmode(company, "sync").output
    assert "The brake holds 1 write: more at once than usual." in shown
    assert "leadmode outbox release --all" in shown
