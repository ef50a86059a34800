"""A report as one page. Every number is a cell whose title is the name that `--explain` takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from connector.clock import iso
from connector.figures.html import figure as drawn
from connector.figures.html import page, safe
from connector.measure import charts
from connector.measure.metric import Figure
from connector.measure.run import Report, Section
from connector.measure.words import Grid, grids, limited_to, said

T = TypeVar("T")
MOST: Final = 40
"""Rows of a table that are shown; the rest is in the JSON."""
_HEAT: Final = 5
STYLE: Final = """
td.n, th.n { text-align: right; } td.n { cursor: help; }
td.h1 { background: #0b63ce1a; } td.h2 { background: #0b63ce38; } td.h3 { background: #0b63ce5c; }
td.h4 { background: #0b63ce85; } td.h5 { background: #0b63ceb0; }
.early { fill: var(--pale); } h3 { text-transform: capitalize; }
code { font-size: .85em; }
"""


def page_of(told: Report) -> str:
    """The whole page as HTML."""
    when = f"{iso(told.start_at)[:10]} to {iso(told.until_at)[:10]}"
    return "\n".join(page(f"leadmode report, {when}", _body(told, when), STYLE)) + "\n"


def _body(told: Report, when: str) -> Iterator[str]:
    yield f"<h1>Lead report, {when}</h1>"
    yield f'<p class="about">{told.people:,} people, {told.episodes:,} episodes.</p>'
    yield (
        '<p class="about">Point at a number for its name; '
        "<code>leadmode report --explain NAME</code> prints the rows behind it.</p>"
    )
    yield "<h2>Keep in mind</h2><ul>"
    yield from (f"<li>{safe(note)}</li>" for note in told.notes)
    yield "</ul>"
    for section in told.sections:
        yield f"<h2>{safe(section.title)}</h2>"
        yield f'<p class="about">{safe(section.about)}</p>'
        yield from _charts(section)
        yield from _grids(section)


def _charts(section: Section) -> Iterator[str]:
    draw: dict[str, tuple[str, Callable[[Section], str]]] = {
        "flow": ("From lead mode to won", charts.funnel),
        "neglect": ("Hand-offs by what became of them", charts.treatment),
        "held": ("Held alerts by reason", charts.held),
        "reopened": ("Returns by what began them", charts.reopened),
        "gaps": ("People and those reached by nothing, by stage", charts.stages),
    }
    if section.id in draw:
        title, chart = draw[section.id]
        yield drawn(title, chart(section), "")


def _grids(section: Section) -> Iterator[str]:
    for grid in grids(section.figures):
        if grid.by:
            yield f"<h3>by {safe(', '.join(grid.by))}</h3>"
        if grid.by == ("stage", "persona", "owner"):
            yield heat(grid)
        else:
            yield _grid(grid)


def _grid(grid: Grid) -> str:
    head = "".join(f'<th class="n">{safe(title)}</th>' for title in grid.titles)
    rows = (
        f"<tr><th>{safe(limited_to(values))}</th>{''.join(map(cell, figures))}</tr>"
        for values, figures in grid.rows[:MOST]
    )
    return _table(f"<th></th>{head}", rows, len(grid.rows) - MOST)


def cell(figure: Figure | None, shade: str = "") -> str:
    """One number; its title is its name."""
    if figure is None:
        return "<td></td>"
    return f'<td class="n{shade}" title="{safe(figure.name)}">{safe(said(figure))}</td>'


def heat(grid: Grid) -> str:
    """Who is reached by nothing: a row per stage and persona, a column per owner."""
    cells = {
        values: figure
        for values, figures in grid.rows
        for figure in figures
        if figure is not None and figure.measure == "gaps.unreached"
    }
    owners = _by_weight((owner, each) for (_, _, owner), each in cells.items())
    lines = _by_weight(((stage, persona), each) for (stage, persona, _), each in cells.items())
    most = max((each.count for each in cells.values()), default=0)
    head = "".join(f'<th class="n">{safe(owner)}</th>' for owner in owners[:MOST])
    rows = (
        f"<tr><th>{safe(limited_to((stage, persona)))}</th>"
        + "".join(_warm(cells.get((stage, persona, owner)), most) for owner in owners[:MOST])
        + "</tr>"
        for stage, persona in lines[:MOST]
    )
    return _table(f"<th></th>{head}", rows, len(lines) - MOST)


def _by_weight(pairs: Iterable[tuple[T, Figure]]) -> list[T]:
    weights: dict[T, int] = {}
    for key, figure in pairs:
        weights[key] = weights.get(key, 0) + figure.count
    return sorted(weights, key=lambda key: -weights[key])


def _warm(figure: Figure | None, most: int) -> str:
    if figure is None or not figure.count:
        return cell(figure)
    return cell(figure, f" h{math.ceil(_HEAT * math.log1p(figure.count) / math.log1p(most))}")


def _table(head: str, rows: Iterable[str], left: int) -> str:
    more = f'<p class="none">... and {left:,} more rows in the JSON.</p>' if left > 0 else ""
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>{more}'
