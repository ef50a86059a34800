"""The org: its records, its clock, its transactions.

Every write happens in a unit that either counts as a whole or leaves no trace. A unit's stamp is
the second in which it began; queries may see it later than that (`commit_lag`), and a transaction
of another user may stay open for long (`transaction`): its rows then appear below stamps that
others have already read. That is how the real platform behaves (facts: "commit lag").
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from connector.clock import SECOND, Clock
from sandbox.loopback.clock import PlatformClock
from sandbox.salesforce import derive, ids
from sandbox.salesforce.access import Access
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.customfields import CustomFields
from sandbox.salesforce.journal import Effect, Journal
from sandbox.salesforce.record_types import RecordType
from sandbox.salesforce.rules import Rules
from sandbox.salesforce.schema.catalog import Schema
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.table import Table
from sandbox.salesforce.values import Row, Value

Undo = tuple[Table, str, Row | None, Row | None]
Pending = tuple[int, Table, str, Row]
ACTIONS: Final = ("created", "updated", "deleted", "undeleted", "merged", "converted", "notified")


@dataclass(slots=True)
class Unit:
    """Writes that count together."""

    stamp: int
    undo: list[Undo] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class OpenTransaction:
    """A transaction of another user that has begun and not committed yet."""

    began: int
    commits: int
    """When it commits, UTC ms."""
    work: Callable[[], object]
    locks: frozenset[str]
    """Records that nobody else can write until then."""


class Org:
    """One Salesforce org, in memory. Take `lock` around anything that several threads may do."""

    def __init__(self, clock: Clock, *, person_accounts: bool = False, name: str = "acme") -> None:
        self.lock = threading.RLock()
        self.clock = PlatformClock(clock)
        self.name = name
        self.schema = Schema(person_accounts=person_accounts)
        self.tables = {kind.name: Table(kind) for kind in self.schema}
        self.access = Access(self)
        self.rules = Rules()
        self.custom_fields = CustomFields(self)
        self.journal = Journal()
        self.commit_lag = 0
        """How long queries do not see what was committed, ms."""
        self.open: list[OpenTransaction] = []
        self.locked: dict[str, int] = {}
        """Record id -> until when (UTC ms) another transaction holds it."""
        self.held_by_chance: Callable[[], bool] = lambda: False
        """Asked once for every record that is written: does somebody hold it just now?"""
        self.deleted_log: list[tuple[str, str, int]] = []
        """(object, id, moment) of deletions, for getDeleted."""
        self.described_at = self.clock.now()
        """When the schema changed last."""
        self.numbers: dict[str, int] = {}
        """The last number given to an id, by key prefix."""
        self.record_types: dict[str, list[RecordType]] = {}
        """By object, besides the master."""
        self._unit: Unit | None = None
        self._lagging: list[Pending] = []

    # records

    def next_id(self, kind: ObjectType) -> str:
        """A fresh id; ids of one object grow."""
        number = self.numbers[kind.prefix] = self.numbers.get(kind.prefix, 0) + 1
        return ids.make(kind.prefix, number)

    def row(self, record_id: str) -> Row | None:
        """A committed row, deleted or not; None when there was never one."""
        kind = self.schema.of_id(record_id)
        return self.tables[kind.name].rows.get(record_id) if kind else None

    def get(self, record_id: str, field_name: str) -> Value:
        """One value of a committed row, computed ones included."""
        kind, row = self.schema.of_id(record_id), self.row(record_id)
        known = kind.field(field_name) if kind else None
        if kind is None or row is None or known is None:
            return None
        return derive.value(self, kind, row, known)

    def fill(self, kind: ObjectType, values: Row) -> None:
        """Put values into all rows where a new field has none; no stamp moves."""
        table = self.tables[kind.name]
        for record_id, row in list(table.rows.items()):
            table.put(values | row)
            if record_id in table.shown:
                table.shown[record_id] = values | table.shown[record_id]

    def refill(self, object_name: str, rows: Iterable[Row]) -> None:
        """Replace all records of an object by these, as they are."""
        table = self.tables[object_name] = Table(self.schema[object_name])
        for row in rows:
            table.put(row)
            table.show(str(row["Id"]), row)
        self.access.changed()

    # units

    @contextmanager
    def unit(self, stamp: int | None = None) -> Iterator[Unit]:
        """Writes inside count together; an exception takes them all back.

        Inside another unit this is a savepoint of it.
        """
        if self._unit is not None:
            yield from self._savepoint(self._unit)
            return
        now = self.clock.now()
        unit = self._unit = Unit(now - now % SECOND if stamp is None else stamp)
        try:
            yield unit
        except BaseException:
            self._undo(unit, 0)
            raise
        else:
            self._lagging += unit.pending
            for effect in unit.effects:
                self.journal.add(effect)
        finally:
            self._unit = None

    def _savepoint(self, unit: Unit) -> Iterator[Unit]:
        marks = len(unit.undo), len(unit.pending), len(unit.effects)
        try:
            yield unit
        except BaseException:
            self._undo(unit, marks[0])
            del unit.pending[marks[1] :]
            del unit.effects[marks[2] :]
            raise

    def _undo(self, unit: Unit, mark: int) -> None:
        while len(unit.undo) > mark:
            table, record_id, row, shown = unit.undo.pop()
            if row is None:
                table.drop(record_id)
            else:
                table.put(row)
            table.show(record_id, shown)

    @property
    def stamp(self) -> int:
        """The stamp of the unit that is running."""
        if self._unit is None:
            now = self.clock.now()
            return now - now % SECOND
        return self._unit.stamp

    def store(self, kind: ObjectType, row: Row) -> None:
        """Put a complete row into the running unit."""
        unit = self._unit
        if unit is None:
            raise RuntimeError("rows are stored inside a unit only")
        table, record_id = self.tables[kind.name], str(row["Id"])
        shown = table.shown.get(record_id)
        old = table.put(row)
        unit.undo.append((table, record_id, old, shown))
        if self.commit_lag:
            unit.pending.append((self.clock.now() + self.commit_lag, table, record_id, row))
        else:
            table.show(record_id, row)
        if kind.prefix in ("0PS", "0Pa", "01k", "005"):
            self.access.changed()

    def replace(self, object_name: str, row: Row) -> None:
        """Store a changed row as it is given, with what follows from it; no rules."""
        kind = self.schema[object_name]
        old = self.tables[object_name].rows[str(row["Id"])]
        derive.complete(self, kind, row, old)
        self.store(kind, row)

    def note(
        self, caller: Caller, action: str, kind: str, record_id: str, changes: Mapping[str, Value]
    ) -> None:
        """Write an effect down; it counts when the unit does."""
        if self._unit is not None:
            self._unit.effects.append(
                Effect(
                    at=self.clock.now(),
                    action=action,
                    object=kind,
                    id=record_id,
                    user=caller.user,
                    changes=dict(changes),
                )
            )

    # time

    def settle(self) -> None:
        """Let happen what is due by now: open transactions commit, lagging rows show."""
        now = self.clock.now()
        for transaction in sorted(self.open, key=lambda each: each.commits):
            if transaction.commits <= now:
                self.open.remove(transaction)
                with self.unit(transaction.began):
                    transaction.work()
        due = [pending for pending in self._lagging if pending[0] <= now]
        if due:
            self._lagging = [pending for pending in self._lagging if pending[0] > now]
            for _, table, record_id, row in due:
                table.show(record_id, row)
        self.locked = {key: until for key, until in self.locked.items() if until > now}

    def transaction(
        self, work: Callable[[], object], commits: int, locks: Iterable[str] = ()
    ) -> OpenTransaction:
        """Begin `work` now and commit it at `commits` (UTC ms); until then nobody sees it.

        Its rows carry the stamp of now. `locks` are records that it holds until then.
        """
        now = self.clock.now()
        opened = OpenTransaction(
            began=now - now % SECOND, commits=commits, work=work, locks=frozenset(locks)
        )
        self.open.append(opened)
        return opened

    def lagging_ids(self, table: Table) -> list[str]:
        """Records of which queries still see an older version."""
        return [record_id for _, lagging, record_id, _ in self._lagging if lagging is table]

    def is_locked(self, record_id: str) -> bool:
        """Whether another transaction holds the record."""
        return record_id in self.locked or any(record_id in each.locks for each in self.open)

    def covered_until(self) -> int:
        """Up to when changes are complete: where the oldest open transaction began, else now."""
        oldest = [each.began for each in self.open]
        oldest += [row_stamp(pending[3]) for pending in self._lagging]
        return min([self.clock.now(), *oldest])

    # loading

    def load(self, object_name: str, rows: Iterable[Mapping[str, Value]]) -> list[str]:
        """Put many records in at once, as they are: no rules, no journal, stamps as given.

        Values are as the org keeps them (instants in ms); missing stamps are those of now.
        """
        kind, table = self.schema[object_name], self.tables[object_name]
        stamp, loaded = self.stamp, []
        for given in rows:
            row = derive.system_fields(kind, dict(given), stamp, ids_of=lambda: self.next_id(kind))
            derive.complete(self, kind, row, None)
            table.put(row)
            table.show(str(row["Id"]), row)
            loaded.append(str(row["Id"]))
        if kind.prefix in ("0PS", "0Pa", "01k", "005"):
            self.access.changed()
        return loaded


def row_stamp(row: Row) -> int:
    """SystemModstamp of a row."""
    stamp = row.get("SystemModstamp")
    return stamp if isinstance(stamp, int) else 0
