"""Everything known about one person, loaded once for a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector.engine.condition import Facts
from connector.engine.timeline import Engaged
from connector.model import Episode, Person, Record, Role
from connector.plan.facts import facts_of
from connector.plan.hand_off import owner_for
from connector.plan.history import as_of
from connector.store import Store
from connector.store.outbox import Queued
from connector.store.overview import Decided, Told, decided, queued_for, transitions, user_name
from connector.store.persons import addresses, load_person

if TYPE_CHECKING:
    from connector.config.settings import Config


NOBODY: Final = "nobody in particular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person in the words of the CRM. What nobody knows is an empty text."""

    person: int
    """leadmode's number; `explain` takes it as "#12"."""
    name: str
    title: str
    company: str
    owner: str
    record: str
    """Reference of the record that gets the tasks, or of any other one."""
    emails: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name, or the best that there is instead of one."""
        return self.name or next(iter(self.emails), "") or self.record or f"#{self.person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One person with everything that was recorded about them."""

    who: Who
    person: Person
    facts: Facts
    engagements: tuple[Engaged, ...]
    episodes: tuple[Episode, ...]
    told: tuple[Told, ...]
    decided: tuple[Decided, ...]
    queued: tuple[Queued, ...]
    receiver: str
    """Who would get a task now, by name."""
    receiver_id: str
    """The same by platform id; empty: nobody."""
    owners: Mapping[str, str]
    """Names of the users who got the tasks, by their platform ids."""


def open_dossier(
    store: Store, config: Config, person: int, now: int, at: int | None = None
) -> Dossier:
    """Everything about one person, as stored now (UTC ms).

    With `at`, the facts of history are of that moment; other facts have no past.
    """
    authority = config.authority.name
    found = load_person(store.connection, person, authority)
    then, when = (found, now) if at is None else (as_of(found, at), at)
    facts = facts_of(then, authority, config.rulebook.personas, when)
    keys = queued_for(store.connection, person)
    queued = tuple(each for each in map(store.outbox.get, keys) if each is not None)
    receiver = owner_for(found, config.rulebook.hand_off, when)
    users = {str(each.write.fields.get("owner") or "") for each in queued} | {receiver or ""}
    named = {
        user: user_name(store.connection, authority, user) or f"user {user}"
        for user in users - {""}
    }
    return Dossier(
        who=_who(found, facts, authority, tuple(addresses(store.connection, person))),
        person=found,
        facts=facts,
        engagements=store.timelines.of(person),
        episodes=tuple(store.episodes.of(person)),
        told=tuple(transitions(store.connection, person)),
        decided=tuple(decided(store.connection, person)),
        queued=queued,
        receiver=named.get(receiver, NOBODY) if receiver else NOBODY,
        receiver_id=receiver or "",
        owners=named,
    )


def who_is(store: Store, config: Config, person: int) -> Who:
    """Who a person is, without anything else."""
    authority = config.authority.name
    found = load_person(store.connection, person, authority)
    facts = facts_of(found, authority, (), 0)  # only names are asked for
    return _who(found, facts, authority, tuple(addresses(store.connection, person)))


def _who(person: Person, facts: Facts, authority: str, emails: tuple[str, ...]) -> Who:
    record = person.record_in(authority) or next(iter(person.records), None)
    return Who(
        person=person.id,
        name=_text(facts, "person.name"),
        title=_text(facts, "person.title"),
        company=_text(facts, "account.name") or _unread(person.account),
        owner=_text(facts, "owner.name") or _unread(person.owner),
        record=str(record.ref) if record else "",
        emails=emails,
    )


def _text(facts: Facts, path: str) -> str:
    value = facts.get(path)
    return "" if value is None else str(value)


def _unread(record: Record | None) -> str:
    """A record that is named and was never read is called by its id."""
    return record.ref.id if record is not None and record.role is not Role.PERSON else ""
