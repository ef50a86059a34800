"""The records of one object: what is committed, and what queries see of it.

Rows are never changed in place: an update stores a new dictionary. Nulls are absent keys.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import Final

from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.values import Row, Value

_FEW: Final = 64
"""Up to so many changes are put into the sorted index one by one; more are sorted in at once."""

Stamped = tuple[int, str]


def stamp_of(row: Row) -> Stamped:
    """(SystemModstamp, Id) of a row."""
    stamp, record_id = row.get("SystemModstamp"), row["Id"]
    return (stamp if isinstance(stamp, int) else 0, str(record_id))


class StampIndex:
    """(SystemModstamp, Id) of the visible rows, in order; brought up to date when it is read."""

    def __init__(self) -> None:
        self._sorted: list[Stamped] = []
        self._added: list[Stamped] = []
        self._removed: set[Stamped] = set()

    def add(self, entry: Stamped) -> None:
        """A row became visible."""
        if entry in self._removed:
            self._removed.discard(entry)
        else:
            self._added.append(entry)

    def remove(self, entry: Stamped) -> None:
        """A row is not visible with this stamp any more."""
        self._removed.add(entry)

    def _settle(self) -> None:
        if self._removed:
            self._drop()
        if self._added:
            if len(self._added) <= _FEW:
                for entry in self._added:
                    insort(self._sorted, entry)
            else:
                self._sorted = sorted(self._sorted + self._added)
            self._added = []

    def _drop(self) -> None:
        self._added = [entry for entry in self._added if entry not in self._removed]
        if len(self._removed) <= _FEW:
            for entry in self._removed:
                place = bisect_left(self._sorted, entry)
                if place < len(self._sorted) and self._sorted[place] == entry:
                    del self._sorted[place]
        else:
            self._sorted = [entry for entry in self._sorted if entry not in self._removed]
        self._removed = set()

    def between(self, first: Stamped, end: Stamped) -> list[str]:
        """Ids with first <= (stamp, id) < end, in order."""
        self._settle()
        start = bisect_left(self._sorted, first)
        stop = bisect_left(self._sorted, end, lo=start)
        return [record_id for _, record_id in self._sorted[start:stop]]


class Table:
    """The records of one object."""

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.rows: dict[str, Row] = {}
        """Committed rows by id; ids grow, so the order is that of the ids."""
        self.shown: dict[str, Row] = {}
        """Rows as queries see them."""
        self.stamps = StampIndex()
        self._by_value: dict[str, dict[Value, list[str]]] = {}
        self._ids: list[str] | None = None

    def put(self, row: Row) -> Row | None:
        """Store a row; the one it replaces."""
        record_id = str(row["Id"])
        old = self.rows.get(record_id)
        self.rows[record_id] = row
        self._reindex(record_id, old, row)
        return old

    def drop(self, record_id: str) -> None:
        """Forget a row altogether, as a rollback and a purge do."""
        old = self.rows.pop(record_id, None)
        if old is not None:
            self._reindex(record_id, old, {})

    def show(self, record_id: str, row: Row | None) -> None:
        """Let queries see this version of a row; None hides it."""
        old = self.shown.get(record_id)
        if old is not None:
            self.stamps.remove(stamp_of(old))
        if (row is None) != (old is None):
            self._ids = None
        if row is None:
            self.shown.pop(record_id, None)
        else:
            self.shown[record_id] = row
            self.stamps.add(stamp_of(row))

    def ids_after(self, record_id: str) -> list[str]:
        """Ids of visible rows greater than this one, in order."""
        if self._ids is None:
            self._ids = sorted(self.shown)
        return self._ids[bisect_right(self._ids, record_id) :]

    def _reindex(self, record_id: str, old: Row | None, new: Row) -> None:
        for name, index in self._by_value.items():
            field = self.kind.field(name)
            if field is None:
                continue
            before = folded(field, old.get(name)) if old else None
            after = folded(field, new.get(name))
            if before == after:
                continue
            if before is not None and record_id in index.get(before, ()):
                index[before].remove(record_id)
            if after is not None:
                index.setdefault(after, []).append(record_id)

    def matching(self, field: Field, value: Value) -> list[str]:
        """Ids of committed rows with this value, deleted ones too; an index is made when needed."""
        index = self._by_value.get(field.name)
        if index is None:
            index = self._by_value[field.name] = self._index(field)
        return list(index.get(folded(field, value), ()))

    def _index(self, field: Field) -> dict[Value, list[str]]:
        index: dict[Value, list[str]] = {}
        for record_id, row in self.rows.items():
            value = folded(field, row.get(field.name))
            if value is not None:
                index.setdefault(value, []).append(record_id)
        return index

    def live(self) -> Iterator[Row]:
        """Committed rows that are not deleted."""
        return (row for row in self.rows.values() if not row.get("IsDeleted"))

    def many(self, record_ids: Iterable[str]) -> Iterator[Row]:
        """The visible rows of these ids, in this order."""
        shown = self.shown
        return (shown[record_id] for record_id in record_ids if record_id in shown)


def folded(field: Field, value: Value) -> Value:
    """A value as unique and external-id comparisons see it: text without regard to case."""
    if isinstance(value, str) and not field.reference_to and not field.case_sensitive:
        return value.lower()
    return value
