"""The demo tells the story as promised, and what it leaves behind can be asked."""

import csv
import io
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from connector.clock import DAY, to_millis
from connector.model import Hold, Verdict
from sandbox.demos import acts, company, files
from sandbox.story.days import is_workday, workday
from sandbox.story.telling import tell
from sandbox.story.world import World
from sandbox.storytime import Cycle

pytestmark = pytest.mark.xdist_group("sandbox/test_demo")  # its fixtures are made once

UNTIL = to_millis(datetime(2026, 11, 20, tzinfo=UTC))
MADE_OF_THE_CAST = {
    "champion": "task (entered), task (raised)",
    "machines": "held: machine_only",
    "open_sale": "held: open_opportunity",
    "opted_out": "held: consent",
    "raises_hand": "task (entered)",
    "newcomer": "nothing to tell",
    "comes_back": "task (entered)",
    "recycled_now": "task (entered), left: recycled, touch-1, touch-2, task (entered)",
    "converts": "task (entered), left: converted",
    "competitor": "held: excluded",
    "student": "held: excluded",
    "late_upload": "task (entered)",
    "owner_gone": "task (entered)",
    "rep_is_on_it": "held: worked",
    "apple_only": "nothing to tell",
}


@pytest.fixture(scope="module")
def world() -> World:
    return tell(7, UNTIL, companies=40, people=200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo"


@pytest.fixture(scope="module")
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="module")
def cycles(world: World, folder: Path, told: io.StringIO) -> list[Cycle]:
    return files.run(Console(file=told, width=100), folder, world)


def test_the_cast_fares_as_promised(world: World, cycles: list[Cycle]):
    assert {m.key: acts.made_of(m, cycles) for m in world.cast} == MADE_OF_THE_CAST


def test_a_company_of_which_three_move_is_one_task_and_one_of_them_joins_it(
    told: io.StringIO, cycles: list[Cycle]
):
    assert company.writes_about(cycles) == [f"{company.COMPANY}: 3 people are looking at us"]
    held = [a.decision for c in cycles for n in c.news for a in n.alerts if a.decision.hold]
    joined = [each for each in held if each.hold is Hold.JOINED]
    assert [each.detail for each in joined] == [company.COMPANY]
    said = " ".join(told.getvalue().split())
    assert f"{company.COMPANY}: pursue" in said
    assert "nobody engaged is executive" in said
    assert "Petr Havel (Maintenance Manager): attended the webinar" in said


def test_tasks_are_followed_up(told: io.StringIO, cycles: list[Cycle]):
    """Reminded, escalated and going cold; rejected; accepted, so not reminded."""
    _, _, act = told.getvalue().partition("what becomes of the tasks")
    lines = re.findall(r"^  \d+ \w+ \d+  (.*)$", act.partition("The weeks after")[0], re.MULTILINE)
    assert [line for line in lines if line.startswith("Felix Brandt")] == [
        "Felix Brandt: remind, to Ben Ashworth",
        "Felix Brandt: escalate, to Karin Falk",
        "Felix Brandt: cooling, to Ben Ashworth",
        "Felix Brandt: left, idle",
    ]
    assert "Helen Osei: left, rejected" in lines
    assert "Priya Raman: escalate, to Karin Falk" in lines
    assert not [
        line for line in lines if line.startswith(("Helen Osei: remind", "Priya Raman: re"))
    ]


def test_a_busy_week_defers_some_and_says_whom(told: io.StringIO, cycles: list[Cycle]):
    _, _, act = told.getvalue().partition("a busy week")
    (waiting,) = re.findall(r"^  (\d+) would wait for a free place", act, re.MULTILINE)
    assert int(waiting) > 0
    assert re.search(r"^    1\. .+, .+ \(\d stars, \d flames", act, re.MULTILINE)


def test_every_hand_off_is_one_task_in_the_file(folder: Path, cycles: list[Cycle]):
    handed = [
        alert
        for cycle in cycles
        for news in cycle.news
        for alert in news.alerts
        if alert.decision.verdict is Verdict.HANDED_OFF
    ]
    with (folder / "exports" / "out" / "tasks.csv").open(encoding="utf-8", newline="") as file:
        keys = [row["leadmode_key"] for row in csv.DictReader(file)]
    touches = [each for cycle in cycles for news in cycle.news for each in news.touches]
    surged = [each for cycle in cycles for news in cycle.news for each in news.surges]
    writes = [write for alert in handed for write in alert.writes]
    writes += [each.write for each in surged if each.write is not None]
    writes += [each.write for each in touches]
    assert [each.what for each in touches] == ["touch-1", "touch-2"]
    assert sorted(keys) == sorted(write.key for write in writes)
    assert len(set(keys)) == len(keys) >= 9


def test_the_task_of_a_rep_who_left_goes_to_the_fallback_owner(folder: Path, cycles: list[Cycle]):
    with (folder / "exports" / "out" / "tasks.csv").open(encoding="utf-8", newline="") as file:
        owners = {row["subject"]: row["owner_id"] for row in csv.DictReader(file)}
    assert owners["Call Felix Brandt: Shopping again"] == "U02"
    assert owners["Call Ingrid Halvorsen: Shopping again"] == "U01"


def test_damaged_rows_are_set_aside_and_told(folder: Path, cycles: list[Cycle], told: io.StringIO):
    assert sum(cycle.set_aside for cycle in cycles) == 1
    assert "2 rows set aside" in " ".join(told.getvalue().split())
    rejects = folder / "exports" / "rejects" / "engagements.csv.rejects.csv"
    with rejects.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3


def test_nobody_is_alerted_about_the_past(cycles: list[Cycle]):
    first = workday(UNTIL, acts.WORKDAYS)
    alerts = [a for c in cycles for news in c.news for a in news.alerts]
    assert min(a.transition.at for a in alerts if a.decision.verdict is Verdict.HANDED_OFF) >= first


def test_steps_are_working_days_and_leave_nothing_out(world: World):
    steps = list(acts.tell_days(world))
    assert len(steps) == acts.WORKDAYS
    assert all(is_workday(begin) for begin, _ in steps)
    assert [end for _, end in steps[:-1]] == [begin for begin, _ in steps[1:]]
    assert steps[-1][1] == UNTIL
    assert {(end - begin) // DAY for begin, end in steps} == {1, 3}


def test_the_three_commands_work_afterwards(folder: Path, cycles: list[Cycle]):
    leads, explained, held = (
        subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
        for command in acts.commands(folder)
    )
    assert "Ingrid Halvorsen" in leads
    assert "by a machine" in explained
    assert "Tomas Novak" in held
