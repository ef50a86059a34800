"""What must be in tasks.csv, and what is."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Task(NamedTuple):
    """A row of tasks.csv without its due time, which depends on when the row was made."""

    key: str
    subject: str
    text: str
    priority: str
    owner: str
    about: str
    gone: bool = False
    """Whether it was deleted, or told to be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The comparison of two files of tasks."""

    expected: int
    written: int
    """Rows."""
    twice: int
    """Rows beyond the first of their key."""
    missing: int
    surplus: int
    """Keys that were written and not expected."""
    different: int
    """Keys whose task says something else than expected."""

    @property
    def is_exact(self) -> bool:
        """Exactly the expected tasks, each once."""
        return not (self.twice or self.missing or self.surplus or self.different)


def read_tasks(path: Path) -> list[Task]:
    """Every row; a torn or damaged file raises ValueError or csv.Error."""
    if not path.exists():
        return []
    gone = _withdrawn(path.with_name("withdrawals.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            Task(
                key=row["leadmode_key"],
                subject=row["subject"],
                text=row["description"],
                priority=row["priority"],
                owner=row["owner_id"],
                about=f"{row['related_type']}:{row['related_id']}",
                gone=row["leadmode_key"] in gone,
            )
            for row in csv.DictReader(file, strict=True)
        ]


def _withdrawn(path: Path) -> set[str]:
    if not path.exists():
        return set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["withdraws"] for row in csv.DictReader(file, strict=True)}


def compare(expected: list[Task], written: list[Task]) -> Verdict:
    """How the written tasks differ from the expected ones, by key and by content."""
    wanted = {task.key: task for task in expected}
    found = Counter(task.key for task in written)
    return Verdict(
        expected=len(wanted),
        written=len(written),
        twice=sum(count - 1 for count in found.values()),
        missing=len(wanted.keys() - found.keys()),
        surplus=len(found.keys() - wanted.keys()),
        different=sum(
            task != wanted[task.key]
            for task in {t.key: t for t in written}.values()
            if task.key in wanted
        ),
    )


def differences(expected: list[Task], written: list[Task]) -> list[str]:
    """The tasks that differ, each in a few lines; empty when there is nothing to tell."""
    wanted, found = ({task.key: task for task in tasks} for tasks in (expected, written))
    told = [f"missing: {wanted[key].subject}" for key in wanted.keys() - found.keys()]
    told += [f"surplus: {found[key].subject}" for key in found.keys() - wanted.keys()]
    for key in wanted.keys() & found.keys():
        pairs = zip(wanted[key]._asdict().items(), found[key], strict=True)
        told += [
            f"{wanted[key].subject}: {name} is\n{is_so}\nand not\n{should}"
            for (name, should), is_so in pairs
            if should != is_so
        ]
    return sorted(told)
