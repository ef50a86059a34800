"""Single records as they are now: looked up, fetched, and followed where they went.

By id and by address HubSpot answers from its primary store. Only secondary addresses have to be
searched for, and a search lags. https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.hubspot.answers import id_of, is_missing
from adapters.hubspot.batches import EMAIL, Batches, by_id, chunks, require_type
from adapters.hubspot.client import Broken, Client, Json, Refused
from adapters.hubspot.mapping import Reading, records_of
from adapters.hubspot.outgoing import TASKS
from adapters.hubspot.properties import Properties, Property
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import (
    COMPANIES,
    CONTACTS,
    DEALS,
    LEADS,
    MERGED,
    OWNER,
    Table,
    properties_of,
)
from connector.errors import Rejected, TryAgain
from connector.model import Fields, RecordRef, Scalar

PEOPLE: Final = "contacts"
ADDRESSES: Final = (EMAIL, "hs_additional_emails")
GROUPS: Final = 5
"""Filter groups that one search takes."""
MOST_LOOKS: Final = 50
"""Records of one fetch that are looked at one by one."""
_TABLES: Final[Mapping[str, Table]] = {
    table.object: table for table in (COMPANIES, CONTACTS, DEALS, LEADS)
}
OF_TASKS: Final = {
    "status": "hs_task_status",
    "owner": OWNER,
    "is_closed": "hs_task_is_completed",
    "closed_at": "hs_task_completion_date",
    "modified_at": "hs_lastmodifieddate",
}
"""Our names of what becomes of a task; HubSpot keeps no result of it beside the status."""
_SHARED: Final = {PEOPLE: ("name", "status"), LEADS.object: ("is_closed", "is_won")}
"""Names of ours that readers make out of several properties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as it is now."""

    ref: RecordRef
    values: Mapping[str, str | None]
    """By HubSpot's names; an empty one is None, and one that is hidden is absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of the records of one type."""

    fields: tuple[str, ...]
    direct: Mapping[str, Property]
    """Fields that are a property, by the name that was asked for."""
    reading: Reading | None
    ours: tuple[str, ...]
    """The properties behind the fields that all platforms share."""

    @property
    def names(self) -> list[str]:
        """The properties to ask for."""
        return [*self.ours, *(known.name for known in self.direct.values())]

    def told(self, found: Found) -> Fields:
        """The fields of a record."""
        told: dict[str, Scalar] = {}
        if self.ours and self.reading is not None:
            row = {"id": found.ref.id, "properties": found.values}
            record = next(records_of(row, self.reading), None)
            ours = record.fields if record else {}
            told |= {name: ours[name] for name in self.fields if name in ours}
        return told | {
            name: known.value(found.values[known.name])
            for name, known in self.direct.items()
            if known.name in found.values
        }


