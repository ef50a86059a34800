"""The acts of a demo: introduction, history, the last days one by one, and what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from connector.assess import Assessed
from connector.clock import DAY, ManualClock
from connector.errors import AskOperator
from connector.plan import words
from connector.provision import provide
from connector.registry import load_all, open_adapters
from sandbox import screen
from sandbox.story.days import is_workday, workday
from sandbox.story.world import CastMember, World
from sandbox.storytime import Cycle, StoryTime

SEED: Final = 7
WORKDAYS: Final = 10
"""How many are told day by day; what lies before is history."""

Happen = Callable[[int], object]
"""Brings the platform to what it would hold at a moment (UTC ms, exclusive)."""


def tell_days(world: World, days: int = WORKDAYS) -> Iterator[tuple[int, int]]:
    """Start and end of each step after the history: a working day, with the weekend after it."""
    begin = workday(world.until, days)
    while begin < world.until:
        end = begin + DAY
        while end < world.until and not is_workday(end):
            end += DAY
        yield begin, end
        begin = end


def load_history(out: Console, leadmode: StoryTime, happen: Happen, world: World) -> Cycle:
    """The first load: everything before the last working days becomes the baseline."""
    start = workday(world.until, WORKDAYS)
    expected = sum(act.seen_at < start for act in world.acts)
    with screen.progress(out, "reading two years", expected) as bar:
        happen(start)
        return leadmode.cycle(start, lambda page: bar.advance(bar.task_ids[0], page.engagements))


def show_history(out: Console, cycle: Cycle) -> None:
    """What the first load found."""
    known = sum(len(news.alerts) for news in cycle.news)
    out.print(f"  read: {screen.rows_read(cycle)}")
    out.print(
        f"  {known:,} returns of the past two years are recorded as the baseline. "
        "Nobody is alerted about the past.\n"
    )


def live(out: Console, leadmode: StoryTime, happen: Happen, world: World) -> list[Cycle]:
    """The last working days, one by one."""
    cycles = []
    for begin, end in tell_days(world):
        happen(end)
        cycle = leadmode.cycle(end)
        screen.rule(out, words.day(begin, screen.UTC))
        out.print(f"  read: {screen.rows_read(cycle)}")
        screen.show_news(out, cycle)
        if not cycle.news:
            out.print("  nobody to tell about")
        cycles.append(cycle)
    return cycles


def summarise(out: Console, world: World, cycles: list[Cycle]) -> None:
    """The cast beside what leadmode made of them, and the counts."""
    out.print("\n[bold]The cast, and what leadmode made of it[/]")
    table = screen.table("who", "story", "leadmode")
    for member in world.cast:
        table.add_row(member.name, member.promise, made_of(member, cycles))
    out.print(table)
    tasks, held, left = screen.counts(cycles)
    read = sum(sum(c.read.values()) for c in cycles)
    out.print(
        f"\nIn {len(cycles)} working days: {read:,} rows read, {tasks} tasks written, "
        f"{held} held, {left} left lead mode."
    )


def news_of(member: CastMember, cycles: list[Cycle]) -> list[Assessed]:
    """What was told of one of the cast."""
    return [
        news
        for cycle in cycles
        for news in cycle.news
        if any(record.ref.id == member.record for record in news.person.records)
    ]


def made_of(member: CastMember, cycles: list[Cycle]) -> str:
    """What leadmode decided about one of the cast."""
    found = []
    for news in news_of(member, cycles):
        for alert in news.alerts:
            hold = alert.decision.hold
            found.append(f"held: {hold.value}" if hold else f"task ({alert.decision.change})")
        found += [f"left: {episode.left_reason}" for episode in news.left]
        found += [each.what for each in news.touches]
    return ", ".join(found) or "nothing to tell"


def introduce(out: Console, world: World) -> None:
    """Whose story it is."""
    out.print(
        f"[bold]leadmode demo[/]: a maker of sensors, {len(world.accounts)} companies, "
        f"{len(world.people):,} records of people (all synthetic), two years.\n"
    )


def explain_champion(out: Console, leadmode: StoryTime, world: World, cycles: list[Cycle]) -> None:
    """One person as a timeline, as `leadmode explain` tells it."""
    champion = next(member for member in world.cast if member.key == "champion")
    screen.rule(out, f'leadmode explain "{champion.name}"')
    number = next((news.person.id for news in news_of(champion, cycles)), None)
    if number is not None:
        leadmode.explain(number)


def show_brief(out: Console, leadmode: StoryTime, world: World, cycles: list[Cycle]) -> None:
    """What the rep reads about her, as `leadmode brief` tells it at the moment of the hand-off."""
    champion = next(member for member in world.cast if member.key == "champion")
    news = news_of(champion, cycles)
    handed = [alert for each in news for alert in each.alerts if alert.writes]
    if handed:
        screen.rule(out, f'leadmode brief "{champion.name}"')
        leadmode.brief(news[0].person.id, handed[0].transition.at)


def show_database(out: Console, folder: Path) -> None:
    """Where the database is, and what to ask it."""
    out.print(f"the database  {folder / 'state' / 'leadmode.sqlite'}")
    out.print("\n[bold]Try next[/]")
    for command in commands(folder):
        out.print(f"  {command}", soft_wrap=True)


def commands(folder: Path) -> list[str]:
    """Three commands that work on what the demo left behind."""
    program = Path(sys.executable).with_name("leadmode")
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    asked = ("leads", 'explain "Viktor Lindqvist"', "held")
    return [f"{program} {words} --config {folder / 'config.toml'}" for words in asked]


def provision(config: Path, now: int) -> None:
    """Make the fields that writing needs, as `leadmode provision` does; `now` is UTC ms."""
    found = load_all(config)
    adapters = open_adapters(found, ManualClock(now))
    try:
        fields = provide(adapters[found.authority.name])
    finally:
        for adapter in adapters.values():
            adapter.close()
    trouble = [each.reason for each in fields if each.reason]
    if trouble:
        raise AskOperator("; ".join(trouble))
