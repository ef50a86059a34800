"""`leadmode status`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, is_held, load_even_broken, reading

if TYPE_CHECKING:
    from connector.report.status import Status
    from connector.store.sources import SourceState


def status(context: typer.Context, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Tell how leadmode is, and what needs somebody.

    Sources, people, rules, writes, and whether a daemon runs. The exit code is 0 when all is
    well and 1 when something needs attention.

    Examples:
      leadmode status
      leadmode status --json | jq .attention
    """
    from connector.report.status import status as found_out  # noqa: PLC0415

    found, problems = load_even_broken(config)
    with reading(found) as store:
        told = found_out(
            store,
            found,
            clock_of(context).now(),
            daemon=is_held(found.state),
            problems=[str(problem) for problem in problems],
        )
    if as_json:
        print_json(told)
    else:
        _show(Page(), told)
    raise typer.Exit(1 if told.attention else 0)


def _show(page: Page, told: Status) -> None:
    rows = [[Cell(name, "dim"), Cell(text, style)] for name, text, style in _lines(told)]
    page.table([Column(""), Column("")], rows)
    page.line()
    if not told.attention:
        page.line("All is well.", "bold green")
    for text in told.attention:
        page.row([Cell("Needs attention: ", "bold red"), Cell(text)])


def _lines(told: Status) -> Iterator[tuple[str, str, str]]:
    from connector.report.words import counted  # noqa: PLC0415

    figures = told.figures
    yield "instance", told.instance, "bold"
    yield "daemon", "running" if told.daemon else "not running", "" if told.daemon else "yellow"
    armed = "armed" if told.armed else "dry run: nothing is written before `leadmode arm`"
    yield "mode", armed, "" if told.armed else "yellow"
    changed = ", the files say something else by now: reload" if told.rules_changed else ""
    yield "rules", f"revision {told.revision[:12] or 'none yet'}{changed}", ""
    for source in told.sources:
        yield f"source {source.name}", _source(source, told), "red" if source.failure else ""
    yield "in lead mode", counted(figures.open_episodes, "episode"), "bold"
    yield "people", _people(told), ""
    yield "engagements", f"{figures.engagements:,}", ""
    if figures.waiting:
        yield "waiting", counted(figures.waiting, "person", "persons") + " to be looked at", ""
    if told.deferred:
        text = counted(told.deferred, "hand-off") + " for a free place: `leadmode held --deferred`"
        yield "deferred", text, ""
    if figures.set_aside:
        named = ", ".join(f"{who.label} ({problem})" for who, problem in told.set_aside)
        yield "set aside", f"{figures.set_aside:,}: {named}", "red"
    yield "writes", _writes(told), ""
    yield "database", f"{told.bytes / 1_000_000:,.1f} MB", ""


def _source(source: SourceState, told: Status) -> str:
    from connector.plan.words import span  # noqa: PLC0415
    from connector.report.words import counted  # noqa: PLC0415

    if source.failing_since is not None:
        return f"failing for {span(told.at - source.failing_since)}: {source.failure}"
    parts = ["first load is going on"] if source.loading else []
    if source.read_at is not None:
        parts.append(f"read {_ago(told.at - source.read_at)}")
    if source.set_aside:
        parts.append(counted(source.set_aside, "row") + " set aside")
    return ", ".join(parts) or "not read yet"


def _people(told: Status) -> str:
    figures = told.figures
    parts = [f"{figures.persons:,} known"]
    if figures.new:
        parts.append(f"{figures.new:,} of them new in 30 days (counted, not alerted)")
    if figures.not_in:
        parts.append(f"{figures.not_in:,} without a record in the CRM")
    if figures.mail_only:
        parts.append(f"{figures.mail_only:,} known by e-mail only")
    return ", ".join(parts)


def _writes(told: Status) -> str:
    parts = [f"{count:,} {state.value}" for state, count in told.writes.items()]
    if told.requests:
        parts.append(f"{told.requests} requests wait for the daemon")
    return ", ".join(parts) or "none yet"


def _ago(millis: int) -> str:
    from connector.clock import MINUTE  # noqa: PLC0415
    from connector.plan.words import span  # noqa: PLC0415

    if millis < 2 * MINUTE:
        return "just now"
    minutes = millis // MINUTE
    return f"{minutes} minutes ago" if minutes < 120 else f"{span(millis)} ago"
