"""A report on the terminal, and the rows behind one of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.cli.page import Column, Page, print_json
from connector.clock import iso

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from connector.measure import Report, Section, Trace
    from connector.measure.words import Grid


def show(told: Report, most: int) -> None:
    """Section by section; the longest tables are cut to `most` rows."""
    page = Page()
    page.line(f"Lead report {iso(told.start_at)[:10]} to {iso(told.until_at)[:10]}", "bold")
    page.line(f"{told.people:,} people, {told.episodes:,} episodes", "dim")
    for section in told.sections:
        show_section(page, section, most)
    page.line()
    for note in told.notes:
        page.line(f"- {note}", "dim")


def show_section(page: Page, section: Section, most: int) -> None:
    """One section with its tables."""
    from connector.measure.words import grids  # noqa: PLC0415

    page.line()
    page.line(section.title, "bold")
    page.line(section.about, "dim")
    for grid in grids(section.figures):
        page.line()
        _grid(page, grid, most)


def _grid(page: Page, grid: Grid, most: int) -> None:
    from connector.measure.words import limited_to, said  # noqa: PLC0415

    if not grid.by:
        rows = [
            [title, said(figure), figure.name]
            for _, figures in grid.rows
            for title, figure in zip(grid.titles, figures, strict=True)
            if figure is not None
        ]
        page.table([Column(""), Column(""), Column("METRIC")], rows)
        return
    columns = [Column(" / ".join(grid.by).upper())]
    columns += [Column(title.upper(), right=True) for title in grid.titles]
    page.table(
        columns,
        [[limited_to(values), *map(said, figures)] for values, figures in grid.rows[:most]],
    )
    left = len(grid.rows) - most
    if left > 0:
        page.line(f"... and {left:,} more; --most shows them.", "dim")


def show_trace(told: Trace, zone: ZoneInfo, *, as_json: bool) -> None:
    """A figure and every row behind it."""
    if as_json:
        print_json(told)
        return
    from connector.measure.words import said  # noqa: PLC0415
    from connector.plan.words import moment  # noqa: PLC0415

    page, figure = Page(), told.figure
    page.line(figure.name, "bold")
    page.line(f"{figure.title}: {said(figure)} ({figure.how.value} of {figure.of:,} rows)")
    page.line()
    titles = ("PERSON", "NAME", "RULE", "EPISODE", "WHEN", "COUNTS", "VALUE", "REVISION", "WHAT")
    page.table(
        [Column(title, right=title == "VALUE") for title in titles],
        [
            [
                row.person,
                row.name,
                row.rule,
                "" if row.episode_at is None else moment(row.episode_at, zone),
                moment(row.at, zone),
                "yes" if row.counts else "no",
                f"{row.value:g}",
                row.revision,
                row.what,
            ]
            for row in told.rows
        ],
    )
