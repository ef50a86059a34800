"""`make demo-real`: the same main job on real households that nobody here invented."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from connector.assess import Alerted
from connector.clock import DAY, SystemClock
from connector.errors import LeadmodeError
from connector.model import Kind, Person, Verdict
from connector.plan import words
from sandbox import screen
from sandbox.households import by_engine, spells
from sandbox.households.panel import YEAR_END, YEAR_START, Panel, data_folder, load
from sandbox.households.rows import DEMOGRAPHICS, Exports, person_id
from sandbox.households.spells import Spells
from sandbox.storytime import Cycle, StoryTime

FOLDER: Final = Path("build") / "demo-real"
LENGTHS: Final = (30, 60, 90)
HISTORY: Final = YEAR_START + 181 * DAY
"""1 July: what lies before is the first load; then it goes on week by week."""
WEEK: Final = 7 * DAY
_IN_DETAIL: Final = 2
"""Weeks that are shown household by household."""
_SHOWN: Final = 3
"""Households shown then per kind of news."""
_ENTRIES: Final = 9
"""Entries of the story that an example shows."""
RULES: Final = Path(__file__).parents[1] / "households_rules" / "job"

CONFIG: Final = """\
# The configuration of `make demo-real`. config.example.toml explains every key.

[leadmode]
instance = "households"
rules = ["rules"]
dry_run = false # the writes go into a file here
storm = 0

[sources.panel]
adapter = "csv"
folder = "exports"
person_types = ["Household"]

[sources.panel.extra.people]
{fields}
"""


def prepare(folder: Path) -> Path:
    """A fresh folder with a configuration in it; returns the path of the configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(RULES, folder / "rules")
    config = folder / "config.toml"
    fields = "\n".join(f'{name} = "{name}"' for name in DEMOGRAPHICS)
    config.write_text(CONFIG.format(fields=fields), encoding="utf-8")
    config.chmod(0o600)
    return config


def whole_run(out: Console, leadmode: StoryTime, exports: Exports) -> list[Cycle]:
    """First load up to July, then week by week to the end of the year."""
    with screen.progress(out, "reading half a year", exports.count_until(HISTORY)) as bar:
        exports.write_until(HISTORY)
        first = leadmode.cycle(HISTORY, lambda page: bar.advance(bar.task_ids[0], page.engagements))
    known = sum(len(news.alerts) for news in first.news)
    out.print(f"  read: {screen.rows_read(first)}")
    out.print(f"  {known:,} returns are recorded as the baseline.")
    cycles = []
    for begin in range(HISTORY, YEAR_END, WEEK):
        end = min(begin + WEEK, YEAR_END)
        exports.write_until(end)
        cycles.append(leadmode.cycle(end))
        show_week(out, len(cycles), begin, cycles[-1])
    return cycles


def show_week(out: Console, number: int, begin: int, cycle: Cycle) -> None:
    """The first weeks in detail, the others in one line each."""
    week = f"week of {words.day(begin, screen.UTC)}"
    if number <= _IN_DETAIL:
        screen.rule(out, week)
        out.print(f"  read: {screen.rows_read(cycle)}")
        screen.show_news(out, cycle, most=_SHOWN)
        return
    if number == _IN_DETAIL + 1:
        out.print()
    tasks, held, left = screen.counts([cycle])
    read = sum(cycle.read.values())
    out.print(f"{week:>19}: {read:>5,} rows, {tasks:>3} woke up, {held:>2} held, {left:>2} left")


