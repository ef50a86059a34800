"""The demo's story as a HubSpot portal. The only place that knows both.

People are contacts, companies companies, sales deals; calls, meetings and replies are logged
objects. What marketing saw is told as HubSpot itself keeps it: mail as events of mailings, forms
and downloads as submissions, pages as visits, and all of it as properties of the contact. A contact
is one address: a second record of the same person is not made. Webinars, ads and social networks
have no resource here that can be read, so they are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from connector.clock import DAY, HOUR, MINUTE, SECOND
from connector.model import Evidence, Kind
from sandbox.hubspot import instants
from sandbox.hubspot.activity import APPLE, BROWSER
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.founding import Founded
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.owners import Owner
from sandbox.story import content
from sandbox.story.world import Act, Opportunity, PersonRecord, World

LEAD_STATUS: Final = {
    "New": "NEW",
    "Open": "OPEN",
    "Working": "IN_PROGRESS",
    "Qualified": "CONNECTED",
    "Recycled": "BAD_TIMING",
    "Disqualified": "UNQUALIFIED",
}
"""The story's status of a person -> hs_lead_status."""
OPEN_STAGE: Final = "presentationscheduled"
DOWNLOAD: Final = "Download: "
"""Forms that guard a download are called so, with the title of what is downloaded."""
CONNECTED: Final = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
"""The outcome of a call that somebody answered."""
_FIRST_OWNER: Final = 81_001
_TALKED: Final = ("notes_last_contacted", "notes_last_updated", "hs_last_sales_activity_timestamp")
_DELIVERY: Final = 2 * SECOND


