"""What became of people: opportunities and wins, and how often they follow a random moment.

They are never shown to the rules, except as the daemon would show them: an opportunity that is
opened ends an episode, and one that is open holds a hand-off.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass

from connector.model import Person, RecordRef
from connector.plan import history
from connector.plan.history import is_won


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """When opportunities of one person were opened, and when they were won. Ascending UTC ms."""

    opened: tuple[int, ...] = ()
    won: tuple[int, ...] = ()


def outcomes_of(person: Person, until: int) -> Outcomes:
    """What became of a person up to a moment."""
    opened = [o.created_at for o in person.opportunities if o.created_at is not None]
    won = [o.closed_at for o in person.opportunities if is_won(o) and o.closed_at is not None]
    return Outcomes(
        opened=tuple(sorted(at for at in opened if at <= until)),
        won=tuple(sorted(at for at in won if at <= until)),
    )


def judged_by(person: Person, named: Set[RecordRef] | None) -> Person:
    """The person with the opportunities to judge by: those among `named`, or all with None.

    One that names nobody is everybody's at the company. That is caution enough to hold a
    hand-off, and end an episode; but it does not tell who of them was shopping.
    """
    if named is None:
        return person
    own = tuple(each for each in person.opportunities if each.ref in named)
    return dataclasses.replace(person, opportunities=own)


def follows(outcomes: Sequence[int], at: int, horizon: int) -> bool:
    """Whether one of the outcomes (ascending) lies after `at`, at most `horizon` ms."""
    place = bisect_right(outcomes, at)
    return place < len(outcomes) and outcomes[place] <= at + horizon


def covered(outcomes: Sequence[int], start: int, end: int, horizon: int) -> int:
    """How many ms of [start, end) are followed by an outcome (ascending) within the horizon.

    Divided by the length of the stretch it is the chance of `follows` at a random moment of it:
    exactly, so that no drawing of moments adds noise.
    """
    total, reached = 0, start
    for at in outcomes:
        begin, stop = max(at - horizon, reached), min(at, end)
        if stop > begin:
            total += stop - begin
            reached = stop
    return total


def as_of(person: Person, at: int) -> Person:
    """The person with the opportunities that there were at a moment, as they were then.

    One who was not known yet has no records; if nobody says since when, they always were. Nothing
    else about records is kept with its time.
    """
    known = person.known_at is None or person.known_at <= at
    return dataclasses.replace(history.as_of(person, at), records=person.records if known else ())