def show_spells(out: Console, engine: list[Spells], arithmetic: list[Spells]) -> bool:
    """Both countings side by side; False when they differ anywhere."""
    out.print("\n[bold]Quiet spells in the whole year, and how they ended[/]")
    table = screen.table(
        "quiet for", "counted by", "returned", "still quiet", "returned, share", "households",
        "median length",
    )  # fmt: skip
    for found, plain in zip(engine, arithmetic, strict=True):
        for name, row in (("the engine", found), ("plain arithmetic", plain)):
            table.add_row(
                f"{row.days} days or more", name, f"{row.returned:,}", f"{row.censored:,}",
                f"{row.share:.1%}", f"{row.households:,}", f"{row.median_days:.1f} days",
            )  # fmt: skip
    out.print(table)
    agree = engine == arithmetic
    out.print("[green]Both agree.[/]" if agree else "[bold red]They do NOT agree.[/]")
    out.print(
        "A spell is the time between two baskets of a household, or after its last one. It "
        "returned when a basket ended it within the year; else it is still quiet at the end of "
        "the year, and nobody knows. Median: of those that returned."
    )
    return agree


def run(out: Console, source: Path, folder: Path) -> bool:
    """The whole demo; False when the two countings differ."""
    panel = load(source)
    out.print(
        f"[bold]leadmode on real households[/]: The Complete Journey, {len(panel.households):,} "
        f"households, {panel.rows:,} receipt lines in {len(panel.baskets):,} baskets, "
        f"{len(panel.redemptions):,} coupons redeemed, {len(panel.mailings):,} campaign mailings.\n"
    )
    with StoryTime(prepare(folder), HISTORY) as leadmode:
        exports = Exports(panel, folder / "exports")
        cycles = whole_run(out, leadmode, exports)
        tasks, held, left = screen.counts(cycles)
        out.print(
            f"\nIn {len(cycles)} weeks {tasks:,} tasks were written, {held} held, and {left:,} "
            f"households left lead mode. The tasks: {tasks_of(folder)}"
        )
        show_examples(out, leadmode, panel, cycles)
    engine, arithmetic = by_engine.count(panel, YEAR_END), spells.count(source, YEAR_END, LENGTHS)
    return show_spells(out, engine, arithmetic)


def show_examples(out: Console, leadmode: StoryTime, panel: Panel, cycles: list[Cycle]) -> None:
    """Three returns, explained as of the moment of the entry."""
    for title, (person, alert) in examples(panel, cycles).items():
        screen.rule(out, title)
        leadmode.explain(person.id, alert.transition.at, last=_ENTRIES)


def examples(panel: Panel, cycles: list[Cycle]) -> dict[str, tuple[Person, Alerted]]:
    """The longest silence, the first return with a coupon, the highest score."""
    found = [
        (news.person, alert)
        for cycle in cycles
        for news in cycle.news
        for alert in news.alerts
        if alert.decision.verdict is Verdict.HANDED_OFF
    ]
    trips: dict[str, list[int]] = {}
    for basket in panel.baskets:
        trips.setdefault(person_id(basket.household), []).append(basket.at)

    def silence(example: tuple[Person, Alerted]) -> int:
        burst = example[1].transition.burst
        before = (at for at in trips[example[0].records[0].ref.id] if at < burst)
        return burst - max(before, default=burst)

    coupons = [each for each in found if _has_coupon(each[1])]
    chosen = {
        "The longest silence before a return": max(found, key=silence, default=None),
        "The first return with a coupon": next(iter(coupons), None),
        "The highest score at a return": max(
            found, key=lambda each: each[1].transition.score, default=None
        ),
    }
    return {title: example for title, example in chosen.items() if example is not None}


def _has_coupon(alert: Alerted) -> bool:
    coupon = Kind.COUPON_REDEEMED.code
    return any(proof.engaged.kind == coupon for proof in alert.transition.evidence)


def tasks_of(folder: Path) -> Path:
    """Where the tasks are written."""
    return folder / "exports" / "out" / "tasks.csv"


def main() -> int:
    """Run the demo; 1 when something went wrong or the countings differ."""
    out, clock = screen.console(), SystemClock()
    begin = clock.monotonic()
    try:
        agree = run(out, data_folder(), FOLDER)
    except LeadmodeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    out.print(f"\nTook {clock.monotonic() - begin:.0f} s.")
    return 0 if agree else 1


if __name__ == "__main__":
    raise SystemExit(main())
