"""What the demos show: rich on a terminal, plain lines when piped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from connector.assess import Alerted
from connector.engine.result import Reason
from connector.language import ENGLISH
from connector.model import Episode, Fields, Person, Scalar, Verdict
from connector.plan import words
from connector.plan.brief import Voice
from connector.plan.brief.evidence import evidence_lines
from connector.ports import Stream
from connector.report import words as report_words
from sandbox.storytime import Cycle

UTC: Final = ZoneInfo("UTC")
_PIPED_WIDTH: Final = 100
_NAMES: Final = {
    Stream.OWNERS: ("owner", "owners"),
    Stream.ACCOUNTS: ("account", "accounts"),
    Stream.PEOPLE: ("record of a person", "records of people"),
    Stream.OPPORTUNITIES: ("opportunity", "opportunities"),
    Stream.ENGAGEMENTS: ("engagement", "engagements"),
}
_EVIDENCE: Final = 3
"""Lines of evidence per person; the task holds all of them."""


def console() -> Console:
    """Colours and the terminal's width, or neither when the output goes into a pipe or file."""
    found = Console(highlight=False)
    if not found.is_terminal:
        found = Console(highlight=False, width=_PIPED_WIDTH, color_system=None)
    return found


@contextmanager
def progress(screen: Console, text: str, total: int) -> Iterator[Progress]:
    """A bar for something long; nothing at all when nobody watches."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    ) as bar:
        bar.add_task(text, total=total)
        yield bar


def rows_read(cycle: Cycle) -> str:
    """What was read, in one line."""
    order = (s for s in Stream if cycle.read[s])
    parts = [_count(cycle.read[s], *_NAMES[s]) for s in order]
    if cycle.set_aside:
        parts.append(f"[yellow]{_count(cycle.set_aside, 'row', 'rows')} set aside[/]")
    return ", ".join(parts) or "nothing new"


def show_news(screen: Console, cycle: Cycle, *, most: int | None = None) -> None:
    """Who woke up and why, who was held, who left; at most `most` of each, then a count."""
    alerts = [(news.person, alert) for news in cycle.news for alert in news.alerts]
    handed = [(p, a) for p, a in alerts if a.decision.verdict is Verdict.HANDED_OFF]
    held = [(p, a) for p, a in alerts if a.decision.verdict is Verdict.HELD]
    left = [(news.person, episode) for news in cycle.news for episode in news.left]
    for person, alert in handed[:most]:
        _show_handed_off(screen, person, alert)
    for person, alert in held[:most]:
        _show_held(screen, person, alert)
    for person, episode in left[:most]:
        _show_left(screen, person, episode)
    for found, what in ((handed, "woke up"), (held, "held"), (left, "left")):
        if most is not None and len(found) > most:
            screen.print(f"  ... and {len(found) - most} more {what}")


def counts(cycles: list[Cycle]) -> tuple[int, int, int]:
    """How many were handed off, held, and left lead mode."""
    news = [each for cycle in cycles for each in cycle.news]
    verdicts = [alert.decision.verdict for each in news for alert in each.alerts]
    tasks = verdicts.count(Verdict.HANDED_OFF)
    return tasks, len(verdicts) - tasks, sum(len(each.left) for each in news)


def _show_handed_off(screen: Console, person: Person, alert: Alerted) -> None:
    transition = alert.transition
    what = "raised a hand" if transition.reason is Reason.HAND_RAISE else "woke up"
    screen.print(f"  [bold green]{what}[/]  {who(person)}  (score {transition.score:.0f})")
    lines = evidence_lines(transition, Voice(language=ENGLISH, zone=UTC), {}).splitlines()
    for line in lines[:_EVIDENCE]:
        screen.print(f"     {escape(line)}")
    if len(lines) > _EVIDENCE:
        screen.print(f"     - and {len(lines) - _EVIDENCE} more")
    for write in alert.writes:
        if "subject" in write.fields:
            _show_task(screen, person, write.fields)


def _show_task(screen: Console, person: Person, fields: Fields) -> None:
    due = fields.get("due_at")
    until = f", due {words.moment(due, UTC)}" if isinstance(due, int) else ""
    owner = _owner_name(person, fields.get("owner"))
    subject = escape(str(fields.get("subject")))
    screen.print(f'     [cyan]-> task for {owner}{until}:[/] "{subject}"')


def _owner_name(person: Person, owner: Scalar) -> str:
    known = {each.ref.id: each for each in (person.account_owner, person.owner) if each}
    found = known.get(str(owner))
    named = escape(str(found.fields.get("name") or owner)) if found else f"user {owner}"
    gone = person.owner.fields.get("name") if person.owner and found != person.owner else None
    return named + (f" instead of {escape(str(gone))}, who left" if gone else "")


def _show_held(screen: Console, person: Person, alert: Alerted) -> None:
    why = escape(report_words.hold(alert.decision))
    screen.print(f"  [bold yellow]held[/]     {who(person)}: {why}")


def _show_left(screen: Console, person: Person, episode: Episode) -> None:
    why = report_words.left(episode.left_reason)
    screen.print(f"  [bold red]left[/]     {who(person)}: {why}")


def who(person: Person) -> str:
    """A person as colleagues would call them: name, title, company."""
    record = max(person.records, key=lambda r: len(r.fields), default=None)
    fields = record.fields if record else {}
    company = person.account.fields.get("name") if person.account else None
    about = ", ".join(str(v) for v in (fields.get("title"), company) if v)
    name = escape(str(fields.get("name") or f"person {person.id}"))
    return f"[bold]{name}[/]" + (f" ({escape(about)})" if about else "")


def table(*headers: str) -> Table:
    """An empty table in the one style that the demos use."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in headers:
        made.add_column(header, overflow="fold")
    return made


def rule(screen: Console, text: str) -> None:
    """The heading of a day or week."""
    screen.print(f"\n[bold]{text}[/]")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
