"""`leadmode report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.moments import moment
from connector.cli.options import AsJson, ConfigPath, Most
from connector.cli.page import print_json
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.measure import Asked

Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write a page with charts into this file."),
]
Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="METRIC", help="The rows behind one figure, by its name."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="To this time; left out: to now."),
]


def report(
    context: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From a date on, or so long: 90d.")
    ] = "90d",
    until: Until = None,
    html: Html = None,
    explain: Explain = None,
    most: Most = 10,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Tell what became of people and episodes.

    Lead flow, first touch, neglect, holds, what reopened whom, offers, revenue, and where people
    pile up. Every figure has a name, which the page and the JSON show, and --explain prints the
    rows behind it. Nothing is changed.

    Examples:
      leadmode report --since 90d --html report.html
      leadmode report --explain "flow.handed_off[rule=returning]"
    """
    from connector.measure import REGISTRY, Traces, known_of, measured  # noqa: PLC0415
    from connector.measure import report as report_of  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    asked = asked_for(found, since, until, now)
    with reading(found) as store:
        if explain is not None:
            known = known_of(store, asked)
            metrics = [each for _, some in measured(known, REGISTRY) for each in some]
            traced = Traces(store, asked.authority, metrics).of(explain)
        else:
            told = report_of(store, asked, found.time_zone)
    if explain is not None:
        from connector.cli.reported import show_trace  # noqa: PLC0415

        show_trace(traced, ZoneInfo(found.time_zone), as_json=as_json)
        return
    if html is not None:
        from connector.measure.html import page_of  # noqa: PLC0415

        write_page(html, page_of(told))
    if as_json:
        print_json(told)
    else:
        from connector.cli.reported import show  # noqa: PLC0415

        show(told, most)


def asked_for(found: Config, since: str, until: str | None, now: int) -> Asked:
    """The period as it was asked for; `BadParameter` when it ends before it begins."""
    from connector.cli.backtest import beginning  # noqa: PLC0415
    from connector.measure import Asked  # noqa: PLC0415

    zone = ZoneInfo(found.time_zone)
    end = now if until is None else moment(until, now, zone, end_of_day=True)
    start = beginning(since, zone)(end)
    if start >= end:
        raise typer.BadParameter(f'--since "{since}" is not before the end of the period.')
    return Asked(
        rulebook=found.rulebook, authority=found.authority.name, start_at=start, until_at=end
    )


def write_page(path: Path, text: str) -> None:
    """The page, readable by this user only: it names reps and what people read."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
