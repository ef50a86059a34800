"""The demo's story as records of this org. The only place that knows both.

People are Leads and Contacts, companies Accounts, sales Opportunities with contact roles. What
people did becomes what Salesforce has for it: mailings, webinars, fairs and ads are Campaigns
and their members' statuses; what a web site and a mail program saw is a completed Task for each
time, as marketing automation logs it; calls are completed Tasks; meetings are Events; replies are
EmailMessages with their task.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from connector.clock import HOUR, MINUTE, SECOND
from connector.model import Evidence, Kind
from sandbox.salesforce.founding import Founded, add_user
from sandbox.salesforce.values import Row, show_day
from sandbox.story.world import Act, Opportunity, PersonRecord, World

STATUSES: Final = ("New", "Open", "Working", "Qualified", "Recycled")
CONTACT_STATUS: Final = "Status__c"
"""Contacts have no standard status; the story's CRM has made a field for it."""
_MEMBER_STATUS: Final[dict[Kind, tuple[str, bool]]] = {
    Kind.EMAIL_SENT: ("Sent", False),
    Kind.EMAIL_OPENED: ("Opened", True),
    Kind.EMAIL_CLICKED: ("Clicked", True),
    Kind.WEBINAR_REGISTERED: ("Registered", False),
    Kind.WEBINAR_ATTENDED: ("Attended", True),
    Kind.EVENT_ATTENDED: ("Attended", True),
    Kind.AD_CLICKED: ("Clicked", True),
    Kind.LIST_JOINED: ("Joined", True),
    Kind.UNSUBSCRIBED: ("Unsubscribed", False),
}
"""Member status, and whether it counts as a response."""
LOGGED: Final[dict[Kind, tuple[str, str]]] = {
    Kind.PAGE_VIEWED: ("Web Visit", "Visited Web Page: "),
    Kind.CONTENT_DOWNLOADED: ("Download", "Downloaded: "),
    Kind.FORM_SUBMITTED: ("Form", "Filled Out Form: "),
    Kind.EMAIL_CLICKED: ("Email Click", "Clicked Link in Email: "),
    Kind.SOCIAL_ENGAGED: ("Social", "Engaged on Social: "),
}
"""Marketing automation logs these as completed tasks of such types, one for each time.

The subject goes on with the asset (for a click: the mailing); the link stands in the description.
"""
TASK_KINDS: Final[dict[str, str]] = {
    "Call": "call_held", "Email": "email_replied", "Meeting": "meeting_held",
} | {word: kind.value for kind, (word, _) in LOGGED.items()}  # fmt: skip
"""Task type -> engagement kind, for a configuration that reads this org."""
CAMPAIGN_KINDS: Final[dict[str, str]] = {
    "Email": "email_sent", "Email/Opened": "email_opened", "Email/Clicked": "",
    "Email/responded": "", "Email/Unsubscribed": "unsubscribed", "Webinar": "webinar_registered",
    "Webinar/Attended": "webinar_attended", "Trade Show/Attended": "event_attended",
    "Advertisement/Clicked": "ad_clicked", "Other/Joined": "list_joined",
}  # fmt: skip
"""Campaign type and member status -> engagement kind; clicks are tasks, so not counted here."""
_CAMPAIGN_TYPE: Final[dict[Kind, str]] = {
    Kind.EMAIL_SENT: "Email",
    Kind.EMAIL_OPENED: "Email",
    Kind.EMAIL_CLICKED: "Email",
    Kind.WEBINAR_REGISTERED: "Webinar",
    Kind.WEBINAR_ATTENDED: "Webinar",
    Kind.EVENT_ATTENDED: "Trade Show",
    Kind.AD_CLICKED: "Advertisement",
}
_RANK: Final = ("Sent", "Registered", "Opened", "Clicked", "Joined", "Attended", "Unsubscribed")  # fmt: skip # noqa: E501
"""A member has one status: the strongest so far."""


