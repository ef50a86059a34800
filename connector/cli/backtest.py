"""`leadmode backtest`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli import complete
from connector.cli.moments import moment
from connector.cli.options import AsJson, ConfigPath, Most
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.backtest import Backtest, Candidate
    from connector.config.settings import Config

Folders = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        autocompletion=complete.rule_folders,
        help="These rules instead of the configured ones; may be given again, later over earlier.",
    ),
]
Others = Annotated[
    list[str] | None,
    typer.Option(
        "--compare",
        metavar="DIR",
        autocompletion=complete.rule_folders,
        help="Other rules beside them; as --rules.",
    ),
]


def backtest(
    context: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From a date on, or so long: 365d.")
    ] = "365d",
    horizon: Annotated[
        str, typer.Option("--horizon", metavar="TIME", help="What follows within this time counts.")
    ] = "90d",
    rules: Folders = None,
    compare: Others = None,
    capacity: Annotated[
        int, typer.Option("--capacity", metavar="N", min=1, help="Alerts a rep can take a week.")
    ] = 25,
    company_wide: Annotated[
        bool,
        typer.Option(
            "--company-wide",
            help="Opportunities that name nobody count for everybody of their company.",
        ),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page with charts into this file."),
    ] = None,
    most: Most = 20,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Try rules on the stored history, and tell what came of it.

    How many episodes there would have been, how many led to an opportunity or a win, beside
    random moments of the same people, and which wins no episode came before. Only what was known
    at each moment is used. Nothing is changed.

    Examples:
      leadmode backtest --since 365d
      leadmode backtest --since 730d --compare draft --html backtest.html
    """
    from connector.backtest import Asked, backtest  # noqa: PLC0415
    from connector.cli.page import print_json  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    zone = ZoneInfo(found.time_zone)
    asked = Asked(
        candidates=tuple(candidates(found, rules, compare)),
        authority=found.authority.name,
        since=beginning(since, zone),
        horizon=length("--horizon", horizon),
        capacity=capacity,
        zone=zone,
        company_wide=company_wide,
    )
    with reading(found) as store, bar(quiet=as_json) as progress:
        told = backtest(store, asked, now, progress)
    if html is not None:
        _write(html, told)
    if as_json:
        print_json(told)
    else:
        from connector.cli.backtested import show  # noqa: PLC0415

        show(told, most)


def candidates(
    found: Config, rules: list[str] | None, compare: list[str] | None
) -> Iterator[Candidate]:
    """The configured rules, or those of the folders; then those to compare with."""
    from connector.backtest import Candidate  # noqa: PLC0415
    from connector.cli.folders import rule_folders  # noqa: PLC0415
    from connector.config.rules import load_rulebook  # noqa: PLC0415

    def chosen(label: str, folders: list[str]) -> Candidate:
        paths = rule_folders(folders)
        book = load_rulebook(paths, sources=found.sources.keys())
        return Candidate(label=label, folders=tuple(map(str, paths)), rulebook=book)

    if rules:
        yield chosen("rules", rules)
    else:
        folders = tuple(map(str, found.rules))
        yield Candidate(label="rules", folders=folders, rulebook=found.rulebook)
    if compare:
        yield chosen("compare", compare)


def beginning(text: str, zone: ZoneInfo) -> Callable[[int], int]:
    """From the end of what is stored to where --since begins: "365d" and "-365d" are the same."""
    text = text.strip()
    if not text[:1].isdigit() or text[4:5] != "-":
        millis = length("--since", text.removeprefix("-"))
        return lambda end: end - millis
    start = moment(text, 0, zone, end_of_day=False)
    return lambda _end: start


def length(option: str, text: str) -> int:
    """Milliseconds of what an option says, more than 0."""
    from connector.config.durations import BadDuration, parse_duration  # noqa: PLC0415

    try:
        millis = parse_duration(text)
    except BadDuration as error:
        raise typer.BadParameter(f'{option} "{text}" {error}. {error.advice}') from None
    if millis <= 0:
        raise typer.BadParameter(f'{option} "{text}" must be longer than nothing.')
    return millis


@contextmanager
def bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """How far it is, on the terminal; it goes away at the end."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as progress:
        line = progress.add_task("replaying")
        yield lambda done, total: progress.update(line, completed=done, total=total)


def _write(path: Path, told: Backtest) -> None:
    """The page, readable by this user only: it names people."""
    from connector.backtest.html import page_of  # noqa: PLC0415

    text = page_of(told)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
