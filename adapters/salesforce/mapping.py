"""Salesforce's rows as records and engagements, and nothing else: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from adapters.salesforce.ids import to_18
from adapters.salesforce.tables import (
    EMAILS,
    LEADS,
    MEETINGS,
    MEETINGS_OVER,
    MEMBERS,
    PERSON_ACCOUNTS,
    TASKS,
    Table,
    person_account_field,
)
from connector.clock import to_millis
from connector.model import Engagement, Evidence, Fields, Kind, Record, RecordRef, Role, Scalar

Row = Mapping[str, Any]
_SENT: Final = "3"
"""Status of an EmailMessage."""
_BOUNCED: Final = "bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What rows of one walk mean."""

    instance: str
    table: Table
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further field name to the name of Salesforce's field, as it is in the rows."""
    instants: frozenset[str] = frozenset()
    """Names of further fields that hold datetimes."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    task_kinds: Mapping[str, str] = field(default_factory=dict)
    task_link: str = ""
    """The field of Task that holds a link."""
    campaign_kinds: Mapping[str, str] = field(default_factory=dict)
    now: int = 0
    """The server's clock, UTC ms: a meeting after it has not been held."""

    def ref(self, object_type: str, record_id: Any) -> RecordRef | None:
        """A reference, if there is an id."""
        if not isinstance(record_id, str) or not record_id:
            return None
        return RecordRef(self.instance, object_type, to_18(record_id))

    def person(self, record_id: Any) -> RecordRef | None:
        """A person by the first letters of the id: 003 is a contact, 00Q a lead."""
        kinds = {"003": "Contact", "00Q": "Lead"}
        kind = kinds.get(str(record_id)[:3])
        return self.ref(kind, record_id) if kind else None


def instant(text: Any) -> int | None:
    """UTC ms of a datetime as Salesforce writes it: "+0000" in JSON, "Z" in CSV."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return to_millis(datetime.fromisoformat(text))
    except ValueError:
        return None


def day_start(text: Any, zone: ZoneInfo) -> int | None:
    """UTC ms at which a day begins in the zone."""
    try:
        day = date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
    return to_millis(datetime.combine(day, time(), zone))


def record_of(row: Row, reading: Reading) -> Record | None:
    """A record; None for a person account that has no contact yet."""
    table = reading.table
    ref = reading.ref(table.object, row["Id"])
    if table is PERSON_ACCOUNTS:
        ref = reading.ref("Contact", row.get("PersonContactId"))
    if ref is None or table.role is None:
        return None
    record = Record(
        ref=ref,
        role=table.role,
        fields=_fields(row, reading),
        emails=_emails(row),
        account=_account(row, reading),
        owner=_owner(row, reading),
        created_at=instant(row.get("CreatedDate")),
        modified_at=instant(row.get("SystemModstamp")),
        closed_at=_closed_at(row, reading),
        deleted=bool(row.get("IsDeleted")),
        merged_into=_merged_into(row, reading),
    )
    if table.role is not Role.OPPORTUNITY:
        return record
    return _with_people(record, row, reading)


def _fields(row: Row, reading: Reading) -> Fields:
    """Only fields that were asked for are told; what is hidden stays absent."""
    names = {**reading.table.known, **reading.extra}
    found = {ours: scalar(row[theirs]) for ours, theirs in names.items() if theirs in row}
    for ours, theirs in reading.extra.items():
        if theirs in reading.instants and theirs in row:
            found[ours] = instant(row[theirs])
    if isinstance(site := found.get("domain"), str):
        found["domain"] = host_of(site)
    if isinstance(employees := found.get("employees"), float):
        found["employees"] = int(employees)
    return found


def scalar(value: Any) -> Scalar:
    """A value as rules see it; a compound one is a text."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def host_of(site: str) -> str | None:
    """The domain of a web site, as people type it in: with or without scheme, www and path."""
    text = site.strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def _emails(row: Row) -> tuple[str, ...]:
    found = (row.get(name) for name in ("Email", "PersonEmail"))
    return tuple(dict.fromkeys(email for email in found if isinstance(email, str) and email))


def _account(row: Row, reading: Reading) -> RecordRef | None:
    """A person account has no company."""
    return reading.ref("Account", row.get("AccountId"))


