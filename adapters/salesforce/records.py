"""Single records as they are now: looked up, fetched, and followed where they went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.fields import Catalog, Described, resolve
from adapters.salesforce.ids import is_id, to_18
from adapters.salesforce.mapping import instant, scalar
from adapters.salesforce.replies import Broken, Json
from adapters.salesforce.rows import chunks
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import TABLES
from connector.errors import Rejected
from connector.model import Fields, RecordRef, Scalar
from connector.ports import Stream

PEOPLE: Final = ("Lead", "Contact")
_EMAILS_AT_ONCE: Final = 100
_IDS_AT_ONCE: Final = 300
_STEPS: Final = 5
"""Merges of merges that are followed."""
_STREAM_OF: Final = {table.object: table.stream for table in reversed(TABLES)}
_KNOWN_OF: Final = {table.object: table.known for table in reversed(TABLES) if table.known}

TASK: Final = "Task"
_OF_TASKS: Final = {
    "status": "Status",
    "result": "CallDisposition",
    "owner": "OwnerId",
    "is_closed": "IsClosed",
    "closed_at": "CompletedDateTime",
    "modified_at": "LastModifiedDate",
}
"""Our names of what becomes of a task. CallDisposition is what a rep chose as the call's result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as it is now."""

    ref: RecordRef
    values: Mapping[str, Scalar]
    """By Salesforce's field names."""


