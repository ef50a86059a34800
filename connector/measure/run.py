"""A report from the stored history to its figures. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.backtest.reading import one_moment
from connector.clock import DAY
from connector.config.rulebook import Rulebook
from connector.measure.accounts import companies
from connector.measure.known import Known
from connector.measure.metric import Figure, Maker, Metric
from connector.measure.reading import read
from connector.measure.registry import REGISTRY, Entry
from connector.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is asked."""

    rulebook: Rulebook
    authority: str
    """The platform instance that receives the tasks."""
    start_at: int
    """UTC ms."""
    until_at: int
    """UTC ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The figures of one question."""

    id: str
    title: str
    about: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report tells."""

    start_at: int
    until_at: int
    zone: str
    people: int
    episodes: int
    """Begun in the period and watched."""
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    """What to keep in mind about these figures."""


def known_of(store: Store, asked: Asked) -> Known:
    """What figures are made of; all readings are of one moment, also beside a running daemon."""
    with one_moment(store):
        known = read(store, asked.rulebook, asked.authority, asked.start_at, asked.until_at)
        known.companies = companies(store, asked.rulebook, asked.authority, asked.until_at)
        return known


def measured(
    known: Known, entries: Sequence[Entry] = REGISTRY
) -> Iterator[tuple[Entry, list[Metric]]]:
    """Every section with its metrics."""
    maker = Maker(known.counting.fewest)
    for entry in entries:
        yield entry, list(entry.measure(known, maker))


def report(store: Store, asked: Asked, zone: str) -> Report:
    """The report of a period."""
    known = known_of(store, asked)
    sections = tuple(
        Section(
            id=entry.id,
            title=entry.title,
            about=entry.about,
            figures=tuple(metric.figure for metric in metrics),
        )
        for entry, metrics in measured(known)
    )
    return Report(
        start_at=known.start_at,
        until_at=known.until_at,
        zone=zone,
        people=len(known.people),
        episodes=len(known.stays),
        sections=sections,
        notes=tuple(_notes(known)),
    )


def _notes(known: Known) -> Iterator[str]:
    counting = known.counting
    yield (
        f"Shares and medians are claimed of {counting.fewest} rows or more, with 95 % intervals "
        "(Wilson; order statistics). A dash stands for too few."
    )
    yield (
        f"An opportunity follows an episode when it names the person and was opened within "
        f"{counting.horizon / DAY:g} days after the entry."
    )
    yield "Owners, personas and companies are those of today: only present values are kept."
    young = sum(
        not stay.sales and known.until_at - stay.entered_at < counting.horizon
        for stay in known.stays
    )
    if young:
        yield (
            f"{young:,} of {len(known.stays):,} episodes are younger than that without an "
            "opportunity yet: their ratios can still rise."
        )
    if known.before:
        yield (
            f"{len(known.before):,} episodes of the period were known from the start, only "
            "recorded, and are left out of the flow."
        )
    if known.unnamed:
        yield (
            f"{known.unnamed:,} opportunities of the period name nobody whom we know, and are "
            "left out: they do not tell who was shopping."
        )
