"""A sandbox Salesforce as the laws arrange it, reached over real HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.salesforce.adapter import SalesforceAdapter, Settings
from connector.clock import DAY, SECOND, Clock, ManualClock
from connector.model import (
    Engagement,
    Fields,
    Kind,
    Record,
    RecordRef,
    Role,
    Scalar,
    Write,
    WriteKind,
)
from connector.ports import Secret, Stream
from sandbox.loopback.calls import Call
from sandbox.salesforce import ids, writing
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.founding import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    Founded,
    found,
)
from sandbox.salesforce.rules import ValidationRule
from sandbox.salesforce.values import Row
from tests.adapters.front import Front
from tests.adapters.http_laws import Break
from tests.adapters.world import START, Landed
from tests.adapters.world import Row as Told

KEY = "Leadmode_Key__c"
MEMBER, NOTE = WriteKind.ADD_MEMBER, WriteKind.ADD_NOTE
OWN = "Leadmode_State__c"
OWN_LENGTH = 255
LIMITS = {"subject": 255, "body": 32_000, OWN: OWN_LENGTH}
CREATED = START - 400 * DAY
KEPT_BY_THE_SYSTEM = ("LastActivityDate", "SystemModstamp", "LastModifiedDate", "LastModifiedById")


def founded(clock: Clock) -> Founded:
    """An org with the two fields of leadmode, granted to the integration user."""
    made = found(clock)
    key = {"type": "Text", "length": 80, "label": "Key", "unique": True}
    key |= {"externalId": True, "caseSensitive": True}
    give_field(made, "Activity", KEY, key)
    give_field(made, "Lead", OWN, {"type": "Text", "length": OWN_LENGTH, "label": "State"})
    return made


def give_field(made: Founded, owner: str, name: str, metadata: Mapping[str, object]) -> None:
    made.org.custom_fields.create(f"{owner}.{name}", dict(metadata))
    for kind in made.org.schema.homes(owner):
        rights: Row = {"ParentId": made.permission_set, "SobjectType": kind.name}
        rights |= {"Field": f"{kind.name}.{name}", "PermissionsRead": True, "PermissionsEdit": True}
        made.org.load("FieldPermissions", [rights])


class SalesforceWorld:
    """One org in memory, a socket in front of it, and the adapters on it."""

    instance = "crm"

    def __init__(
        self,
        folder: Path,
        clock: ManualClock,
        adapter_type: type[SalesforceAdapter] = SalesforceAdapter,
        **settings: Any,
    ) -> None:
        self.clock = clock
        self.made = founded(clock)
        self.org = self.made.org
        self.front = Front(self.made.platform, writes)
        self._settings = settings
        self._adapter_type = adapter_type
        self._built: list[SalesforceAdapter] = []
        campaign: Row = {"Name": "Spring webinar", "Type": "Webinar"}
        (self.campaign,) = self.org.load("Campaign", [campaign])

    def settings(self, **changes: Any) -> Settings:
        given: dict[str, Any] = {
            "domain": "acme.my",
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": Secret(CONSUMER_SECRET),
            "instance_url": self.front.url,
            "deadline": 2.5,
        }
        return Settings(**{**given, **self._settings, **changes})

    def adapter(self, page_size: int | None = None, **changes: Any) -> SalesforceAdapter:
        if page_size:
            changes["page_size"] = page_size
        self._built.append(self._adapter_type(self.instance, self.settings(**changes), self.clock))
        return self._built[-1]

    def close(self) -> None:
        for adapter in self._built:
            adapter.close()
        self.stop()
        assert self.made.platform.broken == []

    # reading

    def put(self, stream: Stream, number: int, at: int, *, email: str | None = None) -> Told:
        at -= at % SECOND  # the platform stamps whole seconds
        match stream:
            case Stream.ENGAGEMENTS:
                return self._engagement(number, at)
            case Stream.OWNERS:
                return self._owner(number, at)
            case Stream.ACCOUNTS:
                return self._account(number, at)
            case Stream.OPPORTUNITIES:
                return self._opportunity(number, at)
            case Stream.PEOPLE:
                return self._person(number, at, email)

    def load(self, kind: str, prefix: str, number: int, at: int, values: Row) -> RecordRef:
        """Store a row as it is, with this number's id; an older one is replaced."""
        row: Row = {"Id": ids.make(prefix, 1_000 + number), "CreatedDate": CREATED, **values}
        row |= {"SystemModstamp": at, "LastModifiedDate": at}
        with self.org.lock:
            (made,) = self.org.load(kind, [row])
        return RecordRef(self.instance, kind, made)

    def _record(self, role: Role, ref: RecordRef, at: int, fields: Fields) -> Record:
        return Record(
            ref=ref,
            role=role,
            fields=fields,
            owner=None if role is Role.OWNER else RecordRef("crm", "User", self.made.admin),
            created_at=CREATED,
            modified_at=at,
        )

    def _owner(self, number: int, at: int) -> Record:
        name = f"User {number} as of {at}"
        values: Row = {"LastName": name, "Email": f"u{number}@acme.example", "IsActive": True}
        values |= {"Username": f"u{number}@acme.example", "TimeZoneSidKey": "Europe/Berlin"}
        values["LanguageLocaleKey"] = "de"
        ref = self.load("User", "005", number, at, values)
        fields: Fields = {"name": name, "active": True, "time_zone": "Europe/Berlin"}
        fields = {**fields, "language": "de"}
        told = self._record(Role.OWNER, ref, at, fields)
        return replace(told, emails=(f"u{number}@acme.example",))

    def _account(self, number: int, at: int) -> Record:
        name = f"Account {number} as of {at}"
        values: Row = {"Name": name, "Website": f"https://www.a{number}.example/x"}
        values |= {"Industry": "Energy", "NumberOfEmployees": number, "OwnerId": self.made.admin}
        ref = self.load("Account", "001", number, at, values)
        fields: Fields = {
            "name": name,
            "domain": f"a{number}.example",
            "industry": "Energy",
            "employees": number,
            "country": None,
        }
        return self._record(Role.ACCOUNT, ref, at, fields)

    def _person(self, number: int, at: int, email: str | None) -> Record:
        email = email or f"p{number}@acme.example"
        name = f"Person {number} as of {at}"
        values: Row = {"LastName": name, "Email": email, "OwnerId": self.made.admin}
        fields: dict[str, Scalar] = {"name": name, "title": None, "phone": None, "country": None}
        fields |= {"opted_out": False, "do_not_call": False}
        if number % 2:
            ref = self.load("Contact", "003", number, at, values | {"AccountId": self.account_id})
            account = RecordRef("crm", "Account", self.account_id)
            return replace(
                self._record(Role.PERSON, ref, at, fields), emails=(email,), account=account
            )
        values |= {"Company": "Acme", "Status": "Open - Not Contacted"}
        ref = self.load("Lead", "00Q", number, at, values)
        told = self._record(Role.PERSON, ref, at, fields | {"status": "Open - Not Contacted"})
        return replace(told, emails=(email,))

    @property
    def account_id(self) -> str:
        return ids.make("001", 999)

    def _opportunity(self, number: int, at: int) -> Record:
        name = f"Deal {number} as of {at}"
        values: Row = {"Name": name, "StageName": "Qualification", "OwnerId": self.made.admin}
        values |= {"CloseDate": "2026-05-01", "Amount": 10.0 * number, "AccountId": self.account_id}
        ref = self.load("Opportunity", "006", number, at, values)
        contact = ids.make("003", number)
        role: Row = {"OpportunityId": ref.id, "ContactId": contact}
        self.load("OpportunityContactRole", "00K", number, at, role)
        fields: Fields = {
            "name": name,
            "stage": "Qualification",
            "amount": 10.0 * number,
            "is_closed": False,
            "is_won": False,
        }
        return replace(
            self._record(Role.OPPORTUNITY, ref, at, fields),
            account=RecordRef("crm", "Account", self.account_id),
            people=(RecordRef("crm", "Contact", contact),),
        )

    def _engagement(self, number: int, at: int) -> Engagement:
        """Calls, and places in a webinar."""
        person = ids.make("00Q", 1 + number % 3)
        told = Engagement(
            instance=self.instance,
            id="",
            at=at,
            kind=Kind.CALL_HELD,
            person=RecordRef("crm", "Lead", person),
        )
        if number % 2:
            values: Row = {"CampaignId": self.campaign, "LeadId": person, "Status": "Sent"}
            ref = self.load("CampaignMember", "00v", number, at, values | {"CreatedDate": at})
            kind = Kind.WEBINAR_REGISTERED
            return replace(told, id=f"{ref.id}:{kind}", kind=kind, asset="Spring webinar")
        values = {"WhoId": person, "Status": "Completed", "TaskSubtype": "Call", "Subject": "Call"}
        ref = self.load("Task", "00T", number, at, values | {"CompletedDateTime": at})
        return replace(told, id=ref.id, asset="Call")

    # writing

    def target(self, number: int) -> RecordRef:
        told = self.put(Stream.PEOPLE, 2 * number, self.clock.now())
        assert isinstance(told, Record)
        return told.ref

    def owner(self) -> str:
        told = self.put(Stream.OWNERS, 7, START)
        assert isinstance(told, Record)
        return told.ref.id

    def own_field(self) -> str:
        return OWN

    def list_id(self) -> str:
        return self.campaign

    def lose_next_answer(self) -> None:
        self._warm()
        self.front.lose_next_write = True

    def spoil(self, write: Write) -> Write:
        """An administrator's rule forbids it."""
        target, key = write.target.id, write.key
        if write.kind is WriteKind.ADD_MEMBER:
            return replace(write, fields={"list": "701000000000099AAA"})
        if write.kind is WriteKind.SET_FIELDS:
            rule = ValidationRule(
                object=write.target.object_type,
                refuses=lambda row, old: row.get("Id") == target,
                message="This company forbids it.",
            )
        else:
            rule = ValidationRule(
                object="Task",
                refuses=lambda row, old: row.get(KEY) == key,
                message="This company forbids it.",
            )
        self.org.rules.validation.append(rule)
        return write

    @property
    def person_at_the_screen(self) -> Caller:
        return Caller(user=self.made.admin, system=True)

    def edit(self, ref: RecordRef, field: str, value: Scalar) -> None:
        with self.org.lock:
            kind = self.org.schema[ref.object_type]
            writing.update(self.org, self.person_at_the_screen, kind, ref.id, {field: value})

    def remove(self, ref: RecordRef) -> None:
        with self.org.lock:
            kind = self.org.schema[ref.object_type]
            writing.delete(self.org, self.person_at_the_screen, kind, ref.id)

    def change_task(self, remote_id: str, *, done: bool = False, owner: str = "") -> None:
        given = ({"Status": "Completed"} if done else {}) | ({"OwnerId": owner} if owner else {})
        with self.org.lock:
            kind = self.org.schema["Task"]
            writing.update(self.org, self.person_at_the_screen, kind, remote_id, given)

    def remove_task(self, remote_id: str) -> None:
        self.remove(RecordRef(self.instance, "Task", remote_id))

    def as_stored(self, field: str, text: str) -> str:
        limit = LIMITS.get(field)
        if limit is not None and len(text.encode("utf-16-le")) // 2 > limit:
            text = f"{text[: limit - 1]}…"
        return text.rstrip() if field == "body" else text.strip()

    # looking

    def landed(self, kind: WriteKind) -> list[Landed]:
        if kind is WriteKind.SET_FIELDS:
            return [
                Landed(
                    target=RecordRef(self.instance, effect.object, effect.id),
                    fields={n: "" if v is None else v for n, v in effect.changes.items()},
                )
                for effect in self.org.journal.of("Lead", "updated")
                if effect.user == self.made.integration
            ]
        if kind is WriteKind.ADD_MEMBER:
            return [
                Landed(
                    target=RecordRef(self.instance, "Lead", str(effect.changes["LeadId"])),
                    fields={"list": effect.changes["CampaignId"]},
                )
                for effect in self.org.journal.of("CampaignMember", "created")
            ]
        rows = [self.org.row(effect.id) for effect in self.org.journal.of("Task", "created")]
        is_note = kind is WriteKind.ADD_NOTE
        return [
            self._landed_task(row)
            for row in rows
            if row and row.get(KEY) and bool(row.get("IsClosed")) is is_note
        ]

    def _landed_task(self, row: Row) -> Landed:
        words = {"High": "high", "Normal": "normal"}
        fields: dict[str, Scalar] = {
            "subject": row.get("Subject") or "",
            "body": row.get("Description") or "",
            "due_at": row.get("ReminderDateTime"),
            "priority": words.get(str(row.get("Priority"))),
            "owner": row.get("OwnerId"),
        }
        who, what = row.get("WhoId"), row.get("WhatId")
        about = ("Lead", str(who)) if who else ("Account", str(what))
        target = RecordRef(self.instance, *about)
        return Landed(target=target, fields=fields, key=str(row.get(KEY)))

    def standing(self, kind: WriteKind) -> set[RecordRef]:
        name, who = ("CampaignMember", "LeadId") if kind is MEMBER else ("Task", "WhoId")
        return {
            RecordRef(self.instance, "Lead", str(row[who]))
            for row in self.org.tables[name].live()
            if kind is MEMBER or (row.get(KEY) and bool(row.get("IsClosed")) is (kind is NOTE))
        }

    def touch(self, made: str) -> None:
        self.clock.move_to(self.clock.now() + DAY)
        with self.org.lock:
            kind = self.org.schema["Task"]
            done: Row = {"Status": "Completed"}
            writing.update(self.org, self.person_at_the_screen, kind, made, done)

    def look(self) -> dict[RecordRef, Fields]:
        """Everything but what the system itself keeps about a record's last change."""
        told: dict[RecordRef, Fields] = {}
        for name in ("User", "Account", "Contact", "Lead", "Opportunity"):
            for row in self.org.tables[name].live():
                ref = RecordRef(self.instance, name, str(row["Id"]))
                told[ref] = {n: v for n, v in row.items() if n not in KEPT_BY_THE_SYSTEM}
        return told

    def requests(self) -> int:
        return self.front.count

    def object_type(self) -> str:
        return "Task"

    def secret(self) -> str:
        return CONSUMER_SECRET

    def refuse_sign_in(self) -> None:
        self.made.platform.auth.end_sessions()
        self.made.platform.auth.apps[CONSUMER_KEY].secret = "another secret"

    # trouble

    def _warm(self) -> None:
        """Trouble comes to adapters that run: they have signed in and know the fields."""
        self.front.planned, self.front.broken = [], None
        for adapter in self._built:
            adapter.read(Stream.OWNERS, None)

    def answer_next(
        self, status: int, *, headers: Mapping[str, str], body: str, times: int = 1
    ) -> None:
        self._warm()
        self.front.planned = [(status, headers, body)] * times

    def break_next(self, how: Break) -> None:
        self._warm()
        self.front.broken = how

    def stop(self) -> None:
        if not self.front.closing.is_set():
            self.front.stop()


def writes(call: Call) -> bool:
    """Whether a call changes records: not every POST does."""
    if call.method == "PATCH":
        return True
    return call.method == "POST" and call.path.endswith("/composite/sobjects")
