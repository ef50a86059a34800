"""`leadmode offers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Column, Page, print_json
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.report.offers import Ledger, OfferLine


def offers(
    context: typer.Context,
    within: Annotated[
        int,
        typer.Option("--within", metavar="DAYS", min=1, help="An answer comes at most so late."),
    ] = 30,
    fewest: Annotated[
        int,
        typer.Option(
            "--fewest", metavar="N", min=1, help="With fewer judged touches no share is claimed."
        ),
    ] = 20,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Tell which offers were answered, by whom, and how sure that is.

    An answer is what a human does with one of the offer's assets after the touch. Touches whose
    time to be answered is not over are not judged.

    Examples:
      leadmode offers
      leadmode offers --within 14 --json
    """
    from connector.clock import DAY  # noqa: PLC0415
    from connector.report.offers import offers_ledger  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    with reading(found) as store:
        told = offers_ledger(store, found, now, within=within * DAY, fewest=fewest)
    if as_json:
        print_json(told)
    else:
        _show(Page(), told)


_TITLES = ("OFFER", "PERSONA", "PHASE", "SENT", "JUDGED", "ANSWERED", "SHARE", "95 %", "AFTER")


def _show(page: Page, told: Ledger) -> None:
    if not told.lines:
        page.line("No offer was delivered yet.")
        return
    columns = [Column(t, right=t in ("SENT", "JUDGED", "ANSWERED", "SHARE")) for t in _TITLES]
    page.table(columns, [_row(line, told) for line in told.lines])
    page.line()
    page.line(
        f"Answered within {told.within_days:g} days; no share of fewer than {told.fewest} judged.",
        "dim",
    )


def _row(line: OfferLine, told: Ledger) -> list[str]:
    answered = line.answered
    share, interval = f"fewer than {told.fewest}", ""
    if answered.share is not None and answered.low is not None and answered.high is not None:
        share = f"{answered.share:.0%}"
        interval = f"{answered.low:.0%} to {answered.high:.0%}"
    return [
        line.title,
        line.persona or "none",
        line.phase or "none",
        f"{line.sent:,}",
        f"{answered.of:,}",
        f"{answered.count:,}",
        share,
        interval,
        f"{line.median_days:g} days" if line.median_days is not None else "",
    ]
