"""From entries and raised hands to whole episodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from connector.engine.replay.bursts import Bursts
from connector.engine.replay.columns import CHANGES, REASONS, Bools, Floats, Ints, Rows
from connector.engine.replay.lanes import Lanes, Scored, first_decayed
from connector.engine.replay.prepare import Prepared
from connector.engine.result import Change, Reason
from connector.engine.rule import EPSILON, Rule

ENTERED, RAISED, LEFT = (CHANGES.index(c) for c in (Change.ENTERED, Change.RAISED, Change.LEFT))
BY_SCORE, BY_HAND, DECAYED, IDLE = (
    REASONS.index(r) for r in (Reason.SCORE, Reason.HAND_RAISE, Reason.DECAYED, Reason.IDLE)
)


class Told(NamedTuple):
    """Transitions of persons without endings, in order; `row` says whose they are."""

    row: Rows
    """The row after which it happened: that of the instant for entered and raised."""
    at: Ints
    change: Ints
    reason: Ints
    burst: Ints
    score: Floats
    hand: Rows
    """Row of the hand-raise, -1 when there was none."""


class Exits(NamedTuple):
    """Rows after which an episode cannot go on, or nobody knows yet what comes."""

    natural: Rows
    """By decay, by silence, or because the person has no later instant."""
    silent: Rows
    """The same without decay, for episodes with a raised hand."""
    room: Ints
    """Per row, ms until the next instant of the person, or until now."""


def exits_of(
    rule: Rule, rows: Prepared, bursts: Bursts, scores: Scored, heads: Rows, now: int
) -> Exits:
    """Every row's own answer; which of them matter is a matter of who is in lead mode."""
    room = np.empty(len(rows), np.int64)
    room[:-1] = bursts.since[1:]
    last = heads[1:] - 1
    room[last] = now - rows.at[last]
    silent = room >= rule.idle_after
    silent[last] = True
    if rule.leave <= 0:
        over = np.flatnonzero(silent)
        return Exits(over, over, room)
    natural = silent.copy()
    natural[:-1] |= scores.faded[1:]
    natural &= bursts.last_of_instant
    return Exits(np.flatnonzero(natural), np.flatnonzero(silent), room)


class Hands(NamedTuple):
    """Raised hands, ascending."""

    closing: Rows
    """Row that closes the instant."""
    row: Rows
    """Row of the hand-raise with the greatest id."""


class Telling(NamedTuple):
    """Everything that is needed to tell the episodes of a batch."""

    rule: Rule
    lanes: Lanes
    rows: Prepared
    bursts: Bursts
    scores: Scored
    exits: Exits
    hands: Hands

    def tell(self, entered: Rows) -> Told:
        """All transitions, given the rows at which somebody entered by score."""
        exit_row = _next(self.exits.natural, entered)
        start = self.bursts.starts[np.searchsorted(self.bursts.starts, entered, "right") - 1]
        anchor = self.rows.at[start]
        hand = _next(np.append(self.hands.closing, len(self.rows)), entered)
        covered = hand <= exit_row
        parts = [
            self._entered(entered, anchor),
            self._left(exit_row[~covered], anchor[~covered], decays=True),
            *self._hand_raised(hand[covered], anchor[covered]),
        ]
        return _in_order(Told._make(map(np.concatenate, zip(*parts, strict=True))))

    def _entered(self, entered: Rows, anchor: Ints) -> Told:
        return Told(
            row=entered,
            at=self.rows.at[entered],
            change=np.full(len(entered), ENTERED),
            reason=np.full(len(entered), BY_SCORE),
            burst=anchor,
            score=self.scores.score(entered),
            hand=np.full(len(entered), -1),
        )

    def _hand_raised(self, joined: Rows, anchor: Ints) -> tuple[Told, ...]:
        """Raised hands and the episodes that they begin or keep alive.

        From a raised hand on only silence ends an episode, so all raised hands up to the next
        silence are of one episode: the first enters, unless it joined one entered by score.
        """
        hands, row = self.hands
        silence = _next(self.exits.silent, hands)
        opens = np.ones(len(hands), np.bool_)
        opens[1:] = silence[1:] != silence[:-1]
        burst = self.rows.at[hands]
        place = np.searchsorted(hands, joined)
        burst[place] = anchor
        enters = opens.copy()
        enters[place] = False
        run = np.cumsum(opens) - 1
        burst = burst[opens][run]
        raised = Told(
            row=hands,
            at=self.rows.at[hands],
            change=np.where(enters, ENTERED, RAISED),
            reason=np.full(len(hands), BY_HAND),
            burst=burst,
            score=self.scores.score(hands),
            hand=row,
        )
        return raised, self._left(silence[opens], burst[opens], decays=False)

    def _left(self, row: Rows, anchor: Ints, *, decays: bool) -> Told:
        """Who left after these rows, and when; those who are still in lead mode are not told."""
        rule, at = self.rule, self.rows.at[row]
        room = self.exits.room[row]
        wait = np.minimum(room, rule.idle_after)
        sums = self.scores.sums(row)
        decayed = np.zeros(len(row), np.bool_)
        if decays and rule.leave > 0:
            decayed = self._gone(sums, wait) | self._must_decay(row, room)
            some = np.flatnonzero(decayed)
            sums_there = [lane[some] for lane in sums]
            wait[some] = first_decayed(self.lanes, sums_there, wait[some], rule.leave)
        left = np.flatnonzero(decayed | (room >= rule.idle_after))
        sums = [lane[left] for lane in sums]
        return Told(
            row=row[left],
            at=at[left] + wait[left],
            change=np.full(len(left), LEFT),
            reason=np.where(decayed[left], DECAYED, IDLE),
            burst=anchor[left],
            score=self.lanes.after(sums, wait[left].astype(np.float64)),
            hand=np.full(len(left), -1),
        )

    def _gone(self, sums: list[Floats], wait: Ints) -> Bools:
        score = self.lanes.after(sums, wait.astype(np.float64))
        gone: Bools = score <= self.rule.leave * (1 + EPSILON)
        return gone

    def _must_decay(self, row: Rows, room: Ints) -> Bools:
        """Exits that neither silence nor the end of the data explains, whatever rounding says."""
        last = np.append(self.bursts.first, True)[row + 1]
        return ~last & (room < self.rule.idle_after)


def _next(places: Rows, rows: Rows) -> Rows:
    """Per row the first of the ascending places at or after it; there must be one."""
    return places[np.searchsorted(places, rows)]


def _in_order(told: Told) -> Told:
    """By person and time; leaving comes before an instant of the same moment.

    Rows are sorted by (person, instant), and nobody leaves after the next instant, so the row
    itself is the order of what happened, with leaving as the last thing after it.
    """
    order = np.argsort(told.row * 2 + (told.change == LEFT), kind="stable")
    return Told._make(column[order] for column in told)