@dataclass(slots=True)
class Telling:
    """Puts a world into a portal, stage by stage."""

    founded: Founded
    world: World
    only_marketing: bool = False
    """Whether the CRM of the story is another one: contacts and what marketing saw of them."""
    ids: dict[str, str] = field(default_factory=dict)
    """Story id -> id in HubSpot; of owners the owner id."""
    left_out: Counter[Kind] = field(default_factory=Counter)
    """Acts that HubSpot has no resource for, or whose person it does not know."""
    _until: int = 0
    _next: int = 0
    _emails: dict[str, str] = field(default_factory=dict)
    _bounced: set[tuple[str, str]] = field(default_factory=set)

    def prepare(self) -> None:
        """The owners."""
        self._bounced = {
            (act.email.lower(), act.message) for act in self.world.acts if act.kind is Kind.BOUNCED
        }
        if self.only_marketing:
            return
        since = min((each.created_at for each in self.world.accounts), default=0)
        for number, owner in enumerate(self.world.owners, start=_FIRST_OWNER):
            first, _, last = owner.name.partition(" ")
            made = Owner(
                id=number,
                user_id=number + 1_000_000,
                email=f"{first}.{last}@acme.example".lower().replace(" ", ""),
                first_name=first,
                last_name=last,
                archived=not owner.active,
                created_at=since,
                updated_at=since,
            )
            self.founded.portal.owners.add(made)
            self.ids[owner.id] = str(number)

    def tell_until(self, moment: int) -> int:
        """Everything that the portal has seen before `moment` (UTC ms); how many acts were new.

        The portal's clock is not touched: stamps are those of the story.
        """
        if not self.only_marketing:
            self._companies(moment)
        for record in self.world.people:
            if self._until <= record.created_at < moment:
                self._person(record)
            self._changes(record, moment)
        if not self.only_marketing:
            for sale in self.world.opportunities:
                self._sale(sale, moment)
        told = self._acts(moment)
        self._until = moment
        return told

    def _acts(self, moment: int) -> int:
        first, acts = self._next, self.world.acts
        activity = self.founded.platform.activity
        activity.journals = False
        while self._next < len(acts) and acts[self._next].seen_at < moment:
            self._act(acts[self._next])
            self._next += 1
        activity.journals = True
        return self._next - first

    # records

    def _load(self, kind: str, values: dict[str, str], at: int) -> Kept:
        return self.founded.portal.load(kind, values, created_at=at)

    def _kept(self, kind: str, story_id: str) -> Kept | None:
        number = self.ids.get(story_id)
        return self.founded.portal.tables[kind].find(number) if number else None

    def _put(self, kept: Kept, values: dict[str, str | None], at: int) -> None:
        portal = self.founded.portal
        with portal.at(at), portal.unit():
            portal.change(kept, values, PEOPLE)

    def _companies(self, moment: int) -> None:
        for account in self.world.accounts:
            if self._until <= account.created_at < moment:
                values = {
                    "name": account.name,
                    "domain": account.domain,
                    "website": f"https://www.{account.domain}",
                    "description": account.industry,
                    "numberofemployees": str(account.employees),
                    "country": account.country,
                    "hubspot_owner_id": self.ids[account.owner],
                }
                self.ids[account.id] = str(self._load("companies", values, account.created_at).id)

    def _person(self, record: PersonRecord) -> None:
        first, _, last = record.name.partition(" ")
        values = {
            "firstname": first if last else "",
            "lastname": last or first,
            "email": record.email.lower(),
            "hs_email_optout": "true" if record.opted_out else "",
        }
        if not self.only_marketing:
            values |= {
                "jobtitle": record.title,
                "phone": record.phone,
                "country": record.country,
                "lifecyclestage": "lead",
                "hs_lead_status": LEAD_STATUS.get(record.status, ""),
                "hubspot_owner_id": self.ids[record.owner],
            }
        known = self._emails.get(record.email.lower())
        if known is not None and record.email:
            self.ids[record.id] = known
            return
        if self.only_marketing and not record.email:
            return
        # Somebody may have filled a form in before sales knew them.
        kept = self.founded.platform.activity.contact(record.email) if record.email else None
        if kept is None:
            kept = self._load("contacts", values, record.created_at)
        else:
            self._put(
                kept, {name: value for name, value in values.items() if value}, record.created_at
            )
        self.ids[record.id] = self._emails[record.email.lower()] = str(kept.id)
        company = self._kept("companies", record.account or "")
        if company is not None:
            self.founded.portal.link(kept, company, (1,))

    def _changes(self, record: PersonRecord, moment: int) -> None:
        for change in record.changes:
            kept = self._kept("contacts", record.id)
            if kept is None or not self._until <= change.at < moment:
                continue
            if change.field == "opted_out":
                self._put(kept, {"hs_email_optout": "true" if change.value else "false"}, change.at)
            elif change.field == "status" and not self.only_marketing:
                status = LEAD_STATUS.get(str(change.value))
                self._put(kept, {"hs_lead_status": status}, change.at)

    def _sale(self, sale: Opportunity, moment: int) -> None:
        if self._until <= sale.opened_at < moment and sale.account in self.ids:
            self._open(sale)
        closed, kept = sale.closed_at, self._kept("deals", sale.id)
        if closed is None or kept is None or not self._until <= closed < moment:
            return
        values: dict[str, str | None] = {
            "dealstage": "closedwon" if sale.won else "closedlost",
            "closedate": instants.shown(closed),
            "hs_is_closed": "true",
            "hs_is_closed_won": "true" if sale.won else "false",
            "hs_is_closed_lost": "false" if sale.won else "true",
        }
        self._put(kept, values, closed)
        if sale.won:
            self._stage(sale.people, "customer", closed)

    def _open(self, sale: Opportunity) -> None:
        portal, due = self.founded.portal, sale.closed_at or sale.opened_at + 90 * DAY
        values = {
            "dealname": sale.name,
            "pipeline": "default",
            "dealstage": OPEN_STAGE,
            "amount": f"{sale.amount:.0f}",
            "closedate": instants.shown(due),
            "hubspot_owner_id": self.ids[sale.owner],
            "hs_is_closed": "false",
            "hs_is_closed_won": "false",
        }
        made = self._load("deals", values, sale.opened_at)
        self.ids[sale.id] = str(made.id)
        for kind, keys in (("contacts", sale.people), ("companies", (sale.account,))):
            for key in keys:
                other = self._kept(kind, key)
                if other is not None:
                    portal.link(made, other, (5,) if kind == "companies" else ())
        self._stage(sale.people, "opportunity", sale.opened_at)

    def _stage(self, people: Iterable[str], stage: str, at: int) -> None:
        for key in people:
            kept = self._kept("contacts", key)
            if kept is not None and kept.properties.get("lifecyclestage") != "customer":
                self._put(kept, {"lifecyclestage": stage}, at)

    # what people did

    def _act(self, act: Act) -> None:
        tell = _TOLD.get(act.kind)
        foreign = self.only_marketing and act.kind in _SALES
        if tell is None or foreign or not tell(self, act):
            self.left_out[act.kind] += 1

    def _who(self, act: Act) -> Kept | None:
        found = self._kept("contacts", act.record)
        if found is None and act.email:
            found = self.founded.platform.activity.contact(act.email)
        return found

    def _mail(self, act: Act) -> bool:
        activity, kind = self.founded.platform.activity, _MAIL[act.kind]
        if not act.email:
            return False
        machine = act.kind is Kind.EMAIL_OPENED and act.evidence is not Evidence.HUMAN
        activity.mail(
            kind,
            act.email,
            act.message or act.asset or "Subscription preferences",
            act.at,
            seen_at=act.seen_at,
            url=act.link,
            user_agent=APPLE if machine else BROWSER,
        )
        if kind == "SENT" and (act.email.lower(), act.message) not in self._bounced:
            at = act.at + _DELIVERY
            activity.mail("DELIVERED", act.email, act.message or act.asset, at, seen_at=act.seen_at)
        return True

    def _form(self, act: Act) -> bool:
        if not act.email:
            return False
        name = act.asset if act.kind is Kind.FORM_SUBMITTED else DOWNLOAD + act.asset
        platform = self.founded.platform
        platform.activity.submit(
            platform.marketing.form(name, act.at),
            {"email": act.email.lower()},
            act.at,
            seen_at=act.seen_at,
            page_url=f"{content.SITE}/{name.lower().replace(': ', '/').replace(' ', '-')}",
            page_title=name,
        )
        return True

    def _view(self, act: Act) -> bool:
        contact = self._who(act)
        if contact is None:
            return False
        url = act.asset if "://" in act.asset else content.SITE + act.asset
        self.founded.platform.activity.view(contact, url, act.at, seen_at=act.seen_at)
        return True

    def _call(self, act: Act) -> bool:
        values = {
            "hs_call_title": f"Call - {act.asset}" if act.asset else "Call",
            "hs_call_direction": "OUTBOUND",
            "hs_call_status": "COMPLETED",
            "hs_call_disposition": CONNECTED,
            "hs_call_duration": "600000",
        }
        return self._logged("calls", values, act, _TALKED)

    def _meeting(self, act: Act) -> bool:
        start = act.at - act.at % MINUTE
        held = act.kind is Kind.MEETING_HELD
        values = {
            "hs_meeting_title": f"Meeting - {act.asset}" if act.asset else "Meeting",
            "hs_meeting_start_time": instants.shown(start),
            "hs_meeting_end_time": instants.shown(start + HOUR),
            "hs_meeting_outcome": "COMPLETED" if held else "SCHEDULED",
        }
        return self._logged("meetings", values, act, (*_TALKED, "hs_latest_meeting_activity"))

    def _reply(self, act: Act) -> bool:
        values = {
            "hs_email_subject": f"Re: {act.message or act.asset or 'your mail'}",
            "hs_email_direction": "INCOMING_EMAIL",
            "hs_email_status": "SENT",
            "hs_email_from_email": act.email.lower(),
        }
        return self._logged("emails", values, act, ("hs_sales_email_last_replied",))

    def _logged(self, kind: str, values: dict[str, str], act: Act, moves: tuple[str, ...]) -> bool:
        contact = self._who(act)
        if contact is None:
            return False
        owner = contact.properties.get("hubspot_owner_id", "")
        values |= {"hs_timestamp": instants.shown(act.at), "hubspot_owner_id": owner}
        made = self._load(kind, values, act.seen_at)
        self.founded.portal.link(made, contact)
        self.founded.platform.activity.touched(contact, moves, act.at, act.seen_at)
        return True


