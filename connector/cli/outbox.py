"""`leadmode outbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli import complete
from connector.cli.commands import help_of
from connector.cli.options import AsJson, ConfigPath, Most, YesAll
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading
from connector.cli.stopped import Stopped, settle
from connector.model.episode import OutboxState

if TYPE_CHECKING:
    from connector.report.outbox import OnItsWay, Outgoing

Keys = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY",
        autocompletion=complete.stopped_writes,
        help="Keys of writes, or their beginnings as far as they are unique.",
    ),
]
All = Annotated[bool, typer.Option("--all", help="All that were never sent.")]

_STYLES = {
    OutboxState.DONE: "green",
    OutboxState.DEAD: "bold red",
    OutboxState.HELD: "yellow",
    OutboxState.UNKNOWN: "yellow",
    OutboxState.EXPIRED: "red",
    OutboxState.CANCELLED: "dim",
    OutboxState.UNDONE: "dim",
}


def list_writes(
    context: typer.Context,
    state: Annotated[
        list[OutboxState] | None,
        typer.Option("--state", help="Only writes in this state; may be given again."),
    ] = None,
    most: Most = 50,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List the writes into the CRM, and where each is.

    Newest first. Held and dead ones wait for you: `release`, `retry` and `discard` decide about
    them.

    Examples:
      leadmode outbox --state held --state dead
      leadmode outbox release --all
    """
    if context.invoked_subcommand:
        return
    from connector.report.outbox import outgoing  # noqa: PLC0415

    found = load(config)
    with reading(found) as store:
        told = outgoing(store, found, states=state or (), most=most)
    if as_json:
        print_json(told)
    else:
        _show(Page(), told)


def retry(
    context: typer.Context, keys: Keys = None, config: ConfigPath = None, as_json: AsJson = False
) -> None:
    """Send writes again that the CRM refused for good.

    Mend first what was in the way; the column REASON names it.

    Examples:
      leadmode outbox retry lm1-abcdef
      leadmode outbox retry lm1-abcdef lm1-ghijkl --json
    """
    asked = Stopped(keys=keys or [], every=False, states=(OutboxState.DEAD,))
    settle(load(config), clock_of(context), "release", asked, as_json=as_json)


def release(
    context: typer.Context,
    keys: Keys = None,
    every: All = False,
    yes_all: YesAll = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Let writes go that were held: too many at once, or of unknown fate.

    A write of unknown fate was sent before and nobody knows whether it arrived. It may then be
    there twice, so it must be named; --all leaves it out. More than the brake lets go at once
    need --yes-all with their number.

    Examples:
      leadmode outbox release --all
      leadmode outbox release lm1-abcdef
    """
    asked = Stopped(keys=keys or [], every=every, states=(OutboxState.HELD,), agreed=yes_all)
    settle(load(config), clock_of(context), "release", asked, as_json=as_json)


def discard(
    context: typer.Context, keys: Keys = None, config: ConfigPath = None, as_json: AsJson = False
) -> None:
    """Give up writes that are held or were refused. They are never sent.

    Examples:
      leadmode outbox discard lm1-abcdef
      leadmode outbox discard lm1-abcdef lm1-ghijkl --json
    """
    asked = Stopped(keys=keys or [], every=False, states=(OutboxState.HELD, OutboxState.DEAD))
    settle(load(config), clock_of(context), "discard", asked, as_json=as_json)


_TITLES = ("STATE", "PERSON", "WHAT", "QUEUED", "SENT", "REASON", "KEY")
_SHORT = 14
"""Characters of a key on a terminal; enough to be unique."""


def _show(page: Page, told: Outgoing) -> None:
    zone = ZoneInfo(told.zone)
    if not told.rows:
        page.line("There are no such writes.")
    columns = [
        Column(title, right=title == "SENT", folds=title in {"PERSON", "WHAT", "REASON"})
        for title in _TITLES
    ]
    page.table(columns, [_row(row, zone, short=page.for_people) for row in told.rows])
    if told.counts:
        counts = ", ".join(f"{state.value} {count:,}" for state, count in told.counts.items())
        page.line()
        page.line(f"In all, by state: {counts}", "dim")
    if told.requests:
        page.line(f"{told.requests} requests wait for the daemon.", "yellow")


def _row(row: OnItsWay, zone: ZoneInfo, *, short: bool) -> list[Cell | str]:
    from connector.plan.words import moment  # noqa: PLC0415

    then = f" (next {moment(row.next_at, zone)})" if row.next_at and row.reason else ""
    return [
        Cell(row.state.value, _STYLES.get(row.state, "")),
        row.who.label,
        row.what,
        moment(row.created_at, zone),
        f"{row.attempt}x",
        row.reason + then,
        Cell(row.key[:_SHORT] if short else row.key, "dim"),
    ]


outbox = typer.Typer(name="outbox", rich_markup_mode=None)
outbox.callback(invoke_without_command=True, help=help_of(list_writes))(list_writes)
for _command in (retry, release, discard):
    outbox.command(help=help_of(_command))(_command)
