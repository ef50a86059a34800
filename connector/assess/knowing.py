"""What a brief tells beside the alert itself, from what is stored about a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.config.conditions import PERSONA
from connector.config.rulebook import Rulebook
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.timeline import Engaged
from connector.model import Person, Record
from connector.plan.brief import Known, known_of
from connector.plan.facts import facts_of
from connector.store import Store
from connector.store.persons import colleagues, user

_MOST: Final = 200
"""Of a company with more people than this nobody says whom it lacks."""


def known_for(
    store: Store,
    rulebook: Rulebook,
    person: Person,
    engagements: Sequence[Engaged],
    matcher: Matcher,
    *,
    authority: str,
    now: int,
) -> Known:
    """All of it, as of `now` (UTC ms); `matcher` is that of the rule which alerts."""

    def asks(engaged: Engaged) -> bool:
        index = matcher.signal(engaged.kind, engaged.evidence, engaged.touchpoint)
        return index >= 0 and matcher.rule.signals[index].hand_raise

    return known_of(
        classify(tuple(engagements), rulebook.machine),
        rulebook.topics,
        now=now,
        asks=asks,
        episodes=store.episodes.of(person.id),
        decisions=store.episodes.decisions(person.id),
        around=_personas_around(store, rulebook, person, authority, now),
    )


def addressee(store: Store, person: Person, receiver: str | None, authority: str) -> Record | None:
    """The user with an id on the platform that gets the tasks, as far as they were read."""
    if not receiver:
        return None
    near = (person.owner, person.account_owner)
    found = next((each for each in near if each and each.ref.id == receiver), None)
    return found or user(store.connection, authority, receiver)


def _personas_around(
    store: Store, rulebook: Rulebook, person: Person, authority: str, now: int
) -> frozenset[str] | None:
    """What kinds of buyers the company has; None when that cannot be told."""
    if person.account is None or not rulebook.personas:
        return None
    records = colleagues(store.connection, person.account.ref, _MOST + 1)
    if len(records) > _MOST:
        return None
    people = [_somebody(record, person.account) for record in records]
    told = [facts_of(each, authority, rulebook.personas, now) for each in (person, *people)]
    if any(PERSONA not in facts for facts in told):
        return None  # somebody may be anybody
    return frozenset(str(facts[PERSONA]) for facts in told)


def _somebody(record: Record, account: Record) -> Person:
    return Person(id=0, records=(record,), account=account)
