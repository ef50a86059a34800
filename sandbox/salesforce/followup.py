"""What a change of one record does to others.

Follows the Object Reference: OpportunityHistory, CampaignMemberStatus, LastActivityDate,
the contact behind a person account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce import derive
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.values import Row, show_day

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

_TRACKED: Final = ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")
_SAME: Final = ("FirstName", "LastName", "Salutation", "Phone", "Fax", "OwnerId", "Description")
_PERSON: Final = (
    "Email", "Title", "Department", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone",
    "AssistantName", "LeadSource", "Birthdate", "HasOptedOutOfEmail", "HasOptedOutOfFax",
    "DoNotCall", "EmailBouncedReason", "EmailBouncedDate", "MailingStreet", "MailingCity",
    "MailingState", "MailingPostalCode", "MailingCountry", "OtherStreet", "OtherCity",
    "OtherState", "OtherPostalCode", "OtherCountry",
)  # fmt: skip
"""Fields of the contact that a person account shows with Person in front."""


def after(org: Org, caller: Caller, kind: ObjectType, row: Row, old: Row | None) -> None:
    """Carry a stored change on to the records that follow it."""
    match kind.name:
        case "Opportunity":
            track(org, caller, row, old)
            if old is None and row.get("ContactId"):
                _first_role(org, caller, row)
        case "Campaign" if old is None:
            member_statuses(org, caller, row)
        case "Task" | "Event":
            _last_activity(org, kind, row)
        case "Account" if row.get("IsPersonAccount"):
            _mirror_contact(org, caller, row)
        case "Contact" if row.get("IsPersonAccount"):
            _mirror_account(org, row)
        case _:
            pass


def add(org: Org, caller: Caller, object_name: str, values: Row) -> Row:
    """Store a record that the org makes itself."""
    kind = org.schema[object_name]
    by: Row = {"CreatedById": caller.user, "LastModifiedById": caller.user}
    given = {name: value for name, value in (by | values).items() if kind.field(name) is not None}
    row = derive.system_fields(kind, given, org.stamp, ids_of=lambda: org.next_id(kind))
    derive.complete(org, kind, row, None)
    org.store(kind, row)
    return row


def put(org: Org, object_name: str, record_id: str, values: Row) -> None:
    """Change a record as the system does: SystemModstamp moves, LastModifiedDate stays."""
    kind = org.schema[object_name]
    old = org.tables[object_name].rows[record_id]
    row = dict(old) | values | {"SystemModstamp": org.stamp}
    derive.complete(org, kind, row, old)
    org.store(kind, row)


def track(org: Org, caller: Caller, row: Row, old: Row | None) -> None:
    """One history row for each change of stage, amount, probability or close date."""
    if old is not None and all(row.get(name) == old.get(name) for name in _TRACKED):
        return
    values = {name: row.get(name) for name in (*_TRACKED, "ExpectedRevenue")}
    add(org, caller, "OpportunityHistory", {"OpportunityId": row["Id"], **values})


def _first_role(org: Org, caller: Caller, row: Row) -> None:
    values: Row = {"OpportunityId": row["Id"], "ContactId": row["ContactId"], "IsPrimary": True}
    add(org, caller, "OpportunityContactRole", values)


def member_statuses(org: Org, caller: Caller, campaign: Row) -> None:
    """A new campaign has the statuses Sent and Responded."""
    for order, (label, responded) in enumerate((("Sent", False), ("Responded", True)), start=3):
        values: Row = {"CampaignId": campaign["Id"], "Label": label, "SortOrder": order}
        values |= {"HasResponded": responded, "IsDefault": not responded}
        add(org, caller, "CampaignMemberStatus", values)


def _last_activity(org: Org, kind: ObjectType, row: Row) -> None:
    """A closed task and a past meeting move the date, and with it the stamp, of their person."""
    if kind.name == "Task" and not row.get("IsClosed"):
        return
    day = row.get("ActivityDate") or show_day(org.stamp)
    if kind.name == "Event" and str(day) > show_day(org.stamp):
        return
    for name in ("WhoId", "AccountId"):
        target = row.get(name)
        found = org.row(target) if isinstance(target, str) else None
        if (
            found is None
            or found.get("IsDeleted")
            or str(found.get("LastActivityDate") or "") >= str(day)
        ):
            continue
        owner = org.schema.of_id(str(target))
        if owner is not None:
            put(org, owner.name, str(target), {"LastActivityDate": day})


def _mirror_contact(org: Org, caller: Caller, account: Row) -> None:
    values: Row = {name: account.get(name) for name in _SAME}
    values |= {name: account.get(f"Person{name}") for name in _PERSON}
    for field in org.schema["Account"].fields.values():
        if field.name.endswith("__pc"):
            values[field.name.removesuffix("pc") + "c"] = account.get(field.name)
    contact = account.get("PersonContactId")
    if isinstance(contact, str):
        if _differ(org, "Contact", contact, values):
            put(org, "Contact", contact, _flags(org, "Contact", values))
        return
    values |= {"AccountId": account["Id"], "IsPersonAccount": True}
    made = add(org, caller, "Contact", values)
    row = dict(account) | {"PersonContactId": made["Id"]}
    org.store(org.schema["Account"], row)


def _mirror_account(org: Org, contact: Row) -> None:
    account = contact.get("AccountId")
    if not isinstance(account, str):
        return
    values: Row = {name: contact.get(name) for name in _SAME}
    values |= {f"Person{name}": contact.get(name) for name in _PERSON}
    if _differ(org, "Account", account, values):
        put(org, "Account", account, _flags(org, "Account", values))


def _flags(org: Org, object_name: str, values: Row) -> Row:
    flags = org.schema[object_name].flags()
    return {name: bool(value) if name in flags else value for name, value in values.items()}


def _differ(org: Org, object_name: str, record_id: str, values: Row) -> bool:
    kept = org.tables[object_name].rows[record_id]
    return any((kept.get(name) or None) != (value or None) for name, value in values.items())
