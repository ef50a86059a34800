"""The timeline of one person as one rule sees it, from what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.condition import Facts
from connector.engine.match import Matcher
from connector.engine.timeline import Ending, EndReason, Engaged, FitChange, Timeline
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


def timeline_once_adopted(
    store: Store,
    rulebook: Rulebook,
    person: Person,
    facts: Facts,
    mode: LeadMode,
    engagements: tuple[Engaged, ...] = (),
) -> Timeline:
    """The person as the daemon will see them once it works by these rules.

    What it noted by rules of the same name stays; of rules it works by already, that is all.
    """
    known = timeline_of(store, rulebook, person, engagements, mode.rule.id)
    if store.sources.note("revision") == rulebook.revision:
        return known
    return replace(known, fit=fit_once_adopted(known.fit, fits=mode.fit.holds(facts)))


def fit_once_adopted(known: tuple[FitChange, ...], *, fits: bool) -> tuple[FitChange, ...]:
    """How the fit predicate changed, for rules that look at the person for the first time.

    One whom they never saw always was as they are now.
    """
    return known if fits == (known[-1].fits if known else True) else (FitChange(0, fits),)


def endings_of(person: Person, rulebook: Rulebook, ineligible: Iterable[int]) -> Iterator[Ending]:
    """What ends the person's episodes from outside, in no order."""
    for at, status in person.status_changes:
        if (reason := rulebook.ending(status)) is not None:
            yield Ending(at, reason)
    for at, value in person.task_values:
        if (reason := rulebook.task_ending(value)) is not None:
            yield Ending(at, reason)
    for at in person.recycled:
        yield Ending(at, EndReason.RECYCLED)
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
            and matcher.qualifies[matcher.signal(each.kind, each.evidence, each.touchpoint)]
        ),
        default=None,
    )