class Records:
    """Looks at single records."""

    def __init__(
        self, instance: str, settings: Settings, client: Client, properties: Properties
    ) -> None:
        self._instance = instance
        self._settings = settings
        self._client = client
        self._properties = properties
        self._batches = Batches(client, settings.key_property)

    def field(self, object_type: str, name: str) -> Property | None:
        """The property that is meant by HubSpot's name, or by one of ours."""
        fields = self._properties.fields(object_type)
        return fields.get(name) or fields.get(self._names(object_type).get(name, ""))

    def describe_anew(self, object_type: str) -> bool:
        """Ask for the properties of a type again; whether they are others now."""
        return self._properties.fields(object_type) != self._properties.read(object_type)

    def _names(self, object_type: str) -> Mapping[str, str]:
        """Our names of properties to HubSpot's."""
        table = _TABLES.get(object_type)
        ours = {**(table.known if table else {}), "owner": OWNER}
        if table is CONTACTS:
            ours["status"] = self._settings.status_property
        if object_type == TASKS:
            ours |= OF_TASKS
        extra = self._settings.extra.get(table.stream, {}) if table and table is not LEADS else {}
        return ours | extra

    # by address

    def with_emails(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        """The contacts per address, by their first address or by a further one."""
        hits: dict[str, list[RecordRef]] = {email.strip().lower(): [] for email in emails}
        wanted = [email for email in hits if "@" in email]
        for row in (*self._by_first(wanted), *self._by_further(wanted)):
            ref = RecordRef(self._instance, PEOPLE, id_of(row) or "")
            for address in _addresses(row):
                if address in hits and ref.id and row.get("archived") is not True:
                    hits[address].append(ref)
        return {email: tuple(dict.fromkeys(hits[email.strip().lower()])) for email in emails}

    def _by_first(self, emails: Sequence[str]) -> list[Json]:
        return self._batches.read(PEOPLE, emails, ADDRESSES, by=EMAIL).rows

    def _by_further(self, emails: Sequence[str]) -> Iterator[Json]:
        """Hits of a search are tokens, not addresses: each is compared again."""
        plain = [email for email in emails if "*" not in email]  # that would match anything
        for some in chunks(plain, GROUPS):
            groups = [{"filters": [_holds(email)]} for email in some]
            body: Json = {"filterGroups": groups, "properties": list(ADDRESSES), "limit": 200}
            while True:
                answer = self._client.search(PEOPLE, body)
                yield from answer.rows()
                if answer.after is None or answer.after == body.get("after"):
                    break
                body = body | {"after": answer.after}

    # by id

    def fetched(
        self, refs: Sequence[RecordRef], fields: Sequence[str]
    ) -> Mapping[RecordRef, Fields]:
        """Current values under the names that were asked for; a hidden property is left out.

        A record is left out only when HubSpot says itself that it is gone, archived or merged.
        """
        kinds = dict.fromkeys(ref.object_type for ref in refs)
        asked = {kind: self._asked(kind, fields) for kind in kinds}
        names = {kind: one.names for kind, one in asked.items()}
        return {
            ref: asked[ref.object_type].told(found) for ref, found in self.now(refs, names).items()
        }

    def _asked(self, object_type: str, fields: Sequence[str]) -> _Asked:
        """How the fields are asked for: those of ours as readers tell them, others by name."""
        table = _TABLES.get(object_type)
        extra = self._settings.extra.get(table.stream, {}) if table and table is not LEADS else {}
        shared = {*extra, *_SHARED.get(object_type, ()), *(table.known if table else ())}
        other = [name for name in fields if name not in shared]
        by_ours = table is not None and len(other) < len(fields)
        known = self._properties.fields(object_type) if other or (by_ours and extra) else {}
        direct = {name: self.field(object_type, name) for name in other}
        types = {name: known[name].kind for name in extra.values() if name in known}
        return _Asked(
            fields=tuple(fields),
            direct={name: one for name, one in direct.items() if one is not None},
            reading=Reading(
                instance=self._instance,
                table=table,
                status=self._settings.status_property,
                extra=extra,
                types=types,
            )
            if table is not None
            else None,
            ours=tuple(properties_of(table, self._settings)) if table and by_ours else (),
        )

    def now(
        self, refs: Sequence[RecordRef], properties: Mapping[str, Sequence[str]]
    ) -> dict[RecordRef, Found]:
        """Records that are there under their own id, with these properties per object type.

        Raises TryAgain when HubSpot leaves open whether a record is there.
        """
        found: dict[RecordRef, Found] = {}
        for object_type in dict.fromkeys(ref.object_type for ref in refs):
            some = [ref for ref in dict.fromkeys(refs) if ref.object_type == object_type]
            names = list(dict.fromkeys((*properties.get(object_type, ()), MERGED)))
            rows = self._rows(object_type, [ref.id for ref in some], names)
            found |= {
                ref: Found(ref=ref, values=_values(rows[ref.id], names))
                for ref in some
                if ref.id in rows
            }
        return found

    def _rows(self, object_type: str, ids: Sequence[str], names: Sequence[str]) -> dict[str, Json]:
        """Rows by the id that was asked for, of records that are neither archived nor merged."""
        if odd := next((each for each in ids if not is_id(each)), None):
            raise Rejected(no_id(odd))
        told = self._batches.read(object_type, ids, names)
        rows = dict(by_id(told.rows))
        merged = {old for row in told.rows for old in _merged(row)}
        settled = rows.keys() | told.missing | merged
        for each in self._few([each for each in ids if each not in settled]):
            row = self._single(object_type, each, names)
            if row is not None and id_of(row) == each:
                rows[each] = row
        return {
            each: rows[each]
            for each in ids
            if each in rows and rows[each].get("archived") is not True
        }

    @staticmethod
    def _few(ids: Sequence[str]) -> Sequence[str]:
        """Records about which HubSpot said nothing; TryAgain when there are many."""
        if len(ids) > MOST_LOOKS:
            raise TryAgain(f"HubSpot told nothing about {len(ids)} records.")
        return ids

    def _single(self, object_type: str, record_id: str, names: Sequence[str]) -> Json | None:
        """The record that answers to an id: the winner, for a merged one. None: there is none."""
        path = f"{self._client.paths.objects(object_type)}/{record_id}"
        try:
            row = self._client.get(path, [("properties", ",".join(names))]).json()
        except Refused as refused:
            if refused.status == 404:
                if any(is_missing(fault) for fault in refused.faults):
                    require_type(self._client, object_type)
                    return None
                raise TryAgain("HubSpot's 404 does not say that the record is gone.") from None
            raise
        if id_of(row) is None:
            raise Broken
        return row

    def went(self, refs: Sequence[RecordRef]) -> dict[RecordRef, RecordRef | None]:
        """Where records are now: they themselves, the winner of a merge, or None for the gone."""
        told: dict[RecordRef, RecordRef | None] = {}
        for ref in dict.fromkeys(refs):
            row = self._single(ref.object_type, ref.id, (MERGED,)) if is_id(ref.id) else None
            record_id = id_of(row) if row is not None and row.get("archived") is not True else None
            told[ref] = RecordRef(ref.instance, ref.object_type, record_id) if record_id else None
        return told


def is_id(text: str) -> bool:
    """Whether a text can be the id of an object."""
    return text.isascii() and text.isdigit()


def no_id(text: str) -> str:
    """The reason why a record cannot be asked for."""
    return f'"{text}" is no id of HubSpot.'


def _holds(email: str) -> Json:
    return {"propertyName": ADDRESSES[1], "operator": "CONTAINS_TOKEN", "value": email}


def _addresses(row: Json) -> set[str]:
    values = _values(row, ADDRESSES)
    listed = [values.get(EMAIL) or "", *(values.get("hs_additional_emails") or "").split(";")]
    return {address.strip().lower() for address in listed} - {""}


def _merged(row: Json) -> list[str]:
    """Ids of records that went into this one."""
    return [old for old in (_values(row, (MERGED,)).get(MERGED) or "").split(";") if old]


def _values(row: Json, names: Sequence[str]) -> dict[str, str | None]:
    """The properties that the row has, of those that were asked for."""
    told: Any = row.get("properties")
    if not isinstance(told, dict):
        raise Broken
    return {
        name: None if told[name] in (None, "") else str(told[name])
        for name in names
        if name in told
    }
