"""A sandbox HubSpot as the laws arrange it, reached over real HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.hubspot.adapter import HubspotAdapter, Settings
from connector.clock import DAY, Clock, ManualClock
from connector.model import (
    Engagement,
    Evidence,
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
from sandbox.hubspot import derive, instants, writing
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.founding import TOKEN, Founded, found
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.marketing import EmailEvent, made_up_id
from sandbox.hubspot.owners import Owner
from sandbox.hubspot.schema.property import Property
from sandbox.loopback.calls import Call
from tests.adapters.front import Front
from tests.adapters.http_laws import Break
from tests.adapters.hubspot import landed
from tests.adapters.world import START, Landed
from tests.adapters.world import Row as Told

KEY = landed.KEY
OWN = "leadmode_state"
CREATED = START - 400 * DAY
COMPANY, SELLER = 9_000_000_900, 9_000_000_901
FIRST = {"owners": 80_000, "companies": 9_000_001_000, "contacts": 9_000_010_000}
FIRST |= {"deals": 9_000_020_000, "calls": 9_000_030_000}
"""Ids of numbered objects begin behind these; those that the portal gives are greater."""
MOVED_BY_ACTIVITY = ("lastmodifieddate", "hs_lastmodifieddate", "notes_", "num_", "hs_last_")
"""What the portal itself keeps about an object's activity."""


def founded(clock: Clock) -> Founded:
    """A portal with leadmode's properties: unique keys on what it makes, and a state."""
    made = found(clock)
    for object_type in ("tasks", "notes", "leads"):
        give_property(made, object_type, KEY, unique=True)
    give_property(made, "contacts", OWN)
    quota = made.platform.quota
    quota.strict = False
    quota.burst = quota.associations = 10**9  # where clocks stand still, no ten seconds ever pass
    return made


def give_property(
    made: Founded, object_type: str, name: str, kind: str = "string", *, unique: bool = False
) -> None:
    portal = made.portal
    known = portal.schema[object_type]
    field_types = {
        "string": "text",
        "number": "number",
        "datetime": "date",
        "bool": "booleancheckbox",
    }
    portal.put_property(
        known,
        Property(
            name=name,
            label=name,
            type=kind,
            field_type=field_types[kind],
            group=next(iter(known.groups), ""),
            unique=unique,
            custom=True,
        ),
    )


