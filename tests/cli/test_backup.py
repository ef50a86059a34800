"""`leadmode backup` and `leadmode restore`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.daemon.lock import FolderLock
from connector.store import FILE_NAME, Store
from connector.store.recovery import reconciling_since
from tests.cli.company import HISTORY, Company
from tests.cli.conftest import Leadmode


@pytest.fixture
def small(company: Company) -> Company:
    """A company that was read once."""
    company.add(HISTORY)
    company.cycle("2026-11-02T06:00:00Z")
    return company


def state(company: Company) -> Path:
    return company.config.parent / "state"


def test_a_backup_is_made_and_put_back(leadmode: Leadmode, small: Company):
    made = leadmode(small, "backup")
    assert made.exit_code == 0, made.output
    assert "Copied and checked: " in made.stdout
    (copy,) = (state(small) / "backups").iterdir()
    done = leadmode(small, "restore", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["restored"] == str(copy)
    assert "before-restore" in told["kept_as"]
    store = Store.read(state(small))
    assert reconciling_since(store) is not None
    store.close()
    status = leadmode(small, "status")
    assert "nothing is sent before every source was read to its end once more" in status.stdout
    synced = leadmode(small, "sync")
    assert synced.exit_code == 0, synced.output
    assert "once more" not in leadmode(small, "status").stdout


def test_the_copy_goes_where_it_is_wanted(leadmode: Leadmode, small: Company, tmp_path):
    target = tmp_path / "safe.sqlite"
    told = json.loads(leadmode(small, "backup", str(target), "--json").stdout)
    assert told == {"file": str(target), "bytes": target.stat().st_size}


def test_restoring_beside_a_daemon_is_refused(leadmode: Leadmode, small: Company):
    leadmode(small, "backup")
    with FolderLock.take(state(small)):
        refused = leadmode(small, "restore")
    assert refused.exit_code == 75
    assert "Stop it first" in refused.output


def test_what_cannot_be_restored_is_told_and_changes_nothing(
    leadmode: Leadmode, small: Company, tmp_path
):
    before = (state(small) / FILE_NAME).read_bytes()
    nothing = leadmode(small, "restore")
    assert nothing.exit_code == 78
    assert "There is no whole backup in" in nothing.output
    missing = leadmode(small, "restore", str(tmp_path / "missing.sqlite"))
    assert missing.exit_code == 78
    assert "There is no file" in missing.output
    junk = tmp_path / "junk.sqlite"
    junk.write_bytes(b"junk" * 2_000)
    refused = leadmode(small, "restore", str(junk))
    assert refused.exit_code == 78
    assert "cannot be used" in refused.output
    assert (state(small) / FILE_NAME).read_bytes() == before


def test_before_anything_was_read_there_is_nothing_to_copy(leadmode: Leadmode, small: Company):
    for left in state(small).glob(f"{FILE_NAME}*"):
        left.unlink()
    refused = leadmode(small, "backup")
    assert refused.exit_code == 78
    assert "Nothing was read yet" in refused.output
