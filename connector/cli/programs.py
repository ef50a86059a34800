"""`leadmode programs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.options import AsJson, ConfigPath, Most
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.report.programs import Count, Placed, ProgramsTold


def programs(
    context: typer.Context,
    program: Annotated[
        str, typer.Option("--program", metavar="ID", help="Only this program.")
    ] = "",
    most: Most = 50,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List who is in which nurture program, and what comes next.

    Then how many left each program and why, and for which persona and phase offers are wanting.

    Examples:
      leadmode programs
      leadmode programs --program keep-warm --json
    """
    from connector.report.programs import programs_told  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    with reading(found) as store:
        told = programs_told(store, found, now, program=program, most=most)
    if as_json:
        print_json(told)
    else:
        _show(Page(), told, ZoneInfo(found.time_zone))


_TITLES = ("PERSON", "COMPANY", "PROGRAM", "TOUCHES", "STATE", "NEXT", "OFFER")


def _show(page: Page, told: ProgramsTold, zone: ZoneInfo) -> None:
    if not told.counts:
        page.line("There is no nurture program. docs/rules.md, [[program]], says how to make one.")
        return
    page.table([Column(title) for title in _TITLES], [_row(each, zone) for each in told.rows])
    if told.more:
        page.line(f"{told.more:,} more; --most {len(told.rows) + told.more} shows all.", "dim")
    page.line("" if told.rows else "Nobody is in a nurture program now.")
    for count in told.counts:
        page.line(_in_words(count), "dim")
    for gap in told.gaps:
        who = f"the persona {gap.persona}" if gap.persona else "people without a persona"
        have = f"they have had all {gap.offers}" if gap.offers else "there is none"
        page.line(
            f"Wanting in {gap.program}: an offer for {who} that leads into {gap.phase}; "
            f"{gap.people:,} wait, {have}.",
            "yellow",
        )


def _row(placed: Placed, zone: ZoneInfo) -> list[Cell | str]:
    from connector.plan.words import moment  # noqa: PLC0415

    run = placed.run
    state = f"{run.state}: {run.why}" if run.why else run.state
    return [
        placed.who.label,
        placed.who.company,
        run.title,
        f"{len(run.made)} of {run.of}",
        Cell(state, "yellow" if run.why or run.state == "exhausted" else ""),
        moment(run.due, zone) if run.due is not None else "",
        run.offer,
    ]


def _in_words(count: Count) -> str:
    from connector.report.words import counted  # noqa: PLC0415

    parts = [counted(count.running, "person is", "people are") + " in it"]
    if count.exhausted:
        parts.append(f"{count.exhausted:,} of them wait for an offer")
    if count.ended:
        left = ", ".join(f"{reason} {number:,}" for reason, number in count.ended.items())
        parts.append(f"left: {left}")
    return f"{count.title} ({count.program}): {'; '.join(parts)}."
