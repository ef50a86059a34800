"""The acceptance script: its comparison has teeth, and a short run of it passes."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from connector.clock import SystemClock
from sandbox.kill.__main__ import acceptance
from sandbox.kill.moments import Aim, shots
from sandbox.kill.tasks import Task, compare, differences, read_tasks
from sandbox.story.days import midnight
from sandbox.story.telling import tell
from tests.depth import DEEP


def task(key: str, text: str = "call") -> Task:
    return Task(key, "Call", text, "Normal", "U01", "Contact:C1")


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ([task("a"), task("b")], (0, 0, 0, 0)),
        ([task("b"), task("a")], (0, 0, 0, 0)),
        ([task("a"), task("b"), task("b")], (1, 0, 0, 0)),
        ([task("a")], (0, 1, 0, 0)),
        ([], (0, 2, 0, 0)),
        ([task("a"), task("b"), task("c")], (0, 0, 1, 0)),
        ([task("a"), task("b", "mail")], (0, 0, 0, 1)),
        ([task("a", "mail"), task("a"), task("c")], (1, 1, 1, 0)),
    ],
)
def test_every_difference_counts(written: list[Task], counts: tuple[int, int, int, int]):
    found = compare([task("a"), task("b")], written)
    assert (found.twice, found.missing, found.surplus, found.different) == counts
    assert found.is_exact == (counts == (0, 0, 0, 0))


def test_differences_are_told():
    written = [task("a", "mail"), task("c")]
    assert differences([task("a"), task("b")], written) == [
        "Call: text is\nmail\nand not\ncall",
        "missing: Call",
        "surplus: Call",
    ]
    assert differences([task("a")], [task("a"), task("a")]) == []


def test_a_torn_file_of_tasks_is_not_read_as_a_whole_one(tmp_path: Path):
    path = tmp_path / "tasks.csv"
    path.write_text('"leadmode_key","subject"\r\n"lm1-a","Ca', encoding="utf-8")
    with pytest.raises((csv.Error, KeyError, ValueError)):
        read_tasks(path)


def test_kills_are_seeded_in_order_and_hit_everything():
    plan = shots(1, 30, 11)
    assert plan == shots(1, 30, 11)
    assert plan != shots(2, 30, 11)
    assert [s.stage for s in plan] == sorted(s.stage for s in plan)
    assert Counter(s.stage == 0 for s in plan) == {True: 10, False: 20}
    assert {s.stage for s in plan} == set(range(11))
    assert {s.aim for s in plan} == set(Aim)
    assert min(s.delay for s in plan if s.aim is Aim.START) >= 0.05


@pytest.mark.skipif(not DEEP, reason="make deep runs it; the kill matrix is run here")
def test_two_kills(tmp_path: Path):
    world = tell(7, midnight(SystemClock().now()), companies=40, people=120)
    told = io.StringIO()
    out = Console(file=told, width=100)
    assert acceptance(out, tmp_path, world, kills=2, seed=4, days=1), told.getvalue()
