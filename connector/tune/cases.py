"""The history as cases: a moment of a person, what they had done by then, and what followed.

A case is a person at a moment of a weekly grid, whether anything happened just then or not: points
tell something only beside the silence of others. Nothing after the moment is in what "had been
done"; what followed within the horizon is only in `sale`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from connector.backtest.known import Known, Span, holds_at
from connector.backtest.outcomes import judged_by
from connector.backtest.period import Period
from connector.backtest.reading import Portion, naming_somebody, portions
from connector.clock import DAY
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.match import Matcher
from connector.engine.replay import classify_columns
from connector.engine.replay.prepare import over_limit, prepare, signal_table
from connector.model import Person, Record, RecordRef
from connector.plan.history import closed_at, is_won
from connector.store import Store

STEP: Final = 7 * DAY
"""Between two cases of one person."""
GRID: Final = tuple(days * DAY for days in (7, 14, 30, 60, 90, 180))
"""Half-lives that are tried."""
MOST: Final = 60_000
"""About so many cases are looked at; of those who never bought a part stands for all."""
NOTHING: Final = -1
_SPREAD: Final = 2_654_435_761
_WORD: Final = 1 << 32

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """What is learned from."""

    authority: str
    when: Period
    """Cases lie between its start and `judged_until_at`; what came after `until_at` is unknown."""
    won: bool
    """Whether only opportunities that were won count, or every one that was opened."""
    most: int = MOST
    portion: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Columns, one entry per case, in order of (person, moment)."""

    person: Ints
    at: Ints
    sale: Ints
    """Number of the first opportunity that was opened within the horizon; NOTHING if none."""
    weight: Floats
    """How many cases it stands for, where one opportunity counts once, however many cases of its
    person it follows."""
    done: NDArray[np.float32]
    """[case, signal, half-life]: what the engagement that carries points would be worth by then
    if fresh engagement were worth one point."""
    half_lives: tuple[int, ...]
    """ms, ascending: the grid, and those that the rule has now."""
    people: tuple[int, ...]
    """Per signal, how many of the persons looked at did it."""

    def part(self, chosen: NDArray[np.bool_]) -> Cases:
        """Some of the cases."""
        return Cases(
            person=self.person[chosen],
            at=self.at[chosen],
            sale=self.sale[chosen],
            weight=self.weight[chosen],
            done=self.done[chosen],
            half_lives=self.half_lives,
            people=self.people,
        )

    @property
    def followed(self) -> NDArray[np.bool_]:
        """Whether an opportunity followed."""
        found: NDArray[np.bool_] = self.sale != NOTHING
        return found

    @property
    def sales(self) -> int:
        """How many opportunities follow at least one case."""
        return len(np.unique(self.sale[self.followed]))


def drawn(numbers: Ints, salt: int) -> Floats:
    """For each number one between 0 and 1 that looks random and is always the same."""
    mixed = (numbers.astype(np.uint64) + np.uint64(salt)) * np.uint64(_SPREAD) % np.uint64(_WORD)
    mixed ^= mixed >> np.uint64(15)
    mixed = mixed * np.uint64(_SPREAD) % np.uint64(_WORD)
    return mixed.astype(np.float64) / _WORD


def collect(
    store: Store,
    book: Rulebook,
    mode: LeadMode,
    learning: Learning,
    progress: Callable[[int], None] = lambda _persons: None,
) -> Cases:
    """The cases of everybody the rule can enter, as of the end of what is stored."""
    collector = _Collector(store, book, mode, learning)
    for portion in portions(store, learning.authority, learning.when.until_at, learning.portion):
        collector.take(portion)
        progress(len(portion.persons))
    return collector.cases()


class _Did(NamedTuple):
    """What one person did, as columns, as far as it carries points."""

    at: Ints
    arrived: Ints
    """When it was known, UTC ms."""
    signal: Ints


