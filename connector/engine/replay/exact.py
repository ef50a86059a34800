"""Persons whose endings change what comes after: told one by one by `evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.replay.bursts import Persons
from connector.engine.replay.columns import (
    CHANGES,
    END_REASONS,
    NEVER,
    REASONS,
    Bools,
    Ints,
    People,
    Proof,
    Rows,
    Transitions,
)
from connector.engine.replay.enter import last_not_after
from connector.engine.replay.episodes import LEFT
from connector.engine.replay.merge import spans
from connector.engine.replay.prepare import Prepared
from connector.engine.result import Transition
from connector.engine.rule import MachineTests, Rule
from connector.engine.timeline import Ending, Engaged, FitChange, Timeline, Touchpoint
from connector.model import Evidence

_NO_TESTS: Final = MachineTests(click_after_send=0, scan_links=0, scan_within=0)
_WIPES: Final = np.array([reason.is_disposition for reason in END_REASONS])


class Exact:
    """The persons of one batch that have endings."""

    def __init__(self, rule: Rule, rows: Prepared, persons: Persons, people: People) -> None:
        self._rule, self._rows, self._persons, self._people = rule, rows, persons, people
        low = np.searchsorted(people.ending_person, persons.person, "left")
        high = np.searchsorted(people.ending_person, persons.person, "right")
        self._owner: Rows = np.repeat(np.arange(len(persons.person)), high - low)
        """Per ending, whose it is."""
        self._ending: Rows = spans(low, high - low)

    def wiped(self, now: int) -> Bools:
        """Persons with an instant after a wiped slate."""
        found = np.zeros(len(self._persons.person), np.bool_)
        if self._rule.fresh_start:
            at = self._people.ending_at[self._ending]
            last = self._rows.at[self._persons.heads[self._owner + 1] - 1]
            wipes = _WIPES[self._people.ending_reason[self._ending]]
            found[self._owner[wipes & (at <= now) & (at < last)]] = True
        return found

    def ended(self, owner: Rows, at: Ints, change: Ints, now: int) -> Bools:
        """Persons with an ending in one of their episodes, told as if there were no endings."""
        low = np.searchsorted(owner, self._owner, "left")
        high = np.searchsorted(owner, self._owner, "right")
        ending_at = self._people.ending_at[self._ending]
        some = np.flatnonzero((low < high) & (ending_at <= now))
        last = last_not_after(at, low[some], high[some], ending_at[some])
        # A natural leave at the same moment comes first, an entry at the same moment as well.
        inside = (last >= low[some]) & (change[last] != LEFT)
        found = np.zeros(len(self._persons.person), np.bool_)
        found[self._owner[some[inside]]] = True
        return found

    def tell(
        self, chosen: Bools, touchpoints: Sequence[Touchpoint], matcher: Matcher, now: int
    ) -> tuple[Transitions, Rows]:
        """The transitions of the chosen persons, and whose each is."""
        told: list[Transition] = []
        owner: list[int] = []
        for one in np.flatnonzero(chosen).tolist():
            line = self._timeline(one, touchpoints)
            mine = evaluate(self._rule, line, now, _NO_TESTS, matcher).transitions
            told += mine
            owner += [one] * len(mine)
        whose = np.array(owner, np.intp)
        return _columns(self._rule, told, self._persons.person[whose]), whose

    def _timeline(self, owner: int, touchpoints: Sequence[Touchpoint]) -> Timeline:
        people, persons = self._people, self._persons
        first, end = np.searchsorted(self._owner, [owner, owner + 1])
        endings = self._ending[first:end].tolist()
        low, high = np.searchsorted(people.fit_person, persons.person[owner] + np.arange(2))
        known_at = int(persons.known_at[owner])
        return Timeline(
            known_at=None if known_at == NEVER else known_at,
            engagements=_engaged(self._rows, persons.heads[owner : owner + 2], touchpoints),
            endings=tuple(
                Ending(int(people.ending_at[e]), END_REASONS[int(people.ending_reason[e])])
                for e in endings
            ),
            fit=tuple(
                FitChange(int(people.fit_at[f]), bool(people.fits[f])) for f in range(low, high)
            ),
        )


def _engaged(
    rows: Prepared, bounds: Rows, touchpoints: Sequence[Touchpoint]
) -> tuple[Engaged, ...]:
    mine = np.arange(bounds[0], bounds[1])
    human = np.where(rows.humans(mine), int(Evidence.HUMAN), int(Evidence.UNKNOWN))
    places = rows.source.touchpoint
    about = np.full(len(mine), -1) if places is None else places[rows.places(mine)]
    named = (*touchpoints, Touchpoint())
    return tuple(
        Engaged(at, one, kind, evidence, named[place])
        for at, one, kind, evidence, place in zip(
            rows.at[mine].tolist(),
            rows.ids(mine).tolist(),
            rows.kinds(mine).tolist(),
            human.tolist(),
            about.tolist(),
            strict=True,
        )
    )


def _columns(rule: Rule, told: Sequence[Transition], person: Ints) -> Transitions:
    place = {signal.id: number for number, signal in enumerate(rule.signals)}
    proof = [one for transition in told for one in transition.evidence]
    counts = np.array([len(transition.evidence) for transition in told], np.int64)
    return Transitions(
        person=person,
        at=np.array([one.at for one in told], np.int64),
        change=np.array([CHANGES.index(one.change) for one in told], np.int64),
        reason=np.array([REASONS.index(one.reason) for one in told], np.int64),
        burst=np.array([one.burst for one in told], np.int64),
        score=np.array([one.score for one in told], np.float64),
        alert=np.zeros(len(told), np.bool_),
        raised_by=np.array([-1 if one.raised_by is None else one.raised_by.id for one in told]),
        proof=Proof(
            np.append(0, np.cumsum(counts)),
            np.array([one.engaged.id for one in proof], np.int64),
            np.array([place[one.signal] for one in proof], np.int64),
            np.array([one.points for one in proof], np.float64),
        ),
    )
