"""Which objects and fields each stream is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.fields import Described, Fields, resolve
from adapters.salesforce.settings import Settings
from connector.model import Role
from connector.ports import Stream

STAMP: Final = "SystemModstamp"
ALWAYS: Final = ("Id", STAMP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One walk: an object, what is asked of it, and in which order."""

    name: str
    """Of the walk, in the cursor."""
    object: str
    stream: Stream
    role: Role | None = None
    """None: the rows are engagements."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Our field names to Salesforce's."""
    needed: tuple[str, ...] = ()
    """Fields besides those, all of them optional: one that is hidden is left out."""
    related: tuple[str, ...] = ()
    """Paths to parents; asked for if the reference is there."""
    when: str = ""
    """A field without which this walk does not exist."""
    stamp: str = STAMP
    past_only: bool = False
    """Whether only rows are read whose stamp lies before the server's now."""
    bulk: bool = True
    newly: bool = False
    """Whether the walk begins with what is new; the rest is known from another walk."""


PERSON: Final = {
    "name": "Name",
    "title": "Title",
    "phone": "Phone",
    "opted_out": "HasOptedOutOfEmail",
    "do_not_call": "DoNotCall",
}
_RECORD: Final = ("CreatedDate", "IsDeleted", "OwnerId")
USERS: Final = Table(
    name="User",
    object="User",
    stream=Stream.OWNERS,
    role=Role.OWNER,
    known={
        "name": "Name",
        "active": "IsActive",
        "time_zone": "TimeZoneSidKey",
        "language": "LanguageLocaleKey",
    },
    needed=("CreatedDate", "Email"),
)
ACCOUNTS: Final = Table(
    name="Account",
    object="Account",
    stream=Stream.ACCOUNTS,
    role=Role.ACCOUNT,
    known={
        "name": "Name",
        "domain": "Website",
        "industry": "Industry",
        "employees": "NumberOfEmployees",
        "country": "BillingCountry",
    },
    needed=(*_RECORD, "MasterRecordId"),
)
LEADS: Final = Table(
    name="Lead",
    object="Lead",
    stream=Stream.PEOPLE,
    role=Role.PERSON,
    known={**PERSON, "country": "Country", "status": "Status"},
    needed=(*_RECORD, "MasterRecordId", "Email", "IsConverted", "ConvertedContactId"),
)
CONTACTS: Final = Table(
    name="Contact",
    object="Contact",
    stream=Stream.PEOPLE,
    role=Role.PERSON,
    known={**PERSON, "country": "MailingCountry"},
    needed=(*_RECORD, "MasterRecordId", "Email", "AccountId", "IsPersonAccount"),
)
PERSON_ACCOUNTS: Final = Table(
    name="PersonAccount",
    object="Account",
    stream=Stream.PEOPLE,
    role=Role.PERSON,
    known={
        "name": "Name",
        "title": "PersonTitle",
        "phone": "Phone",
        "opted_out": "PersonHasOptedOutOfEmail",
        "do_not_call": "PersonDoNotCall",
        "country": "PersonMailingCountry",
    },
    needed=(*_RECORD, "MasterRecordId", "PersonEmail", "PersonContactId", "IsPersonAccount"),
    when="IsPersonAccount",
)
OPPORTUNITIES: Final = Table(
    name="Opportunity",
    object="Opportunity",
    stream=Stream.OPPORTUNITIES,
    role=Role.OPPORTUNITY,
    known={
        "name": "Name",
        "stage": "StageName",
        "amount": "Amount",
        "is_closed": "IsClosed",
        "is_won": "IsWon",
    },
    needed=(*_RECORD, "AccountId", "CloseDate", "LastStageChangeDate"),
    bulk=False,  # Bulk 2.0 has no nested queries, and the people of an opportunity are nested
)
ROLES: Final = Table(
    name="OpportunityContactRole",
    object="OpportunityContactRole",
    stream=Stream.OPPORTUNITIES,
    role=Role.OPPORTUNITY,
    needed=("OpportunityId",),
    bulk=False,
    newly=True,
)
TASKS: Final = Table(
    name="Task",
    object="Task",
    stream=Stream.ENGAGEMENTS,
    needed=(
        *("CreatedDate", "IsDeleted", "WhoId", "IsClosed", "TaskSubtype", "Type"),
        *("CompletedDateTime", "ActivityDate", "Subject"),
    ),
)
MEETINGS: Final = Table(
    name="Event",
    object="Event",
    stream=Stream.ENGAGEMENTS,
    needed=("CreatedDate", "IsDeleted", "WhoId", "StartDateTime", "EndDateTime", "IsChild"),
)
MEETINGS_OVER: Final = Table(
    name="EventOver",
    object="Event",
    stream=Stream.ENGAGEMENTS,
    needed=MEETINGS.needed,
    when="EndDateTime",
    stamp="EndDateTime",
    past_only=True,
    bulk=False,
    newly=True,
)
MEMBERS: Final = Table(
    name="CampaignMember",
    object="CampaignMember",
    stream=Stream.ENGAGEMENTS,
    needed=(
        *("CreatedDate", "IsDeleted", "LeadId", "ContactId", "Status", "HasResponded"),
        *("FirstRespondedDate", "FirstResponseDateTime", "CampaignId"),
    ),
    related=("Campaign.Name", "Campaign.Type"),
)
EMAILS: Final = Table(
    name="EmailMessage",
    object="EmailMessage",
    stream=Stream.ENGAGEMENTS,
    needed=(
        *("CreatedDate", "IsDeleted", "Incoming", "Status", "FromAddress", "ToAddress"),
        *("MessageDate", "ActivityId", "IsOpened", "FirstOpenedDate", "IsBounced"),
    ),
)
TABLES: Final = (
    # A walk that begins with what is new stands before the one that tells what is old, so that
    # nothing falls between them.
    *(USERS, ACCOUNTS, LEADS, CONTACTS, PERSON_ACCOUNTS, ROLES, OPPORTUNITIES),
    *(TASKS, MEETINGS_OVER, MEETINGS, MEMBERS, EMAILS),
)
OBJECTS: Final = tuple(dict.fromkeys(table.object for table in TABLES))
"""Every object that is read or written."""
COUNTED: Final = ("Contact", "Lead", "Task", "CampaignMember")
"""Objects that are likely to be large; a check asks a fifth query in the same call."""
MUST: Final = ("User", "Account", "Lead", "Contact", "Opportunity", "Task", "CampaignMember")
"""Objects without which something essential is missing."""