class _Collector:
    def __init__(self, store: Store, book: Rulebook, mode: LeadMode, learning: Learning) -> None:
        self._book, self._mode, self._learning = book, mode, learning
        self._matcher = Matcher(mode.rule)
        self._known = Known(book, learning.authority, learning.when.until_at)
        self._half_lives = tuple(sorted({*GRID, *(s.half_life for s in mode.rule.signals)}))
        self._named = naming_somebody(store)
        self._sales: dict[RecordRef, int] = {}
        self._people = np.zeros(len(mode.rule.signals), np.int64)
        self._kept = self._share(store)
        self._parts: list[tuple[Ints, Ints, Ints, Floats, NDArray[np.float32]]] = []

    def _share(self, store: Store) -> float:
        """The share of those who never bought that is looked at."""
        persons = store.connection.execute(
            "SELECT count(*) FROM person WHERE merged_into IS NULL"
        ).fetchone()[0]
        weeks = max(1, self._learning.when.length // STEP)
        return min(1.0, self._learning.most / max(1, int(persons) * weeks))

    def take(self, portion: Portion) -> None:
        book, rule = self._book, self._mode.rule
        touchpoints = portion.touchpoints
        rows = prepare(
            classify_columns(portion.columns, touchpoints, book.machine),
            signal_table(self._matcher, touchpoints),
            touchpoints,
            self._learning.when.until_at,
        )
        carried = over_limit(rule, rows)
        counts = np.ones(len(rows), np.bool_) if carried is None else carried
        for person in portion.persons:
            stands_for = self._looked_at(person)
            if not stands_for:
                continue
            low, high = np.searchsorted(rows.person, [person.id, person.id + 1])
            own = np.arange(low, high)[counts[low:high]]
            self._people[np.unique(rows.signal[own])] += 1
            instants = portion.instants_of(person.id)
            did = _Did(
                at=rows.at[own].astype(np.int64),
                arrived=rows.at[own] + portion.late[rows.places(own)],
                signal=rows.signal[own].astype(np.int64),
            )
            self._add(person, instants, did, stands_for)

    def _looked_at(self, person: Person) -> float:
        """How many persons this one stands for; 0: is not looked at."""
        if not person.records:
            return 0.0
        if not all(any(span.holds for span in spans) for spans in self._when(person)):
            return 0.0
        if judged_by(person, self._named).opportunities:
            return 1.0
        chance = float(drawn(np.array([person.id]), 1)[0])
        return 1.0 / self._kept if chance < self._kept else 0.0

    def _when(self, person: Person) -> Sequence[Sequence[Span]]:
        """When the rule is for the person, and when they fit."""
        mode = self._mode
        return [self._known.spans(person, each) for each in (mode.applies_to, mode.fit)]

    def _add(self, person: Person, instants: Sequence[int], did: _Did, stands_for: float) -> None:
        moments = self._moments(person, instants)
        sale = self._followed_by(person, moments)
        known = sale > _UNKNOWN
        moments, sale = moments[known], sale[known]
        if not len(moments):
            return
        weight = np.full(len(moments), stands_for * STEP / self._learning.when.horizon_ms)
        person_column = np.full(len(moments), person.id)
        self._parts.append((person_column, moments, sale, weight, self._done(moments, did)))

    def _moments(self, person: Person, instants: Sequence[int]) -> Ints:
        """The weekly grid of a person, each with a weekday of their own; not while a sale is on."""
        when = self._learning.when
        begin = max([when.start_at, *instants[:1], *_known(person)])
        first = begin + int(drawn(np.array([person.id]), 2)[0] * STEP)
        moments = np.arange(first, when.judged_until_at, STEP, dtype=np.int64)
        free = np.ones(len(moments), np.bool_)
        for one in person.opportunities:
            if one.created_at is not None:
                closed = closed_at(one)
                free &= (moments < one.created_at) | (
                    False if closed is None else moments >= closed
                )
        for spans in self._when(person):
            if len(spans) > 1:
                free &= np.array([holds_at(spans, at) for at in moments.tolist()], np.bool_)
        return moments[free]

    def _followed_by(self, person: Person, moments: Ints) -> Ints:
        """Per moment the sale that followed; _UNKNOWN while nobody knows how one will end."""
        found = np.full(len(moments), NOTHING)
        horizon, until = self._learning.when.horizon_ms, self._learning.when.until_at
        for opened, one in sorted(_openings(judged_by(person, self._named).opportunities, until)):
            before = (moments < opened) & (opened <= moments + horizon) & (found < 0)
            closed = closed_at(one.record)
            if self._learning.won and (closed is None or closed > until):
                found[before] = _UNKNOWN
            elif not self._learning.won or is_won(one.record):
                found[before] = self._sales.setdefault(one.record.ref, len(self._sales))
        return found

    def _done(self, moments: Ints, did: _Did) -> NDArray[np.float32]:
        shape = (len(moments), len(self._people), len(self._half_lives))
        done = np.zeros(shape, np.float32)
        if len(did.at):
            ages = (moments[:, None] - did.at[None, :]).astype(np.float64)
            known = moments[:, None] >= did.arrived[None, :]
            is_of = did.signal[:, None] == np.arange(shape[1])[None, :]
            for number, half_life in enumerate(self._half_lives):
                left = np.where(known, np.exp2(-np.maximum(ages, 0) / half_life), 0.0)
                done[:, :, number] = left @ is_of
        return done

    def cases(self) -> Cases:
        none = np.empty(0, np.int64)
        shape = (0, len(self._people), len(self._half_lives))
        empty = (none, none, none, np.empty(0), np.empty(shape, np.float32))
        columns = zip(*(self._parts or [empty]), strict=True)
        person, at, sale, weight, done = (np.concatenate(column) for column in columns)
        return Cases(
            person=person,
            at=at,
            sale=sale,
            weight=weight,
            done=done,
            half_lives=self._half_lives,
            people=tuple(self._people.tolist()),
        )


_UNKNOWN: Final = -2


@dataclass(frozen=True, slots=True, order=True)
class _Opening:
    key: str
    record: Record


def _openings(opportunities: Sequence[Record], until: int) -> Iterator[tuple[int, _Opening]]:
    for one in opportunities:
        if one.created_at is not None and one.created_at <= until:
            yield one.created_at, _Opening(one.ref.id, one)


def _known(person: Person) -> list[int]:
    return [] if person.known_at is None else [person.known_at]
