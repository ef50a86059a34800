"""`leadmode why-not`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli import complete
from connector.cli.choose import choose
from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.report.programs import UnderProgram
    from connector.report.why_not import UnderRule, WhyNot


def why_not(
    context: typer.Context,
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            autocompletion=complete.persons,
            help="An e-mail address, a record reference, a record id, a name, or a number: #12.",
        ),
    ],
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Tell why there is no alert about a person now.

    By each rule: points so far and what is missing, or what held it; then every alert about them
    that was not made, and why.

    Examples:
      leadmode why-not birgit.sommer@halden.example
      leadmode why-not "Birgit Sommer" --json
    """
    from connector.report.why_not import why_not as found_out  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    with reading(found) as store:
        told = found_out(store, found, choose(store, found, person), now)
    if as_json:
        print_json(told)
    else:
        _show(Page(), told)


def _show(page: Page, told: WhyNot) -> None:
    title = f", {told.who.title}" if told.who.title else ""
    said = "there is an alert" if told.alerted else "no alert"
    page.row([Cell(f"{told.who.label}{title}: ", "bold"), Cell(said)])
    for note in told.notes:
        page.line(note, "italic yellow", indent=2)
    for each in told.rules:
        _show_rule(page, each, ZoneInfo(told.zone))
    for program in told.programs:
        _show_program(page, program, ZoneInfo(told.zone))
    page.line()
    _show_log(page, told)


def _show_rule(page: Page, each: UnderRule, zone: ZoneInfo) -> None:
    from connector.cli.explanation import outlook  # noqa: PLC0415
    from connector.report.why_not import Answer  # noqa: PLC0415

    style = "green" if each.answer is Answer.ALERTED else "yellow"
    page.row([Cell(f"{each.title}: ", "bold"), Cell(each.because, style)])
    if each.answer is Answer.PASSIVE:
        for name, text in outlook(each.standing, each.now, zone):
            page.row([Cell(f"{name}: ", "dim"), Cell(text)], indent=2)


def _show_program(page: Page, each: UnderProgram, zone: ZoneInfo) -> None:
    from connector.plan.words import moment  # noqa: PLC0415

    look = f"; next look {moment(each.due, zone)}" if each.due is not None else ""
    page.row([Cell(f"{each.title}: ", "bold"), Cell(f"{each.because}{look}", "dim")])


def _show_log(page: Page, told: WhyNot) -> None:
    from connector.plan.words import moment  # noqa: PLC0415
    from connector.report import words  # noqa: PLC0415

    if not told.log:
        page.line("No alert about them was held back so far.")
        return
    zone = ZoneInfo(told.zone)
    columns = [
        Column(title, folds=title == "WHY NOT")
        for title in ("NOT MADE", "RULE", "", "WHY NOT", "DECIDED")
    ]
    rows: list[list[Cell | str]] = [
        [
            moment(each.at, zone),
            each.title,
            words.change(each.what),
            Cell(each.because, "yellow"),
            moment(each.decided_at, zone) if each.decided_at is not None else "",
        ]
        for each in told.log
    ]
    page.table(columns, rows)
