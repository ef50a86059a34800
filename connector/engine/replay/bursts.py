"""Instants, bursts and raised hands of the rows of a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from connector.engine.replay.columns import NEVER, Bools, Ints, People, Rows, accounts_of
from connector.engine.replay.prepare import Prepared
from connector.engine.rule import Rule


class Persons(NamedTuple):
    """Who the rows of a batch belong to: person i has the rows heads[i] to heads[i + 1]."""

    heads: Rows
    """First row of each person, then the number of rows."""
    person: Ints
    account: Ints
    place: Rows
    """In `People`, -1 for a person that is not there."""
    known_at: Ints
    """NEVER when not known."""

    def of(self, rows: Rows) -> Rows:
        """Which person each of some ascending rows belongs to."""
        return run_of(self.heads[:-1], rows)


def persons_of(rows: Prepared, people: People) -> Persons:
    """The persons of the rows."""
    starts = np.flatnonzero(rows.person[1:] != rows.person[:-1]) + 1
    heads = np.r_[0, starts, len(rows)] if len(rows) else np.zeros(1, np.intp)
    person = rows.person[heads[:-1]]
    account, place = accounts_of(person, people)
    known = np.full(len(person), NEVER)
    if len(people.person):
        known = np.where(place >= 0, people.known_at[place], NEVER)
    return Persons(heads, person, account, place, known)


class Bursts(NamedTuple):
    """Bursts by gaps alone; a raised hand starts its own inside of one of these."""

    starts: Rows
    """First row of each burst."""
    armed: Bools
    since: Ints
    """Per row, ms since the row before; 0 where a person begins."""
    first: Bools
    """Per row, whether it is the first of its person."""
    last_of_instant: Bools
    """Per row, whether it closes its instant: only then the rules are evaluated."""


def bursts_of(rule: Rule, rows: Prepared, persons: Persons) -> Bursts:
    """Where bursts start, and which are armed."""
    size = len(rows)
    since = np.zeros(size, np.int64)
    np.subtract(rows.at[1:], rows.at[:-1], out=since[1:])
    since[persons.heads[:-1]] = 0
    first = np.zeros(size, np.bool_)
    first[persons.heads[:-1]] = True
    closes = np.ones(size, np.bool_)
    np.not_equal(since[1:], 0, out=closes[:-1])
    closes[:-1] |= first[1:]
    begins = since >= rule.dormant_after
    begins |= first
    starts = np.flatnonzero(begins)
    armed = ~first[starts]
    arrival = rows.at[persons.heads[:-1]]
    known = persons.known_at != NEVER
    waited = arrival - np.where(known, persons.known_at, arrival)
    armed[first[starts]] = waited >= rule.dormant_after
    return Bursts(starts, armed, since, first, closes)


def raised_hands(rule: Rule, rows: Prepared, bursts: Bursts) -> tuple[Rows, Rows]:
    """Instants with a raised hand: the row that closes each, and the row of its greatest id."""
    marked = np.array([signal.hand_raise for signal in rule.signals], np.bool_)
    if not marked.any():
        none = np.empty(0, np.intp)
        return none, none
    hands = np.flatnonzero(marked[rows.signal])
    hands = hands[rows.humans(hands)]
    closing = np.flatnonzero(bursts.last_of_instant)
    closes = closing[np.searchsorted(closing, hands)]
    greatest = np.ones(len(hands), np.bool_)
    greatest[:-1] = closes[1:] != closes[:-1]
    return closes[greatest], hands[greatest]


def run_of(starts: Rows, rows: Rows) -> Rows:
    """Which of the runs that begin at `starts` each row lies in. Both ascend.

    The shorter list is searched for in the longer one.
    """
    if len(rows) <= len(starts):
        return np.searchsorted(starts, rows, "right") - 1
    before = np.searchsorted(rows, starts)
    return np.repeat(np.arange(len(starts)), np.diff(before, append=len(rows)))


def reach(starts: Rows, size: int) -> Rows:
    """One past the last row of each run that begins at `starts`."""
    return np.append(starts[1:], size)