def _owner(row: Row, reading: Reading) -> RecordRef | None:
    """A queue owns nothing that could be handed to a person."""
    owner = row.get("OwnerId")
    return reading.ref("User", owner) if str(owner)[:3] == "005" else None


def _closed_at(row: Row, reading: Reading) -> int | None:
    """When it was last moved to a stage, which is the closing one; else the close date."""
    if reading.table.role is not Role.OPPORTUNITY or not row.get("IsClosed"):
        return None
    changed = instant(row.get("LastStageChangeDate"))
    return changed if changed is not None else day_start(row.get("CloseDate"), reading.zone)


def _merged_into(row: Row, reading: Reading) -> RecordRef | None:
    if row.get("IsDeleted") and row.get("MasterRecordId"):
        if reading.table is PERSON_ACCOUNTS:
            return None  # the master is an account; its contact is read as a person of its own
        return reading.ref(reading.table.object, row["MasterRecordId"])
    if reading.table is LEADS and row.get("IsConverted"):
        return reading.ref("Contact", row.get("ConvertedContactId"))
    return None


def _with_people(record: Record, row: Row, reading: Reading) -> Record:
    roles = row.get("OpportunityContactRoles")
    found = roles.get("records", []) if isinstance(roles, Mapping) else []
    refs = [reading.person(each.get("ContactId")) for each in found]
    people = tuple(dict.fromkeys(ref for ref in refs if ref))
    return Record(
        ref=record.ref,
        role=record.role,
        fields=record.fields,
        account=record.account,
        people=people,
        owner=record.owner,
        created_at=record.created_at,
        modified_at=record.modified_at,
        closed_at=record.closed_at,
        deleted=record.deleted,
    )


# engagements


def engagements_of(row: Row, reading: Reading) -> Iterator[Engagement]:
    """What people did, by one row; none for a row that tells nothing (yet), or is deleted."""
    if row.get("IsDeleted"):
        return
    match reading.table.name:
        case TASKS.name:
            yield from _task(row, reading)
        case MEETINGS.name | MEETINGS_OVER.name:
            yield from _meeting(row, reading)
        case MEMBERS.name:
            yield from _member(row, reading)
        case EMAILS.name:
            yield from _email(row, reading)


OF_EVENTS_AND_MAILS: Final = frozenset(
    {
        Kind.MEETING_BOOKED,
        Kind.MEETING_HELD,
        Kind.EMAIL_REPLIED,
        Kind.EMAIL_SENT,
        Kind.BOUNCED,
        Kind.EMAIL_OPENED,
    }
)
"""Kinds that come whatever the settings say."""


def _kind(word: str | None) -> Kind | None:
    return Kind(word) if word else None


def _task(row: Row, reading: Reading) -> Iterator[Engagement]:
    kinds = reading.task_kinds
    words = (row.get("TaskSubtype"), row.get("Type"))
    kind = next((found for word in words if (found := _kind(kinds.get(str(word))))), None)
    person, at = reading.person(row.get("WhoId")), _task_at(row, reading)
    if row.get("IsClosed") and kind and person and at is not None:
        yield Engagement(
            instance=reading.instance,
            id=to_18(row["Id"]),
            at=at,
            kind=kind,
            person=person,
            asset=subject_of(row.get("Subject")),
            link=_link(row, reading),
        )


def subject_of(text: Any) -> str:
    """What a task was about: "Visited Web Page: /pricing" is about "/pricing".

    Programs that log tasks put what was done before the first ": "; a subject without it is
    taken as it is.
    """
    told = str(text or "").strip()
    before, colon, after = told.partition(": ")
    return after.strip() if colon and before else told


def _link(row: Row, reading: Reading) -> str:
    """Only what is a link, so that no text of a mail is taken along."""
    text = str(_value(row, reading.task_link) or "").strip()
    return text if text.startswith(("https://", "http://")) and len(text.split()) == 1 else ""


def _value(row: Row, name: str) -> Any:
    """A field by its API name, in whatever case it was written."""
    return next((row[each] for each in row if each.lower() == name.lower()), None) if name else None


def _task_at(row: Row, reading: Reading) -> int | None:
    """When it was completed; or noon of its day, if somebody logged it on a later day."""
    done = instant(row.get("CompletedDateTime")) or instant(row.get("CreatedDate"))
    day = day_start(row.get("ActivityDate"), reading.zone)
    if day is None:
        return done
    noon = day + 12 * 3_600_000
    return noon if done is None or done >= day + 24 * 3_600_000 else done


