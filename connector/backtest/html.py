"""A backtest as one page: no script, nothing from anywhere else, light and dark."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from connector.backtest import charts, words
from connector.backtest.told import Backtest, RuleTold, Side
from connector.backtest.weeks import Rep
from connector.backtest.wins import MissedWin
from connector.clock import DAY, iso
from connector.plan.text import clean

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #59636e; --paper: #fff; --line: #d5dae0;
  --dot: #0b63ce; --pale: #a9c9f2; --flood: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --faint: #9aa4b0; --paper: #14171b;
  --line: #343b44; --dot: #6cb0ff; --pale: #2f4f78; --flood: #ff8a4c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p.about, p.none, figcaption, li { color: var(--faint); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th.under { font-weight: normal; padding-left: 1.2rem; }
figure { margin: 0 0 1rem; } svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 12px; text-anchor: middle; }
svg text.end { text-anchor: end; } svg text.start { text-anchor: start; }
svg text.faint { fill: var(--faint); }
.grid { stroke: var(--line); } .even { stroke: var(--faint); stroke-dasharray: 5 4; }
.whisker { stroke: var(--dot); stroke-width: 2; } .dot, .alert { fill: var(--dot); }
.episode { fill: var(--pale); } .flood { fill: var(--flood); }
"""


def page_of(told: Backtest) -> str:
    """The whole page as HTML."""
    return "\n".join(_page(told)) + "\n"


def _page(told: Backtest) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    when = f"{iso(told.period.start_at)[:10]} to {iso(told.period.until_at)[:10]}"
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>leadmode backtest, {when}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>Backtest, {when}</h1>"
    yield (
        f'<p class="about">{told.persons:,} people, {told.engagements:,} engagements, '
        f"{told.opportunities:,} opportunities opened, {told.wins:,} of them won, {told.reps:,} "
        "reps.</p>"
    )
    yield _figures(told)
    yield "<h2>Keep in mind</h2><ul>"
    yield from (f"<li>{_safe(note)}</li>" for note in (words.METHODS, *told.notes))
    yield "</ul>"
    for side in told.sides:
        yield from _side(told, side)
    yield "</body></html>"


def _figures(told: Backtest) -> str:
    head = "".join(f"<th>{_safe(title)}</th>" for title in words.titles(told))
    body = "".join(
        f'<tr><th class="{"under" if label.startswith(" ") else ""}">{_safe(label.strip())}</th>'
        + "".join(f"<td>{_safe(text)}</td>" for text in texts)
        + "</tr>"
        for label, texts in words.rows(told)
    )
    return f'<div class="wide"><table><tr><th></th>{head}</tr>{body}</table></div>'


def _side(told: Backtest, side: Side) -> Iterator[str]:
    for rule in side.rules:
        yield f"<h2>{_safe(side.label)}: {_safe(rule.title)} ({_safe(rule.rule)})</h2>"
        yield from _charts(told, rule)
        yield from _reps([rep for rep in rule.load.reps if rep.episodes or rep.alerts])
    yield f"<h2>Won without an episode before: {_safe(side.label)}</h2>"
    yield from _missed(side.together.missed)
    folders = ", ".join(side.folders)
    yield f'<p class="about">{_safe(folders)}, revision {_safe(side.revision)}.</p>'


def _charts(told: Backtest, rule: RuleTold) -> Iterator[str]:
    days = f"{told.period.horizon_ms / DAY:g} days"
    yield _figure(
        "Lift by score",
        charts.lift_by_band(rule.bands),
        f"How many times more often an opportunity followed within {days} than it follows random "
        "moments of the same people; 95 % intervals. The broken line is 1: no better than chance.",
    )
    yield _figure(
        "Episodes over time",
        charts.over_time(rule.load.weeks),
        "Pale: episodes that began in the week. Dark: alerts that would have been handed off. "
        "Orange: weeks that flood, with at least 10 alerts and three times the median week.",
    )
    yield _figure(
        "Calibration",
        charts.calibration(rule.bands),
        "The share followed by an opportunity in the second half of the time beside the first "
        "half, for each band of scores. On the broken line a band keeps what it promised.",
    )


def _figure(title: str, chart: str, caption: str) -> str:
    return (
        f"<h3>{_safe(title)}</h3><figure>{chart}<figcaption>{_safe(caption)}</figcaption></figure>"
    )


def _reps(reps: Sequence[Rep]) -> Iterator[str]:
    if reps:
        yield "<h3>Reps</h3>"
        yield _table(
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
    yield _table(
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


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{_safe(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{_safe(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _safe(text: str) -> str:
    """Text from a CRM as a page may have it."""
    return escape(clean(text))