@dataclass(slots=True)
class Telling:
    """Puts a world into an org, stage by stage."""

    founded: Founded
    world: World
    elsewhere: frozenset[Kind] = frozenset()
    """Kinds of acts that another platform tells of."""
    ids: dict[str, str] = field(default_factory=dict)
    """Story id -> Salesforce id."""
    left_out: Counter[Kind] = field(default_factory=Counter)
    """Acts whose person is not known, and opens by mail programs, which nobody reports."""
    _until: int = 0
    _next: int = 0
    _campaigns: dict[str, str] = field(default_factory=dict)
    _members: dict[tuple[str, str], str] = field(default_factory=dict)
    _emails: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """The users, the status values and the contact's status field."""
        org = self.founded.org
        profile = str(org.tables["User"].rows[self.founded.admin]["ProfileId"])
        for owner in self.world.owners:
            first, _, last = owner.name.partition(" ")
            self.ids[owner.id] = add_user(
                org,
                first=first,
                last=last or first,
                username=f"{first}.{last}@acme.example".lower().replace(" ", ""),
                profile=profile,
                zone=owner.time_zone,
                active=owner.active,
            )
        self._add_statuses()
        values = {"valueSetDefinition": {"value": [{"fullName": each} for each in STATUSES]}}
        metadata: dict[str, object] = {"label": "Status", "type": "Picklist", "valueSet": values}
        org.custom_fields.create(f"Contact.{CONTACT_STATUS}", metadata)
        grant: Row = {"ParentId": self.founded.permission_set, "SobjectType": "Contact"}
        grant |= {"Field": f"Contact.{CONTACT_STATUS}"}
        grant |= {"PermissionsRead": True, "PermissionsEdit": True}
        org.load("FieldPermissions", [grant])

    def _add_statuses(self) -> None:
        rows: list[Row] = [
            {"MasterLabel": name, "ApiName": name, "SortOrder": order + 10}
            for order, name in enumerate(STATUSES)
        ]
        self.founded.org.load("LeadStatus", rows)

    def tell_until(self, moment: int) -> int:
        """Everything that the CRM has seen before `moment` (UTC ms); how many acts were new.

        The org's clock is not touched: stamps are those of the story.
        """
        for account in self.world.accounts:
            if self._until <= account.created_at < moment:
                self._account(account.id)
        for record in self.world.people:
            if self._until <= record.created_at < moment:
                self._person(record)
            self._changes(record, moment)
        for sale in self.world.opportunities:
            self._sale(sale, moment)
        first = self._next
        acts = self.world.acts
        while self._next < len(acts) and acts[self._next].seen_at < moment:
            self._act(acts[self._next])
            self._next += 1
        self._until = moment
        return self._next - first

    def _load(self, name: str, row: Row, at: int) -> str:
        stamp = at - at % SECOND
        stamps: Row = {"CreatedDate": stamp, "LastModifiedDate": stamp, "SystemModstamp": stamp}
        by: Row = {"CreatedById": self.founded.admin, "LastModifiedById": self.founded.admin}
        known = self.founded.org.schema[name]
        kept = {key: value for key, value in (stamps | by | row).items() if known.field(key)}
        return self.founded.org.load(name, [kept])[0]

    def _account(self, story_id: str) -> None:
        account = next(each for each in self.world.accounts if each.id == story_id)
        row: Row = {
            "Name": account.name,
            "Website": f"https://www.{account.domain}",
            "Industry": account.industry,
            "NumberOfEmployees": account.employees,
            "BillingCountry": account.country,
            "OwnerId": self.ids[account.owner],
        }
        self.ids[story_id] = self._load("Account", row, account.created_at)

    def _person(self, record: PersonRecord) -> None:
        first, _, last = record.name.partition(" ")
        row: Row = {
            "FirstName": first if last else None,
            "LastName": last or first,
            "Email": record.email or None,
            "Title": record.title or None,
            "Phone": record.phone or None,
            "OwnerId": self.ids[record.owner],
            "HasOptedOutOfEmail": record.opted_out,
            "DoNotCall": record.do_not_call,
        }
        if record.type == "Contact":
            account = self.ids.get(record.account or "")
            row |= {"AccountId": account, "MailingCountry": record.country or None}
            row[CONTACT_STATUS] = record.status or None
        else:
            row |= {"Company": self._company(record), "Country": record.country or None}
            row["Status"] = record.status or "New"
        self.ids[record.id] = self._load(record.type, row, record.created_at)
        self._emails.setdefault(record.email.lower(), record.id)

    def _company(self, record: PersonRecord) -> str:
        account = self.founded.org.row(self.ids.get(record.account or "", ""))
        return str(account["Name"]) if account else "[not provided]"

    def _changes(self, record: PersonRecord, moment: int) -> None:
        for change in record.changes:
            if self._until <= change.at < moment and record.id in self.ids:
                name = {"opted_out": "HasOptedOutOfEmail"}.get(change.field, change.field)
                if name == "status":
                    name = CONTACT_STATUS if record.type == "Contact" else "Status"
                self._put(record.type, self.ids[record.id], {name: change.value}, change.at)

    def _put(self, name: str, record_id: str, values: Row, at: int) -> None:
        org, stamp = self.founded.org, at - at % SECOND
        row = dict(org.tables[name].rows[record_id]) | values
        row |= {"LastModifiedDate": stamp, "SystemModstamp": stamp}
        with org.unit(stamp):
            org.replace(name, row)

    def _sale(self, sale: Opportunity, moment: int) -> None:
        closed = sale.closed_at
        if self._until <= sale.opened_at < moment and sale.account in self.ids:
            row: Row = {
                "Name": sale.name,
                "AccountId": self.ids[sale.account],
                "StageName": "Proposal/Price Quote",
                "Amount": sale.amount,
                "CloseDate": show_day(closed or sale.opened_at + 90 * 24 * HOUR),
                "OwnerId": self.ids[sale.owner],
            }
            made = self.ids[sale.id] = self._load("Opportunity", row, sale.opened_at)
            for number, key in enumerate(sale.people):
                if self.ids.get(key, "").startswith("003"):
                    role: Row = {"OpportunityId": made, "ContactId": self.ids[key]}
                    role["IsPrimary"] = number == 0
                    self._load("OpportunityContactRole", role, sale.opened_at)
        if closed is not None and self._until <= closed < moment and sale.id in self.ids:
            stage = "Closed Won" if sale.won else "Closed Lost"
            self._put("Opportunity", self.ids[sale.id], {"StageName": stage}, closed)

    # what people did

    def _act(self, act: Act) -> None:
        if act.kind in self.elsewhere:
            return
        person = self.ids.get(act.record or self._emails.get(act.email.lower(), ""))
        if person is None or (act.kind is Kind.EMAIL_OPENED and act.evidence is not Evidence.HUMAN):
            self.left_out[act.kind] += 1
        elif act.kind in _MEMBER_STATUS or act.kind in LOGGED:
            if act.kind in _MEMBER_STATUS:
                self._member(act, person)
            if act.kind in LOGGED:
                self._logged(act, person)
        elif act.kind is Kind.BOUNCED:
            bounced: Row = {"EmailBouncedReason": "550 no such user", "EmailBouncedDate": act.at}
            self._put(_type_of(person), person, bounced, act.seen_at)
        elif act.kind is Kind.CALL_HELD:
            self._call(act, person)
        elif act.kind in (Kind.MEETING_HELD, Kind.MEETING_BOOKED):
            self._meeting(act, person)
        elif act.kind is Kind.EMAIL_REPLIED:
            self._reply(act, person)
        else:
            self.left_out[act.kind] += 1

    def _campaign(self, act: Act) -> str:
        name = (act.message or act.asset or act.kind.value)[:80]
        found = self._campaigns.get(name)
        if found is None:
            row: Row = {
                "Name": name,
                "Type": _CAMPAIGN_TYPE.get(act.kind, "Other"),
                "IsActive": True,
            }
            row |= {"Status": "In Progress", "StartDate": show_day(act.at)}
            row["OwnerId"] = self.founded.admin
            found = self._campaigns[name] = self._load("Campaign", row, act.seen_at)
            for order, (label, responded) in enumerate(dict.fromkeys(_MEMBER_STATUS.values())):
                status: Row = {"CampaignId": found, "Label": label, "HasResponded": responded}
                self._load("CampaignMemberStatus", status | {"SortOrder": order}, act.seen_at)
        return found

    def _member(self, act: Act, person: str) -> None:
        campaign = self._campaign(act)
        status, _ = _MEMBER_STATUS[act.kind]
        known = self._members.get((campaign, person))
        if known is None:
            key = "ContactId" if person.startswith("003") else "LeadId"
            row: Row = {"CampaignId": campaign, key: person, "Status": status}
            self._members[campaign, person] = self._load("CampaignMember", row, act.seen_at)
            return
        kept = self.founded.org.tables["CampaignMember"].rows[known]
        if _RANK.index(status) > _RANK.index(str(kept["Status"])):
            self._put("CampaignMember", known, {"Status": status}, act.seen_at)

    def _activity(self, person: str, subject: str) -> Row:
        owner = self.founded.org.tables[_type_of(person)].rows[person]
        return {"Subject": subject, "WhoId": person, "OwnerId": owner.get("OwnerId")}

    def _logged(self, act: Act, person: str) -> None:
        word, subject = LOGGED[act.kind]
        row = self._activity(person, subject + (act.message or act.asset))
        row |= {"Status": "Completed", "Type": word, "TaskSubtype": "Task"}
        row |= {
            "Priority": "Normal",
            "ActivityDate": show_day(act.at),
            "Description": act.link or None,
        }
        row["CompletedDateTime"] = act.at - act.at % SECOND
        self._load("Task", row, act.seen_at)

    def _call(self, act: Act, person: str) -> None:
        row = self._activity(person, f"Call - {act.asset}" if act.asset else "Call")
        row |= {
            "Status": "Completed",
            "TaskSubtype": "Call",
            "Type": "Call",
            "CallType": "Outbound",
        }
        row |= {"ActivityDate": show_day(act.at), "Priority": "Normal"}
        row |= {"CallDurationInSeconds": 600}
        self._load("Task", row, act.seen_at)

    def _meeting(self, act: Act, person: str) -> None:
        row = self._activity(person, f"Meeting - {act.asset}" if act.asset else "Meeting")
        start = act.at - act.at % MINUTE
        row |= {"StartDateTime": start, "EndDateTime": start + HOUR, "Type": "Meeting"}
        self._load("Event", row | {"EventSubtype": "Event", "ShowAs": "Busy"}, act.seen_at)

    def _reply(self, act: Act, person: str) -> None:
        row = self._activity(person, f"Email: Re: {act.message or act.asset or 'your mail'}")
        row |= {"Status": "Completed", "TaskSubtype": "Email", "ActivityDate": show_day(act.at)}
        task = self._load("Task", row, act.seen_at)
        stamp = act.at - act.at % SECOND
        mail: Row = {"ActivityId": task, "Subject": str(row["Subject"])[7:], "Incoming": True}
        mail |= {"FromAddress": act.email or None, "MessageDate": stamp, "Status": "0"}
        self._load("EmailMessage", mail, act.seen_at)


def _type_of(person: str) -> str:
    return "Contact" if person.startswith("003") else "Lead"


def tell(
    founded: Founded,
    world: World,
    *,
    until: int | None = None,
    elsewhere: frozenset[Kind] = frozenset(),
) -> Telling:
    """Put a world into an org up to a moment (its end, if none is given)."""
    telling = Telling(founded, world, elsewhere)
    with founded.org.lock:
        telling.prepare()
        telling.tell_until(world.until if until is None else until)
    return telling
