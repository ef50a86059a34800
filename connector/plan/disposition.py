"""What sales made of a hand-off: the last word of its tasks, the person's status and the sales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.config.rulebook import Rulebook
from connector.engine.condition import folded
from connector.engine.timeline import EndReason
from connector.model import Followed, Person


class Disposition(StrEnum):
    """What a hand-off came to so far; each counts for more than those before it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    """Qualified out: sales knows now that there is no business, which is worth knowing."""
    CONVERTED = "converted"
    LOST = "lost"
    WON = "won"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposed:
    """One word about a hand-off."""

    disposition: Disposition
    at: int
    """UTC ms."""
    said: str
    """What said so, for example 'the task was set to "Not now"'."""


def dispositions(rulebook: Rulebook, person: Person, since: int) -> list[Disposed]:
    """Everything that was said after a hand-off at `since` (UTC ms), oldest first."""
    found = [
        *_of_tasks(rulebook, person),
        *_of_statuses(rulebook, person),
        *_of_sales(person, since),
        *(
            Disposed(disposition=Disposition.RECYCLED, at=at, said="nobody had worked it in time")
            for at in person.recycled
        ),
    ]
    later = [each for each in found if each.at > since]
    return sorted(later, key=lambda each: (each.at, list(Disposition).index(each.disposition)))


def put_away_at(rulebook: Rulebook, person: Person, now: int) -> int | None:
    """Since when only a raised hand brings the person back, as of `now` (UTC ms); None: anything.

    What sales said last counts: a status that says nothing about it lets them in again.
    """
    ways = rulebook.holds.only_raised_after
    if not ways:
        return None
    said = [(at, rulebook.ending(status)) for at, status in person.status_changes]
    tasks = [(at, rulebook.task_ending(value)) for at, value in person.task_values]
    said += [(at, ending) for at, ending in tasks if ending is not None]
    said += [(at, EndReason.RECYCLED) for at in person.recycled]
    known = [each for each in said if each[0] <= now]
    at, way = max(known, key=lambda each: each[0], default=(0, None))
    return at if way in ways else None


def disposition_of(rulebook: Rulebook, person: Person, since: int) -> Disposed | None:
    """The last word; None: nothing was said."""
    every = dispositions(rulebook, person, since)
    return every[-1] if every else None


def handed_at(tasks: Sequence[Followed]) -> int | None:
    """When the latest hand-off was made whose task is followed, UTC ms."""
    return max((task.handed_at for task in tasks if task.key == task.clock), default=None)


def _of_tasks(rulebook: Rulebook, person: Person) -> Iterator[Disposed]:
    for at, value in person.task_values:
        ending = rulebook.task_ending(value)
        way = Disposition(ending) if ending is not None and ending in _WAYS else None
        if folded(value) in rulebook.task_accepted:
            way = Disposition.ACCEPTED
        if way is not None:
            yield Disposed(disposition=way, at=at, said=f'the task was set to "{value}"')


def _of_statuses(rulebook: Rulebook, person: Person) -> Iterator[Disposed]:
    for at, status in person.status_changes:
        ending = rulebook.ending(status)
        way = Disposition(ending) if ending is not None and ending in _WAYS else None
        if folded(status) in rulebook.accepted:
            way = Disposition.ACCEPTED
        if way is not None:
            yield Disposed(disposition=way, at=at, said=f'the status was set to "{status}"')


def _of_sales(person: Person, since: int) -> Iterator[Disposed]:
    for sale in person.opportunities:
        if sale.created_at is None or sale.created_at <= since:
            continue
        named = str(sale.fields.get("name") or sale.ref)
        said = f"an opportunity was opened: {named}"
        yield Disposed(disposition=Disposition.CONVERTED, at=sale.created_at, said=said)
        if sale.closed_at is not None:
            won = sale.fields.get("is_won") is True
            how = Disposition.WON if won else Disposition.LOST
            said = f"the opportunity was {how.value}: {named}"
            yield Disposed(disposition=how, at=sale.closed_at, said=said)


_WAYS = frozenset(each.value for each in Disposition)
