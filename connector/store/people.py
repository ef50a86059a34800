"""Records, and the persons they stand for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connector.identity import normalised, unifies
from connector.model import Engagement, Record, RecordRef, Role
from connector.store.accounts import Accounts
from connector.store.merge import merge
from connector.store.outbox import Outbox
from connector.store.rows import RECORD_COLUMNS, SELECT_RECORD, decode, encode, is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a person has been looked at."""

    baseline_before: int | None
    """What is found now and was so before this moment (UTC ms) is not alerted."""
    seen: bool
    """Whether the person was evaluated before, with records, under the rules of today."""
    history: bool
    """Whether any episode, decision, change of fit or loss of eligibility was ever recorded."""


_MARK: Final = """SELECT baseline_before, seen,
    EXISTS (SELECT 1 FROM episode WHERE person = p.id)
    OR EXISTS (SELECT 1 FROM decision WHERE person = p.id)
    OR EXISTS (SELECT 1 FROM fit_change WHERE person = p.id)
    OR EXISTS (SELECT 1 FROM ineligible WHERE person = p.id)
    FROM person p WHERE p.id = ?"""


class People:
    """Who is known, by which records, and who must be looked at again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def put(self, record: Record, *, now: int) -> set[int]:
        """Store a record as last read; returns the persons whose evaluation may change.

        An older reading never replaces a newer one. A reading that changes nothing touches
        nobody, so our own writes and re-read pages wake no one.
        """
        number = self.number(record.ref, record.role)
        before = self._row(number)
        if self._is_older(record, before):
            return set()
        after = self._values(record)
        after["owned_since"] = _owned_since(record, after["owner"], before, now)
        links = self._new_links(number, record)
        affected = self.around(number) if links is not None else set()
        if links is not None:
            self._link(number, links)
        person, joined = None, False
        if record.role is Role.PERSON:
            person, joined = self._stand_for(record, number)
            affected |= {person} if joined else set()
        if person is not None and record.merged_into and before["merged_into"] is None:
            survivor = self._ref(self._survivor_of(record))
            if survivor.instance == record.ref.instance:
                Outbox(self._db).follow(person, record.ref, survivor, now)
        if record.role is Role.ACCOUNT and record.merged_into and before["merged_into"] is None:
            self._merge_account(number, record, now)
        moved = person is not None and person != before["person"]
        if all(before[name] == value for name, value in after.items()) and not moved:
            return affected | (self.around(number) if links is not None else set())
        if person is not None and before["known"] and not after["deleted"]:
            Outbox(self._db).send_again(person, record.ref, now)
        affected |= self.around(number)
        self._note_status(record, number, before, now)
        assignments = ", ".join(f"{name} = :{name}" for name in after)
        self._db.execute(f"UPDATE record SET {assignments} WHERE id = :id", {**after, "id": number})
        return affected | self.around(number)

    def number(self, ref: RecordRef, role: Role) -> int:
        """The stored number of a record; one that is not known yet gets a place kept."""
        key = (ref.instance, ref.object_type, ref.id)
        row = self._db.execute(
            "SELECT id FROM record WHERE instance = ? AND object_type = ? AND external_id = ?", key
        ).fetchone()
        if row:
            return int(row[0])
        added = self._db.execute(
            "INSERT INTO record (instance, object_type, external_id, role) VALUES (?, ?, ?, ?)",
            (*key, role.value),
        )
        return int(added.lastrowid or 0)

    def who(self, engagement: Engagement) -> int | None:
        """The person of an engagement, made when new; None when nothing usable names one."""
        address = normalised(engagement.email or "")
        ref = engagement.person
        if ref is None:
            return self._by_address(address) if address else None
        row = self._db.execute(
            "SELECT person FROM record WHERE instance = ? AND object_type = ? "
            "AND external_id = ? AND merged_into IS NULL AND person IS NOT NULL",
            (ref.instance, ref.object_type, ref.id),
        ).fetchone()
        return int(row[0]) if row else self._place_for(ref, address)

    def known_to(self, engagement: Engagement) -> int | None:
        """The person of an engagement if there is one already; nobody is made."""
        address, ref = normalised(engagement.email or ""), engagement.person
        if ref is None:
            return self._known_address(address) if address else None
        row = self._db.execute(
            "SELECT id FROM record WHERE instance = ? AND object_type = ? AND external_id = ?",
            (ref.instance, ref.object_type, ref.id),
        ).fetchone()
        found = self._row(self._survivor(int(row[0])))["person"] if row else None
        return found if isinstance(found, int) else None

    def around(self, record: int) -> set[int]:
        """The persons whose evaluation a record can change."""
        rows = self._db.execute(
            "SELECT person FROM record WHERE id = :r AND person IS NOT NULL "
            "UNION SELECT p.person FROM record p WHERE p.account = :r AND p.person IS NOT NULL "
            "UNION SELECT p.person FROM opportunity_person o JOIN record p "
            "ON p.id = o.person_record WHERE o.opportunity = :r AND p.person IS NOT NULL "
            "UNION SELECT p.person FROM record o JOIN record p ON p.account = o.account "
            "WHERE o.id = :r AND o.role = 'opportunity' AND p.person IS NOT NULL",
            {"r": record},
        )
        return {person for (person,) in rows}

    def known_from(self, instance: str, past: int, most: int) -> list[tuple[int, Record]]:
        """Records of an instance that are there as far as we know, behind a record number.

        Owners are left out; references to other records too.
        """
        rows = self._db.execute(
            SELECT_RECORD + "WHERE r.instance = ? AND r.id > ? AND r.known = 1 AND r.deleted = 0 "
            "AND r.role <> 'owner' ORDER BY r.id LIMIT ?",
            (instance, past, most),
        )
        return [(int(row[0]), decode(row)) for row in rows]

    def forget_addresses(self, persons: Iterable[int]) -> None:
        """Let go of the e-mail addresses of persons of whom no record is left."""
        self._db.execute(
            "DELETE FROM identity_key WHERE person IN (SELECT value FROM json_each(?)) "
            "AND NOT EXISTS (SELECT 1 FROM record r WHERE r.person = identity_key.person "
            "AND r.deleted = 0)",
            (json.dumps(sorted(persons)),),
        )

    def wake(self, persons: Iterable[int], at: int, *, baseline_before: int | None = None) -> None:
        """Have persons evaluated at `at` (ms) or earlier.

        With `baseline_before`, what their next evaluation finds before that moment is recorded
        and not alerted.
        """
        self._db.executemany(
            "UPDATE person SET due_at = min(coalesce(due_at, :at), :at), "
            "baseline_before = max(coalesce(baseline_before, :before), :before) WHERE id = :id"
            if baseline_before is not None
            else "UPDATE person SET due_at = min(coalesce(due_at, :at), :at) WHERE id = :id",
            [{"id": person, "at": at, "before": baseline_before} for person in persons],
        )

    def wake_all(self, at: int, *, baseline_before: int) -> None:
        """As `wake`, for everybody: the rules changed. A baseline that is awaited stays."""
        self._db.execute(
            "UPDATE person SET due_at = ?, seen = 0, baseline_before = "
            "coalesce(baseline_before, ?) WHERE merged_into IS NULL",
            (at, baseline_before),
        )

    def awaiting_baseline(self, persons: Iterable[int], *, of: int | None = None) -> list[int]:
        """Those among these persons whose next evaluation records a baseline.

        With `of` (UTC ms) only those whose baseline is of that moment.
        """
        rows = self._db.execute(
            "SELECT id FROM person WHERE baseline_before = coalesce(?, baseline_before) "
            "AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (of, json.dumps(list(persons))),
        )
        return [person for (person,) in rows]

    def merged_into(self, persons: Iterable[int]) -> list[int]:
        """Those who turned out to be one of these persons."""
        rows = self._db.execute(
            "SELECT id FROM person WHERE merged_into IN (SELECT value FROM json_each(?))",
            (json.dumps(list(persons)),),
        )
        return [person for (person,) in rows]

    def due(self, now: int, most: int) -> list[int]:
        """Persons to be evaluated now, longest overdue first."""
        rows = self._db.execute(
            "SELECT id FROM person WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", (now, most)
        )
        return [person for (person,) in rows]

    def next_due(self) -> int | None:
        """The first moment at which somebody must be evaluated, UTC ms."""
        row = self._db.execute("SELECT min(due_at) FROM person WHERE due_at IS NOT NULL")
        found = row.fetchone()[0]
        return None if found is None else int(found)

    def mark(self, person: int) -> Mark:
        """How far the person has been looked at, and which histories there are to load."""
        row = self._db.execute(_MARK, (person,)).fetchone()
        return Mark(baseline_before=row[0], seen=bool(row[1]), history=bool(row[2]))

    def evaluated(self, person: int, due: int | None, *, seen: bool) -> None:
        """The person is up to date until `due` (UTC ms)."""
        self._db.execute(
            "UPDATE person SET due_at = ?, baseline_before = NULL, problem = NULL, "
            "seen = max(seen, ?) WHERE id = ?",
            (due, int(seen), person),
        )

    def set_aside(self, person: int, problem: str, retry_at: int) -> None:
        """The person could not be evaluated; everybody else goes on."""
        self._db.execute(
            "UPDATE person SET problem = ?, due_at = ? WHERE id = ?", (problem, retry_at, person)
        )

    def _stand_for(self, record: Record, number: int) -> tuple[int, bool]:
        """The person of a record, and whether others turned out to be the same one."""
        numbers = [number]
        if record.merged_into is not None:
            numbers.append(self._survivor_of(record))
        found = self._persons_by(record, numbers)
        person = min(found) if found else self._new_person()
        for other in found - {person}:
            merge(self._db, loser=other, winner=person)
        for address in filter(None, map(normalised, record.emails)):
            self._db.execute("INSERT OR IGNORE INTO identity_key VALUES (?, ?)", (address, person))
        self._db.executemany(
            "UPDATE record SET person = :person WHERE id = :id AND person IS NOT :person",
            [{"person": person, "id": each} for each in numbers],
        )
        return person, len(found) > 1

    def _persons_by(self, record: Record, numbers: Iterable[int]) -> set[int]:
        found = {self._row(each)["person"] for each in numbers}
        for address in filter(None, map(normalised, record.emails)):
            if unifies(address):
                found.add(self._known_address(address))
        return {person for person in found if isinstance(person, int)}

    def _place_for(self, ref: RecordRef, address: str | None) -> int:
        """The person of a record that was merged away, or that is not read yet."""
        number = self._survivor(self.number(ref, Role.PERSON))
        known = self._row(number)["person"]
        if isinstance(known, int):
            return known
        shared = address is not None and not unifies(address)
        person = self._by_address(address) if address and not shared else self._new_person()
        self._db.execute("UPDATE record SET person = ? WHERE id = ?", (person, number))
        return person

    def _known_address(self, address: str) -> int | None:
        row = self._db.execute(
            "SELECT person FROM identity_key WHERE address = ?", (address,)
        ).fetchone()
        return row[0] if row else None

    def _by_address(self, address: str) -> int:
        known = self._known_address(address)
        if known is not None:
            return known
        person = self._new_person()
        self._db.execute("INSERT INTO identity_key VALUES (?, ?)", (address, person))
        return person

    def _new_person(self) -> int:
        return int(self._db.execute("INSERT INTO person DEFAULT VALUES").lastrowid or 0)

    def _survivor_of(self, record: Record) -> int:
        assert record.merged_into is not None  # noqa: S101 - asked of merged records only
        return self._survivor(self.number(record.merged_into, record.role))

    def _ref(self, number: int) -> RecordRef:
        row = self._row(number)
        return RecordRef(str(row["instance"]), str(row["object_type"]), str(row["external_id"]))

    def _survivor(self, number: int) -> int:
        seen: set[int] = set()
        while number not in seen:
            seen.add(number)
            winner = self._row(number)["merged_into"]
            if not isinstance(winner, int):
                return number
            number = winner
        return min(seen)  # records that claim to be merged into each other

    def _merge_account(self, number: int, record: Record, now: int) -> None:
        """What was decided about an account that was merged away holds for the one it became."""
        survivor = self._survivor_of(record)
        Accounts(self._db).move(number, survivor)
        into = self._ref(survivor)
        if into.instance == record.ref.instance:
            Outbox(self._db).follow(None, record.ref, into, now)

    def _new_links(self, number: int, record: Record) -> set[int] | None:
        """The person records of an opportunity, None when they are the known ones."""
        if record.role is not Role.OPPORTUNITY:
            return None
        wanted = {self.number(ref, Role.PERSON) for ref in record.people}
        rows = self._db.execute(
            "SELECT person_record FROM opportunity_person WHERE opportunity = ?", (number,)
        )
        return wanted if wanted != {person for (person,) in rows} else None

    def _link(self, number: int, persons: set[int]) -> None:
        self._db.execute("DELETE FROM opportunity_person WHERE opportunity = ?", (number,))
        self._db.executemany(
            "INSERT INTO opportunity_person VALUES (?, ?)", [(number, each) for each in persons]
        )

    def _note_status(
        self, record: Record, number: int, before: dict[str, object], now: int
    ) -> None:
        status = record.fields.get("status")
        known = json.loads(str(before["fields"])).get("status")
        if record.role is not Role.PERSON or not isinstance(status, str) or status == known:
            return
        at = next((m for m in (record.modified_at, record.created_at) if m is not None), now)
        self._db.execute(
            "INSERT OR IGNORE INTO status_change VALUES (?, ?, ?)", (number, min(at, now), status)
        )

    def _values(self, record: Record) -> dict[str, object]:
        return {
            "account": self.number(record.account, Role.ACCOUNT) if record.account else None,
            "owner": self.number(record.owner, Role.OWNER) if record.owner else None,
            "merged_into": (
                self.number(record.merged_into, record.role) if record.merged_into else None
            ),
            "role": record.role.value,
            "created_at": record.created_at,
            "modified_at": record.modified_at,
            "closed_at": record.closed_at,
            "is_open": int(is_open(record)),
            "deleted": int(record.deleted or record.merged_into is not None),
            "known": 1,
            "fields": encode(record),
        }

    def _row(self, number: int) -> dict[str, object]:
        row = self._db.execute(
            f"SELECT {', '.join(RECORD_COLUMNS)} FROM record WHERE id = ?",
            (number,),
        ).fetchone()
        return dict(zip(RECORD_COLUMNS, row, strict=True))

    @staticmethod
    def _is_older(record: Record, before: dict[str, object]) -> bool:
        stored = before["modified_at"]
        return (
            isinstance(stored, int)
            and record.modified_at is not None
            and record.modified_at < stored
        )


def _owned_since(record: Record, owner: object, before: dict[str, object], now: int) -> object:
    """Since when the owner owns the record, UTC ms; None: nobody does.

    What the platform says, or when this owner was first seen. A change that was seen is at the
    latest as old as the last change of the record.
    """
    if owner is None or record.owned_since is not None:
        return record.owned_since if owner is not None else None
    if owner == before["owner"]:
        return before["owned_since"] if before["owned_since"] is not None else now
    if not before["known"] or record.modified_at is None:
        return now
    return min(record.modified_at, now)
