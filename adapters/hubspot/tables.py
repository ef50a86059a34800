"""Which objects and properties each stream is read from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from adapters.hubspot.settings import Settings
from connector.model import Role
from connector.ports import Stream

STAMP: Final = "hs_lastmodifieddate"
CONTACT_STAMP: Final = "lastmodifieddate"
MERGED: Final = "hs_merged_object_ids"
"""Ids of all records that went into this one, chained merges included; `;` between them."""
OWNER: Final = "hubspot_owner_id"
OWNED_SINCE: Final = "hubspot_owner_assigneddate"
CREATED: Final = "createdate"
"""When a record came to be: that of the older one after a merge, and what people say of a deal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One walk: an object type, what is asked of it, and by which stamp."""

    name: str
    """Of the walk, in the cursor."""
    object: str
    stream: Stream
    role: Role | None = None
    """None: the rows are engagements."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Our field names to HubSpot's."""
    needed: tuple[str, ...] = ()
    """Properties besides those. What a portal does not have is left out by HubSpot."""
    associated: tuple[str, ...] = ()
    """Object types whose ids belong to a row."""
    stamps: tuple[str, ...] = (STAMP,)
    """The properties by which what is new is found; each alone is enough."""
    history: bool = False
    """Whether the rows are read with every value that the stamps had."""
    optional: bool = False
    """Whether a portal may lack it, or the token the right to it; the others are read then."""
    newly: bool = False
    """Whether the walk begins with what is new; the rest is known from another walk."""
    past_only: bool = False
    """Whether only rows are read whose stamp lies before the server's now."""
    swept: bool = False
    """Whether what was archived is looked for."""
    begins: Mapping[str, int] = field(default_factory=dict)
    """From when on a stamp is told, UTC ms: its own source told what was before."""


