"""Figures with a lasting name, each made of nothing but the rows that are kept with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from connector.figures.share import difference, median, share


class How(StrEnum):
    """How a figure is made of its rows."""

    COUNT = "count"
    """How many rows there are."""
    SUM = "sum"
    """Their values together."""
    SHARE = "share"
    """The part of them that counts."""
    MEDIAN = "median"
    """The middle of their values."""
    MOST = "most"
    """The greatest of their values."""
    DIFFERENCE = "difference"
    """The part that counts of those with value 1, less the part of those with value 0."""


class Row(NamedTuple):
    """One thing behind a figure."""

    person: int
    at: int
    """When it was so, UTC ms."""
    rule: str = ""
    burst: int | None = None
    """The anchor of the episode, UTC ms."""
    revision: str = ""
    """The rule revision that recorded it."""
    counts: bool = True
    """For a share: whether it belongs to the part."""
    value: float = 1.0
    what: str = ""
    """In words."""
    about: tuple[str, str] = ("", "")
    """Reference and name of the record it is about, where that is not the person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a report."""

    name: str
    """Lasting, for example "flow.handed_off[rule=returning]"; `--explain` takes it."""
    measure: str
    """The name without what it is limited to."""
    title: str
    where: Mapping[str, str]
    """What it is limited to."""
    how: How
    unit: str
    """"", "days", or "amount"."""
    value: float | None
    """None where there is too little to claim anything."""
    low: float | None
    """The 95 % interval, of shares and medians."""
    high: float | None
    count: int
    """Rows that count."""
    of: int
    """Rows in all."""


class Metric(NamedTuple):
    """A figure with its rows."""

    figure: Figure
    rows: Sequence[Row]


class Maker:
    """Makes metrics; no share and no median is claimed of fewer than `fewest` rows."""

    def __init__(self, fewest: int) -> None:
        self.fewest = fewest

    def make(
        self,
        measure: str,
        title: str,
        rows: Iterable[Row],
        *,
        how: How = How.COUNT,
        unit: str = "",
        where: Mapping[str, str] | None = None,
    ) -> Metric:
        """A metric of these rows."""
        kept, limits = list(rows), dict(where or {})
        value, low, high = figured(how, kept, self.fewest)
        return Metric(
            Figure(
                name=name_of(measure, limits),
                measure=measure,
                title=title,
                where=limits,
                how=how,
                unit=unit,
                value=value,
                low=low,
                high=high,
                count=sum(row.counts for row in kept),
                of=len(kept),
            ),
            kept,
        )


def figured(
    how: How, rows: Sequence[Row], fewest: int
) -> tuple[float | None, float | None, float | None]:
    """The value of some rows with its interval."""
    match how:
        case How.COUNT:
            return float(len(rows)), None, None
        case How.SUM:
            return math.fsum(row.value for row in rows), None, None
        case How.MOST:
            return max((row.value for row in rows), default=None), None, None
        case How.DIFFERENCE:
            return _difference(rows, fewest)
    return _unsure(how, rows) if len(rows) >= fewest else (None, None, None)


def _unsure(how: How, rows: Sequence[Row]) -> tuple[float | None, float | None, float | None]:
    if how is How.MEDIAN:
        middle = median([row.value for row in rows])
        return middle.value, middle.low, middle.high
    part = share(sum(row.counts for row in rows), len(rows))
    return part.share, part.low, part.high


def _difference(
    rows: Sequence[Row], fewest: int
) -> tuple[float | None, float | None, float | None]:
    sides = [[row.counts for row in rows if (row.value > 0) is side] for side in (True, False)]
    if min(map(len, sides)) < fewest:
        return None, None, None
    found = difference(*(share(sum(counts), len(counts)) for counts in sides))
    return found.value, found.low, found.high


def name_of(measure: str, where: Mapping[str, str]) -> str:
    """The lasting name: one line, whatever a CRM's own names hold."""
    limits = ",".join(f"{key}={' '.join(value.split())}" for key, value in where.items())
    return f"{measure}[{limits}]" if limits else measure
