"""`leadmode plan` and `leadmode apply`: looked at first, then written exactly so, or not at all."""

from __future__ import annotations

import csv
import json
import signal
import stat
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from connector.clock import DAY, HOUR, SystemClock, iso
from connector.daemon.lock import FolderLock
from connector.model import OutboxState
from connector.store import Store
from tests.cli.company import HISTORY, NEWS, Company
from tests.cli.conftest import Leadmode

NIGHT = "2026-11-12T18:00:00Z"
FIELD = """
[[hand_off.field]]
field = "status"
value = "Shopping"
expected = ["Open"]
"""

PLAN = """\
Ana Ruiz: 1 task, 1 field change
  + Ada Quist, Acme Pumps on Person P1
      task "Call Ada Quist: Shopping again", due 13 Nov 2026, 19:00, priority normal
      because: Shopping again, 47.6 points, 12 Nov 2026, 15:00
  ~ Ada Quist, Acme Pumps on Person P1
      status: Open -> Shopping

Ben Ode: 1 held
  - Bo Lind, Borg Foods: held, an opportunity is open (crm:Opportunity:O1)
      would have been: task "Call Bo Lind: Shopping again"

In all: 1 hand-off, 2 writes, 1 held.
"""


def prepared(
    folder: Path, more: str = "", *, dry_run: bool = False, selling: bool = True
) -> Company:
    """A company whose exports say more than was read: Ada and Bo have come back."""
    company = Company(folder, more=more, dry_run=dry_run)
    rules = company.folder / "rules" / "rules.toml"
    rules.write_text(rules.read_text() + FIELD)
    company.add(HISTORY)
    opportunity = ("O1", "Borg: seals", "Open", "P2", "2026-09-01T08:00:00Z", "")
    company.write_opportunities([opportunity] if selling else [])
    company.cycle("2026-11-01T06:00:00Z")
    company.add(NEWS[NIGHT])
    company.clock.move_to(company.clock.now() + 11 * DAY + 12 * HOUR)
    return company


@pytest.fixture
def ready(tmp_path: Path) -> Company:
    return prepared(tmp_path / "ready")


