"""Adds up what one set of rules did, portion by portion, and makes figures of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.backtest.bands import Judged, bands, subjects
from connector.backtest.lift import followed
from connector.backtest.outcomes import Outcomes, covered, follows
from connector.backtest.period import Period
from connector.backtest.play import Played, PortionPlayed
from connector.backtest.told import RuleTold
from connector.backtest.weeks import load
from connector.backtest.wins import Sale, Warned, warned
from connector.config.rulebook import LeadMode, Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What must be known of a person to judge episodes."""

    owner: str
    outcomes: Outcomes
    watched_from: int
    """UTC ms; the person's moments are drawn from here on."""

    def chance(self, period: Period, *, won: bool) -> tuple[int, int]:
        """The ms that a random moment is drawn from, and those that an opening or a win follows."""
        begin, end = self.watched_from, period.judged_until_at
        outcomes = self.outcomes.won if won else self.outcomes.opened
        return max(0, end - begin), covered(outcomes, begin, end, period.horizon_ms)


@dataclass(slots=True)
class Tally:
    """One set of rules over one period."""

    rulebook: Rulebook
    period: Period
    _played: dict[str, list[Played]] = field(default_factory=lambda: defaultdict(list))
    _watched: dict[int, Watched] = field(default_factory=dict)
    _looked_at: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, done: PortionPlayed, watched: Mapping[int, Watched]) -> None:
        """Take in one portion."""
        for one in done.played:
            self._played[one.rule].append(one)
        for rule, persons in done.looked_at.items():
            self._looked_at[rule].extend(persons)
            self._watched.update((person, watched[person]) for person in persons)

    def together(self, sales: Sequence[Sale]) -> Warned:
        """Opportunities beside the entries by any of the rules."""
        entries = [one for each in self._played.values() for one in each]
        return warned(sales, _by_person(entries), self.period.horizon_ms)

    def told(
        self,
        mode: LeadMode,
        sales: Sequence[Sale],
        *,
        owners: frozenset[str],
        capacity: int,
        zone: ZoneInfo,
    ) -> RuleTold:
        """The figures of one rule."""
        period, rule = self.period, mode.rule.id
        every = self._played.get(rule, [])
        counted = [one for one in every if period.start_at <= one.at <= period.until_at]
        entered = [one for one in counted if one.entered]
        judged = [one for one in entered if one.at < period.judged_until_at]
        alerts = [one for one in counted if one.hold is None]
        people = self._looked_at[rule]
        by_opening = [self._judged(one, won=False) for one in judged]
        by_win = [self._judged(one, won=True) for one in judged]
        return RuleTold(
            rule=rule,
            title=mode.title or rule,
            looked_at=len(people),
            people=len({one.person for one in entered}),
            episodes=len(entered),
            alerts=len(alerts),
            held=dict(Counter(one.hold.value for one in counted if one.hold).most_common()),
            too_recent=len(entered) - len(judged),
            opportunity=followed(subjects(by_opening, people, self._chance_of_opening)),
            win=followed(subjects(by_win, people, self._chance_of_win)),
            load=load(
                [(one.at, self._owner(one)) for one in entered],
                [(one.at, self._owner(one)) for one in alerts],
                owners=owners,
                start=period.start_at,
                until=period.until_at,
                capacity=capacity,
                zone=zone,
            ),
            warned=warned(sales, _by_person(every), period.horizon_ms),
            bands=bands(by_opening, self._chance_of_opening) if by_opening else (),
        )

    def _judged(self, one: Played, *, won: bool) -> Judged:
        known = self._watched[one.person].outcomes
        outcomes = known.won if won else known.opened
        followed = follows(outcomes, one.at, self.period.horizon_ms)
        return Judged(one.person, one.at, one.score, one.by_hand, followed)

    def _owner(self, one: Played) -> str:
        return self._watched[one.person].owner

    def _chance_of_opening(self, person: int) -> tuple[int, int]:
        return self._watched[person].chance(self.period, won=False)

    def _chance_of_win(self, person: int) -> tuple[int, int]:
        return self._watched[person].chance(self.period, won=True)


def _by_person(played: Sequence[Played]) -> dict[int, list[int]]:
    entries: dict[int, list[int]] = defaultdict(list)
    for one in played:
        if one.entered:
            entries[one.person].append(one.at)
    return {person: sorted(instants) for person, instants in entries.items()}
