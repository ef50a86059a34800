"""The org as queries of one user see it: the Source of the query engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from connector.clock import SECOND
from sandbox.salesforce import derive
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.soql.source import ChildLink, Start
from sandbox.salesforce.table import Table
from sandbox.salesforce.values import Row, Value

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

_COMPUTED = ("Campaign", "CampaignMember")


class ComputedRow(Mapping[str, Value]):
    """A row some of whose values are worked out when they are read."""

    __slots__ = ("_kind", "_org", "_row")

    def __init__(self, org: Org, kind: ObjectType, row: Row) -> None:
        self._org, self._kind, self._row = org, kind, row

    def __getitem__(self, name: str) -> Value:
        kept = self._row.get(name)
        field = self._kind.field(name)
        if kept is None and field is not None:
            return derive.value(self._org, self._kind, self._row, field)
        return kept

    def __iter__(self) -> Iterator[str]:
        return (field.name for field in self._kind.fields.values())

    def __len__(self) -> int:
        return len(self._kind.fields)


class OrgSource:
    """What one caller sees; archived activities count as deleted rows do: only when asked for."""

    def __init__(self, org: Org, caller: Caller) -> None:
        self._org = org
        self._caller = caller
        self._columns: dict[str, dict[str, Field]] = {}

    def object_name(self, name: str) -> str | None:
        kind = self._org.schema.find(name)
        if kind is None or not self._org.access.object_visible(self._caller, kind.name):
            return None
        return kind.name

    def columns(self, name: str) -> Mapping[str, Field]:
        known = self._columns.get(name)
        if known is None:
            kind = self._org.schema[name]
            visible = self._org.access.visible(self._caller, kind)
            known = self._columns[name] = {field.name.lower(): field for field in visible}
        return known

    def child(self, name: str, relationship: str) -> ChildLink | None:
        found = self._org.schema.child(name, relationship)
        if found is None or found.relationship is None:
            return None
        return ChildLink(found.relationship, found.type.name, found.field.name)

    def object_of(self, record_id: str) -> str | None:
        kind = self._org.schema.of_id(record_id)
        return kind.name if kind else None

    def label(self, name: str, field: str, value: str) -> str:  # noqa: ARG002 - labels are values
        return value

    def _seen(
        self, table: Table, rows: Iterable[Row], *, deleted: bool
    ) -> Iterator[Mapping[str, Value]]:
        name = table.kind.name
        mine = self._caller.user if self._org.access.sees_only_own(self._caller, name) else None
        for row in rows:
            if not deleted and (row.get("IsDeleted") or row.get("IsArchived")):
                continue
            if mine is not None and row.get("OwnerId") != mine:
                continue
            yield ComputedRow(self._org, table.kind, row) if name in _COMPUTED else row

    def rows(self, name: str, *, deleted: bool) -> Iterable[Mapping[str, Value]]:
        table = self._org.tables[name]
        return self._seen(table, table.shown.values(), deleted=deleted)

    def row(self, name: str, record_id: str) -> Mapping[str, Value] | None:
        table = self._org.tables[name]
        found = table.shown.get(record_id)
        return next(iter(self._seen(table, [found], deleted=True)), None) if found else None

    def rows_by(
        self, name: str, field: str, values: Collection[str], *, deleted: bool
    ) -> Iterable[Mapping[str, Value]] | None:
        table = self._org.tables[name]
        known = table.kind.field(field)
        if known is None or (table.kind.name in _COMPUTED and not known.reference_to):
            return None
        if known.name == "Id":
            found = list(values)
        elif known.reference_to or known.external_id or known.id_lookup:
            found = [each for value in values for each in table.matching(known, value)]
        else:
            return None
        # A row that queries still see in an older version is looked at too.
        candidates = dict.fromkeys([*found, *self._org.lagging_ids(table)])
        return self._seen(table, table.many(candidates), deleted=deleted)

    def rows_from(
        self, name: str, field: str, start: Start | None, end: int | None, *, deleted: bool
    ) -> Iterable[Mapping[str, Value]] | None:
        table = self._org.tables[name]
        known = table.kind.field(field)
        if known is None or known.name not in ("Id", "SystemModstamp"):
            return None
        if known.name == "Id":
            found = table.ids_after(start.id if start else "")
        else:
            first = (start.moment, start.id + "\x00") if start else (0, "")
            until = (end - end % SECOND + SECOND, "") if end is not None else (2**62, "")
            found = table.stamps.between(first, until)
        return self._seen(table, table.many(found), deleted=deleted)
