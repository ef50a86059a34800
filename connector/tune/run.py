"""Tuning from the stored history to a proposal. Nothing is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from connector.backtest import Asked, Backtest, Candidate, backtest
from connector.backtest.period import Period, extent, period
from connector.config.rulebook import LeadMode, Rulebook
from connector.errors import AskOperator
from connector.problems import did_you_mean
from connector.store import Store
from connector.tune.cases import Cases, Learning, collect
from connector.tune.fit import fit, redrawn
from connector.tune.model import Design, TooFew, Trial, choose_half_lives, compare, weighable
from connector.tune.proposal import Weights, propose, with_threshold, with_weights
from connector.tune.threshold import Threshold, threshold
from connector.tune.told import Tuned

LEARNED: Final = 2 / 3
"""Of the time that can be judged; the rest is held out."""
DRAWS: Final = 200
"""Times that people are drawn again for the intervals."""
SEED: Final = 5
"""Of the drawing, so that running it again gives the same."""

Progress = Callable[[str, int, int], None]
"""What is being done, how far, of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be tuned, and from what."""

    asked: Asked
    """One candidate: the rules as they are. The rest is as for a backtest."""
    rule: str | None = None
    """Which lead mode; None: the only one."""
    won: bool = True
    """Learn from opportunities that were won; else from all that were opened."""


def tune(
    store: Store,
    wish: Wish,
    now: int,
    progress: Progress = lambda _what, _done, _total: None,
) -> Tuned:
    """Learn weights and thresholds from the earlier part, and judge them by the later part.

    Raises NothingToLookAt, TooFew when there is too little to learn from, and NoBetter when what
    was found is not surely better than the present rules.
    """
    (candidate,) = wish.asked.candidates
    book = candidate.rulebook
    mode = _mode(book, wish.rule)
    when = _learned(store, wish, now)
    cases = _cases(store, book, mode, wish, when, progress)
    trial = Trial(cases, when.horizon_ms) if len(cases.at) else None
    signals = weighable(mode.rule, cases, "wins" if wish.won else "opportunities")
    if trial is None:
        raise TooFew
    present = tuple(mode.rule.signals[number].half_life for number in signals)
    design = choose_half_lives(
        Design(rule=mode.rule, signals=signals, half_lives=present),
        cases,
        trial,
        lambda done, total: progress("half-lives", done, total),
    )
    beats = compare(design, cases, trial)
    weights = _weights(design, cases, progress)
    proposed = with_weights(book, weights)
    persons = _Persons(store, "thresholds", progress)
    found = threshold(store, (book, mode), proposed, wish.asked.authority, when, persons)
    proposed = with_threshold(proposed, mode.rule.id, found.enter, found.leave)
    held_out = _judge(store, wish.asked, candidate, proposed, when, now, progress)
    return Tuned(
        rule=mode.rule.id,
        won=wish.won,
        start_at=when.start_at,
        cut_at=when.until_at,
        until_at=held_out.period.until_at,
        horizon_ms=when.horizon_ms,
        sales=cases.sales,
        cases=len(cases.at),
        persons=len(np.unique(cases.person)),
        weights=weights.weights,
        kept=_kept(mode, signals),
        caps=weights.caps,
        threshold=found,
        beats=beats,
        held_out=held_out,
        doubts=tuple(_doubts(held_out, mode.rule.id, found)),
    )


def _mode(book: Rulebook, wished: str | None) -> LeadMode:
    names = [mode.rule.id for mode in book.lead_modes]
    if wished is None and len(names) == 1:
        return book.lead_modes[0]
    found = next((mode for mode in book.lead_modes if mode.rule.id == wished), None)
    if found is None:
        what = "Which rule?" if wished is None else f'There is no rule "{wished}".'
        near = did_you_mean(wished or "", names)
        raise AskOperator(f"{what} Name one with --rule: {', '.join(names)}.{near and f' {near}'}")
    return found


def _learned(store: Store, wish: Wish, now: int) -> Period:
    """The earlier part of the period, as if it were all that is stored."""
    asked = wish.asked
    books = tuple(each.rulebook for each in asked.candidates)
    known = extent(store, books, now)
    whole = period(
        known, wished_at=asked.since(known.until_at), horizon=asked.horizon, rulebooks=books
    )
    judged = whole.judged_until_at - whole.start_at
    cut = whole.start_at + int(LEARNED * max(0, judged))
    return dataclasses.replace(whole, until_at=cut, judged_until_at=cut - asked.horizon)


class _Persons:
    """Adds up persons for the progress."""

    def __init__(self, store: Store, what: str, progress: Progress) -> None:
        row = store.connection.execute("SELECT count(*) FROM person WHERE merged_into IS NULL")
        self._what, self._progress = what, progress
        self._done, self._total = 0, int(row.fetchone()[0])

    def __call__(self, persons: int) -> None:
        self._done += persons
        self._progress(self._what, self._done, self._total)


def _cases(
    store: Store,
    book: Rulebook,
    mode: LeadMode,
    wish: Wish,
    when: Period,
    progress: Progress,
) -> Cases:
    learning = Learning(
        authority=wish.asked.authority, when=when, won=wish.won, portion=wish.asked.portion
    )
    return collect(store, book, mode, learning, _Persons(store, "reading", progress))


def _weights(design: Design, cases: Cases, progress: Progress) -> Weights:
    points = design.points(cases)
    found = fit(points, cases.followed, cases.weight).coefficients
    draws = redrawn(
        points,
        cases.followed,
        cases.weight,
        cases.person,
        times=DRAWS,
        seed=SEED,
        progress=lambda done, total: progress("intervals", done, total),
    )
    return propose(design, cases, found, draws)


def _judge(
    store: Store,
    asked: Asked,
    candidate: Candidate,
    proposed: Rulebook,
    when: Period,
    now: int,
    progress: Progress,
) -> Backtest:
    new = Candidate(label="proposed", folders=candidate.folders, rulebook=proposed)
    old = dataclasses.replace(candidate, label="now")
    later = dataclasses.replace(asked, candidates=(old, new), since=lambda _end: when.until_at)
    return backtest(store, later, now, lambda done, total: progress("held out", done, total))


def _kept(mode: LeadMode, weighed: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(
        signal.id
        for number, signal in enumerate(mode.rule.signals)
        if number not in weighed and signal.weight > 0
    )


def _doubts(held_out: Backtest, rule: str, found: Threshold) -> list[str]:
    before, after = (
        next(each for each in side.rules if each.rule == rule) for side in held_out.sides
    )
    doubts = []
    old, new = before.opportunity, after.opportunity
    if new.episodes.share is None or new.everybody.lift is None:
        doubts.append("Too few episodes in the held-out time to say whether it is better there.")
    elif old.episodes.share is not None and new.episodes.share <= old.episodes.share:
        doubts.append(
            "In the held-out time no greater share of episodes was followed by an opportunity "
            "than under the present rules: do not use it before you know why."
        )
    elif old.episodes.high is not None and new.episodes.share <= old.episodes.high:
        doubts.append(
            "In the held-out time the difference to the present rules may still be chance: the "
            "share followed lies within the present rules' interval."
        )
    if abs(found.episodes - found.episodes_before) > 0.2 * max(1, found.episodes_before):
        doubts.append(
            f"No threshold makes as many episodes as now: {found.episodes:,} instead of "
            f"{found.episodes_before:,} in the time that was learned from."
        )
    return doubts
