"""`leadmode brief`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli import complete
from connector.cli.choose import choose
from connector.cli.moments import moment
from connector.cli.options import AsJson, At, ConfigPath
from connector.cli.page import Cell, Page, print_json
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.report.brief import PersonBrief, RuleBrief


def brief(
    context: typer.Context,
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            autocompletion=complete.persons,
            help="An e-mail address, a record reference, a record id, a name, or a number: #12.",
        ),
    ],
    at: At = None,
    language: Annotated[
        str,
        typer.Option(
            "--language",
            metavar="CODE",
            help="In this language, for example de. Default: that of the owner.",
        ),
    ] = "",
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show what the rep would get to read about one person.

    The task, and the note where the rules want one, in the owner's language and time zone. Of
    somebody who is not in lead mode: what it would be if they entered now.

    Examples:
      leadmode brief birgit.sommer@halden.example
      leadmode brief "Birgit Sommer" --at 2026-03-01 --language de
    """
    from connector.report.brief import brief_of  # noqa: PLC0415

    _refuse_unspoken(language)
    now, found = clock_of(context).now(), load(config)
    when = None
    if at is not None:
        when = moment(at, now, ZoneInfo(found.time_zone), end_of_day=True)
    with reading(found) as store:
        told = brief_of(store, found, choose(store, found, person), when, now, speak=language)
    if as_json:
        print_json(told)
    else:
        show(Page(), told)


def _refuse_unspoken(code: str) -> None:
    from connector.language import CODES  # noqa: PLC0415
    from connector.problems import did_you_mean  # noqa: PLC0415

    if code and code not in CODES:
        near = did_you_mean(code, CODES)
        raise typer.BadParameter(
            f'"{code}" is not a language that leadmode speaks. {near}', param_hint="--language"
        )


def show(page: Page, told: PersonBrief) -> None:
    """The briefs for people to read, each as the CRM would show it."""
    for note in told.notes:
        page.line(note, "dim")
    for each in told.briefs:
        _show_one(page, told, each)


def _show_one(page: Page, told: PersonBrief, each: RuleBrief) -> None:
    when = "" if each.in_lead_mode else "Not in lead mode; if they entered now: "
    place = f" on {told.record}" if told.record else ""
    page.line(
        f"{when}task for {told.receiver}{place} (rule {each.rule}, {each.language}, {each.zone})",
        "dim",
    )
    page.row([Cell(each.subject, "bold")])
    page.line()
    for line in each.body.splitlines():
        page.line(line)
    if each.note is not None:
        same = each.note == each.body
        page.line()
        page.line("The note says the same." if same else "And the note:", "dim")
        for line in () if same else each.note.splitlines():
            page.line(line)
    page.line()
