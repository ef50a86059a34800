"""One person with everything around, as decisions see it."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from connector.identity import domain_of, normalised
from connector.model import Person, Record, RecordRef
from connector.store.rows import RECORD_COLUMNS, SELECT_RECORD, decode

_ACCOUNT = RECORD_COLUMNS.index("account")
_OWNER = RECORD_COLUMNS.index("owner")
_OWNED = RECORD_COLUMNS.index("owned_since")
_CREATED = RECORD_COLUMNS.index("created_at")
_DELETED = RECORD_COLUMNS.index("deleted")
_AROUND: Final = """SELECT
    (SELECT group_concat(address, ' ') FROM
        (SELECT address FROM identity_key WHERE person = :person ORDER BY address)),
    EXISTS (SELECT 1 FROM record p JOIN opportunity_person o ON o.person_record = p.id
        WHERE p.person = :person)
    OR EXISTS (SELECT 1 FROM record p JOIN record a ON a.account = p.account
        AND a.role = 'opportunity' WHERE p.person = :person AND p.account IS NOT NULL),
    EXISTS (SELECT 1 FROM record a JOIN opportunity_person o ON o.opportunity = a.id
        WHERE a.account = :account AND a.role = 'opportunity'),
    EXISTS (SELECT 1 FROM record p JOIN status_change s ON s.record = p.id
        WHERE p.person = :person),
    EXISTS (SELECT 1 FROM followed WHERE person = :person)"""
"""One look at what there is to load, because most people have little of it."""


def load_person(connection: sqlite3.Connection, person: int, authority: str) -> Person:
    """The person; account and owners are those of the record on the `authority` instance.

    One whose records are all deleted has no records, but keeps what happened.
    """
    every = connection.execute(
        SELECT_RECORD + "WHERE r.person = ? AND r.known = 1", (person,)
    ).fetchall()
    if not every:
        return Person(id=person)
    rows = [row for row in every if not row[_DELETED]]
    there = Person(id=person, records=tuple(map(decode, rows)))
    main = there.record_in(authority) or next(iter(there.records), None)
    row = rows[there.records.index(main)] if main else None
    company = row[_ACCOUNT] if row else None
    asked = {"person": person, "account": company}
    found, opportunities, others, changes, tasks = connection.execute(_AROUND, asked).fetchone()
    around = _account(connection, company)
    return Person(
        id=person,
        records=there.records,
        domains=tuple(dict.fromkeys(map(domain_of, found.split()))) if found else (),
        account=around.record,
        owner=_record(connection, row[_OWNER]) if row else None,
        owned_since=row[_OWNED] if row else None,
        account_owner=around.owner,
        account_owned_since=around.owned_since,
        opportunities=_opportunities(connection, person) if opportunities else (),
        colleagues_opportunities=(
            _colleagues(connection, person, company) if others and company is not None else ()
        ),
        status_changes=_status_changes(connection, person) if changes else (),
        task_values=_task_values(connection, person) if tasks else (),
        recycled=_recycled(connection, person) if tasks else (),
        former=tuple(row[_CREATED] for row in every if row[_DELETED] and row[_CREATED] is not None),
    )


def find_person(connection: sqlite3.Connection, text: str) -> list[int]:
    """The persons meant by an e-mail address, a record reference, a record id or a name."""
    address = normalised(text)
    if address:
        rows = connection.execute(
            "SELECT person FROM identity_key WHERE address = ?", (address,)
        ).fetchall()
        if rows:
            return [person for (person,) in rows]
    reference = text.rsplit(":", 2)
    if len(reference) == 3:
        return _persons(
            connection, "instance = ? AND object_type = ? AND external_id = ?", tuple(reference)
        )
    return _persons(connection, "external_id = ?", (text,)) or _persons(
        connection, "json_extract(fields, '$.name') = ? COLLATE NOCASE", (text.strip(),)
    )


def colleagues(connection: sqlite3.Connection, account: RecordRef, most: int) -> list[Record]:
    """Up to `most` records of people who work at a company, the oldest first."""
    rows = connection.execute(
        SELECT_RECORD + "WHERE r.account = (SELECT id FROM record WHERE instance = ? "
        "AND object_type = ? AND external_id = ?) AND r.role = 'person' AND r.deleted = 0 "
        "AND r.known = 1 ORDER BY r.id LIMIT ?",
        (account.instance, account.object_type, account.id, most),
    )
    return [decode(row) for row in rows]


def user(connection: sqlite3.Connection, instance: str, external_id: str) -> Record | None:
    """A user of a platform instance by their id, as last read."""
    row = connection.execute(
        SELECT_RECORD + "WHERE r.instance = ? AND r.external_id = ? AND r.role = 'owner' "
        "AND r.known = 1",
        (instance, external_id),
    ).fetchone()
    return decode(row) if row else None


def addresses(connection: sqlite3.Connection, person: int) -> list[str]:
    """The normalised e-mail addresses of a person."""
    rows = connection.execute(
        "SELECT address FROM identity_key WHERE person = ? ORDER BY address", (person,)
    )
    return [address for (address,) in rows]


def all_persons(connection: sqlite3.Connection) -> list[int]:
    """Every person that stands for themselves."""
    rows = connection.execute("SELECT id FROM person WHERE merged_into IS NULL ORDER BY id")
    return [person for (person,) in rows]


def _persons(connection: sqlite3.Connection, where: str, values: tuple[str, ...]) -> list[int]:
    rows = connection.execute(
        f"SELECT DISTINCT person FROM record WHERE {where} AND person IS NOT NULL ORDER BY person",
        values,
    )
    return [person for (person,) in rows]


def _record(connection: sqlite3.Connection, number: int | None) -> Record | None:
    if number is None:
        return None
    row = connection.execute(SELECT_RECORD + "WHERE r.id = ?", (number,)).fetchone()
    record = decode(row)
    return record if row[RECORD_COLUMNS.index("known")] else _unread(record.ref, record)


class _Around(NamedTuple):
    """A company and who owns it."""

    record: Record | None = None
    owner: Record | None = None
    owned_since: int | None = None


def _account(connection: sqlite3.Connection, number: int | None) -> _Around:
    record = _record(connection, number)
    if record is None:
        return _Around()
    owner, since = connection.execute(
        "SELECT owner, owned_since FROM record WHERE id = ?", (number,)
    ).fetchone()
    return _Around(record, _record(connection, owner), since)


def _unread(ref: RecordRef, record: Record) -> Record:
    # Named by another record and not read yet: its id is known, its fields are not.
    return Record(ref=ref, role=record.role)


def _opportunities(connection: sqlite3.Connection, person: int) -> tuple[Record, ...]:
    rows = connection.execute(
        SELECT_RECORD + "WHERE r.deleted = 0 AND r.id IN ("
        "SELECT o.opportunity FROM opportunity_person o JOIN record p ON p.id = o.person_record "
        "WHERE p.person = :person UNION "
        "SELECT a.id FROM record p JOIN record a ON a.account = p.account "
        "AND a.role = 'opportunity' WHERE p.person = :person AND p.account IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM opportunity_person x WHERE x.opportunity = a.id)"
        ") ORDER BY r.created_at, r.id",
        {"person": person},
    )
    return tuple(decode(row) for row in rows)


def _colleagues(connection: sqlite3.Connection, person: int, account: int) -> tuple[Record, ...]:
    """Opportunities of the company that name others."""
    rows = connection.execute(
        SELECT_RECORD + "WHERE r.deleted = 0 AND r.account = :account AND r.role = 'opportunity' "
        "AND EXISTS (SELECT 1 FROM opportunity_person x WHERE x.opportunity = r.id) "
        "AND NOT EXISTS (SELECT 1 FROM opportunity_person x JOIN record p "
        "ON p.id = x.person_record WHERE x.opportunity = r.id AND p.person = :person) "
        "ORDER BY r.created_at, r.id",
        {"person": person, "account": account},
    )
    return tuple(decode(row) for row in rows)


def _status_changes(connection: sqlite3.Connection, person: int) -> tuple[tuple[int, str], ...]:
    rows = connection.execute(
        "SELECT s.at, s.status FROM status_change s JOIN record p ON p.id = s.record "
        "WHERE p.person = ? ORDER BY s.at, s.status",
        (person,),
    )
    return tuple((at, status) for at, status in rows)


def _task_values(connection: sqlite3.Connection, person: int) -> tuple[tuple[int, str], ...]:
    rows = connection.execute(
        "SELECT v.at, v.value FROM followed f JOIN task_value v ON v.task = f.key "
        "WHERE f.person = ? ORDER BY v.at, v.value",
        (person,),
    )
    return tuple((at, value) for at, value in rows)


def _recycled(connection: sqlite3.Connection, person: int) -> tuple[int, ...]:
    rows = connection.execute(
        "SELECT at FROM sla_step WHERE person = ? AND what = 'recycle' ORDER BY at", (person,)
    )
    return tuple(at for (at,) in rows)
