"""Charts of a backtest as inline SVG: no script, colours by class, and every mark has a title."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final

from connector.backtest.bands import Band
from connector.backtest.weeks import Week
from connector.backtest.words import lift as lift_said
from connector.backtest.words import share as share_said
from connector.plan.share import Share

_WIDTH: Final = 720
_HEIGHT: Final = 260
_LEFT: Final = 56
_RIGHT: Final = 16
_TOP: Final = 16
_BOTTOM: Final = 44
_TICKS: Final = 5
_LABELS: Final = 12
"""At most so many labels below an axis."""

Scale = Callable[[float], float]


def lift_by_band(bands: Sequence[Band]) -> str:
    """The lift of each score band over its own people, with its interval; the line is 1."""
    told = [(band, one) for band in bands if (one := band.followed.same).lift is not None]
    if not told:
        return _nothing("Too few episodes in each band for a lift.")
    top = _round_up(max(one.high or 0 for _, one in told))
    y = _vertical(top)
    step = (_WIDTH - _LEFT - _RIGHT) / len(told)
    marks = [*_axis(y, top, _plain), _line("even", _LEFT, y(1), _WIDTH - _RIGHT, y(1))]
    for number, (band, one) in enumerate(told):
        x = _LEFT + step * (number + 0.5)
        title = f"{band.label}: lift {lift_said(one)}, {share_said(band.followed.episodes)}"
        low, high, middle = y(one.low or 0), y(one.high or 0), y(one.lift or 0)
        parts = [
            _line("whisker", x, low, x, high),
            _line("whisker", x - 6, low, x + 6, low),
            _line("whisker", x - 6, high, x + 6, high),
            f'<circle class="dot" cx="{x:.1f}" cy="{middle:.1f}" r="6"/>',
        ]
        marks += [_titled(title, parts), _text(x, _HEIGHT - 24, band.label)]
        marks.append(_text(x, _HEIGHT - 8, f"n = {band.followed.episodes.of:,}", "faint"))
    return _svg("Lift by score at the entry", marks)


def over_time(weeks: Sequence[Week]) -> str:
    """Episodes of each week, and how many of the alerts would have been handed off."""
    if not weeks:
        return _nothing("No week lies in the period.")
    top = _round_up(max(1, *(max(week.episodes, week.alerts) for week in weeks)))
    y = _vertical(top)
    step = (_WIDTH - _LEFT - _RIGHT) / len(weeks)
    every = math.ceil(len(weeks) / _LABELS)
    marks = _axis(y, top, _plain)
    for number, week in enumerate(weeks):
        x = _LEFT + step * number
        title = f"Week of {week.monday}: {week.episodes:,} episodes, {week.alerts:,} alerts"
        title += ", floods" if week.floods else ""
        kind = "flood" if week.floods else "alert"
        bars = [
            _bar("episode", x, step * 0.9, y, week.episodes),
            _bar(kind, x + step * 0.2, step * 0.5, y, week.alerts),
        ]
        marks.append(_titled(title, bars))
        if number % every == 0:
            marks.append(_text(x + step / 2, _HEIGHT - 24, week.monday[2:]))
    return _svg("Episodes and alerts by week", marks)


def calibration(bands: Sequence[Band]) -> str:
    """What each band promised in the first half of the time, beside what it kept in the second."""
    told = [band for band in bands if band.earlier.of and band.later.of]
    if not told:
        return _nothing("Too few episodes to halve them in time.")
    top = _share_up(max(_most(part) for band in told for part in (band.earlier, band.later)))
    y = _vertical(top)
    scale = (_WIDTH - _LEFT - _RIGHT) / top

    def x(value: float) -> float:
        return _LEFT + scale * value

    marks = [*_axis(y, top, _percent), _line("even", x(0), y(0), x(top), y(top))]
    marks += [
        _text(x(top * n / _TICKS), _HEIGHT - 24, _percent(top * n / _TICKS))
        for n in range(_TICKS + 1)
    ]
    marks.append(_text(_WIDTH / 2, _HEIGHT - 8, "followed, first half of the time", "faint"))
    for band in told:
        at, kept = x(band.earlier.share or 0), band.later
        title = f"{band.label}: first half {share_said(band.earlier)}; second {share_said(kept)}"
        parts = [
            _line("whisker", at, y(kept.low or 0), at, y(kept.high or 0)),
            f'<circle class="dot" cx="{at:.1f}" cy="{y(kept.share or 0):.1f}" r="6"/>',
            _text(at + 10, y(kept.share or 0) - 8, band.label, "start"),
        ]
        marks.append(_titled(title, parts))
    return _svg("Followed in the second half beside the first half, by score band", marks)


def _most(part: Share) -> float:
    return part.high or 0


def _vertical(top: float) -> Scale:
    span = _HEIGHT - _TOP - _BOTTOM
    return lambda value: _HEIGHT - _BOTTOM - span * min(value, top) / top


def _axis(y: Scale, top: float, say: Callable[[float], str]) -> list[str]:
    marks: list[str] = []
    for number in range(_TICKS + 1):
        value = top * number / _TICKS
        marks.append(_line("grid", _LEFT, y(value), _WIDTH - _RIGHT, y(value)))
        marks.append(_text(_LEFT - 8, y(value) + 4, say(value), "end"))
    return marks


def _bar(kind: str, x: float, width: float, y: Scale, value: float) -> str:
    height = y(0) - y(value)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y(value):.1f}" width="{width:.1f}" '
        f'height="{height:.1f}"/>'
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _titled(title: str, parts: Iterable[str]) -> str:
    return f"<g><title>{escape(title)}</title>{''.join(parts)}</g>"


def _svg(label: str, marks: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        + "".join(marks)
        + "</svg>"
    )


def _nothing(text: str) -> str:
    return f'<p class="none">{escape(text)}</p>'


def _round_up(value: float) -> float:
    """The next number that divides nicely into five."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 1.5, 2, 2.5, 5, 10) if unit * step >= value)


def _share_up(value: float) -> float:
    return min(1.0, _round_up(value))


def _plain(value: float) -> str:
    return f"{value:g}"


def _percent(value: float) -> str:
    return f"{value:.3g}".rstrip() if value == 0 else f"{value:.1%}"
