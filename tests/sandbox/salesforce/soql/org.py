"""A small org in memory for the tests: a source with a few objects and optional indexes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.salesforce.ids import make
from sandbox.salesforce.soql import ChildLink, Column, Row, Start

DAY = 86_400_000
NOW = 1_773_144_000_000  # Tuesday, 2026-03-10 12:00 UTC


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    type: str = "string"
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    values: tuple[str, ...] = ()
    compound: str | None = None
    custom: bool = False
    case_sensitive: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    aggregatable: bool = True


def text(name: str, **more: object) -> Field:
    return Field(name=name, **more)  # type: ignore[arg-type]


def reference(name: str, *targets: str) -> Field:
    return Field(
        name=name, type="reference", reference_to=targets, relationship=name.removesuffix("Id")
    )


COMMON = (
    text("Id", type="id"),
    text("IsDeleted", type="boolean"),
    text("Name"),
    text("CreatedDate", type="datetime", groupable=False),
    text("SystemModstamp", type="datetime", groupable=False),
)
OBJECTS: dict[str, tuple[Field, ...]] = {
    "User": (*COMMON, text("Email", type="email"), text("IsActive", type="boolean")),
    "Group": COMMON,
    "Account": (
        *COMMON,
        text("Industry", type="picklist", values=("Retail", "Energy", "Banking")),
        text("AnnualRevenue", type="currency", groupable=False),
        text("NumberOfEmployees", type="int"),
        text("Description", type="textarea", filterable=False, sortable=False, groupable=False),
        text("Regions__c", type="multipicklist", custom=True, sortable=False),
        text("Code__c", custom=True, case_sensitive=True),
        text("BillingStreet", type="textarea", compound="BillingAddress"),
        text("BillingCity", compound="BillingAddress"),
        text("BillingAddress", type="address", sortable=False),
        reference("OwnerId", "User"),
        reference("ParentId", "Account"),
    ),
    "Contact": (
        *COMMON,
        text("LastName"),
        text("Email", type="email"),
        text("Birthdate", type="date"),
        text("HasOptedOutOfEmail", type="boolean"),
        text("Score__c", type="double", custom=True),
        text("Wakes__c", type="time", custom=True),
        reference("AccountId", "Account"),
        reference("OwnerId", "User"),
    ),
    "Lead": (
        *COMMON,
        text("Company"),
        text("Email", type="email"),
        reference("OwnerId", "Group", "User"),
    ),
    "Opportunity": (*COMMON, text("Amount", type="currency"), reference("AccountId", "Account")),
    "Task": (
        *COMMON,
        text("Subject", type="combobox"),
        text("ActivityDate", type="date"),
        reference("WhoId", "Contact", "Lead"),
        reference("WhatId", "Account", "Opportunity"),
        reference("OwnerId", "Group", "User"),
    ),
}
PREFIXES = {
    "User": "005", "Group": "00G", "Account": "001", "Contact": "003",
    "Lead": "00Q", "Opportunity": "006", "Task": "00T",
}  # fmt: skip
CHILDREN = {
    ("Account", "contacts"): ChildLink("Contacts", "Contact", "AccountId"),
    ("Account", "opportunities"): ChildLink("Opportunities", "Opportunity", "AccountId"),
    ("Account", "childaccounts"): ChildLink("ChildAccounts", "Account", "ParentId"),
    ("Contact", "tasks"): ChildLink("Tasks", "Task", "WhoId"),
}
LABELS = {"Energy": "Energy & Power"}


def id_of(name: str, number: int) -> str:
    return make(PREFIXES[name], number)


@dataclass
class Org:
    """Objects with rows; `indexed` turns the look-ups on, `touched` counts the rows handed out."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in OBJECTS})
    indexed: bool = False
    touched: int = 0
    scans: int = 0

    def add(self, name: str, **values: object) -> str:
        """Add a record; its number in the table makes its id. None stands for null."""
        number = len(self.tables[name]) + 1
        row = {"Id": id_of(name, number), "IsDeleted": False, "SystemModstamp": NOW, **values}
        row.setdefault("CreatedDate", row["SystemModstamp"])
        self.tables[name].append(row)
        return str(row["Id"])

    # the source

    def object_name(self, name: str) -> str | None:
        return {known.lower(): known for known in OBJECTS}.get(name.lower())

    def columns(self, name: str) -> Mapping[str, Column]:
        return {each.name.lower(): each for each in OBJECTS[name]}

    def child(self, name: str, relationship: str) -> ChildLink | None:
        return CHILDREN.get((name, relationship.lower()))

    def object_of(self, record_id: str) -> str | None:
        return {prefix: name for name, prefix in PREFIXES.items()}.get(record_id[:3])

    def label(self, name: str, field: str, value: str) -> str:
        return LABELS.get(value, value)

    def rows(self, name: str, *, deleted: bool) -> Iterable[Row]:
        self.scans += 1
        return self._handed_out(self.tables[name], deleted=deleted)

    def row(self, name: str, record_id: str) -> Row | None:
        for row in self.tables[name]:
            if row["Id"] == record_id:
                return row
        return None

    def rows_by(
        self, name: str, field: str, values: Collection[str], *, deleted: bool
    ) -> Iterable[Row] | None:
        if not self.indexed or field not in {"Id", "Email", "AccountId", "WhoId"}:
            return None
        wanted = {value.lower() for value in values}
        filled = (row for row in self.tables[name] if row.get(field) is not None)
        found = [row for row in filled if row[field].lower() in wanted]
        return self._handed_out(found, deleted=deleted)

    def rows_from(
        self, name: str, field: str, start: Start | None, end: int | None, *, deleted: bool
    ) -> Iterable[Row] | None:
        if not self.indexed or field not in {"Id", "SystemModstamp"}:
            return None
        rows = self._sorted(name, field)
        keys = [key for key, _ in rows]
        first = 0 if start is None else bisect_right(keys, (start.moment, start.id))
        last = len(keys) if end is None else bisect_left(keys, (end + 1_000, ""))
        return self._handed_out([row for _, row in rows[first:last]], deleted=deleted)

    def _sorted(self, name: str, field: str) -> list[tuple[tuple[int, str], Row]]:
        def key(row: Row) -> tuple[int, str]:
            return (0 if field == "Id" else row[field] // 1_000 * 1_000, row["Id"])

        return sorted(((key(row), row) for row in self.tables[name]), key=lambda pair: pair[0])

    def _handed_out(self, rows: Iterable[Row], *, deleted: bool) -> Iterator[Row]:
        for row in rows:
            if deleted or not row["IsDeleted"]:
                self.touched += 1
                yield row
