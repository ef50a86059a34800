"""Figures in words, the same for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connector.figures.share import UNKNOWN
from connector.measure.gaps import STAGES
from connector.measure.metric import Figure, How


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Figures that are limited in the same way, as a table."""

    by: tuple[str, ...]
    """What each row is limited to, for example ("rule",); empty: one row for all."""
    titles: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[Figure | None, ...]], ...]
    """What the row is limited to, and a figure per title."""


def grids(figures: Iterable[Figure]) -> Iterator[Grid]:
    """Figures by what they are limited to, in the order in which they come."""
    by: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        by.setdefault(tuple(figure.where), []).append(figure)
    for names, some in by.items():
        titles = dict.fromkeys((figure.measure, figure.title) for figure in some)
        rows: dict[tuple[str, ...], dict[tuple[str, str], Figure]] = {}
        for figure in some:
            row = rows.setdefault(tuple(figure.where.values()), {})
            row[figure.measure, figure.title] = figure
        yield Grid(
            by=names,
            titles=tuple(title for _, title in titles),
            rows=tuple(
                (values, tuple(row.get(title) for title in titles)) for values, row in rows.items()
            ),
        )


def said(figure: Figure | None) -> str:
    """The number with how sure it is."""
    if figure is None:
        return ""
    if figure.how is How.SHARE:
        return _share(figure)
    if figure.how is How.DIFFERENCE:
        return _points(figure)
    if figure.value is None:
        return f"{UNKNOWN} (of {figure.of:,})" if figure.how is How.MEDIAN else UNKNOWN
    if figure.how is How.MEDIAN:
        return f"{figure.value:.1f}{_between(figure, '.1f')}"
    return f"{figure.value:,.0f}"


def _share(figure: Figure) -> str:
    if figure.value is None:
        return f"{UNKNOWN} ({figure.count:,} of {figure.of:,})"
    return f"{figure.value:.0%}{_between(figure, '.0%')}"


def _points(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return f"{UNKNOWN} (of {figure.of:,})"
    low, high = 100 * figure.low, 100 * figure.high
    return f"{100 * figure.value:+.1f} points ({low:+.1f} to {high:+.1f})"


def _between(figure: Figure, form: str) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f" ({figure.low:{form}} to {figure.high:{form}})"


def limited_to(values: Sequence[str]) -> str:
    """What a row is about, in words."""
    return ", ".join(STAGES.get(value, value) for value in values) or "all"
