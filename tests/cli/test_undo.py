"""`leadmode undo`: shown first, done with --yes, braked, and not beside a daemon."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path

import pytest

from connector.daemon.lock import FolderLock
from connector.model import OutboxState
from connector.store import Store
from tests.cli.company import Company
from tests.cli.conftest import Leadmode
from tests.cli.test_plan import prepared


@pytest.fixture
def written(tmp_path: Path) -> Company:
    """A company for which one task and one field change were written."""
    company = prepared(tmp_path / "written")
    company.cycle("2026-11-13T06:00:00Z")
    return company


def revision(company: Company) -> str:
    with closing(Store.read(company.folder / "state")) as store:
        return next(each.revision for each in store.outbox.all())


def states(company: Company) -> dict[OutboxState, int]:
    with closing(Store.read(company.folder / "state")) as store:
        return store.outbox.counts()


def test_it_is_shown_first_and_done_with_yes(written: Company, leadmode: Leadmode):
    run = revision(written)
    shown = leadmode(written, "undo", run[:8])
    assert shown.exit_code == 0
    assert "2 writes, 2 to take back, 0 stay" in shown.output
    assert "Nothing was done" in shown.output
    assert states(written) == {OutboxState.DONE: 2}
    done = leadmode(written, "undo", run[:8], "--reason", "a slip", "--yes")
    assert done.exit_code == 0, done.output
    assert "2 of 2 are undone" in done.output
    out = written.folder / "exports" / "out" / "withdrawals.csv"
    with out.open(newline="", encoding="utf-8") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert kinds == ["set_fields", "create_task"]
    told = json.loads(leadmode(written, "undo", run, "--json").output)
    assert {row["does"] for row in told["plan"]["rows"]} == {"nothing"}


def test_what_is_no_run_is_told(written: Company, leadmode: Leadmode):
    told = leadmode(written, "undo", "nonsense")
    assert told.exit_code != 0
    assert "leadmode rules log" in told.output


def test_more_than_the_brake_lets_go_needs_its_number(written: Company, leadmode: Leadmode):
    path = written.folder / "config.toml"
    text = path.read_text()
    path.write_text(text.replace("[leadmode]\n", "[leadmode]\nstorm = 1\n"))
    run = revision(written)
    told = leadmode(written, "undo", run, "--yes")
    assert told.exit_code == 78
    assert "--yes-all 2" in told.output
    assert leadmode(written, "undo", run, "--yes-all", "3").exit_code == 78
    assert leadmode(written, "undo", run, "--yes-all", "2").exit_code == 0


def test_not_beside_a_daemon(written: Company, leadmode: Leadmode):
    with FolderLock.take(written.folder / "state"):
        told = leadmode(written, "undo", revision(written), "--yes")
    assert told.exit_code == 75
    assert states(written) == {OutboxState.DONE: 2}
