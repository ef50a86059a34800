"""Accounts that surge: enough of their persons engaged in one window."""

from __future__ import annotations

import numpy as np

from connector.engine.replay.bursts import Persons
from connector.engine.replay.columns import NO_ACCOUNT, Bools, Floats, Ints, People, Rows, Surges
from connector.engine.replay.prepare import Prepared, sort_rows
from connector.engine.rule import EPSILON


def no_surges() -> Surges:
    """Nothing surges."""
    none = np.empty(0, np.int64)
    return Surges(none, none, np.empty(0, np.bool_), np.empty(0))


def surges_of(
    rows: Prepared, persons: Persons, people: People, need: float, window: int, now: int
) -> Surges:
    """When accounts begin and cease to surge, up to and including `now`."""
    weight = _weights(persons, people)
    starts = _spell_starts(rows, persons, window)
    owner = persons.of(starts)
    wanted = persons.account[owner] != NO_ACCOUNT
    wanted &= _can_surge(persons, weight, need)[owner]
    ends = np.append(starts[1:], len(rows)) - 1
    starts, ends, owner = starts[wanted], ends[wanted], owner[wanted]
    if not len(starts):
        return no_surges()
    account = np.tile(persons.account[owner], 2)
    at = np.concatenate([rows.at[starts], rows.at[ends] + window])
    step = np.repeat(np.array([1, -1]), len(starts))
    return _crossings(account, at, step, np.tile(weight[owner], 2), need, now)


def _weights(persons: Persons, people: People) -> Floats:
    if people.weight is None or not len(people.person):
        return np.ones(len(persons.person))
    return np.where(persons.place >= 0, people.weight[persons.place], 1.0)


def _spell_starts(rows: Prepared, persons: Persons, window: int) -> Rows:
    """Rows that begin a spell: until the spell ends the person counts without a break."""
    begins = np.zeros(len(rows), np.bool_)
    begins[1:] = rows.at[1:] - rows.at[:-1] >= window
    begins[persons.heads[:-1]] = True
    return np.flatnonzero(begins)


def _can_surge(persons: Persons, weight: Floats, need: float) -> Bools:
    """Per person whether all persons of the account together would be enough."""
    _, which = np.unique(persons.account, return_inverse=True)
    possible: Bools = np.bincount(which, weight)[which] >= need * (1 - 2 * EPSILON)
    return possible


def _crossings(
    account: Ints, at: Ints, step: Ints, weight: Floats, need: float, now: int
) -> Surges:
    order = sort_rows([at, account])
    account, at = account[order], at[order]
    # Everything of one moment counts at once, and every account begins and ends with nobody.
    last = np.ones(len(at), np.bool_)
    last[:-1] = (at[1:] != at[:-1]) | (account[1:] != account[:-1])
    present = _present(step[order], weight[order])[last]
    account, at = account[last], at[last]
    surging = present >= need * (1 - EPSILON)
    before = np.zeros(len(at), np.bool_)
    before[1:] = surging[:-1] & (account[1:] == account[:-1])
    told = np.flatnonzero((surging != before) & (at <= now))
    return Surges(account[told], at[told], surging[told], present[told])


def _present(step: Ints, weight: Floats) -> Floats:
    """Running weight of who is present. Counted per weight: a running sum of floats would drift."""
    total = np.zeros(len(step))
    for one in np.unique(weight).tolist():
        total += one * np.cumsum(np.where(weight == one, step, 0))
    return total
