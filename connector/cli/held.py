"""`leadmode held`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.moments import moment
from connector.cli.options import AsJson, ConfigPath, Most, Since
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading
from connector.model.episode import Hold

if TYPE_CHECKING:
    from connector.report.held import HeldBack, HeldOnes


def held(
    context: typer.Context,
    reason: Annotated[
        list[Hold] | None,
        typer.Option("--reason", help="Only those held for this reason; may be given again."),
    ] = None,
    since: Since = None,
    owner: Annotated[
        str, typer.Option("--owner", metavar="NAME", help="Only of owners with this in the name.")
    ] = "",
    deferred: Annotated[
        bool,
        typer.Option("--deferred", help="Only those that wait for a free place, or found none."),
    ] = False,
    most: Most = 50,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the hand-offs that were not made, and why.

    Newest first, with the task that would have been written. What was so before leadmode began
    to look (baseline), and what was over when it was found, is only counted, unless you ask for
    it with --reason. --deferred lists what waits for a free place in the week of a rep, and what
    was given up for want of one.

    Examples:
      leadmode held --since -7d
      leadmode held --reason open_opportunity --reason cooldown
    """
    from connector.report.held import held_back  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    zone = ZoneInfo(found.time_zone)
    start = None if since is None else moment(since, now, zone, end_of_day=False)
    with reading(found) as store:
        told = held_back(
            store,
            found,
            reasons=reason or (),
            since=start,
            owner=owner,
            most=most,
            waiting=deferred,
        )
    if as_json:
        print_json(told)
    else:
        _show(Page(), told, zone, deferred=deferred)


_TITLES = ("WHEN", "PERSON", "COMPANY", "OWNER", "WHY NOT", "WOULD HAVE WRITTEN")


def _show(page: Page, told: HeldOnes, zone: ZoneInfo, *, deferred: bool) -> None:
    if not told.rows:
        none = "No hand-off was deferred." if deferred else "No such hand-off was held back."
        page.line(none)
    columns = [Column(title, folds=title != "WHEN") for title in _TITLES]
    page.table(columns, [_row(row, zone, worth=deferred) for row in told.rows])
    if told.total > len(told.rows):
        page.line(f"... and {told.total - len(told.rows):,} more: --most {told.total}.", "dim")
    if told.counts:
        counts = sorted(told.counts.items(), key=lambda each: -each[1])
        text = ", ".join(f"{hold.value} {count:,}" for hold, count in counts)
        page.line()
        page.line(f"In all, by reason: {text}", "dim")
    if told.waiting:
        page.line(f"{told.waiting:,} wait for a free place: `leadmode held --deferred`", "dim")


def _row(row: HeldBack, zone: ZoneInfo, *, worth: bool) -> list[Cell | str]:
    from connector.plan.words import moment as said  # noqa: PLC0415

    return [
        said(row.at, zone),
        row.who.label,
        row.who.company,
        row.who.owner,
        Cell(f"{row.because}; {row.worth}" if worth else row.because, "yellow"),
        row.draft.subject if row.draft else "",
    ]
