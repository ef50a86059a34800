"""Parts of charts as inline SVG: no script, colours by class, and every mark has a title."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from html import escape
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT: Final = 56
RIGHT: Final = 16
TOP: Final = 16
BOTTOM: Final = 44
TICKS: Final = 5
LABELS: Final = 12
"""At most so many labels below an axis."""

Scale = Callable[[float], float]


def vertical(top: float) -> Scale:
    """Values from 0 to `top` as heights of the drawing."""
    span = HEIGHT - TOP - BOTTOM
    return lambda value: HEIGHT - BOTTOM - span * min(value, top) / top


def axis(y: Scale, top: float, say: Callable[[float], str]) -> list[str]:
    """Lines across with what they stand for."""
    marks: list[str] = []
    for number in range(TICKS + 1):
        value = top * number / TICKS
        marks.append(line("grid", LEFT, y(value), WIDTH - RIGHT, y(value)))
        marks.append(text(LEFT - 8, y(value) + 4, say(value), "end"))
    return marks


def bar(kind: str, x: float, width: float, y: Scale, value: float) -> str:
    """An upright bar from 0 to a value."""
    height = y(0) - y(value)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y(value):.1f}" width="{width:.1f}" '
        f'height="{height:.1f}"/>'
    )


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, text: str, kind: str = "") -> str:
    """A text; `kind` is its class."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def titled(title: str, parts: Iterable[str]) -> str:
    """Parts that a pointer tells the title of."""
    return f"<g><title>{escape(title)}</title>{''.join(parts)}</g>"


def svg(label: str, marks: Iterable[str], height: int = HEIGHT) -> str:
    """The whole drawing."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        + "".join(marks)
        + "</svg>"
    )


def nothing(text: str) -> str:
    """What stands where a chart cannot be drawn."""
    return f'<p class="none">{escape(text)}</p>'


def round_up(value: float) -> float:
    """The next number that divides nicely into five."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 1.5, 2, 2.5, 5, 10) if unit * step >= value)


def share_up(value: float) -> float:
    """As `round_up`, at most 1."""
    return min(1.0, round_up(value))


def plain(value: float) -> str:
    """A number."""
    return f"{value:g}"


def percent(value: float) -> str:
    """A share."""
    return f"{value:.3g}".rstrip() if value == 0 else f"{value:.1%}"