def tasks(company: Company) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in company.folder.rglob("tasks.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            found.update(row["leadmode_key"] for row in csv.DictReader(file))
    return found


def plan_of(company: Company, leadmode: Leadmode) -> Path:
    path = company.folder / "a.plan"
    done = leadmode(company, "plan", "--out", str(path))
    assert done.exit_code == 0, done.output
    return path


def everything(company: Company) -> list[str]:
    with closing(Store.read(company.load().state)) as store:
        return list(store.connection.iterdump())


def refused(company: Company, leadmode: Leadmode, path: Path, *more: str) -> str:
    """What a refusal says; nothing may be written by it."""
    before, written = everything(company), tasks(company)
    done = leadmode(company, "apply", str(path), *more)
    assert done.exit_code == 78, done.output
    assert everything(company) == before
    assert tasks(company) == written
    return str(done.stderr)


def test_a_plan_shows_each_write_beside_what_is_there(ready: Company, leadmode: Leadmode):
    before = everything(ready)
    done = leadmode(ready, "plan")
    assert (done.output, done.exit_code) == (PLAN, 0)
    assert everything(ready) == before
    assert not tasks(ready)


def test_what_the_tasks_say_is_shown_when_asked_for(ready: Company, leadmode: Leadmode):
    text = '      | - 12 Nov 2026, 15:00: attended the webinar "Seals" (+20)'
    assert text in leadmode(ready, "plan", "--texts").output.splitlines()
    assert text not in leadmode(ready, "plan").output.splitlines()


def test_a_plan_is_made_beside_a_daemon_and_applied_without_one(ready: Company, leadmode: Leadmode):
    with FolderLock.take(ready.load().state):
        path = plan_of(ready, leadmode)
        done = leadmode(ready, "apply", str(path))
        assert done.exit_code == 75
        assert "writes by itself what a plan says" in done.stderr
    assert leadmode(ready, "apply", str(path)).exit_code == 0


def test_a_saved_plan_is_private_and_is_written_exactly(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    planned = json.loads(path.read_text())["plan"]["writes"]
    ready.clock.move_to(ready.clock.now() + HOUR // 2)
    done = leadmode(ready, "apply", str(path))
    assert (done.output, done.exit_code) == ("2 writes: written\n", 0)
    with closing(Store.read(ready.load().state)) as store:
        queued = {q.write.key: q for q in store.outbox.all()}
    assert {q.state for q in queued.values()} == {OutboxState.DONE}
    for each in planned:
        write = queued[each["key"]].write
        assert dict(write.fields) == each["fields"], "also the due moment is the planned one"
        assert {n: list(v) for n, v in write.expected.items()} == each["expected"]
    assert len(tasks(ready)) == 1


def test_what_was_applied_is_not_written_again(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    leadmode(ready, "apply", str(path))
    written = tasks(ready)
    again = leadmode(ready, "apply", str(path))
    assert again.exit_code == 0
    assert again.output == "2 writes of it before: written\n"
    ready.cycle("2026-11-12T19:00:00Z")
    ready.cycle("2026-11-13T18:00:00Z")
    assert tasks(ready) == written
    assert set(written.values()) == {1}


def test_a_changed_file_is_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    path.write_text(path.read_text().replace('"Shopping"', '"Hot"'))
    assert "was changed after it was made" in refused(ready, leadmode, path)
    path.write_text("{}")
    assert "is not a plan" in refused(ready, leadmode, path)


def test_an_old_plan_is_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    ready.clock.move_to(ready.clock.now() + 3 * HOUR)
    assert "it was made 3 hours ago, and may be 1 hour old" in refused(ready, leadmode, path)
    assert leadmode(ready, "apply", str(path), "--max-age", "4h").exit_code == 0


def test_changed_rules_are_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    rules = ready.folder / "rules" / "rules.toml"
    rules.write_text(rules.read_text().replace("Call {{", "Ring {{"))
    said = refused(ready, leadmode, path)
    assert f"the files now say {ready.load().rulebook.revision}" in said
    assert "Make a new plan" in said


def test_another_installation_is_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    ready.config.write_text(ready.config.read_text().replace('"small"', '"other"'))
    ready.config.write_text(ready.config.read_text().replace("sources.crm", "sources.erp"))
    said = refused(ready, leadmode, path)
    assert "it is a plan of small, and this is other" in said
    assert "its sources are crm (csv), and now erp (csv)" in said


def test_another_database_is_refused(ready: Company, leadmode: Leadmode, tmp_path: Path):
    path = plan_of(ready, leadmode)
    other = prepared(tmp_path / "other")
    assert "it was made with another database" in refused(other, leadmode, path)


def test_a_dry_run_is_refused(tmp_path: Path, leadmode: Leadmode):
    company = prepared(tmp_path / "dry", dry_run=True)
    path = plan_of(company, leadmode)
    shown = leadmode(company, "plan").output
    assert "held, dry run: leadmode is not armed" in shown
    assert 'would have been: task "Call Ada Quist: Shopping again"' in shown
    assert "Run `leadmode arm` first" in refused(company, leadmode, path)
    leadmode(company, "arm", "--yes")
    assert "it was made in the dry run" in refused(company, leadmode, path)


def test_a_decision_that_would_not_come_out_now_is_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    ready.write_opportunities(
        [
            ("O1", "Borg: seals", "Open", "P2", "2026-09-01T08:00:00Z", ""),
            ("O3", "Acme: seals", "Open", "P1", "2026-08-01T08:00:00Z", ""),
        ]
    )
    said = refused(ready, leadmode, path)
    assert "the task for Ada Quist would not be written any more: an opportunity is open" in said


def test_more_than_the_plan_says_is_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    rows = [(at, kind, "P4", *rest) for at, kind, who, *rest in NEWS[NIGHT] if who == "P1"]
    ready.add(rows)
    said = refused(ready, leadmode, path)
    assert "not in it, and would be written too: Call Di Noor: Shopping again" in said


def test_a_record_that_was_changed_meanwhile_is_refused(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    people = ready.exports / "people.csv"
    lines = people.read_text().splitlines(keepends=True)
    changed = [line.replace("Open", "Visited") if "P1" in line else line for line in lines]
    people.write_text("".join(changed))
    said = refused(ready, leadmode, path)
    assert "crm:Person:P1 (Ada Quist): status was 'Open' and is now 'Visited' in the CRM" in said


def test_what_a_rep_changes_between_queueing_and_sending_stays(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    expected = [w["expected"] for w in json.loads(path.read_text())["plan"]["writes"]]
    assert {"status": ["Open"]} in expected


def test_a_moved_database_with_the_same_decision_is_no_hindrance(
    ready: Company, leadmode: Leadmode
):
    path = plan_of(ready, leadmode)
    ready.add([("2026-11-12T15:00:00Z", "page_viewed", "P6", "/pricing", "", "")])
    assert leadmode(ready, "apply", str(path)).exit_code == 0
    assert len(tasks(ready)) == 1


def test_the_brake_wants_the_number(tmp_path: Path, leadmode: Leadmode):
    company = prepared(tmp_path / "braked", more="storm = 1", selling=False)
    path = plan_of(company, leadmode)
    shown = leadmode(company, "plan").output
    assert "the brake would hold it" in shown
    assert "To write all: `leadmode apply PLAN --yes-all 2`." in shown
    said = refused(company, leadmode, path)
    assert "it makes 2 hand-offs, more than the brake lets go (storm = 1, storm_times = 10)" in said
    assert "--yes-all 2." in said
    assert "names 3, and the plan makes 2" in refused(company, leadmode, path, "--yes-all", "3")
    assert leadmode(company, "apply", str(path), "--yes-all", "2").exit_code == 0
    assert len(tasks(company)) == 2


def test_what_the_brake_held_meanwhile_is_not_called_written(tmp_path: Path, leadmode: Leadmode):
    company = prepared(tmp_path / "braked", more="storm = 1", selling=False)
    path = plan_of(company, leadmode)
    company.cycle(NIGHT)
    said = refused(company, leadmode, path, "--yes-all", "2")
    assert "the task for Bo Lind is in the outbox, held until you say `leadmode outbox" in said
    assert "Ada Quist" not in said
    assert leadmode(company, "outbox", "release", "--all").exit_code == 0
    done = leadmode(company, "apply", str(path), "--yes-all", "2")
    assert done.output == "2 writes: written\n2 writes of it before: written\n"
    assert set(tasks(company).values()) == {1}


def test_what_was_given_up_is_not_called_written(tmp_path: Path, leadmode: Leadmode):
    company = prepared(tmp_path / "braked", more="storm = 1", selling=False)
    path = plan_of(company, leadmode)
    company.cycle(NIGHT)
    with closing(Store.read(company.load().state)) as store:
        keys = [each.write.key for each in store.outbox.all([OutboxState.HELD])]
    leadmode(company, "outbox", "discard", *keys)
    said = refused(company, leadmode, path, "--yes-all", "2")
    assert "the task for Bo Lind is in the outbox, given up" in said


def test_what_the_crm_does_not_take_is_told_by_the_exit_code(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    (ready.exports / "out" / "tasks.csv").mkdir(parents=True)  # a folder where the file should be
    done = leadmode(ready, "apply", str(path), "--json")
    assert (done.exit_code, sorted(set(json.loads(done.stdout)["writes"].values()))) == (
        75,
        ["pending", "retry"],
    )


@pytest.mark.parametrize(
    ("where", "says"),
    [("nowhere/a.plan", "There is no folder "), ("exports", "is a folder. Name a file in it")],
)
def test_a_plan_that_cannot_be_saved_is_not_even_begun(
    ready: Company, leadmode: Leadmode, where: str, says: str
):
    target = ready.folder / where
    done = leadmode(ready, "plan", "--out", str(target))
    assert done.exit_code == 78
    assert says in done.stderr
    assert str(target if target.is_dir() else target.parent) in done.stderr
    assert done.stdout == ""
    assert not list(ready.folder.glob(".*.part"))


def test_ages_of_less_than_an_hour_are_told_in_minutes(ready: Company, leadmode: Leadmode):
    path = plan_of(ready, leadmode)
    ready.clock.move_to(ready.clock.now() + HOUR // 2)
    said = refused(ready, leadmode, path, "--max-age", "5m")
    assert "it was made 30 minutes ago, and may be 5 minutes old" in said


def test_what_waits_in_the_outbox_is_shown(tmp_path: Path, leadmode: Leadmode):
    company = prepared(tmp_path / "braked", more="storm = 1", selling=False)
    company.cycle(NIGHT)
    shown = leadmode(company, "plan").output
    assert "In the outbox already: 2 writes" in shown
    assert "Call Bo Lind: Shopping again (storm)" in shown
    assert "Held ones wait for you: `leadmode outbox release`" in shown


def test_json(ready: Company, leadmode: Leadmode):
    told = json.loads(leadmode(ready, "plan", "--json").output)
    assert told["hand_offs"] == 1
    assert [write["was"] for write in told["plan"]["writes"]] == [{}, {"status": "Open"}]
    path = plan_of(ready, leadmode)
    done = json.loads(leadmode(ready, "apply", str(path), "--json").output)
    assert done["applied"] is True
    assert [each["state"] for each in done["settled"]] == ["done", "done"]


def returned_now(folder: Path) -> tuple[Company, int]:
    """Five people who came back in the last hours of the machine's own clock."""
    company, now = Company(folder), SystemClock().now()
    people = ("P1", "P2", "P3", "P4", "P5")
    long_ago = [(iso(now - 400 * DAY), "webinar_attended", who, "Old", "", "") for who in people]
    company.add(long_ago)
    company.cycle(iso(now - 2 * DAY))
    for who in people:
        company.add(
            [
                (iso(now - 3 * HOUR), "page_viewed", who, "/pricing", "", ""),
                (iso(now - 2 * HOUR), "content_downloaded", who, "Guide", "", ""),
                (iso(now - HOUR), "webinar_attended", who, "Seals", "", ""),
            ]
        )
    return company, len(people)


def start(company: Company, path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "connector.cli", "apply", str(path)]
    config = ["--config", str(company.config)]
    return subprocess.Popen([*command, *config], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def killed_when_seen(company: Company, path: Path, states: set[OutboxState]) -> bool:
    """Whether it was killed while a write was in one of these states."""
    process = start(company, path)
    with closing(Store.read(company.load().state)) as store:
        while process.poll() is None:
            if states & store.outbox.counts().keys():
                process.send_signal(signal.SIGKILL)
                break
            threading.Event().wait(0.0005)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_killed_in_between_and_applied_again_it_doubles_nothing(tmp_path: Path, leadmode: Leadmode):
    company, people = returned_now(tmp_path / "killed")
    company.clock.move_to(SystemClock().now())
    path = plan_of(company, leadmode)
    kills = 0
    for states in (
        {OutboxState.PENDING},
        {OutboxState.INFLIGHT},
        {OutboxState.INFLIGHT, OutboxState.DONE},
    ):
        kills += killed_when_seen(company, path, states)
    assert kills, "it was never killed while it worked"
    config = company.config.read_text()
    company.config.write_text(config + '\n[delivery]\nlease = "1s"\n')
    for _ in range(4):
        process = start(company, path)
        said = process.communicate()
        assert process.returncode in (0, 75), said  # 75: what was being sent is not over yet
        with closing(Store.read(company.load().state)) as store:
            if store.outbox.counts() == {OutboxState.DONE: people}:
                break
        company.clock.move_to(company.clock.now() + HOUR)
        company.cycle(iso(company.clock.now()))
    planned = {w["key"] for w in json.loads(path.read_text())["plan"]["writes"]}
    written = tasks(company)
    assert set(written) == planned
    assert set(written.values()) == {1}, "a task was written twice"
    company.cycle(iso(SystemClock().now() + DAY))
    assert tasks(company) == written
