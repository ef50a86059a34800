"""`leadmode health`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, load, reading
from connector.cli.report import Explain, Until, asked_for
from connector.clock import iso

if TYPE_CHECKING:
    from connector.measure.health import Criterion, Health, Standing


def health(
    context: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From a date on, or so long: 365d.")
    ] = "365d",
    until: Until = None,
    explain: Explain = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Tell where each segment of the market stands in the cycle.

    Its stages are starting out, prime, coming of age, repeating success; from
    your own figures, with what is missing for the next one, where people are reached by nothing,
    and what went before wins.

    Examples:
      leadmode health
      leadmode health --since 730d --json
    """
    from connector.measure import Traces, known_of  # noqa: PLC0415
    from connector.measure.health import health as health_of  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    asked = asked_for(found, since, until, now)
    with reading(found) as store:
        told, metrics = health_of(known_of(store, asked))
        if explain is not None:
            traced = Traces(store, asked.authority, metrics).of(explain)
    if explain is not None:
        from connector.cli.reported import show_trace  # noqa: PLC0415

        show_trace(traced, ZoneInfo(found.time_zone), as_json=as_json)
    elif as_json:
        print_json(told)
    else:
        _show(Page(), told)


def _show(page: Page, told: Health) -> None:
    page.line(f"Health {iso(told.start_at)[:10]} to {iso(told.until_at)[:10]}", "bold")
    page.line()
    page.table(
        [Column("SEGMENT"), Column("STAGE"), Column("FOR THE NEXT STAGE")],
        [[one.label, _stage(one), _next(one)] for one in told.segments],
    )
    for one in told.segments:
        _segment(page, one)
    page.line()
    page.line(f"- No share is claimed of fewer than {told.fewest}: such a stage is open.", "dim")
    page.line("- What went before a win did not necessarily cause it.", "dim")
    if told.by_default:
        page.line("- Name segments of your own with [[segment]] in a rule file.", "dim")


def _segment(page: Page, one: Standing) -> None:
    from connector.measure.words import limited_to, said  # noqa: PLC0415

    page.line()
    page.row([Cell(f"{one.label}: ", "bold"), Cell(_stage(one), "bold")])
    page.table(
        [Column(t) for t in ("STAGE", "WHAT", "HAVE", "NEEDED", "MET", "METRIC")],
        [_criterion(each) for each in one.criteria],
        indent=2,
    )
    for gap in one.gaps:
        stage = limited_to([gap.where["stage"]])
        page.line(f"gap: {gap.count:,} reached by nothing: {stage}  {gap.name}", indent=2)
    for step in one.worked:
        kind, value = list(step.where.items())[-1]
        text = f"worked: {kind} {value}: {step.count:,} of {step.of:,} hand-offs won, {said(step)}"
        page.line(f"{text}  {step.name}", indent=2)


def _criterion(each: Criterion) -> list[Cell | str]:
    from connector.measure.words import said  # noqa: PLC0415

    met = "too few to tell" if each.met is None else "yes" if each.met else "no"
    doubt = "" if each.sure or each.met is None else ", but it may be chance"
    style = {True: "green", False: "yellow", None: "dim"}[each.met]
    return [
        each.stage.value,
        each.figure.title,
        said(each.figure),
        _needed(each),
        Cell(met + doubt, style),
        each.figure.name,
    ]


def _needed(each: Criterion) -> str:
    from connector.measure.metric import How  # noqa: PLC0415

    number = f"{each.needed:.0%}" if each.figure.how is How.SHARE else f"{each.needed:g}"
    return f"at most {number}" if each.at_most else number


def _stage(one: Standing) -> str:
    return one.stage.value + (" or further, too few to tell" if one.cannot_tell else "")


def _next(one: Standing) -> str:
    missing = [each for each in one.criteria if not each.met]
    first = [each for each in missing if each.stage is missing[0].stage]
    return "; ".join(f"{each.figure.title}: {_needed(each)}" for each in first)
