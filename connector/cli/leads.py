"""`leadmode leads`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.moments import moment
from connector.cli.options import AsJson, At, ConfigPath
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.report.ranking import InLeadMode, Ranking

_SHOWN = 2
"""Pieces of evidence on a terminal; `explain` has the rest."""
_STAR, _FLAME = "\N{BLACK STAR}", "\N{BLACK UP-POINTING TRIANGLE}"


def leads(
    context: typer.Context,
    at: At = None,
    owner: Annotated[
        str, typer.Option("--owner", metavar="NAME", help="Only those of owners named like this.")
    ] = "",
    most: Annotated[
        int | None, typer.Option("--most", metavar="N", min=1, help="Show the first N only.")
    ] = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Rank who is in lead mode now, and say why.

    The rules say the order. RANK is the place among all who are with the same rep; stars tell how
    high the score is, flames how much it gained lately. WHY is what spoke for them when they
    entered, with its points then. ENDS is when it ends by itself if they stay silent.

    Examples:
      leadmode leads
      leadmode leads --owner ruiz --at 2026-03-01
    """
    from connector.report.ranking import ranking  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    zone = ZoneInfo(found.time_zone)
    when = None if at is None else moment(at, now, zone, end_of_day=True)
    with reading(found) as store:
        told = ranking(store, found, now, at=when, owner=owner, most=most)
    if as_json:
        print_json(told)
    else:
        _show(Page(), told, zone)


def _show(page: Page, told: Ranking, zone: ZoneInfo) -> None:
    from connector.plan.words import moment as said  # noqa: PLC0415
    from connector.report.words import counted  # noqa: PLC0415

    if page.for_people:
        page.line(
            f"{counted(told.total, 'person', 'people')} in lead mode, {said(told.at, zone)}",
            "bold",
        )
        page.line()
    elif not told.rows:
        page.line("Nobody is in lead mode.")
    if page.for_people:
        page.table(_COLUMNS, [_drawn(row, zone) for row in told.rows])
    else:
        page.table(_PLAIN, [_plain(row, zone) for row in told.rows])
    if told.over:
        text = f"{told.over} more were in lead mode and have left by now; the next cycle notes it."
        page.line(text, "dim")
    if told.unruled:
        text = f"{told.unruled} more are in lead mode by rules that are gone from the files."
        page.line(text, "dim")


_COLUMNS = (
    Column("RANK", folds=False),
    Column("", folds=False),
    Column("SCORE", right=True, folds=False),
    Column("WHO", cut=True),
    Column("SINCE", folds=False),
    Column("WHY", cut=True),
    Column("DONE", folds=False),
    Column("ENDS", folds=False),
)
_PLAIN = tuple(
    Column(title, right=title in ("RANK", "SCORE", "STARS", "FLAMES"))
    for title in (
        "RANK",
        "GRADE",
        "SCORE",
        "STARS",
        "FLAMES",
        "PERSON",
        "COMPANY",
        "OWNER",
        "SINCE",
        "ENDS",
        "DONE",
        "WHY",
    )
)


def _drawn(row: InLeadMode, zone: ZoneInfo) -> list[Cell | str]:
    from connector.plan.words import day  # noqa: PLC0415
    from connector.report.words import points  # noqa: PLC0415

    who = row.who
    why = [f"{each.text} +{points(each.points)}" for each in row.evidence[:_SHOWN]]
    asked = [row.because] if row.because != "is shopping again" else []
    return [
        f"{row.place} of {row.of}",
        Cell(f"{row.grade}\n{_FLAME * row.flames}", _grade_style(row.grade)),
        Cell(f"{row.score:.0f}\n{_STAR * row.stars}", "bold"),
        "\n".join(filter(None, (who.label, who.company))),
        day(row.since, zone),
        "\n".join((asked + why)[:_SHOWN]),
        Cell(f"{row.briefly}\n{who.owner}", "green" if row.handed_off else "yellow"),
        Cell(day(row.ends_at, zone) if row.ends_at else "-", "dim"),
    ]


def _plain(row: InLeadMode, zone: ZoneInfo) -> list[Cell | str]:
    from connector.plan.words import day  # noqa: PLC0415

    who = row.who
    return [
        f"{row.place}/{row.of}",
        row.grade,
        f"{row.score:.0f}",
        str(row.stars),
        str(row.flames),
        who.label,
        who.company,
        who.owner,
        day(row.since, zone),
        day(row.ends_at, zone) if row.ends_at else "",
        row.briefly,
        "; ".join([row.because, *(each.text for each in row.evidence[:1])]),
    ]


def _grade_style(grade: str) -> str:
    return {"A": "bold green", "B": "green", "C": "yellow"}.get(grade[:1], "dim")
