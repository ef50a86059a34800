"""`python -m sandbox.kill --kills 30 --seed 1`: exactly once, whatever kills the daemon."""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress

from connector.clock import DAY, HOUR, MINUTE, SystemClock
from sandbox import screen
from sandbox.demos.acts import WORKDAYS, tell_days
from sandbox.kill import hubspot, salesforce
from sandbox.kill.files import Files, Place, Storming
from sandbox.kill.moments import Aim, Shot, shots
from sandbox.kill.tasks import Task, Verdict, compare, differences
from sandbox.kill.victim import GLANCE, Sight, Victim
from sandbox.story.days import midnight, workday
from sandbox.story.telling import tell
from sandbox.story.world import World
from sandbox.storytime import StoryTime

FOLDER: Final = Path("build") / "kill"
SEED: Final = 7
QUIET_WITHIN: Final = 300.0
"""Seconds within which everything appended must be read and delivered."""
SEVERAL_POLLS: Final = 2_200
"""ms between two answers with two whole polls between them; the daemon polls every second."""
_AIMING: Final = 4.0
"""Seconds to wait for the moment aimed at; then any moment will do."""

CONFIG: Final = """\
[leadmode]
instance = "kill"
rules = ["pack:default", "{rules}"]
dry_run = false
backfill = "{backfill}h"
tick = "1s"
storm = 0

[sources.crm]
adapter = "csv"
folder = "exports"
person_types = ["Contact", "Lead"]
poll = "1s"
page_rows = 100 # many small transactions: more moments to be killed at

[delivery]
lease = "3s" # a write in flight at a kill is taken up again this soon
batch = 1 # every task is claimed, written and settled alone: more moments to be killed at
"""


@dataclass(slots=True)
class Tally:
    """What the kills hit."""

    hit: Counter[str] = field(default_factory=Counter)
    """By what the database shows after the kill."""
    aimed: Counter[Aim] = field(default_factory=Counter)


def stages(world: World, days: int) -> list[int]:
    """The moments up to which the exports are written: history, then working day by day."""
    return [workday(world.until, days), *(end for _, end in tell_days(world, days))]


def prepare(folder: Path, world: World, now: int) -> Path:
    """A fresh folder with a configuration; returns the configuration's path."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "exports").mkdir(parents=True)
    config = folder / "config.toml"
    rules = Path(__file__).parent.parent / "story" / "rules"
    text = CONFIG.format(rules=rules, backfill=_backfill(world, now))
    config.write_text(text, encoding="utf-8")
    config.chmod(0o600)
    return config


def _backfill(world: World, now: int) -> int:
    """About 14 days, in hours, ending where nothing happens for half an hour.

    The daemon and the undisturbed run start minutes apart, and what lies between their two
    beginnings would be the past for one of them only.
    """
    times = sorted(act.at for act in world.acts if act.at > now - 16 * DAY)
    for hours in range(14 * 24, 15 * 24 + 12):
        begin = now - hours * HOUR
        if not any(begin - MINUTE <= at < begin + 30 * MINUTE for at in times):
            return hours
    return 14 * 24


def expect(place: Place, config: Path, moments: list[int]) -> list[Task]:
    """The tasks of the undisturbed run, in this process."""
    clock = SystemClock()
    with StoryTime(config, clock.now()) as leadmode:
        for moment in moments:
            place.write_until(moment)
            leadmode.cycle(clock.now())
    return place.tasks()


class Trial:
    """The daemon's run under fire."""

    def __init__(self, folder: Path, place: Place, config: Path, moments: list[int]) -> None:
        self._place = place
        self._moments = moments
        self._victim = Victim(config, folder / "state", folder / "daemon.log")
        self.tally = Tally()
        self.exit_code = -1

    def run(self, plan: list[Shot], bar: Progress) -> None:
        """Every stage with its kills; in the end the daemon is stopped in order."""
        task = bar.add_task("kills", total=len(plan))
        try:
            self._victim.start()
            for stage, moment in enumerate(self._moments):
                self._append(moment)
                for shot in (s for s in plan if s.stage == stage):
                    self._kill(shot)
                    bar.advance(task)
                    self._victim.start()
                self._wait_until_quiet()
            self.exit_code = self._victim.stop()
        finally:
            self._victim.abandon()

    def _append(self, moment: int) -> None:
        self._before = self._victim.look()
        if self._place.told_at_rest and self._before is not None:
            # What happens in the middle of a poll may be decided on in halves, and rightly so;
            # the undisturbed run would then be no measure of it.
            self._victim.kill()
            self._place.write_until(moment)
            self._victim.start()
        else:
            self._place.write_until(moment)

    def _kill(self, shot: Shot) -> None:
        before, self._size = self._before, self._place.grown()
        if shot.aim in (Aim.READ, Aim.DELIVER, Aim.WRITTEN):
            deadline = self._victim.monotonic() + _AIMING
            while self._victim.monotonic() < deadline and not self._in_sight(shot.aim):
                self._victim.require_alive()
                self._victim.pause(GLANCE)
        self._victim.pause(shot.delay)
        self._victim.kill()
        after = self._victim.look()
        self.tally.aimed[shot.aim] += 1
        self.tally.hit[self._hit(before, after)] += 1
        self._before = after

    def _in_sight(self, aim: Aim) -> bool:
        match aim:
            case Aim.DELIVER:
                return self._victim.look() is not None and self._victim.is_sending()
            case Aim.WRITTEN:
                return self._place.grown() > self._size
            case Aim.READ:
                now, before = self._victim.look(), self._before
                return now is not None and (before is None or now.cursors != before.cursors)
            case Aim.START | Aim.ANY:
                return True

    def _hit(self, before: Sight | None, after: Sight | None) -> str:
        """What the daemon was at, by what it left behind."""
        if after is None or (before is not None and after == before):
            return "before it did anything" if after is None or after.loading else "at rest"
        if after.inflight:
            written = self._place.holds(after.inflight)
            return "task written, not settled" if written else "delivering"
        if after.waiting:
            return "with writes waiting"
        return "in the first load" if after.loading else "reading, or just done with it"

    def _wait_until_quiet(self) -> None:
        """Until two whole polls from now on found nothing more, and nothing waits."""
        deadline = self._victim.monotonic() + QUIET_WITHIN
        begun, first = self._victim.now(), None
        while self._victim.monotonic() < deadline:
            self._victim.require_alive()
            seen = self._victim.look()
            if seen is None or self._is_busy(seen) or seen.read_at <= begun:
                first = None
            elif first is None or seen.known != first.known:
                first = seen
            elif seen.read_at >= first.read_at + SEVERAL_POLLS:
                return
            self._victim.pause(0.05)
        raise RuntimeError(f"The daemon did not come to rest within {QUIET_WITHIN:.0f} s.")

    def _is_busy(self, seen: Sight) -> bool:
        """Whether something is being loaded, evaluated or delivered, or should be."""
        overdue = seen.due_at is not None and seen.due_at <= self._victim.now()
        return bool(seen.loading or seen.waiting or overdue)


