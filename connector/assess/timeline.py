"""The timeline of one person as one rule sees it, from what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from connector.config.rulebook import Rulebook
from connector.engine.match import Matcher
from connector.engine.timeline import Ending, EndReason, Engaged, Timeline
from connector.model import Evidence, Person
from connector.store import Store


def timeline_of(
    store: Store,
    rulebook: Rulebook,
    person: Person,
    engagements: tuple[Engaged, ...],
    rule: str,
) -> Timeline:
    """The person as one rule sees them: engagement, endings and fit, as stored."""
    ineligible = store.episodes.ineligible(person.id, rule)
    return Timeline(
        known_at=person.known_at,
        engagements=engagements,
        endings=tuple(endings_of(person, rulebook, ineligible)),
        fit=store.episodes.fit(person.id, rule),
    )


def endings_of(person: Person, rulebook: Rulebook, ineligible: Iterable[int]) -> Iterator[Ending]:
    """What ends the person's episodes from outside, in no order."""
    for at, status in person.status_changes:
        if status in rulebook.dispositions:
            yield Ending(at, rulebook.dispositions[status])
    for opportunity in person.opportunities:
        if opportunity.created_at is not None:
            yield Ending(opportunity.created_at, EndReason.CONVERTED)
    for at in ineligible:
        yield Ending(at, EndReason.INELIGIBLE)


def quiet_since(engagements: Sequence[Engaged], matcher: Matcher, burst: int) -> int | None:
    """The last qualifying engagement before a burst, UTC ms."""
    return max(
        (
            each.at
            for each in engagements
            if each.at < burst
            and each.evidence != Evidence.MACHINE
            and matcher.qualifies[matcher.signal(each.kind, each.touchpoint)]
        ),
        default=None,
    )