class HubspotWorld:
    """One portal in memory, a socket in front of it, and the adapters on it."""

    instance = "crm"

    def __init__(
        self,
        folder: Path,
        clock: ManualClock,
        adapter_type: type[HubspotAdapter] = HubspotAdapter,
        **settings: Any,
    ) -> None:
        self.clock = clock
        self.made = founded(clock)
        self.portal, self.platform = self.made.portal, self.made.platform
        self.front = Front(self.platform, writes)
        self._settings = settings
        self._adapter_type = adapter_type
        self._built: list[HubspotAdapter] = []
        self.company = self.load("companies", COMPANY, START - DAY, {"name": "Acme"})
        self.seller = self.load("contacts", SELLER, START - DAY, {"email": "buyer@acme.example"})
        self.mailing = self.platform.marketing.campaign("Spring news", START - 90 * DAY)

    def settings(self, **changes: Any) -> Settings:
        given: dict[str, Any] = {
            "token": Secret(TOKEN),
            "base_url": self.front.url,
            "deadline": 2.5,
            "burst": 100_000,
            "searches": 100_000,
        }
        return Settings(**{**given, **self._settings, **changes})

    def adapter(self, page_size: int | None = None, **changes: Any) -> HubspotAdapter:
        if page_size:
            changes["page_size"] = page_size
        self._built.append(self._adapter_type(self.instance, self.settings(**changes), self.clock))
        return self._built[-1]

    def close(self) -> None:
        for adapter in self._built:
            adapter.close()
        self.stop()
        assert self.platform.broken == []

    # reading

    def put(self, stream: Stream, number: int, at: int, *, email: str | None = None) -> Told:
        with self.portal.lock:
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

    def load(self, kind: str, number: int, at: int, values: Mapping[str, str]) -> Kept:
        """Store an object as it is, under this id; an older one is replaced."""
        with self.portal.lock:
            return self.portal.load(kind, values, id=number, created_at=CREATED, updated_at=at)

    def ref(self, kept: Kept) -> RecordRef:
        return RecordRef(self.instance, kept.type, str(kept.id))

    def _record(self, role: Role, kept: Kept, at: int, fields: Fields) -> Record:
        owned = kept.properties.get("hubspot_owner_assigneddate")
        return Record(
            ref=self.ref(kept),
            role=role,
            fields=fields,
            owner=RecordRef(self.instance, "owners", self.made.rep),
            owned_since=instants.read(owned) if owned else None,
            created_at=CREATED,
            modified_at=at,
        )

    def _owner(self, number: int, at: int) -> Record:
        owner = Owner(
            id=FIRST["owners"] + number,
            user_id=number,
            email=f"u{number}@acme.example",
            first_name=f"User {number}",
            last_name=f"as of {at}",
            created_at=CREATED,
            updated_at=at,
        )
        self.portal.owners.add(owner)
        return Record(
            ref=RecordRef(self.instance, "owners", str(owner.id)),
            role=Role.OWNER,
            fields={"name": f"User {number} as of {at}", "active": True},
            emails=(owner.email,),
            created_at=CREATED,
            modified_at=at,
        )

    def _account(self, number: int, at: int) -> Record:
        name = f"Account {number} as of {at}"
        values = {"name": name, "domain": f"a{number}.example", "industry": "OIL_ENERGY"}
        values |= {"numberofemployees": str(number), "hubspot_owner_id": self.made.rep}
        kept = self.load("companies", FIRST["companies"] + number, at, values)
        fields: Fields = {
            "name": name,
            "domain": f"a{number}.example",
            "industry": "OIL_ENERGY",
            "employees": number,
            "country": None,
        }
        return self._record(Role.ACCOUNT, kept, at, fields)

    def _person(self, number: int, at: int, email: str | None) -> Record:
        email = email or f"p{number}@acme.example"
        values = {"firstname": f"Person {number}", "lastname": f"as of {at}"}
        values |= {"hubspot_owner_id": self.made.rep, "hs_lead_status": "OPEN"}
        values |= self._addresses(number, email)
        if number % 2:
            values["associatedcompanyid"] = str(COMPANY)
        values |= derive.derived(self.portal, "contacts", values, {})
        holder = self.portal.tables["contacts"].holder("email", email)
        kept = self.load("contacts", FIRST["contacts"] + number, at, values)
        if holder is not None:
            self.portal.tables["contacts"].note_value("email", email, holder)
        fields: dict[str, Scalar] = {"name": f"Person {number} as of {at}", "title": None}
        fields |= {"phone": None, "country": None, "opted_out": False, "status": "OPEN"}
        account = RecordRef(self.instance, "companies", str(COMPANY)) if number % 2 else None
        told = self._record(Role.PERSON, kept, at, fields)
        first = (values["email"],) if values.get("email") else ()
        return replace(told, emails=tuple(dict.fromkeys((*first, email))), account=account)

    def _addresses(self, number: int, email: str) -> dict[str, str]:
        """An address that another contact has as its own is a further one of this contact."""
        holder = self.portal.tables["contacts"].holder("email", email)
        if holder in (None, FIRST["contacts"] + number):
            return {"email": email}
        return {"email": f"other{number}@acme.example", "hs_additional_emails": email}

    def _opportunity(self, number: int, at: int) -> Record:
        name = f"Deal {number} as of {at}"
        values = {"dealname": name, "dealstage": "qualifiedtobuy", "amount": str(10.0 * number)}
        values |= {"hubspot_owner_id": self.made.rep, "hs_is_closed": "false"}
        values |= {"hs_is_closed_won": "false", "closedate": str(START + 30 * DAY)}
        kept = self.load("deals", FIRST["deals"] + number, at, values)
        self.portal.link(kept, self.seller)
        self.portal.link(kept, self.company, (5,))
        fields: Fields = {
            "name": name,
            "stage": "qualifiedtobuy",
            "amount": 10.0 * number,
            "is_closed": False,
            "is_won": False,
        }
        return replace(
            self._record(Role.OPPORTUNITY, kept, at, fields),
            account=self.ref(self.company),
            people=(self.ref(self.seller),),
        )

    def _engagement(self, number: int, at: int) -> Engagement:
        """Calls, and opened mail."""
        told = Engagement(instance=self.instance, id="", at=at, kind=Kind.CALL_HELD, email=None)
        if number % 2:
            event = self.mail("OPEN", at, f"p{number % 3}@acme.example", number)
            return replace(
                told,
                id=event.id,
                kind=Kind.EMAIL_OPENED,
                email=event.recipient,
                evidence=Evidence.UNKNOWN,
                message=str(self.mailing.id),
            )
        values = {"hs_timestamp": str(at), "hs_call_status": "COMPLETED", "hs_call_title": "Call"}
        kept = self.portal.load(
            "calls", values, id=FIRST["calls"] + number, created_at=at, updated_at=at
        )
        self.portal.link(kept, self.seller)
        name = f"calls:{kept.id}:call_held"
        return replace(told, id=name, person=self.ref(self.seller), asset="Call")

    def mail(self, kind: str, at: int, recipient: str, number: int = 0, **more: Any) -> EmailEvent:
        """An e-mail event in the log, without any trace on a contact."""
        event = EmailEvent(
            at=at,
            id=made_up_id(kind, at, recipient, number),
            type=kind,
            recipient=recipient,
            campaign=self.mailing.id,
            **more,
        )
        return self.platform.marketing.add_email(event)

    # writing

    def target(self, number: int) -> RecordRef:
        told = self.put(Stream.PEOPLE, 2 * number, self.clock.now())
        assert isinstance(told, Record)
        return told.ref

    def owner(self) -> str:
        return self.made.rep

    def own_field(self) -> str:
        return OWN

    def list_id(self) -> str:
        found = self.portal.lists.find("1") or self.portal.lists.make("Nurture")
        return found.id

    def lose_next_answer(self) -> None:
        self._warm()
        self.front.lose_next_write = True

    def spoil(self, write: Write) -> Write:
        """An administrator's rule forbids it."""
        target, key = write.target.id, write.key
        if write.kind is WriteKind.ADD_MEMBER:
            return replace(write, fields={"list": "999"})

        def refuses(
            object_type: str, new: Mapping[str, str], old: Mapping[str, str] | None
        ) -> tuple[str, str] | None:
            of_target = old is not None and old.get("hs_object_id") == target
            hit = of_target if write.kind is WriteKind.SET_FIELDS else new.get(KEY) == key
            return (OWN, "This company forbids it.") if hit else None

        self.portal.rules.append(refuses)
        return write

    def kept(self, ref: RecordRef) -> Kept:
        found = self.portal.table(ref.object_type).exactly(ref.id)
        assert found is not None
        return found

    def edit(self, ref: RecordRef, field: str, value: Scalar) -> None:
        with self.portal.lock:
            writing.update(self.portal, PEOPLE, self.kept(ref), {field: str(value or "")})

    def remove(self, ref: RecordRef) -> None:
        with self.portal.lock:
            writing.archive(self.portal, PEOPLE, self.kept(ref))

    def change_task(self, remote_id: str, *, done: bool = False, owner: str = "") -> None:
        ref = RecordRef(self.instance, "tasks", remote_id)
        field, value = ("hs_task_status", "COMPLETED") if done else ("hubspot_owner_id", owner)
        self.edit(ref, field, value)

    def remove_task(self, remote_id: str) -> None:
        self.remove(RecordRef(self.instance, "tasks", remote_id))

    def as_stored(self, field: str, text: str) -> str:
        if field == "subject" and len(text.encode("utf-16-le")) // 2 > 255:
            text = f"{text[:254]}…"
        return text

    # looking

    def landed(self, kind: WriteKind) -> list[Landed]:
        return landed.landed(self.portal, self.instance, kind)

    def standing(self, kind: WriteKind) -> set[RecordRef]:
        return landed.standing(self.portal, self.instance, kind)

    def touch(self, made: str) -> None:
        self.edit(RecordRef(self.instance, "tasks", made), "hs_task_status", "COMPLETED")

    def look(self) -> dict[RecordRef, Fields]:
        """Everything but what the portal itself keeps about the last activity."""
        told: dict[RecordRef, Fields] = {}
        for name in ("contacts", "companies", "deals"):
            for kept in self.portal.tables[name].live():
                told[self.ref(kept)] = {
                    n: v for n, v in kept.properties.items() if not n.startswith(MOVED_BY_ACTIVITY)
                }
        return told

    def requests(self) -> int:
        return self.front.count

    def object_type(self) -> str:
        return "contacts"

    def secret(self) -> str:
        return TOKEN

    def refuse_sign_in(self) -> None:
        self.platform.access.revoke(TOKEN)

    # trouble

    def _warm(self) -> None:
        """Trouble comes to adapters that run: they know the properties."""
        self.front.planned, self.front.broken = [], None
        for adapter in self._built:
            adapter.check()
            for object_type in ("tasks", "notes", "contacts"):
                adapter.describe(object_type)

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
    """Whether a call changes objects: not every POST does."""
    if call.method in ("PATCH", "PUT", "DELETE"):
        return True
    last = call.path.rstrip("/").rpartition("/")[2]
    return call.method == "POST" and last not in ("search", "read")