def _meeting(row: Row, reading: Reading) -> Iterator[Engagement]:
    person, made = reading.person(row.get("WhoId")), instant(row.get("CreatedDate"))
    start, end = instant(row.get("StartDateTime")), instant(row.get("EndDateTime"))
    if person is None or start is None or row.get("IsChild"):
        return
    record_id = to_18(row["Id"])
    if made is not None and made < start:
        yield Engagement(
            instance=reading.instance,
            id=f"{record_id}:booked",
            at=made,
            kind=Kind.MEETING_BOOKED,
            person=person,
        )
    if (start if end is None else end) <= reading.now:
        yield Engagement(
            instance=reading.instance,
            id=f"{record_id}:held",
            at=start,
            kind=Kind.MEETING_HELD,
            person=person,
        )


def _member(row: Row, reading: Reading) -> Iterator[Engagement]:
    campaign = row.get("Campaign") or {}
    person = reading.person(row.get("ContactId")) or reading.person(row.get("LeadId"))
    made = instant(row.get("CreatedDate"))
    if person is None or made is None:
        return
    kinds, form = reading.campaign_kinds, str(campaign.get("Type") or "")
    answer = kinds.get(f"{form}/{row.get('Status')}")
    if answer is None and row.get("HasResponded"):
        answer = kinds.get(f"{form}/responded")
    for kind, at in (
        (_kind(kinds.get(form)), made),
        (_kind(answer), _answered(row, made, reading)),
    ):
        if kind is not None:
            yield Engagement(
                instance=reading.instance,
                id=f"{to_18(row['Id'])}:{kind}",
                at=at,
                kind=kind,
                person=person,
                asset=str(campaign.get("Name") or ""),
            )


def _answered(row: Row, made: int, reading: Reading) -> int:
    """When a member responded. Most organisations know the day only: its beginning then."""
    told = instant(row.get("FirstResponseDateTime"))
    if told is None:
        told = day_start(row.get("FirstRespondedDate"), reading.zone)
    return made if told is None else max(made, told)


def _email(row: Row, reading: Reading) -> Iterator[Engagement]:
    at, record_id = instant(row.get("MessageDate")), to_18(row["Id"])
    at = at if at is not None else instant(row.get("CreatedDate"))
    if at is None:
        return
    if row.get("Incoming"):
        yield from _mail(reading, record_id, at, Kind.EMAIL_REPLIED, row.get("FromAddress"))
        return
    to = str(row.get("ToAddress") or "").replace(",", ";").partition(";")[0].strip()
    if str(row.get("Status")) != _SENT:
        return
    # The task of the same message has this id too, so that it does not count twice.
    sent = to_18(str(row.get("ActivityId") or record_id))
    yield from _mail(reading, sent, at, Kind.EMAIL_SENT, to)
    if row.get("IsBounced"):
        yield from _mail(reading, f"{record_id}:{_BOUNCED}", at, Kind.BOUNCED, to)
    opened = instant(row.get("FirstOpenedDate"))
    if row.get("IsOpened") and opened is not None:
        yield from _mail(reading, f"{record_id}:opened", opened, Kind.EMAIL_OPENED, to)


def _mail(reading: Reading, key: str, at: int, kind: Kind, email: Any) -> Iterator[Engagement]:
    """Who opened is not known: mail programs and scanners open by themselves."""
    if isinstance(email, str) and "@" in email:
        yield Engagement(
            instance=reading.instance,
            id=key,
            at=at,
            kind=kind,
            email=email,
            evidence=Evidence.UNKNOWN if kind is Kind.EMAIL_OPENED else Evidence.HUMAN,
        )


def extra_names(table: Table, extra: Mapping[str, str], chosen: list[str]) -> Mapping[str, str]:
    """Our further names to the fields as they are in the rows of this walk."""
    spelled = {name.lower(): name for name in chosen}
    found = {}
    for ours, theirs in extra.items():
        wanted = [theirs, f"{theirs}__c"]
        if table is PERSON_ACCOUNTS:
            seen = dict.fromkeys(spelled)
            wanted = [person_account_field(seen, name) for name in wanted]  # type: ignore[arg-type]
        known = next((spelled[name.lower()] for name in wanted if name.lower() in spelled), None)
        if known is not None:
            found[ours] = known
    return found
