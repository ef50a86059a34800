"""HubSpot's rows as records, and nothing else: no network, no clock.

Every value is text or null; numbers may be words, dates ISO or milliseconds, and "" is empty.
https://developers.hubspot.com/docs/api-reference/2026-03/crm/using-object-apis
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.hubspot.tables import (
    COMPANIES,
    CONTACTS,
    CREATED,
    LEADS,
    MERGED,
    OWNED_SINCE,
    OWNER,
    Table,
)
from connector.clock import to_millis
from connector.model import Fields, Record, RecordRef, Role, Scalar

Row = Mapping[str, Any]
MOST_MILLIS: Final = 253_402_300_800_000
"""The year 10000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What rows of one walk mean."""

    instance: str
    table: Table
    status: str = ""
    """The property of a contact that is its status."""
    key: str = ""
    """The property that marks what leadmode made."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further field name to HubSpot's property."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Types of those properties, in words of the contract; what is not named is text."""
    task_kinds: Mapping[str, str] = field(default_factory=dict)
    form_kinds: Mapping[str, str] = field(default_factory=dict)
    now: int = 0
    """The server's clock, UTC ms: a meeting after it has not been held."""

    def ref(self, object_type: str, record_id: Any) -> RecordRef | None:
        """A reference, if there is an id."""
        found = id_text(record_id)
        return RecordRef(self.instance, object_type, found) if found else None


# values


def text(value: Any) -> str | None:
    """A text that says something."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    return str(value) or None


def number(value: Any) -> float | None:
    """A number; None for words such as "N/A"."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def id_text(value: Any) -> str:
    """An id in decimal; numbers that went through a float too. Empty when it is none."""
    told = str(value).strip() if isinstance(value, str | int | float) else ""
    head, dot, tail = told.partition(".")
    told = head if dot and not tail.strip("0") else told
    return told if told.isascii() and told.isdigit() else ""


def instant(value: Any) -> int | None:
    """UTC ms of a moment: ISO, or milliseconds, perhaps with a fraction; a day begins in UTC."""
    if isinstance(value, str) and "-" in value[1:]:
        return _of_iso(value.strip())
    found = number(value) if not isinstance(value, bool) else None
    return int(found) if found is not None and 0 < found < MOST_MILLIS else None


def _of_iso(told: str) -> int | None:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return to_millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def truth(value: Any) -> bool:
    """Whether a switch is on; one that was never touched is off."""
    return str(value).strip().lower() in ("true", "yes", "1")


def scalar(value: Any, kind: str) -> Scalar:
    """A value by the type of its property."""
    if kind == "instant":
        return instant(value)
    if kind == "switch":
        return truth(value)
    if kind in ("number", "float"):
        found = number(value)
        whole = kind == "number" and found is not None and found.is_integer()
        return int(found) if found is not None and whole else found
    if kind == "boolean":
        return None if text(value) is None else truth(value)
    return text(value)


