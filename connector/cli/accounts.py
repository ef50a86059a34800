"""`leadmode accounts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.options import AsJson, ConfigPath, Most
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading
from connector.errors import AskOperator
from connector.problems import did_you_mean

if TYPE_CHECKING:
    from connector.report.accounts import AccountsTold, AccountTold, SurgeTold

_IN_WORDS = {
    "pursue": "likely to buy and engaged",
    "warm_up": "likely to buy, not engaged",
    "qualify": "engaged, not likely to buy",
    "watch": "neither",
}
_COLORS = {"pursue": "green", "warm_up": "yellow", "qualify": "cyan", "watch": "dim"}


def accounts(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A part of a company's name, or its id.")
    ] = "",
    quadrant: Annotated[
        str,
        typer.Option("--quadrant", metavar="NAME", help="pursue, warm_up, qualify or watch."),
    ] = "",
    surging: Annotated[bool, typer.Option("--surging", help="Only those that surge.")] = False,
    most: Most = 50,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """List companies by propensity to buy and engagement.

    Of one company alone it tells the people, the points and every surge.

    Examples:
      leadmode accounts --surging
      leadmode accounts "Halden Pumps" --json
    """
    from connector.report.accounts import accounts_told  # noqa: PLC0415

    if quadrant and quadrant not in _IN_WORDS:
        raise AskOperator(f'There is no quadrant "{quadrant}". {did_you_mean(quadrant, _IN_WORDS)}')
    now, found = clock_of(context).now(), load(config)
    with reading(found) as store:
        told = accounts_told(
            store, found, now, name=name, quadrant=quadrant, surging=surging, most=most
        )
    if as_json:
        print_json(told)
    else:
        _show(Page(), told, ZoneInfo(found.time_zone), alone=bool(name))


_TITLES = ("ACCOUNT", "OWNER", "QUADRANT", "PHASE", "MISSING", "SURGING SINCE")


def _show(page: Page, told: AccountsTold, zone: ZoneInfo, *, alone: bool) -> None:
    if not told.looked_at:
        page.line("No rule looks at companies. docs/rules.md, [account], says how to make one.")
        return
    if alone and len(told.rows) == 1:
        _show_one(page, told.rows[0], zone)
        return
    columns = [Column(title) for title in _TITLES]
    columns[3:3] = [Column(title, right=True) for title in ("LIKELY", "ENGAGED", "PEOPLE")]
    page.table(columns, [_row(each, zone) for each in told.rows])
    if told.more:
        page.line(f"{told.more:,} more; --most {len(told.rows) + told.more} shows all.", "dim")
    if not told.rows:
        page.line("No company is like that.")
    counted = [f"{count:,} {_IN_WORDS[name]} ({name})" for name, count in told.quadrants.items()]
    page.line(f"Of all: {'; '.join(counted)}.", "dim")
    for persona, count in told.lacking.items():
        who = (
            "companies with engaged people have" if count > 1 else "company with engaged people has"
        )
        page.line(f"{count:,} {who} no {persona} among them.", "yellow")


def _row(each: AccountTold, zone: ZoneInfo) -> list[Cell | str]:
    from connector.plan.words import day  # noqa: PLC0415

    return [
        each.name,
        each.owner,
        Cell(each.quadrant, _COLORS[each.quadrant]),
        f"{each.propensity:.0f}",
        f"{each.engagement:.0f}",
        str(len(each.engaged)),
        each.phase,
        ", ".join(each.missing) if each.engaged else "",
        day(each.surging_since, zone) if each.surging_since is not None else "",
    ]


def _show_one(page: Page, told: AccountTold, zone: ZoneInfo) -> None:
    from connector.plan.words import day  # noqa: PLC0415

    page.line(f"{told.name} ({told.record}), owned by {told.owner or 'nobody'}", "bold")
    page.line(
        f"{told.quadrant}: {_IN_WORDS[told.quadrant]}. "
        f"Engagement {told.engagement:.0f}, propensity {told.propensity:.0f}"
        + (f", {told.phase}." if told.phase else ".")
    )
    for label, points in told.points:
        page.line(f"  {points:+g} {label or 'points'}")
    if told.missing:
        known = [f"{name} is {persona}" for name, persona in told.quiet if persona in told.missing]
        also = f" (known there, not engaged: {'; '.join(known)})" if known else ""
        page.line(f"Missing: {', '.join(told.missing)}{also}.", "yellow")
    page.table(
        [Column(title) for title in ("PERSON", "TITLE", "PERSONA", "PHASE", "LAST", "LEAD MODE")],
        [
            [
                one.name,
                one.title,
                one.persona,
                one.phase,
                f"{one.last}, {day(one.last_at, zone)}",
                day(one.lead_mode_since, zone) if one.lead_mode_since is not None else "",
            ]
            for one in told.engaged
        ],
    )
    if not told.engaged:
        page.line("Nobody of them is engaged now.")
    for surge in told.surges:
        page.line(_surge(surge, zone))


def _surge(surge: SurgeTold, zone: ZoneInfo) -> str:
    from connector.plan.words import day  # noqa: PLC0415

    until = f"to {day(surge.ended_at, zone)}" if surge.ended_at is not None else "until now"
    what = f"no task: {surge.because}" if surge.held else f"{surge.task}, for {surge.receiver}"
    return f"Surge of {day(surge.began_at, zone)} {until}, {surge.people} people: {what}."
