"""The last months of a person as a small picture of characters."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import from_millis
from connector.report.picture import Picture, Week
from connector.report.words import points

_ROWS: Final = 5
_HEADROOM: Final = 1.15
"""The picture reaches this far above the greatest of all scores and of `enter`."""
_MANY: Final = 9


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of a picture."""

    levels: str
    """From nothing to a full cell."""
    enter: str
    leave: str
    stay: str
    machine: str


BLOCKS: Final = Signs(" ▁▂▃▄▅▆▇█", "┄", "·", "━", "▫")
ASCII: Final = Signs(" .:|#", "-", ".", "=", "m")


def signs(*, for_people: bool) -> Signs:
    """Blocks on a terminal that can show them."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return BLOCKS if for_people and encoding == "utf8" else ASCII


def drawn(picture: Picture, zone: ZoneInfo, chosen: Signs) -> Iterator[tuple[str, str]]:
    """The rows of the picture: what each is, and its characters, one per week."""
    weeks = picture.weeks
    top = max(picture.enter, *(week.score for week in weeks)) * _HEADROOM
    for row in range(_ROWS - 1, -1, -1):
        low, high = top * row / _ROWS, top * (row + 1) / _ROWS
        name, line = _threshold(picture, low, high, chosen)
        cells = (_cell(week.score, low, high, chosen) for week in weeks)
        yield name, "".join(line if cell == " " else cell for cell in cells)
    yield "in lead mode", "".join(_stay(week, chosen) for week in weeks)
    yield "engagement", "".join(_acts(week, chosen) for week in weeks)
    yield "", _months(weeks, zone)


def _threshold(picture: Picture, low: float, high: float, chosen: Signs) -> tuple[str, str]:
    """The label of a row, and the line that runs through its empty cells."""
    if low <= picture.enter < high:
        return f"enter {points(picture.enter)}", chosen.enter
    if low <= picture.leave < high:
        return f"leave {points(picture.leave)}", chosen.leave
    return "", " "


def _cell(score: float, low: float, high: float, chosen: Signs) -> str:
    last = len(chosen.levels) - 1
    part = (score - low) / (high - low)
    level = 0 if part <= 0 else min(last, max(1, round(part * last)))
    # A score of almost nothing is nothing; what is there at all shows in the lowest row.
    return chosen.levels[level] if score >= (high - low) / (2 * last) else " "


def _stay(week: Week, chosen: Signs) -> str:
    if week.entered:
        return ">"
    if week.left:
        return "<"
    return chosen.stay if week.in_lead_mode else " "


def _acts(week: Week, chosen: Signs) -> str:
    if not week.acts:
        return chosen.machine if week.machine else " "
    return str(week.acts) if week.acts <= _MANY else "+"


def _months(weeks: Sequence[Week], zone: ZoneInfo) -> str:
    """The name of each month below the first week that begins in it, where there is room."""
    names = [f"{from_millis(week.start_at).astimezone(zone):%b}" for week in weeks]
    begins = [n for n, name in enumerate(names) if n == 0 or name != names[n - 1]]
    text = ""
    for begin, end in zip(begins, [*begins[1:], len(names) + 1], strict=True):
        if end - begin > len(names[begin]):
            text = text.ljust(begin) + names[begin]
    return text
