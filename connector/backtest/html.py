"""A backtest as one page: no script, nothing from anywhere else, light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.backtest import charts, words
from connector.backtest.told import Backtest, RuleTold, Side
from connector.backtest.weeks import Rep
from connector.backtest.wins import MissedWin
from connector.clock import DAY, iso
from connector.figures.html import figure, page, safe, table


def page_of(told: Backtest) -> str:
    """The whole page as HTML."""
    when = f"{iso(told.period.start_at)[:10]} to {iso(told.period.until_at)[:10]}"
    return "\n".join(page(f"leadmode backtest, {when}", _body(told, when))) + "\n"


def _body(told: Backtest, when: str) -> Iterator[str]:
    yield f"<h1>Backtest, {when}</h1>"
    yield (
        f'<p class="about">{told.persons:,} people, {told.engagements:,} engagements, '
        f"{told.opportunities:,} opportunities opened, {told.wins:,} of them won, {told.reps:,} "
        "reps.</p>"
    )
    yield _figures(told)
    yield "<h2>Keep in mind</h2><ul>"
    yield from (f"<li>{safe(note)}</li>" for note in (words.METHODS, *told.notes))
    yield "</ul>"
    for side in told.sides:
        yield from _side(told, side)


def _figures(told: Backtest) -> str:
    head = "".join(f"<th>{safe(title)}</th>" for title in words.titles(told))
    body = "".join(
        f'<tr><th class="{"under" if label.startswith(" ") else ""}">{safe(label.strip())}</th>'
        + "".join(f"<td>{safe(text)}</td>" for text in texts)
        + "</tr>"
        for label, texts in words.rows(told)
    )
    return f'<div class="wide"><table><tr><th></th>{head}</tr>{body}</table></div>'


def _side(told: Backtest, side: Side) -> Iterator[str]:
    for rule in side.rules:
        yield f"<h2>{safe(side.label)}: {safe(rule.title)} ({safe(rule.rule)})</h2>"
        yield from _charts(told, rule)
        yield from _reps([rep for rep in rule.load.reps if rep.episodes or rep.alerts])
    yield f"<h2>Won without an episode before: {safe(side.label)}</h2>"
    yield from _missed(side.together.missed)
    folders = ", ".join(side.folders)
    yield f'<p class="about">{safe(folders)}, revision {safe(side.revision)}.</p>'


def _charts(told: Backtest, rule: RuleTold) -> Iterator[str]:
    days = f"{told.period.horizon_ms / DAY:g} days"
    yield figure(
        "Lift by score",
        charts.lift_by_band(rule.bands),
        f"How many times more often an opportunity followed within {days} than it follows random "
        "moments of the same people; 95 % intervals. The broken line is 1: no better than chance.",
    )
    yield figure(
        "Episodes over time",
        charts.over_time(rule.load.weeks),
        "Pale: episodes that began in the week. Dark: alerts that would have been handed off. "
        "Orange: weeks that flood, with at least 10 alerts and three times the median week.",
    )
    yield figure(
        "Calibration",
        charts.calibration(rule.bands),
        "The share followed by an opportunity in the second half of the time beside the first "
        "half, for each band of scores. On the broken line a band keeps what it promised.",
    )


def _reps(reps: Sequence[Rep]) -> Iterator[str]:
    if reps:
        yield "<h3>Reps</h3>"
        yield table(
            ("rep", "episodes", "alerts", "episodes a week", "most alerts in a week", "too many"),
            (
                (
                    rep.owner or "nobody",
                    f"{rep.episodes:,}",
                    f"{rep.alerts:,}",
                    f"{rep.per_week:.1f}",
                    f"{rep.most_in_a_week:,}",
                    f"{rep.too_many:,}",
                )
                for rep in reps
            ),
        )


def _missed(missed: Sequence[MissedWin]) -> Iterator[str]:
    if not missed:
        yield '<p class="none">None.</p>'
        return
    yield table(
        ("opened", "won", "opportunity", "people", "amount", "engagements before"),
        (
            (
                iso(one.opened_at)[:10],
                iso(one.won_at)[:10] if one.won_at is not None else "",
                one.name,
                ", ".join(one.people),
                "" if one.amount is None else f"{one.amount:,.0f}",
                f"{one.seen:,}",
            )
            for one in missed
        ),
    )