def report(out: Console, kills: int, tally: Tally, verdict: Verdict, code: int) -> bool:
    """Print the counts; True when everything is as it must be."""
    out.print(f"kills       {kills}")
    for what, count in sorted(tally.hit.items()):
        out.print(f"  {count:>3}  {what}")
    out.print(f"expected    {verdict.expected}  tasks of the undisturbed run")
    out.print(f"written     {verdict.written}")
    out.print(f"twice       {verdict.twice}")
    out.print(f"missing     {verdict.missing}")
    out.print(f"surplus     {verdict.surplus}")
    out.print(f"different   {verdict.different}")
    out.print(f"exit code   {code}  after SIGTERM")
    fine = verdict.is_exact and verdict.expected > 0 and code == 0
    out.print("[bold green]exactly once[/]" if fine else "[bold red]NOT as expected[/]")
    return fine


def opened(folder: Path, world: World, now: int, *, on: str) -> tuple[Place, Path]:
    """A fresh platform and the path of the configuration that reads it."""
    if on == "csv":
        config = prepare(folder, world, now)
        return Files(folder, world), config
    if on == "hubspot":
        portal = hubspot.Portal(world)
        return portal, hubspot.prepare(folder, portal, _backfill(world, now), now)
    org = salesforce.Org(world)
    return org, salesforce.prepare(folder, org, _backfill(world, now), now)


def acceptance(
    out: Console,
    folder: Path,
    world: World,
    *,
    kills: int,
    seed: int,
    days: int = WORKDAYS,
    on: str = "csv",
) -> bool:
    """Both runs and their comparison; True when the daemon wrote exactly the expected tasks."""
    now, moments = SystemClock().now(), stages(world, days)
    place, config = opened(folder / "undisturbed", world, now, on=on)
    with closing(place):
        expected = expect(place, config, moments)
    out.print(f"undisturbed: {len(expected)} tasks in {len(moments)} stages")
    place, config = opened(folder / "daemon", world, now, on=on)
    with closing(place):
        if isinstance(place, Storming):
            place.storm(seed)
        trial = Trial(folder / "daemon", place, config, moments)
        with Progress(console=out, transient=True, disable=not out.is_terminal) as bar:
            trial.run(shots(seed, kills, len(moments)), bar)
        written = place.tasks()
        verdict = compare(expected, written)
        for difference in differences(expected, written):
            out.print(difference, markup=False)
        unbroken = not isinstance(place, Storming) or place.report(out)
    return report(out, kills, trial.tally, verdict, trial.exit_code) and unbroken


def main(arguments: list[str] | None = None) -> int:
    """Kill the daemon and count; 1 on any difference."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--on", choices=("csv", "salesforce", "hubspot"), default="csv", help="the platform"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="is wiped at the start")
    options = parser.parse_args(arguments)
    out = screen.console()
    world = tell(SEED, midnight(SystemClock().now()))
    try:
        fine = acceptance(
            out,
            options.folder,
            world,
            kills=options.kills,
            seed=options.seed,
            on=options.on,
        )
    except (RuntimeError, ValueError, csv.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
