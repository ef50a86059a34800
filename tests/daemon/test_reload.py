"""`leadmode reload` and the daemon that is asked: a broken revision never replaces what runs."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.config.rules import load_rulebook
from connector.store import Store
from tests.daemon.nursery import ROOT
from tests.daemon.systemd import Systemd, write_config

pytestmark = pytest.mark.xdist_group("daemon/test_reload")  # one nursery for all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with rules of its own that can be edited."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("tests"))
    path = write_config(tmp_path)
    path.write_text(path.read_text().replace(str(ROOT / "rules"), "rules"))
    path.chmod(0o600)
    return tmp_path


def leadmode(folder: Path, *arguments: str) -> Result:
    environment = {"LEADMODE_CONFIG": str(folder / "config.toml"), "COLUMNS": "200"}
    return CliRunner().invoke(app, list(arguments), env=environment)


def add_rule_text(folder: Path, text: str) -> Path:
    path = folder / "rules" / "zz-own.toml"
    path.write_text(text)
    return path


def adopted(folder: Path) -> str:
    with closing(Store.read(folder / "state")) as store:
        return store.sources.note("revision") or ""


def test_a_reload_is_answered_taken_up_or_refused(folder: Path):
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
        first = adopted(folder)
        add_rule_text(folder, '[dispositions]\n"Parked" = "recycled"\n')
        done = leadmode(folder, "reload")
        second = adopted(folder)
        assert second != first
        assert (done.exit_code, done.output) == (
            0,
            f"Taken up: the daemon works by revision {second}.\n",
        )

        add_rule_text(folder, '\n[dispositions]\n"Parked" = "recycle"\n"Gone" = "left"\n')
        done = leadmode(folder, "reload")
        assert done.exit_code == 78
        assert "Refused, and the daemon goes on as before: " in done.stderr
        assert "zz-own.toml:3:12: " in done.stderr
        assert 'Did you mean "recycled"?' in done.stderr
        assert "2 problems" in done.stderr
        assert "zz-own.toml:3:12" in daemon.logged()
        assert adopted(folder) == second

        told = leadmode(folder, "status")
        assert told.exit_code == 1
        said = next(line for line in told.output.splitlines() if "did not take" in line)
        assert f"it goes on with revision {second}" in said
        assert "zz-own.toml:3:12" in said
        seen = daemon.calls("web")
        daemon.until(lambda: daemon.calls("web") > seen + 5, "the old rules still work")

        log = json.loads(leadmode(folder, "rules", "log", "--json").output)
        assert [row["revision"] for row in log["revisions"]] == [second, first]
        assert [row["running"] for row in log["revisions"]] == [True, False]
        assert [one["problems"] for one in log["refused"]] == [2]

        add_rule_text(folder, '[dispositions]\n"Parked" = "recycled"\n')
        answered = json.loads(leadmode(folder, "reload", "--json").output)
        assert answered["taken_up"] is True
        assert answered["answer"]["revision"] == second
        assert "did not take" not in leadmode(folder, "status").output


def test_a_signal_reloads_too_and_what_it_refused_is_in_the_log(folder: Path):
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
        add_rule_text(folder, "[dispositions\n")
        daemon.signal(signal.SIGHUP)
        daemon.hear("RELOADING=1")
        assert "not reloaded" in daemon.hear("READY=1")
        shown = leadmode(folder, "rules", "log").output
        assert "Refused, and what ran went on:" in shown
        assert "zz-own.toml:1:" in shown


def test_every_transition_and_write_names_the_revision_that_made_it(folder: Path):
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
        daemon.until(lambda: daemon.calls("web") > 12, "web was read again and again")
        first = adopted(folder)
        add_rule_text(folder, '[dispositions]\n"Parked" = "recycled"\n')
        assert leadmode(folder, "reload").exit_code == 0
        second = adopted(folder)
        daemon.let("raise-hand")
        daemon.until(lambda: "action=settled" in daemon.logged(), "the task was written")
        log = json.loads(leadmode(folder, "rules", "log", "--json").output)
        made = {row["revision"]: (row["transitions"], row["writes"]) for row in log["revisions"]}
        assert made[first] == (0, 0)
        transitions, writes = made[second]
        assert transitions >= 1
        assert writes >= 1


def test_without_a_daemon_there_is_nobody_to_answer(folder: Path):
    done = leadmode(folder, "reload")
    assert done.exit_code == 75
    assert "No daemon works on" in done.stderr
    add_rule_text(folder, "[dispositions\n")
    done = leadmode(folder, "reload")
    assert done.exit_code == 78
    assert "zz-own.toml:1:" in done.stderr


def test_a_daemon_that_hangs_is_waited_for_so_long_and_not_asked_any_more(folder: Path):
    with Systemd(folder, patience=60, drain=60) as daemon:
        daemon.hear("READY=1")
        daemon.let("hang-web")
        waited = threading.Event().wait(0.3)
        assert not waited
        done = leadmode(folder, "reload", "--wait", "0.5")
        assert done.exit_code == 75
        assert "did not answer within 0.5 seconds" in done.stderr
        assert not list((folder / "state" / "requests").glob("*.reload"))
        daemon.no_more("hang-web")
        daemon.process.kill()


def test_the_text_of_a_revision_can_be_shown_and_written(folder: Path, tmp_path: Path):
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
    revision = adopted(folder)
    shown = leadmode(folder, "rules", "show", revision[:6]).output
    for path in sorted((folder / "rules").glob("*.toml")):
        assert f"# == 0/{path.name}\n{path.read_text()}" in shown
    done = leadmode(folder, "rules", "show", revision, "--out", str(tmp_path / "old"))
    assert done.output == f"Written: {tmp_path / 'old' / '0'}\n"
    assert load_rulebook([tmp_path / "old" / "0"]).revision == revision
    assert leadmode(folder, "rules", "show", "zzz").exit_code == 64
