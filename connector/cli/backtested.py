"""A backtest on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.cli.page import Cell, Column, Page, visible
from connector.clock import iso

if TYPE_CHECKING:
    from connector.backtest.told import Backtest, RuleTold, Side


def show(told: Backtest, most: int) -> None:
    """Figures, then what to look at, then what to keep in mind."""
    from connector.backtest import words  # noqa: PLC0415

    page = Page()
    when = f"{iso(told.period.start_at)[:10]} to {iso(told.period.until_at)[:10]}"
    page.row([Cell("Backtest ", "bold"), Cell(when, "bold")])
    page.line(
        f"{told.persons:,} people, {told.engagements:,} engagements, {told.opportunities:,} "
        f"opportunities opened, {told.wins:,} of them won, {told.reps:,} reps",
        "dim",
    )
    for side in told.sides:
        page.line(f"{side.label}: {', '.join(side.folders)} (revision {side.revision})", "dim")
    page.line()
    columns = [Column(""), *[Column(title) for title in words.titles(told)]]
    page.table(columns, [[label, *texts] for label, texts in words.rows(told)])
    for side in told.sides:
        _side(page, told, side, most)
    page.line()
    for note in (words.METHODS, *told.notes):
        page.line(f"- {note}", "dim")


def _side(page: Page, told: Backtest, side: Side, most: int) -> None:
    of = f" ({side.label})" if len(told.sides) > 1 else ""
    for rule in side.rules:
        _bands(page, rule, of)
        _floods(page, rule, of, most)
        _reps(page, rule, of)
    _missed(page, side, of, most)


def _bands(page: Page, rule: RuleTold, of: str) -> None:
    from connector.backtest import words  # noqa: PLC0415
    from connector.figures.share import percent, share_said  # noqa: PLC0415

    if not rule.bands or rule.opportunity.same.lift is None:
        return
    _heading(page, f"By score at the entry: {rule.rule}{of}")
    page.table(
        [Column(t) for t in ("SCORE", "FOLLOWED", "LIFT, SAME PEOPLE", "EARLIER HALF", "LATER")],
        [
            [
                band.label,
                share_said(band.followed.episodes),
                words.lift(band.followed.same),
                percent(band.earlier.share),
                percent(band.later.share),
            ]
            for band in rule.bands
        ],
    )


def _floods(page: Page, rule: RuleTold, of: str, most: int) -> None:
    weeks = [week for week in rule.load.weeks if week.floods]
    if not weeks:
        return
    _heading(page, f"Weeks that flood: {rule.rule}{of}")
    page.table(
        [Column("WEEK OF"), Column("ALERTS", right=True), Column("EPISODES", right=True)],
        [[week.monday, f"{week.alerts:,}", f"{week.episodes:,}"] for week in weeks[:most]],
    )
    _more(page, len(weeks) - most)


def _reps(page: Page, rule: RuleTold, of: str) -> None:
    reps = [rep for rep in rule.load.reps if rep.too_many]
    if not reps:
        return
    _heading(page, f"Reps with more than they can take: {rule.rule}{of}")
    page.table(
        [
            Column("REP"),
            *[Column(t, right=True) for t in ("ALERTS", "TOO MANY", "WEEKS", "MOST IN A WEEK")],
        ],
        [
            [
                rep.owner,
                *[f"{n:,}" for n in (rep.alerts, rep.too_many, rep.weeks_over, rep.most_in_a_week)],
            ]
            for rep in reps
        ],
    )


def _missed(page: Page, side: Side, of: str, most: int) -> None:
    missed = side.together.missed
    if not missed:
        return
    _heading(page, f"Won without an episode before{of}: {len(missed):,}")
    page.table(
        [
            *[Column(t) for t in ("OPENED", "WON", "OPPORTUNITY", "PEOPLE")],
            Column("SEEN BEFORE", right=True),
        ],
        [
            [
                iso(one.opened_at)[:10],
                iso(one.won_at)[:10] if one.won_at is not None else "",
                one.name,
                ", ".join(map(visible, one.people)),
                f"{one.seen:,}",
            ]
            for one in missed[:most]
        ],
    )
    _more(page, len(missed) - most)


def _more(page: Page, left: int) -> None:
    if left > 0:
        page.line(f"... and {left:,} more; --most shows them.", "dim")


def _heading(page: Page, text: str) -> None:
    page.line()
    page.line(text, "bold")