class Records:
    """Looks at single records. What is asked by id comes from the primary store, without lag."""

    def __init__(self, instance: str, settings: Settings, client: Client, catalog: Catalog) -> None:
        self._instance = instance
        self._settings = settings
        self._client = client
        self._catalog = catalog

    def field(self, object_type: str, name: str) -> Described | None:
        """The field that is meant by an API name, one without `__c`, or a name of ours."""
        fields = self._catalog.fields(object_type)
        direct = resolve(fields, name)
        if direct is not None:
            return direct
        stream = _STREAM_OF.get(object_type, Stream.PEOPLE)
        ours = {**_KNOWN_OF.get(object_type, {}), **self._settings.extra.get(stream, {})}
        if object_type == TASK:
            ours |= _OF_TASKS
        ours["owner"] = "OwnerId"
        return resolve(fields, ours[name]) if name in ours else None

    def with_emails(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        """The leads and contacts per address, converted leads left out."""
        found: dict[str, list[RecordRef]] = {email.lower(): [] for email in emails}
        wanted = [email for email in found if email]
        for object_type in PEOPLE:
            fields = self._catalog.fields(object_type)
            if "email" not in fields:
                continue
            alive = [soql.equals("IsConverted", value=False)] if "isconverted" in fields else []
            for some in chunks(wanted, _EMAILS_AT_ONCE):
                for row in self._all_rows(object_type, [soql.one_of("Email", some), *alive]):
                    ref = RecordRef(self._instance, object_type, to_18(str(row["Id"])))
                    found.setdefault(str(row.get("Email")).lower(), []).append(ref)
        return {email: tuple(dict.fromkeys(found[email.lower()])) for email in emails}

    def _all_rows(self, object_type: str, where: list[soql.Condition]) -> list[Json]:
        """All rows of a small result, by keyset like any other."""
        rows: list[Json] = []
        while True:
            behind = [soql.Condition(f"Id > {soql.literal(str(rows[-1]['Id']))}")] if rows else []
            query = soql.select(
                ("Id", "Email"), object_type, [*where, *behind], order_by=["Id"], limit=2_000
            )
            answer = self._client.query(query)
            page = answer.rows("records")
            rows += page
            if not page or (len(page) < 2_000 and answer.json().get("done") is not False):
                return rows

    def now(
        self, refs: Sequence[RecordRef], fields: Mapping[str, Sequence[str]]
    ) -> dict[RecordRef, Found]:
        """Records that are not deleted, with these fields per object; others are left out."""
        found: dict[RecordRef, Found] = {}
        for object_type in dict.fromkeys(ref.object_type for ref in refs):
            some = [ref for ref in dict.fromkeys(refs) if ref.object_type == object_type]
            names = list(dict.fromkeys(["Id", *fields.get(object_type, ())]))
            for ref, row in self._retrieved(object_type, some, names):
                values = {name: scalar(row.get(name)) for name in names}
                found[ref] = Found(ref=ref, values=values)
        return found

    def _retrieved(
        self, object_type: str, refs: Sequence[RecordRef], names: Sequence[str]
    ) -> list[tuple[RecordRef, Json]]:
        known = [ref for ref in refs if is_id(ref.id)]
        if not known or not self._catalog.fields(object_type):
            return []
        body = {"ids": [ref.id for ref in known], "fields": list(names)}
        path = f"composite/sobjects/{soql.name(object_type)}"
        rows = self._client.ask("POST", path, json=body).body
        if not isinstance(rows, list) or len(rows) != len(known):
            raise Broken
        pairs = zip(known, rows, strict=True)
        return [(ref, row) for ref, row in pairs if isinstance(row, dict)]

    def fetched(
        self, refs: Sequence[RecordRef], fields: Sequence[str]
    ) -> Mapping[RecordRef, Fields]:
        """Current values under the names that were asked for; a hidden field is left out."""
        asked: dict[str, dict[str, Described]] = {}
        for object_type in dict.fromkeys(ref.object_type for ref in refs):
            named = {name: self.field(object_type, name) for name in fields}
            asked[object_type] = {name: known for name, known in named.items() if known}
        names = {kind: [one.name for one in named.values()] for kind, named in asked.items()}
        return {
            ref: {
                name: value_of(known, found.values[known.name])
                for name, known in asked[ref.object_type].items()
            }
            for ref, found in self.now(refs, names).items()
        }

    def went(self, refs: Sequence[RecordRef]) -> dict[RecordRef, RecordRef | None]:
        """Where records are now.

        That is they themselves, the survivor of a merge, the contact of a conversion, or None for
        what is gone.
        """
        now: dict[RecordRef, RecordRef | None] = {ref: ref for ref in refs}
        for _ in range(_STEPS):
            wanted = {ref for ref in now.values() if ref is not None}
            onward = self._steps(wanted)
            moved = {old: onward.get(at, at) if at else None for old, at in now.items()}
            if moved == now:
                break
            now = moved
        return now

    def _steps(self, refs: set[RecordRef]) -> dict[RecordRef, RecordRef | None]:
        """One step for each record that is deleted or converted, or was never there."""
        steps: dict[RecordRef, RecordRef | None] = {}
        for object_type in sorted({ref.object_type for ref in refs}):
            some = sorted(ref for ref in refs if ref.object_type == object_type)
            rows = self._as_deleted(object_type, [ref.id for ref in some if is_id(ref.id)])
            for ref in some:
                steps[ref] = self._step(ref, rows.get(ref.id))
        return steps

    def _step(self, ref: RecordRef, row: Json | None) -> RecordRef | None:
        if row is None:
            return None
        if row.get("IsDeleted"):
            master = row.get("MasterRecordId")
            return RecordRef(ref.instance, ref.object_type, to_18(master)) if master else None
        if row.get("IsConverted"):
            contact = row.get("ConvertedContactId")
            return RecordRef(ref.instance, "Contact", to_18(contact)) if contact else None
        return ref

    def _as_deleted(self, object_type: str, ids: Sequence[str]) -> dict[str, Json]:
        fields = self._catalog.fields(object_type)
        wanted = ("Id", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId")
        names = [name for name in wanted if name.lower() in fields]
        rows: dict[str, Json] = {}
        for some in chunks(list(dict.fromkeys(ids)), _IDS_AT_ONCE) if names else ():
            query = soql.select(names, object_type, [soql.one_of("Id", some)])
            for row in self._client.query(query, deleted=True).rows("records"):
                rows[to_18(str(row["Id"]))] = row
        return rows


def value_of(field: Described, value: Scalar) -> Scalar:
    """A value in our words: a datetime is UTC ms."""
    return instant(value) if field.type == "datetime" else value


def refuse_unknown(object_type: str, found: object) -> None:
    """Rejected for an object that is not there, or not for this user."""
    if not found:
        raise Rejected(f"Salesforce shows the integration user no object {object_type}.")
