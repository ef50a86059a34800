"""Charts of a backtest as inline SVG: no script, colours by class, and every mark has a title."""

from __future__ import annotations

import math
from collections.abc import Sequence

from connector.backtest.bands import Band
from connector.backtest.weeks import Week
from connector.backtest.words import lift as lift_said
from connector.figures.share import Share, share_said
from connector.figures.svg import (
    HEIGHT,
    LABELS,
    LEFT,
    RIGHT,
    TICKS,
    WIDTH,
    axis,
    bar,
    line,
    nothing,
    percent,
    plain,
    round_up,
    share_up,
    svg,
    text,
    titled,
    vertical,
)


def lift_by_band(bands: Sequence[Band]) -> str:
    """The lift of each score band over its own people, with its interval; the line is 1."""
    told = [(band, one) for band in bands if (one := band.followed.same).lift is not None]
    if not told:
        return nothing("Too few episodes in each band for a lift.")
    top = round_up(max(one.high or 0 for _, one in told))
    y = vertical(top)
    step = (WIDTH - LEFT - RIGHT) / len(told)
    marks = [*axis(y, top, plain), line("even", LEFT, y(1), WIDTH - RIGHT, y(1))]
    for number, (band, one) in enumerate(told):
        x = LEFT + step * (number + 0.5)
        title = f"{band.label}: lift {lift_said(one)}, {share_said(band.followed.episodes)}"
        low, high, middle = y(one.low or 0), y(one.high or 0), y(one.lift or 0)
        parts = [
            line("whisker", x, low, x, high),
            line("whisker", x - 6, low, x + 6, low),
            line("whisker", x - 6, high, x + 6, high),
            f'<circle class="dot" cx="{x:.1f}" cy="{middle:.1f}" r="6"/>',
        ]
        marks += [titled(title, parts), text(x, HEIGHT - 24, band.label)]
        marks.append(text(x, HEIGHT - 8, f"n = {band.followed.episodes.of:,}", "faint"))
    return svg("Lift by score at the entry", marks)


def over_time(weeks: Sequence[Week]) -> str:
    """Episodes of each week, and how many of the alerts would have been handed off."""
    if not weeks:
        return nothing("No week lies in the period.")
    top = round_up(max(1, *(max(week.episodes, week.alerts) for week in weeks)))
    y = vertical(top)
    step = (WIDTH - LEFT - RIGHT) / len(weeks)
    every = math.ceil(len(weeks) / LABELS)
    marks = axis(y, top, plain)
    for number, week in enumerate(weeks):
        x = LEFT + step * number
        title = f"Week of {week.monday}: {week.episodes:,} episodes, {week.alerts:,} alerts"
        title += ", floods" if week.floods else ""
        kind = "flood" if week.floods else "alert"
        bars = [
            bar("episode", x, step * 0.9, y, week.episodes),
            bar(kind, x + step * 0.2, step * 0.5, y, week.alerts),
        ]
        marks.append(titled(title, bars))
        if number % every == 0:
            marks.append(text(x + step / 2, HEIGHT - 24, week.monday[2:]))
    return svg("Episodes and alerts by week", marks)


def calibration(bands: Sequence[Band]) -> str:
    """What each band promised in the first half of the time, beside what it kept in the second."""
    told = [band for band in bands if band.earlier.of and band.later.of]
    if not told:
        return nothing("Too few episodes to halve them in time.")
    top = share_up(max(_most(part) for band in told for part in (band.earlier, band.later)))
    y = vertical(top)
    scale = (WIDTH - LEFT - RIGHT) / top

    def x(value: float) -> float:
        return LEFT + scale * value

    marks = [*axis(y, top, percent), line("even", x(0), y(0), x(top), y(top))]
    marks += [
        text(x(top * n / TICKS), HEIGHT - 24, percent(top * n / TICKS)) for n in range(TICKS + 1)
    ]
    marks.append(text(WIDTH / 2, HEIGHT - 8, "followed, first half of the time", "faint"))
    for band in told:
        at, kept = x(band.earlier.share or 0), band.later
        title = f"{band.label}: first half {share_said(band.earlier)}; second {share_said(kept)}"
        parts = [
            line("whisker", at, y(kept.low or 0), at, y(kept.high or 0)),
            f'<circle class="dot" cx="{at:.1f}" cy="{y(kept.share or 0):.1f}" r="6"/>',
            text(at + 10, y(kept.share or 0) - 8, band.label, "start"),
        ]
        marks.append(titled(title, parts))
    return svg("Followed in the second half beside the first half, by score band", marks)


def _most(part: Share) -> float:
    return part.high or 0