OWNERS: Final = Table(name="owners", object="owners", stream=Stream.OWNERS, role=Role.OWNER)
COMPANIES: Final = Table(
    name="companies",
    object="companies",
    stream=Stream.ACCOUNTS,
    role=Role.ACCOUNT,
    known={
        "name": "name",
        "domain": "domain",
        "industry": "industry",
        "employees": "numberofemployees",
        "country": "country",
    },
    needed=(OWNER, OWNED_SINCE, CREATED, MERGED),
    swept=True,
)
CONTACTS: Final = Table(
    name="contacts",
    object="contacts",
    stream=Stream.PEOPLE,
    role=Role.PERSON,
    known={
        "title": "jobtitle",
        "phone": "phone",
        "country": "country",
        "opted_out": "hs_email_optout",
    },
    needed=(
        *("firstname", "lastname", "mobilephone", "email", "hs_additional_emails"),
        *("associatedcompanyid", OWNER, OWNED_SINCE, CREATED, MERGED),
    ),
    stamps=(CONTACT_STAMP,),
    swept=True,
)
DEALS: Final = Table(
    name="deals",
    object="deals",
    stream=Stream.OPPORTUNITIES,
    role=Role.OPPORTUNITY,
    known={
        "name": "dealname",
        "stage": "dealstage",
        "amount": "amount",
        "is_closed": "hs_is_closed",
        "is_won": "hs_is_closed_won",
    },
    needed=("closedate", "hs_primary_associated_company", OWNER, CREATED, MERGED),
    associated=("contacts", "companies"),
    swept=True,
)
LEADS: Final = Table(
    name="leads",
    object="leads",
    stream=Stream.OPPORTUNITIES,
    role=Role.OPPORTUNITY,
    known={"name": "hs_lead_name", "stage": "hs_pipeline_stage"},
    needed=("hs_lead_is_open", "hs_lead_is_qualified", OWNER),
    associated=("contacts", "companies"),
    optional=True,
    swept=True,
)
_MEETING: Final = (
    *("hs_meeting_start_time", "hs_meeting_end_time", "hs_meeting_outcome"),
    *("hs_meeting_title", "hs_createdate", "hs_timestamp"),
)
MEETINGS_OVER: Final = Table(
    name="meetings_over",
    object="meetings",
    stream=Stream.ENGAGEMENTS,
    needed=_MEETING,
    associated=("contacts",),
    stamps=("hs_meeting_end_time",),
    optional=True,
    newly=True,
    past_only=True,
)
MEETINGS: Final = Table(
    name="meetings",
    object="meetings",
    stream=Stream.ENGAGEMENTS,
    needed=_MEETING,
    associated=("contacts",),
    optional=True,
)
CALLS: Final = Table(
    name="calls",
    object="calls",
    stream=Stream.ENGAGEMENTS,
    needed=("hs_timestamp", "hs_call_status", "hs_call_disposition", "hs_call_title"),
    associated=("contacts",),
    optional=True,
)
EMAILS: Final = Table(
    name="emails",
    object="emails",
    stream=Stream.ENGAGEMENTS,
    needed=("hs_timestamp", "hs_email_direction", "hs_email_status", "hs_email_from_email"),
    associated=("contacts",),
    optional=True,
)
TASKS: Final = Table(
    name="tasks",
    object="tasks",
    stream=Stream.ENGAGEMENTS,
    needed=(
        *("hs_timestamp", "hs_task_status", "hs_task_type", "hs_task_subject"),
        "hs_task_completion_date",
    ),
    associated=("contacts",),
    optional=True,
)
SEEN: Final = "hs_analytics_last_timestamp"
SEEN_URL: Final = "hs_analytics_last_url"
CONVERTED: Final = "recent_conversion_date"
CONVERTED_BY: Final = "recent_conversion_event_name"
BOOKED: Final = "engagements_last_meeting_booked"
OPENED: Final = "hs_email_last_open_date"
CLICKED: Final = "hs_email_last_click_date"
REPLIED: Final = "hs_email_last_reply_date"
SALES_REPLIED: Final = "hs_sales_email_last_replied"
WEB: Final = Table(
    name="web",
    object="contacts",
    stream=Stream.ENGAGEMENTS,
    needed=(SEEN_URL, CONVERTED_BY),
    stamps=(SEEN, CONVERTED, BOOKED, REPLIED),
    history=True,
    optional=True,
)
WEB_MAIL: Final = Table(
    name="web_mail",
    object="contacts",
    stream=Stream.ENGAGEMENTS,
    stamps=(OPENED, CLICKED, SALES_REPLIED),
    history=True,
    optional=True,
)
MAIL: Final = "email_events"
FORMS: Final = "forms"
SOURCE: Final[Mapping[str, str]] = {
    OPENED: MAIL,
    CLICKED: MAIL,
    SALES_REPLIED: EMAILS.name,
    CONVERTED: FORMS,
    BOOKED: MEETINGS.name,
}
"""The walk that a property of contacts stands for, where that walk is not there.

Answers to marketing mail are in no log: only their property tells them.
"""
_RECORDS: Final = (COMPANIES, CONTACTS, LEADS, DEALS)
_ACTIVITIES: Final = (MEETINGS_OVER, MEETINGS, CALLS, EMAILS, TASKS)
# A walk that begins with what is new stands before the one that tells what is old, so that nothing
# falls between them.


def without_sources(table: Table, there: Collection[str], ends: Mapping[str, int]) -> Table:
    """A walk over histories, less the properties whose own source is read.

    `ends` are the moments, UTC ms, up to which sources told everything.
    """
    stamps = tuple(stamp for stamp in table.stamps if SOURCE.get(stamp) not in there)
    begins = {stamp: ends[SOURCE[stamp]] for stamp in stamps if ends.get(SOURCE.get(stamp, ""))}
    return replace(table, stamps=stamps, begins=begins)


def tables_of(stream: Stream, settings: Settings) -> list[Table]:
    """The walks over objects of a stream, in their order."""
    if stream is not Stream.ENGAGEMENTS:
        return [
            table
            for table in _RECORDS
            if table.stream is stream and (table is not LEADS or settings.read_leads)
        ]
    found = [
        table
        for table in _ACTIVITIES
        if table.object in settings.activity or (table is TASKS and settings.task_kinds)
    ]
    return [*found, WEB, WEB_MAIL] if "web" in settings.activity else found


def properties_of(table: Table, settings: Settings) -> list[str]:
    """The properties that are asked for."""
    own = (settings.key_property,) if table in (TASKS, LEADS) else ()
    status = (settings.status_property,) if table is CONTACTS else ()
    extra = settings.extra.get(table.stream, {}) if table.role and table is not LEADS else {}
    wanted = [
        *table.stamps,
        *table.known.values(),
        *table.needed,
        *own,
        *status,
        *extra.values(),
    ]
    return list(dict.fromkeys(wanted))
