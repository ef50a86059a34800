"""Charts of a report as inline SVG: lying bars, each with its number and its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.figures.svg import WIDTH, nothing, svg, text, titled
from connector.measure.flow import STEPS
from connector.measure.gaps import STAGES
from connector.measure.metric import Figure
from connector.measure.run import Section
from connector.measure.touches import TITLES

_LABEL: Final = 230
_ROW: Final = 26
_MOST: Final = 12
"""Bars in a chart."""
_ROOM: Final = 70
"""Behind the longest bar, for its number."""

Bar = tuple[str, Figure, Figure | None]
"""A label, the figure, and one that is part of it."""


def funnel(section: Section) -> str:
    """Each step of the flow."""
    found = _all(section)
    bars = [(step.title, found[f"flow.{step.name}"], None) for step in STEPS]
    return lying("Episodes by how far they have come", bars)


def treatment(section: Section) -> str:
    """Hand-offs by what became of them."""
    found = _all(section)
    bars = [(title, found[f"neglect.{name}"], None) for name, title in TITLES.items()]
    return lying("Hand-offs by what became of them", bars)


def held(section: Section) -> str:
    """Alerts that were held by reason."""
    return lying("Held alerts by reason", _by(section, "held.alerts", "reason"))


def reopened(section: Section) -> str:
    """Episodes by the kind of their first engagement."""
    return lying("Returns by what began them", _by(section, "reopened.episodes", "kind"))


def stages(section: Section) -> str:
    """People by stage, and those of them whom nothing reaches."""
    people = _by(section, "gaps.people", "stage")
    lost = {label: figure for label, figure, _ in _by(section, "gaps.unreached", "stage")}
    bars = [(STAGES[label], figure, lost.get(label)) for label, figure, _ in people]
    return lying("People by stage; dark: reached by nothing", bars)


def lying(label: str, bars: Sequence[Bar]) -> str:
    """Bars from left to right, one below the other."""
    shown = bars[:_MOST]
    most = max((figure.count for _, figure, _ in shown), default=0)
    if not most:
        return nothing("Nothing to draw in this period.")
    scale = (WIDTH - _LABEL - _ROOM) / most
    marks: list[str] = []
    for number, (name, figure, part) in enumerate(shown):
        y, width = number * _ROW, figure.count * scale
        title = f"{name}: {figure.count:,} ({figure.name})"
        kind = "episode" if part is not None else "dot"
        parts = [_bar(kind, y, width)]
        if part is not None:
            parts.append(_bar("dot", y, part.count * scale))
            title += f"; {part.count:,} ({part.name})"
        marks.append(titled(title, parts))
        marks.append(text(_LABEL - 8, y + 17, _short(name), "end"))
        marks.append(text(_LABEL + width + 6, y + 17, f"{figure.count:,}", "start"))
    return svg(label, marks, height=len(shown) * _ROW + 4)


def _bar(kind: str, y: float, width: float) -> str:
    return (
        f'<rect class="{kind}" x="{_LABEL}" y="{y + 3:.1f}" width="{width:.1f}" '
        f'height="{_ROW - 6}"/>'
    )


def _short(name: str) -> str:
    longest = 36
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _all(section: Section) -> dict[str, Figure]:
    return {figure.name: figure for figure in section.figures}


def _by(section: Section, measure: str, name: str) -> list[Bar]:
    return [
        (figure.where[name], figure, None)
        for figure in section.figures
        if figure.measure == measure and tuple(figure.where) == (name,)
    ]
