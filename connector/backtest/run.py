"""A backtest from the stored history to its figures. Nothing is changed."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.backtest.asked_of import fields_asked
from connector.backtest.notes import notes_of
from connector.backtest.outcomes import judged_by, outcomes_of
from connector.backtest.period import Period, extent, period
from connector.backtest.play import Player
from connector.backtest.reading import (
    PORTION,
    Portion,
    naming_nobody,
    naming_somebody,
    one_moment,
    portions,
    size,
)
from connector.backtest.tally import Tally, Watched
from connector.backtest.told import Arrival, Backtest, Side
from connector.backtest.wins import Sales
from connector.config.rulebook import HandOff, Rulebook
from connector.model import Person
from connector.plan.hand_off import owner_for
from connector.store import Store
from connector.store.overview import user_name

_SLOW: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One set of rules to be tried."""

    label: str
    folders: tuple[str, ...]
    rulebook: Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a backtest is asked."""

    candidates: tuple[Candidate, ...]
    authority: str
    """The platform instance that receives the tasks."""
    since: Callable[[int], int]
    """From the end of what is stored (UTC ms) to the wished beginning."""
    horizon: int
    """ms."""
    capacity: int
    """Alerts per rep and week."""
    zone: ZoneInfo
    company_wide: bool = False
    """Whether opportunities that name nobody judge everybody of their company."""
    portion: int = PORTION
    """Engagements looked at together; bounds the memory."""


def backtest(
    store: Store,
    asked: Asked,
    now: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Backtest:
    """Play the stored history under every set of rules and tell what they would have done.

    `progress` hears of rows done and rows in all. All readings are of one moment, also beside a
    running daemon. Raises NothingToLookAt.
    """
    rulebooks = tuple(each.rulebook for each in asked.candidates)
    with one_moment(store):
        known = extent(store, rulebooks, now)
        when = period(
            known,
            wished_at=asked.since(known.until_at),
            horizon=asked.horizon,
            rulebooks=rulebooks,
        )
        return _Run(store, asked, when).told(progress)


class _Run:
    def __init__(self, store: Store, asked: Asked, when: Period) -> None:
        self._store, self._asked, self._period = store, asked, when
        self._named = None if asked.company_wide else naming_somebody(store)
        self._sales = Sales(when)
        self._owners: dict[str, str] = {}
        self._persons = self._engagements = 0
        self._hand_offs = [each.rulebook.hand_off for each in asked.candidates]

    def told(self, progress: Callable[[int, int], None]) -> Backtest:
        asked, when = self._asked, self._period
        players = [
            Player(self._store, each.rulebook, asked.authority, when.until_at)
            for each in asked.candidates
        ]
        tallies = [Tally(each.rulebook, when) for each in asked.candidates]
        total = size(self._store, when.until_at)
        for portion in portions(self._store, asked.authority, when.until_at, asked.portion):
            watched = [self._watched(portion, number) for number in range(len(self._hand_offs))]
            for player, tally, known in zip(players, tallies, watched, strict=True):
                tally.take(player.play(portion), known)
            self._persons += len(portion.persons)
            self._engagements += len(portion.columns.at)
            progress(self._persons + self._engagements, total)
        return self._backtest(tallies)

    def _watched(self, portion: Portion, number: int) -> dict[int, Watched]:
        return {
            person.id: self._watch(person, portion, self._hand_offs[number], note=number == 0)
            for person in portion.persons
        }

    def _watch(self, person: Person, portion: Portion, hand_off: HandOff, *, note: bool) -> Watched:
        instants = portion.instants_of(person.id)
        own = judged_by(person, self._named)
        if note and own.opportunities:
            name = _name(person, self._asked.authority)
            self._sales.note(own, name, portion.acts_of(person.id))
        known = [*instants[:1], *([] if person.known_at is None else [person.known_at])]
        until = self._period.until_at
        return Watched(
            owner=self._owner(owner_for(person, hand_off, until)) if person.records else "",
            outcomes=outcomes_of(own, self._period.until_at),
            watched_from=max(self._period.start_at, min(known, default=self._period.until_at)),
        )

    def _owner(self, user: str | None) -> str:
        if user is None:
            return ""
        if user not in self._owners:
            name = user_name(self._store.connection, self._asked.authority, user)
            self._owners[user] = name or f"user {user}"
        return self._owners[user]

    def _backtest(self, tallies: Sequence[Tally]) -> Backtest:
        asked, sales = self._asked, self._sales.all()
        owners = frozenset(self._owners.values())
        sides = tuple(
            Side(
                label=each.label,
                folders=each.folders,
                revision=each.rulebook.revision,
                rules=tuple(
                    tally.told(
                        mode,
                        sales,
                        owners=owners,
                        capacity=asked.capacity,
                        zone=asked.zone,
                    )
                    for mode in each.rulebook.lead_modes
                ),
                together=tally.together(sales),
                present_fields=fields_asked(each.rulebook),
            )
            for each, tally in zip(asked.candidates, tallies, strict=True)
        )
        together = sides[0].together
        unnamed = naming_nobody(self._store, self._period.start_at, self._period.until_at)
        left_out = 0 if asked.company_wide else unnamed
        arrival = _arrival(self._store, self._period.until_at)
        return Backtest(
            period=self._period,
            zone=str(asked.zone),
            capacity=asked.capacity,
            persons=self._persons,
            engagements=self._engagements,
            company_wide=asked.company_wide,
            unnamed=unnamed,
            opportunities=together.opened,
            wins=together.wins,
            reps=len(owners),
            arrival=arrival,
            sides=sides,
            notes=tuple(notes_of(self._period, sides, arrival, together, left_out)),
        )


def _name(person: Person, authority: str) -> str:
    main = person.record_in(authority) or next(iter(person.records), None)
    return str(main.fields.get("name") or "") if main else ""


def _arrival(store: Store, until: int) -> Arrival:
    """What the decisions of the daemon say about lateness; the baseline was all there before."""
    rows = store.connection.execute(
        "SELECT decided_at - at FROM decision WHERE hold IS NOT 'baseline' "
        "AND change <> 'suspected' AND decided_at <= ? ORDER BY 1",
        (until,),
    )
    waits = [max(0, wait) for (wait,) in rows]
    late = store.connection.execute(
        "SELECT count(*) FROM late WHERE at + ms <= ?", (until,)
    ).fetchone()[0]
    return Arrival(
        late=int(late),
        decisions=len(waits),
        median_ms=round(statistics.median(waits)) if waits else None,
        slow_ms=waits[int(_SLOW * (len(waits) - 1))] if waits else None,
    )
