"""What comes of the tasks: one is left alone, one is rejected, one accepted, one done in time."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from connector.clock import DAY, HOUR, iso
from connector.plan import words
from connector.store.overview import user_name
from sandbox import screen
from sandbox.demos.acts import news_of
from sandbox.story.stages import Exports
from sandbox.story.world import CastMember, World
from sandbox.storytime import Cycle, StoryTime

RULES: Final = """\
# Clocks of hand-offs: docs/rules.md explains [sla], [[sla_step]] and [[office]].

[sla]
manager = "{manager}"
cooling = "3d"

[[sla_step]]
id = "remind"
do = "remind"
after = "1d"
raised_after = "2h"
until = "accepted"

[[sla_step]]
id = "escalate"
do = "escalate"
after = "3d"

[[office]]
id = "everybody"
country = "DE"

[task_dispositions]
"In Progress" = "accepted"
"Wrong person" = "rejected"
"""
ALONE: Final = "owner_gone"
"""Whose task nobody touches."""
_DONE: Final[Mapping[str, tuple[int, str]]] = {
    "comes_back": (0, "Wrong person"),
    "raises_hand": (0, "In Progress"),
    "converts": (0, "Completed"),
}
"""Of some of the cast: after so many days the status of their task."""
_LOOKS: Final = (*range(1, 8), *range(10, 62, 3))
_COLUMNS: Final = ("leadmode_key", "status", "owner_id", "closed_at", "modified_at")


def tell_later(out: Console, config: Path, world: World) -> list[Cycle]:
    """Two months on, in a copy of the demo's folder: what is done about the tasks, and what not."""
    later = config.parent / "later"
    shutil.copytree(config.parent, later, ignore=shutil.ignore_patterns("later"))
    exports, cycles = Exports(world, later / "exports"), list[Cycle]()
    screen.rule(out, "The weeks after: what becomes of the tasks")
    with StoryTime(later / "config.toml", world.until) as leadmode:
        for day in _LOOKS:
            now = world.until + day * DAY + 11 * HOUR
            exports.write_until(now)
            _sales(later / "exports", world, day, now)
            cycles.append(leadmode.cycle(now))
            _show(out, leadmode, world, cycles[-1:], words.day(now, screen.UTC))
    return cycles


def _sales(folder: Path, world: World, day: int, now: int) -> None:
    """The CRM has imported every task, and exports them as the reps have left them."""
    by_record = {member.record: member.key for member in world.cast}
    with (folder / "out" / "tasks.csv").open(newline="", encoding="utf-8") as file:
        made = list(csv.DictReader(file))
    with (folder / "tasks.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, _COLUMNS)
        rows.writeheader()
        for task in made:
            row = {"leadmode_key": task["leadmode_key"], "owner_id": task["owner_id"]}
            after, status = _DONE.get(by_record.get(task["related_id"], ""), (99, ""))
            touched = now - DAY * (day - after - 1) if day > after else None
            said = status if touched else task["status"]
            closed = iso(touched) if touched and said != "In Progress" else ""
            stamp = iso(touched) if touched else ""
            rows.writerow(row | {"status": said, "closed_at": closed, "modified_at": stamp})


def _show(out: Console, leadmode: StoryTime, world: World, cycles: list[Cycle], day: str) -> None:
    for member in _told_of(world):
        for news in news_of(member, cycles):
            for each in news.steps:
                to = user_name(leadmode.store.connection, "crm", each.step.receiver)
                who = f", to {to}" if to else ""
                out.print(f"  {day}  {escape(member.name)}: [yellow]{each.step.what}[/]{who}")
            for episode in news.left:
                out.print(f"  {day}  {escape(member.name)}: left, {episode.left_reason}")


def _told_of(world: World) -> list[CastMember]:
    return [member for member in world.cast if member.key in (ALONE, *_DONE)]


def rules(owner: str) -> str:
    """The rule file; `owner` is the CRM's id of the user who gets what is escalated."""
    return RULES.format(manager=owner)