def tables_of(stream: Stream) -> list[Table]:
    """The walks of a stream, in their order."""
    return [table for table in TABLES if table.stream is stream]


def extra_of(table: Table, settings: Settings) -> Mapping[str, str]:
    """The further fields that the settings name."""
    return {} if table.role is None or table is ROLES else settings.extra.get(table.stream, {})


def wanted(table: Table, settings: Settings) -> list[str]:
    """Every field that would be read if it were there."""
    return [
        *ALWAYS,
        *table.known.values(),
        *table.needed,
        *extra_of(table, settings).values(),
        *([settings.task_link] if table is TASKS and settings.task_link else []),
    ]


def chosen(table: Table, settings: Settings, fields: Fields) -> list[str]:
    """The fields that are asked for: those of the wanted ones that the user can see."""
    found: dict[str, None] = {}
    for name in [*ALWAYS, table.stamp, *wanted(table, settings)]:
        known = _seen(table, fields, name)
        if known is not None:
            found[known.name] = None
    paths = [path for path in table.related if f"{path.partition('.')[0]}id".lower() in fields]
    return [*found, *paths]


def _seen(table: Table, fields: Fields, name: str) -> Described | None:
    """Extra fields may lack `__c`; on a person account those of Contact end in `__pc`."""
    if table is PERSON_ACCOUNTS:
        return fields.get(person_account_field(fields, name).lower())
    return resolve(fields, name)


def person_account_field(fields: Fields, name: str) -> str:
    """The field of Account that stands for one of Contact, where people are accounts."""
    if name.lower().endswith("__c"):
        return f"{name[:-1]}pc"
    return f"Person{name}" if f"person{name}".lower() in fields else name


def conditions(table: Table, fields: Fields) -> list[soql.Condition]:
    """What tells the rows of this walk from others of the object."""
    if "ispersonaccount" not in fields:
        return []
    if table is PERSON_ACCOUNTS:
        return [soql.equals("IsPersonAccount", value=True)]
    if table in (ACCOUNTS, CONTACTS):
        return [soql.equals("IsPersonAccount", value=False)]
    return []


def exists(table: Table, fields: Fields) -> bool:
    """Whether the organisation has the walk at all."""
    return bool(fields) and (not table.when or table.when.lower() in fields)
