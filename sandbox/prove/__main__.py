"""`python -m sandbox.prove`: histories full of faults, mutants, and kills at every boundary."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from connector.clock import DAY, SystemClock
from sandbox import screen
from sandbox.prove.campaign import REGRESSIONS, be_quiet, campaign, hunted, smallest
from sandbox.prove.matrix import Choose, amiss, every, matrix, pairs, today
from sandbox.prove.mutants import MUTANTS
from sandbox.prove.steps import History, history, read_history
from sandbox.prove.telling import Story

FOLDER: Final = Path("build") / "prove"
SHRUNK: Final = 3
"""Failing seeds that are shrunk; the others are only named."""
STRIDES: Final = {"csv": 16, "salesforce": 90, "hubspot": 140}
"""Every so manieth boundary is killed at, other ones every day; `--thin` multiplies it."""
UNDO_STRIDES: Final = {"csv": 6, "salesforce": 30, "hubspot": 40}
"""The same while everything is taken back."""
PATIENCE: Final = 300
"""Seeds within which a mutant must be caught."""


def simulate(out: Console, seeds: Sequence[int]) -> bool:
    """Play the seeds and tell of those that broke a promise; True when none did."""
    clock = SystemClock()
    begun, failing, effects = clock.monotonic(), [], 0
    with Progress(console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("histories", total=len(seeds))
        for tried in campaign(seeds):
            effects += tried.effects
            bar.advance(task)
            if tried.broken:
                failing.append(tried.seed)
                out.print(f"[red]seed {tried.seed}[/]: {escape('; '.join(tried.broken[:3]))}")
    length = clock.monotonic() - begun
    out.print(f"histories   {len(seeds):,}  from seed {seeds[0]}, {length:.0f} s")
    out.print(f"effects     {effects:,}  on the platform")
    out.print(f"broken      {len(failing)}")
    for seed in sorted(failing)[:SHRUNK]:
        keep(out, f"seed-{seed}", history(seed))
    return not failing


def keep(out: Console, name: str, found: History) -> None:
    """Shrink a history that breaks a promise, and write it down."""
    with Progress(console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(f"shrinking {name}", total=None)
        small, broken = smallest(found, lambda: bar.advance(task))
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(small.to_json(), encoding="utf-8")
    out.print(f"{name}: {len(small.steps)} steps break: {escape('; '.join(broken[:3]))}")
    out.print(f"  {path}; once mended, move it to {REGRESSIONS}/ and it is played for ever")


def kill(out: Console, story: Story, choose: Choose) -> Counter[str]:
    """Kill at the chosen boundaries of one story; the counts."""
    on, counts = story.on, Counter[str]()
    outcomes = matrix(story, choose)
    calm = next(outcomes)
    counts["boundaries"], counts["tasks"] = sum(calm.boundaries), len(calm.tasks)
    if wrong := amiss(story, calm.tasks):
        counts["broken"] += 1
        out.print(f"[red]{on}[/]: undisturbed, {escape(wrong)}")
    with Progress(console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(f"kills on {on}", total=len(choose(calm)))
        for outcome in outcomes:
            bar.advance(task)
            counts["points"] += 1
            counts["kills"] += outcome.lives
            if outcome.trouble:
                counts["broken"] += 1
                out.print(f"[red]{on} {outcome.kills}[/]: {escape(outcome.trouble)}")
    return counts


def kills(out: Console, thin: int, pairs_tried: int) -> bool:
    """The kill matrix on every platform, and pairs of kills; True when nothing was amiss."""
    clock = SystemClock()
    begun, turn = clock.monotonic(), clock.now() // DAY
    table = screen.table("killed on", "boundaries", "points", "processes killed", "owed", "amiss")
    found = {}
    for on, stride in STRIDES.items():
        found[on] = kill(out, Story(on=on, until=today()), every(stride * thin, turn))
    small = Story(on="csv", people=1, until=today())
    found["csv, in pairs"] = kill(out, small, pairs(pairs_tried, turn))
    for on, stride in UNDO_STRIDES.items():
        undoing = Story(on=on, people=1, until=today(), undone=True)
        found[f"{on}, undoing"] = kill(out, undoing, every(stride * thin, turn))
    names = ("boundaries", "points", "kills", "tasks", "broken")
    for on, counts in found.items():
        table.add_row(on, *(f"{counts[name]:,}" for name in names))
    out.print(table)
    whole = sum(found.values(), Counter())
    length = clock.monotonic() - begun
    out.print(
        f"kill points {whole['points']:,}  {whole['kills']:,} processes killed, {length:.0f} s"
    )
    out.print(f"amiss       {whole['broken']}")
    return not whole["broken"]


def hunt(out: Console) -> bool:
    """Let every mutant loose; True when all were caught."""
    table = screen.table("mutant", "caught at seed", "by")
    clock, survivors = SystemClock(), 0
    begun = clock.monotonic()
    for mutant, caught in zip(MUTANTS, hunted(range(PATIENCE)), strict=True):
        survivors += caught is None
        seed, by = (f"{caught[0]}", str(caught[1][0])) if caught else ("never", "")
        table.add_row(mutant.name, seed, escape(by))
    out.print(table)
    length = clock.monotonic() - begun
    out.print(f"mutants     {len(MUTANTS) - survivors} of {len(MUTANTS)} caught, {length:.0f} s")
    return not survivors


def main(arguments: list[str] | None = None) -> int:
    """Prove; 1 when a promise was broken or a mutant survived."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.prove", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20_000, help="how many histories")
    parser.add_argument("--base", type=int, default=0, help="the first seed")
    parser.add_argument("--thin", type=int, default=1, help="try one kill point in so many")
    parser.add_argument("--pairs", type=int, default=60, help="how many pairs of kills")
    parser.add_argument("--file", type=Path, help="play and shrink one history from a file")
    options = parser.parse_args(arguments)
    out = screen.console()
    be_quiet()
    if options.file:
        small, broken = smallest(read_history(options.file))
        out.print(small.to_json(), markup=False)
        out.print("\n".join(broken) or "no promise is broken", markup=False)
        return bool(broken)
    fine = simulate(out, range(options.base, options.base + options.seeds))
    fine &= hunt(out)
    fine &= kills(out, options.thin, options.pairs)
    out.print("[bold green]proved[/]" if fine else "[bold red]NOT proved[/]")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