_MAIL: Final = {
    Kind.EMAIL_SENT: "SENT",
    Kind.EMAIL_OPENED: "OPEN",
    Kind.EMAIL_CLICKED: "CLICK",
    Kind.BOUNCED: "BOUNCE",
    Kind.UNSUBSCRIBED: "STATUSCHANGE",
}
_SALES: Final = (Kind.CALL_HELD, Kind.MEETING_HELD, Kind.MEETING_BOOKED, Kind.EMAIL_REPLIED)
_TOLD: Final[dict[Kind, Callable[[Telling, Act], bool]]] = {
    **dict.fromkeys(_MAIL, Telling._mail),
    Kind.FORM_SUBMITTED: Telling._form,
    Kind.CONTENT_DOWNLOADED: Telling._form,
    Kind.PAGE_VIEWED: Telling._view,
    Kind.CALL_HELD: Telling._call,
    Kind.MEETING_HELD: Telling._meeting,
    Kind.MEETING_BOOKED: Telling._meeting,
    Kind.EMAIL_REPLIED: Telling._reply,
}
"""How each kind of act is told; false when its person is not known."""
MARKETING: Final = frozenset(_TOLD) - frozenset(_SALES)
"""The kinds of acts that a portal beside another CRM tells of."""


def tell(
    founded: Founded, world: World, *, until: int | None = None, only_marketing: bool = False
) -> Telling:
    """Put a world into a portal up to a moment (its end, if none is given)."""
    telling = Telling(founded, world, only_marketing)
    with founded.portal.lock:
        telling.prepare()
        telling.tell_until(world.until if until is None else until)
    return telling
