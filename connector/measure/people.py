"""Everybody with a record, read in a few statements rather than one by one."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from connector.config.conditions import PERSONA
from connector.config.rulebook import Rulebook
from connector.engine.asked import paths_of
from connector.engine.condition import Condition, Facts
from connector.identity import domain_of
from connector.measure.known import NOBODY, UNKNOWN, Somebody
from connector.model import Evidence, Kind, Person, Record
from connector.plan.facts import facts_of
from connector.plan.history import as_of, asks_history
from connector.store import Store
from connector.store.persons import load_person
from connector.store.rows import RECORD_COLUMNS, SELECT_RECORD, decode

_PERSON: Final = RECORD_COLUMNS.index("person")
_ACCOUNT: Final = RECORD_COLUMNS.index("account")
_OWNER: Final = RECORD_COLUMNS.index("owner")
_LIVING: Final = "r.role = 'person' AND r.person IS NOT NULL AND r.deleted = 0 AND r.known = 1"
_DONE_WITH: Final = (Kind.EMAIL_SENT.code, Kind.BOUNCED.code)
_TALKS: Final = (Kind.CALL_HELD.code, Kind.MEETING_HELD.code)
TALKS: Final = ", ".join(map(str, _TALKS))
"""Kinds by which a rep speaks with somebody, as SQL knows them."""
_TOUCHES: Final = ", ".join(map(str, (Kind.EMAIL_SENT.code, *_TALKS)))


def everybody(store: Store, rulebook: Rulebook, authority: str, until: int) -> dict[int, Somebody]:
    """All people with a record, with when what last happened up to `until` (UTC ms)."""
    around = {
        int(str(row[0])): decode(row)
        for row in store.connection.execute(SELECT_RECORD + "WHERE r.role IN ('account', 'owner')")
    }
    since = _known_since(store.connection)
    domains = _domains(store.connection)
    found: dict[int, Somebody] = {}
    groups = _Groups(rulebook, authority, until)
    for number, rows in _by_person(store.connection):
        records = tuple(map(decode, rows))
        main = Person(id=number, records=records).record_in(authority) or records[0]
        row = rows[records.index(main)]
        person = Person(
            id=number,
            records=records,
            domains=domains.get(number, ()),
            account=around.get(row[_ACCOUNT]),
            owner=around.get(row[_OWNER]),
        )
        if groups.ask_history:  # one by one then
            person = as_of(load_person(store.connection, number, authority), until)
        found[number] = _somebody(person, groups, authority, since.get(number), until)
    _what_happened(store.connection, found, until)
    return found


class _Groups:
    """Personas and segments; people alike in all that is asked of them are asked once."""

    def __init__(self, rulebook: Rulebook, authority: str, until: int) -> None:
        self._personas, self._authority, self._until = rulebook.personas, authority, until
        self._segments = rulebook.measuring.segments
        conditions: list[Condition] = [each.when for each in self._personas]
        conditions += [each.when for each in self._segments]
        made = {PERSONA} if self._personas else set()
        self._paths = sorted({path for one in conditions for path in paths_of(one)} - made)
        self.ask_history = any(map(asks_history, conditions))
        self._known: dict[tuple[object, ...], tuple[str, tuple[str, ...]]] = {}

    def of(self, person: Person, facts: Facts) -> tuple[str, tuple[str, ...]]:
        """The persona, and the ids of the segments."""
        values = [facts.get(path, self) for path in self._paths]  # absent is not empty
        alike = tuple((type(value), value) for value in values)
        if alike not in self._known:
            full = facts_of(person, self._authority, self._personas, self._until)
            within = tuple(each.id for each in self._segments if each.when.holds(full))
            self._known[alike] = (str(full.get(PERSONA) or UNKNOWN), within)
        return self._known[alike]


def _somebody(
    person: Person, groups: _Groups, authority: str, since: int | None, until: int
) -> Somebody:
    facts = facts_of(person, authority, (), until)
    persona, segments = groups.of(person, facts)
    return Somebody(
        id=person.id,
        persona=persona,
        owner=name_of_user(person.owner),
        industry=str(facts.get("account.industry") or UNKNOWN),
        segments=segments,
        known_at=since,
    )


def name_of_user(owner: Record | None) -> str:
    """What a rep is called."""
    if owner is None:
        return NOBODY
    return str(owner.fields.get("name") or f"user {owner.ref.id}")


def _by_person(connection: sqlite3.Connection) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    rows = connection.execute(SELECT_RECORD + f"WHERE {_LIVING} ORDER BY r.person, r.id")
    number = 0
    kept: list[tuple[Any, ...]] = []
    for row in rows:
        if row[_PERSON] != number and kept:
            yield number, kept
            kept = []
        number = row[_PERSON]
        kept.append(row)
    if kept:
        yield number, kept


def _known_since(connection: sqlite3.Connection) -> dict[int, int]:
    return dict(
        connection.execute(
            "SELECT person, min(created_at) FROM record WHERE role = 'person' AND known = 1 "
            "AND person IS NOT NULL AND created_at IS NOT NULL GROUP BY person"
        )
    )


def _domains(connection: sqlite3.Connection) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for person, address in connection.execute(
        "SELECT person, address FROM identity_key ORDER BY person, address"
    ):
        found[person][domain_of(address)] = None
    return {person: tuple(each) for person, each in found.items()}


def _what_happened(connection: sqlite3.Connection, people: dict[int, Somebody], until: int) -> None:
    own = ", ".join(map(str, _DONE_WITH))
    questions = {
        "acted_at": "SELECT person, max(at) FROM engagement WHERE at <= ? AND "
        f"kind NOT IN ({own}) AND evidence <> {int(Evidence.MACHINE)} GROUP BY person",
        "touched_at": "SELECT person, max(at) FROM engagement WHERE at <= ? AND "
        f"kind IN ({_TOUCHES}) GROUP BY person",
        "tasked_at": "SELECT person, max(created_at) FROM outbox WHERE created_at <= ? AND "
        "kind = 'create_task' AND state = 'done' GROUP BY person",
    }
    for name, question in questions.items():
        for person, at in connection.execute(question, (until,)):
            if person in people:
                setattr(people[person], name, at)
    # With one max() SQLite takes the other columns from the row that has it.
    mails = connection.execute(
        "SELECT g.person, coalesce(nullif(t.message, ''), t.asset), max(g.at) FROM engagement g "
        f"JOIN touchpoint t ON t.id = g.touchpoint WHERE g.kind = {Kind.EMAIL_SENT.code} "
        "AND g.at <= ? GROUP BY g.person",
        (until,),
    )
    for person, offer, _ in mails:
        if person in people:
            people[person].offer = offer