def host_of(site: str | None) -> str | None:
    """The domain of a web site, as people type it in: with or without scheme, www and path."""
    told = (site or "").strip()
    try:
        host = urlsplit(told if "//" in told else f"//{told}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def properties_in(row: Row) -> Row:
    """The properties of a row; none in a row without them."""
    found = row.get("properties")
    return found if isinstance(found, Mapping) else {}


def modified_at(row: Row, table: Table) -> int | None:
    """When a row last changed, UTC ms."""
    told = [instant(row.get("updatedAt"))]
    if not table.history:
        told += [instant(properties_in(row).get(stamp)) for stamp in table.stamps]
    return max((each for each in told if each is not None), default=None)


# records


def records_of(row: Row, reading: Reading) -> Iterator[Record]:
    """The record of a row, and one for each that was merged into it.

    What leadmode made itself is none.
    """
    told, table = properties_in(row), reading.table
    ref = reading.ref(table.object, row.get("id"))
    if ref is None or table.role is None or (reading.key and text(told.get(reading.key))):
        return
    archived = instant(row.get("archivedAt")) if row.get("archived") else None
    changed = modified_at(row, table)
    record = Record(
        ref=ref,
        role=table.role,
        fields=_fields(told, reading),
        emails=_emails(told) if table is CONTACTS else (),
        account=_account(row, reading),
        people=_people(row, reading),
        owner=reading.ref("owners", told.get(OWNER)),
        created_at=instant(told.get(CREATED)) or instant(row.get("createdAt")),
        modified_at=max((at for at in (archived, changed) if at is not None), default=None),
        owned_since=instant(told.get(OWNED_SINCE)),
        closed_at=instant(told.get("closedate")) if truth(told.get("hs_is_closed")) else None,
        deleted=bool(row.get("archived")),
    )
    yield record
    if not record.deleted:
        yield from _losers(told, record, reading)


def _losers(told: Row, winner: Record, reading: Reading) -> Iterator[Record]:
    """Merged records are in no list and no search; only the winner tells of them."""
    for each in str(told.get(MERGED) or "").split(";"):
        ref = reading.ref(reading.table.object, each)
        if ref is not None and ref != winner.ref:
            yield Record(
                ref=ref,
                role=winner.role,
                modified_at=winner.modified_at,
                deleted=True,
                merged_into=winner.ref,
            )


def _fields(told: Row, reading: Reading) -> Fields:
    """Only properties that the portal has are told; what it does not show stays absent."""
    table = reading.table
    found: dict[str, Scalar] = {
        ours: scalar(told[theirs], _TYPES.get(ours, "text"))
        for ours, theirs in table.known.items()
        if theirs in told
    }
    if table is CONTACTS:
        found |= _of_contact(told, reading)
    elif table is COMPANIES:
        found |= _of_company(found)
    elif table is LEADS:
        found |= _of_lead(told)
    for ours, theirs in reading.extra.items():
        if theirs in told:
            found[ours] = scalar(told[theirs], reading.types.get(theirs, "text"))
    return found


_TYPES: Final = {
    "employees": "number",
    "amount": "float",
    "is_closed": "switch",
    "is_won": "switch",
    "opted_out": "switch",
}


def _of_contact(told: Row, reading: Reading) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    if "firstname" in told or "lastname" in told:
        names = [text(told.get(name)) for name in ("firstname", "lastname")]
        found["name"] = " ".join(filter(None, names)) or None
    if "phone" in told:
        found["phone"] = text(told["phone"]) or text(told.get("mobilephone"))
    if reading.status in told:
        found["status"] = text(told[reading.status])
    return found


def _of_company(found: Mapping[str, Scalar]) -> dict[str, Scalar]:
    changed: dict[str, Scalar] = {}
    if "domain" in found:
        changed["domain"] = host_of(text(found["domain"]))
    if isinstance(employees := found.get("employees"), float):
        changed["employees"] = int(employees)
    return changed


def _of_lead(told: Row) -> dict[str, Scalar]:
    """Both qualified and unqualified ones are closed."""
    is_open = text(told.get("hs_lead_is_open"))
    stage = str(told.get("hs_pipeline_stage") or "")
    closed = not truth(is_open) if is_open else "qualified" in stage
    won = truth(told.get("hs_lead_is_qualified")) or stage.startswith("qualified")
    return {"is_closed": closed, "is_won": closed and won}


def _emails(told: Row) -> tuple[str, ...]:
    listed = [str(told.get("email") or ""), *str(told.get("hs_additional_emails") or "").split(";")]
    return tuple(dict.fromkeys(email for each in listed if (email := each.strip())))


def _account(row: Row, reading: Reading) -> RecordRef | None:
    told = properties_in(row)
    if reading.table is CONTACTS:
        return reading.ref("companies", told.get("associatedcompanyid"))
    primary = reading.ref("companies", told.get("hs_primary_associated_company"))
    listed = associated(row, "companies")
    return primary or (reading.ref("companies", listed[0]) if listed else None)


def _people(row: Row, reading: Reading) -> tuple[RecordRef, ...]:
    if reading.table.role is not Role.OPPORTUNITY:
        return ()
    refs = [reading.ref("contacts", each) for each in associated(row, "contacts")]
    return tuple(ref for ref in refs if ref)


def associated(row: Row, object_type: str) -> list[str]:
    """Ids of a type that belong to a row: each once, the primary one first."""
    listed = row.get("associations")
    found = listed.get(object_type) if isinstance(listed, Mapping) else None
    results = found.get("results") if isinstance(found, Mapping) else None
    pairs: Sequence[Row] = [one for one in results or [] if isinstance(one, Mapping)]
    # An id comes once per label; the link of a primary company has no "_unlabeled" in its type.
    ranked = sorted(pairs, key=lambda one: str(one.get("type") or "").endswith("_unlabeled"))
    return list(dict.fromkeys(filter(None, (id_text(one.get("id")) for one in ranked))))


def owner_of(row: Row, instance: str) -> Record | None:
    """A user who can own records; an archived one is not active."""
    found = id_text(row.get("id"))
    if not found:
        return None
    email = text(row.get("email"))
    names = [text(row.get(name)) for name in ("firstName", "lastName")]
    name = " ".join(filter(None, names)) or email
    return Record(
        ref=RecordRef(instance, "owners", found),
        role=Role.OWNER,
        fields={"name": name, "active": not row.get("archived")},
        emails=(email,) if email else (),
        created_at=instant(row.get("createdAt")),
        modified_at=instant(row.get("updatedAt")),
    )
