"""What was bought and lost before, and since when somebody is owned, as facts of a moment.

They come from opportunities and their dates, so they can be told for any moment of the past; and
some of them change with time alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from connector.config.ages import AGES, COUNTS, OF_HISTORY, OWNERSHIP_AGE
from connector.engine.asked import bounds_of, paths_of
from connector.engine.condition import Condition, Facts
from connector.model import Person, Record, Scalar

NEVER: Final = 2**62
"""Later than any moment, UTC ms."""


def history_of(person: Person, at: int) -> Mapping[str, Scalar]:
    """What conditions may ask of history, as of a moment (UTC ms), for example "history.won".

    Of the person: the opportunities that name them, and those of the company that name nobody.
    Of the account: these, and what names colleagues. What never happened has no age: None.
    """
    own = person.opportunities
    if not own and not person.colleagues_opportunities:
        return _NOTHING  # most people
    told = {f"history.{name}": value for name, value in _told(own, at)}
    whole = (*own, *person.colleagues_opportunities)
    return told | {f"account_history.{name}": value for name, value in _told(whole, at)}


def ownership_of(person: Person, at: int) -> Facts:
    """How long the owner has kept the person, in ms, at a moment; absent where it is not known."""
    since = person.owned_since
    return {} if since is None or since > at else {OWNERSHIP_AGE: at - since}


_NOTHING: Final[Mapping[str, Scalar]] = {
    path: 0 if path.endswith(COUNTS) else None for path in sorted(OF_HISTORY)
}


def _told(opportunities: Sequence[Record], at: int) -> Iterator[tuple[str, Scalar]]:
    won = [each for each in opportunities if is_won(each)]
    lost = [each for each in opportunities if is_lost(each)]
    ends_won, ends_lost = _ends(won), _ends(lost)
    amounts = [each.fields.get("amount") for each in won]
    yield "won", len(won)
    yield "lost", len(lost)
    yield "won_amount", sum(float(each) for each in amounts if isinstance(each, int | float))
    yield "first_won_ago", at - min(ends_won) if ends_won else None
    yield "last_won_ago", at - max(ends_won) if ends_won else None
    yield "last_lost_ago", at - max(ends_lost) if ends_lost else None


def _ends(opportunities: Iterable[Record]) -> list[int]:
    return [end for end in map(closed_at, opportunities) if end is not None]


def is_won(opportunity: Record) -> bool:
    """Whether an opportunity was won."""
    return opportunity.fields.get("is_won") is True


def is_lost(opportunity: Record) -> bool:
    """Whether an opportunity was closed and surely not won."""
    fields = opportunity.fields
    return fields.get("is_closed") is True and fields.get("is_won") is False


def closed_at(opportunity: Record) -> int | None:
    """When it was closed: at the latest when it last changed, if it does not say; None: open."""
    if opportunity.closed_at is not None:
        return opportunity.closed_at
    if opportunity.fields.get("is_closed") is True or is_won(opportunity):
        return opportunity.modified_at or opportunity.created_at
    return None


def as_of(person: Person, at: int) -> Person:
    """The person with the opportunities that there were at a moment (UTC ms), as they were then."""
    return dataclasses.replace(
        person,
        opportunities=_there(person.opportunities, at),
        colleagues_opportunities=_there(person.colleagues_opportunities, at),
    )


def _there(opportunities: Iterable[Record], at: int) -> tuple[Record, ...]:
    return tuple(
        _open(each) if (closed_at(each) or 0) > at else each
        for each in opportunities
        if _begun(each) <= at
    )


def _begun(opportunity: Record) -> int:
    """When it came to be; at its end, if nobody says when before."""
    known = (opportunity.created_at, closed_at(opportunity))
    return next((at for at in known if at is not None), NEVER)


def _open(opportunity: Record) -> Record:
    fields = {**opportunity.fields, "is_closed": False, "is_won": False}
    return dataclasses.replace(opportunity, fields=fields, closed_at=None)


# how they change with time


def asks_history(condition: Condition) -> bool:
    """Whether a condition asks for something of which the past is known."""
    return any(path in OF_HISTORY or path == OWNERSHIP_AGE for path in paths_of(condition))


def ages_asked(conditions: Iterable[Condition]) -> frozenset[int]:
    """The ages, in ms, at which the truth of one of the conditions can change by itself."""
    return frozenset(
        round(bound) for one in conditions for path, bound in bounds_of(one) if path in AGES
    )


def turns(person: Person, ages: Collection[int]) -> list[int]:
    """When facts of history change, or reach one of the ages; ascending UTC ms."""
    every = (*person.opportunities, *person.colleagues_opportunities)
    since = {*_ends(every), *(each for each in (person.owned_since,) if each is not None)}
    reached = {at + age + more for at in since for age in ages for more in (0, 1)}
    return sorted(since | reached)


def next_turn(person: Person, ages: Collection[int], now: int) -> int | None:
    """The first moment after `now` (UTC ms) at which one of the ages is reached."""
    if not ages:
        return None
    return next((at for at in turns(person, ages) if at > now), None)
