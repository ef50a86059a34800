"""`leadmode explain`."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli import complete
from connector.cli.choose import choose
from connector.cli.moments import moment
from connector.cli.options import AsJson, At, ConfigPath
from connector.cli.page import Page, print_json
from connector.cli.place import clock_of, load, reading


def explain(
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
    everything: Annotated[
        bool, typer.Option("--all", help="Tell every engagement, also what no rule looks at.")
    ] = False,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Explain one person: why, why not, and what is missing.

    First the story as a timeline, then where they stand by each rule, and when it would end.

    Examples:
      leadmode explain birgit.sommer@halden.example
      leadmode explain "Birgit Sommer" --at 2026-03-01 --all
    """
    from connector.cli.explanation import show  # noqa: PLC0415
    from connector.report.explain import explain as explained  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    when = None
    if at is not None:
        when = moment(at, now, ZoneInfo(found.time_zone), end_of_day=True)
    with reading(found) as store:
        told = explained(store, found, choose(store, found, person), when, now)
    if as_json:
        print_json(told)
    else:
        show(Page(), told, everything=everything)
