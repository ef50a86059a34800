"""The replay itself: batch in, transitions out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from connector.engine.match import Matcher
from connector.engine.replay.alerts import alerts_of
from connector.engine.replay.bursts import Bursts, Persons, bursts_of, persons_of, raised_hands
from connector.engine.replay.columns import (
    Bools,
    Columns,
    People,
    Proof,
    Replayed,
    Rows,
    Surges,
    Transitions,
)
from connector.engine.replay.enter import Entrance
from connector.engine.replay.episodes import LEFT, Hands, Telling, Told, exits_of
from connector.engine.replay.exact import Exact
from connector.engine.replay.lanes import NOTHING, Lanes, scored
from connector.engine.replay.merge import merged, spread, taken
from connector.engine.replay.prepare import Prepared, over_limit, prepare, signal_table
from connector.engine.replay.proof import proof_of
from connector.engine.replay.surge import no_surges, surges_of
from connector.engine.rule import Rule
from connector.engine.timeline import Touchpoint

_LARGE = 24 << 20
_WORTH_DROPPING = 0.9
"""Rows of persons who cannot enter are dropped when fewer than this share would stay."""


class SurgeTest(NamedTuple):
    """When an account surges (docs/semantics.md)."""

    people: float
    """Distinct persons, or the sum of their weights."""
    window: int
    """ms looked back: (t - window, t]."""


def replay(
    rule: Rule,
    batches: Iterable[Columns],
    people: People,
    *,
    now: int,
    touchpoints: Sequence[Touchpoint] = (),
    surge: SurgeTest | None = None,
) -> Iterator[Replayed]:
    """What `evaluate` says about every person, batch by batch.

    Each batch must hold whole persons, and whole accounts if surges are asked for (see
    `cut_batches`). Memory is bounded by the largest batch and `people`, not by the history. The
    evidence classes must already be those of the machine tests (`classify_columns`).
    """
    replayer = Replayer(rule, people, now=now, touchpoints=touchpoints, surge=surge)
    for batch in batches:
        if len(batch.at):
            yield replayer.batch(batch)


class Replayer:
    """The same for one batch at a time, for callers that bring their own loop."""

    def __init__(
        self,
        rule: Rule,
        people: People,
        *,
        now: int,
        touchpoints: Sequence[Touchpoint] = (),
        surge: SurgeTest | None = None,
    ) -> None:
        self._rule, self._people, self._now = rule, people, now
        self._touchpoints, self._surge = touchpoints, surge
        self._matcher, self._lanes = Matcher(rule), Lanes.of(rule)
        self._table = signal_table(self._matcher, touchpoints)
        _keep_freed_memory()

    def batch(self, batch: Columns) -> Replayed:
        """Everything about the persons and accounts of one batch."""
        rows = prepare(batch, self._table, self._touchpoints, self._now)
        persons = persons_of(rows, self._people)
        if not len(rows):
            return Replayed(_nothing(), no_surges())
        return Replayed(self._transitions(rows, persons), self._surges(rows, persons))

    def _surges(self, rows: Prepared, persons: Persons) -> Surges:
        if self._surge is None:
            return no_surges()
        need, window = self._surge
        return surges_of(rows, persons, self._people, need, window, self._now)

    def _transitions(self, rows: Prepared, persons: Persons) -> Transitions:
        if len(self._people.ending_person):
            told = self._with_endings(rows, persons)
        else:
            told, _ = self._columnar(rows, persons, np.zeros(len(persons.person), np.bool_))
        alert = alerts_of(told.person, told.at, told.change, told.reason, self._rule.cooldown)
        return told._replace(alert=alert)

    def _with_endings(self, rows: Prepared, persons: Persons) -> Transitions:
        exact = Exact(self._rule, rows, persons, self._people)
        chosen = exact.wiped(self._now)
        told, owner = self._columnar(rows, persons, chosen)
        chosen |= exact.ended(owner, told.at, told.change, self._now)
        if not chosen.any():
            return told
        one_by_one, whose = exact.tell(chosen, self._touchpoints, self._matcher, self._now)
        kept = np.flatnonzero(~chosen[owner])
        return merged([taken(told, kept), one_by_one], [owner[kept], whose])

    def _columnar(
        self, rows: Prepared, persons: Persons, left_out: Bools
    ) -> tuple[Transitions, Rows]:
        """Everybody's transitions as if there were no endings, and whose each is."""
        bursts = bursts_of(self._rule, rows, persons)
        hands = Hands(*raised_hands(self._rule, rows, bursts))
        can = np.zeros(len(persons.person), np.bool_)
        can[persons.of(bursts.starts[bursts.armed])] = True
        can[persons.of(hands.closing)] = True
        can &= ~left_out
        staying = np.diff(persons.heads)[can].sum()
        if left_out.any() or staying < _WORTH_DROPPING * len(rows):
            mine = np.flatnonzero(can)
            rows = rows.select(np.repeat(can, np.diff(persons.heads)))
            if not len(rows):
                return _nothing(), np.empty(0, np.intp)
            persons = persons_of(rows, self._people)
            bursts = bursts_of(self._rule, rows, persons)
            hands = Hands(*raised_hands(self._rule, rows, bursts))
        else:
            mine = np.arange(len(persons.person))
        told, carried = self._told(rows, persons, bursts, hands)
        return self._columns(told, carried, rows, persons), mine[persons.of(told.row)]

    def _told(
        self, rows: Prepared, persons: Persons, bursts: Bursts, hands: Hands
    ) -> tuple[Told, Bools | None]:
        rule = self._rule
        carried = over_limit(rule, rows)
        points = rows.signal if carried is None else np.where(carried, rows.signal, NOTHING)
        scores = scored(rule, self._lanes, bursts.since, persons.heads[:-1], points)
        exits = exits_of(rule, rows, bursts, scores, persons.heads, self._now)
        entrance = Entrance(rule, rows, bursts, persons, self._people)
        entered = entrance.first_passing(
            np.flatnonzero(scores.enough & bursts.last_of_instant), hands.closing
        )
        telling = Telling(rule, self._lanes, rows, bursts, scores, exits, hands)
        return telling.tell(entered), carried

    def _columns(
        self, told: Told, carried: Bools | None, rows: Prepared, persons: Persons
    ) -> Transitions:
        shown = told.change != LEFT
        proof = proof_of(self._rule, rows, persons, carried, told.row[shown])
        raised_by = np.full(len(told.row), -1, np.int64)
        by_hand = np.flatnonzero(told.hand >= 0)
        raised_by[by_hand] = rows.ids(told.hand[by_hand])
        return Transitions(
            person=rows.person[told.row],
            at=told.at,
            change=told.change,
            reason=told.reason,
            burst=told.burst,
            score=told.score,
            alert=shown,
            raised_by=raised_by,
            proof=spread(proof, shown),
        )


def _keep_freed_memory() -> None:
    """Have the allocator keep what one batch frees for the next one.

    glibc gives memory back to the system above twice the largest block that was ever freed; the
    pages would be asked for again, and cleared, with every batch (a tenth of the time of a
    replay). Freeing one large block, of which no page was touched, raises that level.
    """
    np.empty(_LARGE, np.uint8)


def _nothing() -> Transitions:
    none = np.empty(0, np.int64)
    proof = Proof(np.zeros(1, np.int64), none, none, np.empty(0))
    return Transitions(
        none, none, none, none, none, np.empty(0), np.empty(0, np.bool_), none, proof
    )
