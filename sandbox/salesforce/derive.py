"""Values that the org works out itself.

Follows the Object Reference: Name of people, stage values of Opportunity, HasResponded of
CampaignMember, IsClosed of Task, the several dates of Event, compound addresses, roll-ups.
"""

# ruff: noqa: ARG001 - every object is completed in the same way

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from connector.clock import MINUTE
from sandbox.salesforce.schema import activity, sales
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.values import Row, Value, day_start, show_day

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

STAGES: Final = {
    name: (chance, closed, won, kind) for name, chance, closed, won, kind in sales.STAGES
}
_CLOSED_TASK: Final = {name for name, closed, _ in activity.TASK_STATUS if closed}
_CATEGORY_NAMES: Final = {"Omitted": "Omitted", "Pipeline": "Pipeline", "Closed": "Closed"}
_FROM_PERSON: Final = frozenset(
    {
        "Salutation", "Name", "FirstName", "LastName", "Title", "Street", "City", "State",
        "PostalCode", "Country", "Email", "Phone", "Fax", "MobilePhone", "Description",
        "DoNotCall", "HasOptedOutOfEmail", "HasOptedOutOfFax", "LeadSource",
    }
)  # fmt: skip
_MAILING: Final = frozenset({"Street", "City", "State", "PostalCode", "Country"})
_PARTS: Final = (
    "City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street",
)  # fmt: skip


def system_fields(kind: ObjectType, row: Row, stamp: int, ids_of: Callable[[], str]) -> Row:
    """A new row with its id, its stamps and all flags; what is given already stays."""
    row = {name: value for name, value in row.items() if value is not None}
    for flag in kind.flags():
        row.setdefault(flag, False)
    row.setdefault("Id", ids_of())
    created = row.setdefault("CreatedDate", stamp)
    modified = row.setdefault("LastModifiedDate", created)
    row.setdefault("SystemModstamp", modified)
    return row


def complete(org: Org, kind: ObjectType, row: Row, old: Row | None) -> None:
    """Fill in what follows from the other values of the row itself; nulls are dropped."""
    made = _COMPLETE.get(kind.name)
    if made is not None:
        made(org, row, old)
    for name in [name for name, value in row.items() if value is None]:
        del row[name]


def _person(org: Org, row: Row, old: Row | None) -> None:
    names = (row.get("FirstName"), row.get("LastName"))
    row["Name"] = " ".join(str(name) for name in names if name)
    if row.get("EmailBouncedDate"):
        row["IsEmailBounced"] = True


def _account(org: Org, row: Row, old: Row | None) -> None:
    if row.get("IsPersonAccount"):
        _person(org, row, old)


def _opportunity(org: Org, row: Row, old: Row | None) -> None:
    stage = str(row.get("StageName"))
    chance, closed, won, category = STAGES.get(stage, (50, False, False, "Pipeline"))
    moved = old is None or old.get("StageName") != stage
    kept = old is not None and old.get("Probability") != row.get("Probability")
    if moved and not kept and (old is not None or "Probability" not in row):
        row["Probability"] = float(chance)
    if moved:
        row["LastStageChangeDate"] = row["SystemModstamp"] if old is not None else None
        row["ForecastCategoryName"] = _CATEGORY_NAMES.get(category, category)
    row["IsClosed"], row["IsWon"], row["ForecastCategory"] = closed, won, category
    amount, probability = row.get("Amount"), row.get("Probability")
    if isinstance(amount, int | float) and isinstance(probability, int | float):
        row["ExpectedRevenue"] = round(amount * probability / 100, 2)
    closes = row.get("CloseDate")
    if isinstance(closes, str):
        year, quarter = int(closes[:4]), (int(closes[5:7]) + 2) // 3
        row["FiscalYear"], row["FiscalQuarter"], row["Fiscal"] = year, quarter, f"{year} {quarter}"


def _member(org: Org, row: Row, old: Row | None) -> None:
    row["LeadOrContactId"] = row.get("ContactId") or row.get("LeadId")
    row["Type"] = "Contact" if row.get("ContactId") else "Lead"
    responded = member_status(org, row.get("CampaignId"), row.get("Status"))
    row["HasResponded"] = responded
    if responded and not row.get("FirstRespondedDate"):
        stamp = row["SystemModstamp"]
        row["FirstRespondedDate"] = show_day(stamp) if isinstance(stamp, int) else None


def member_status(org: Org, campaign: Value, status: Value) -> bool:
    """Whether a member status of a campaign counts as a response."""
    table = org.tables["CampaignMemberStatus"]
    for record_id in table.matching(table.kind.fields["campaignid"], campaign):
        known = table.rows[record_id]
        if known.get("Label") == status and not known.get("IsDeleted"):
            return bool(known.get("HasResponded"))
    return status == "Responded"


def _task(org: Org, row: Row, old: Row | None) -> None:
    closed = row.get("Status") in _CLOSED_TASK
    if closed and not row.get("IsClosed"):
        row.setdefault("CompletedDateTime", row["SystemModstamp"])
    elif not closed:
        row["CompletedDateTime"] = None
    row["IsClosed"] = closed
    row["IsHighPriority"] = row.get("Priority") == "High"
    row["AccountId"] = activity_account(org, row)


def _calendar(org: Org, row: Row, old: Row | None) -> None:
    changed = [name for name in ("StartDateTime", "ActivityDateTime") if _differs(name, row, old)]
    start = row.get(changed[0] if changed else "StartDateTime")
    if start is None:
        start = row.get("ActivityDateTime")
    if start is None and isinstance(row.get("ActivityDate"), str):
        start = day_start(str(row["ActivityDate"]))
    if isinstance(start, int):
        row["StartDateTime"] = row["ActivityDateTime"] = start
        row["ActivityDate"] = show_day(start)
        _ending(row, old, start)
    row["AccountId"] = activity_account(org, row)


def _differs(name: str, row: Row, old: Row | None) -> bool:
    return row.get(name) is not None and (old is None or old.get(name) != row.get(name))


def _ending(row: Row, old: Row | None, start: int) -> None:
    end, minutes = row.get("EndDateTime"), row.get("DurationInMinutes")
    if isinstance(minutes, int) and (end is None or _differs("DurationInMinutes", row, old)):
        end = start + minutes * MINUTE
    if isinstance(end, int):
        row["EndDateTime"], row["EndDate"] = end, show_day(end)
        row["DurationInMinutes"] = (end - start) // MINUTE


def activity_account(org: Org, row: Row) -> Value:
    """The account of an activity: that of what it is about, else that of the contact."""
    what = row.get("WhatId")
    if isinstance(what, str):
        return what if what.startswith("001") else (org.row(what) or {}).get("AccountId")
    who = row.get("WhoId")
    return (org.row(who) or {}).get("AccountId") if isinstance(who, str) else None


_COMPLETE: Final[dict[str, Callable[[Org, Row, Row | None], None]]] = {
    "Account": _account,
    "Contact": _person,
    "Lead": _person,
    "User": _person,
    "Opportunity": _opportunity,
    "CampaignMember": _member,
    "Task": _task,
    "Event": _calendar,
}


# worked out when it is read


def value(org: Org, kind: ObjectType, row: Row, field: Field) -> Value:
    """The value of a field of a row, computed where the row does not hold it itself."""
    kept = row.get(field.name)
    if kept is not None:
        return kept
    if field.type == "boolean":
        return bool(_of_person(org, row, field)) if kind.name == "CampaignMember" else False
    if kind.name == "CampaignMember":
        return _of_person(org, row, field)
    if kind.name == "Campaign" and field.name.startswith("NumberOf"):
        return _count_members(org, row, field.name)
    return None


def address(row: Row, field: Field) -> dict[str, Value] | None:
    """A compound address; None when no part of it is set."""
    prefix = field.name.removesuffix("Address")
    parts = {part[0].lower() + part[1:]: row.get(prefix + part) for part in _PARTS}
    return parts if any(part is not None for part in parts.values()) else None


def _of_person(org: Org, row: Row, field: Field) -> Value:
    person_id = row.get("LeadOrContactId")
    person = org.row(person_id) if isinstance(person_id, str) else None
    if person is None:
        return None
    if field.name == "LeadOrContactOwnerId":
        return person.get("OwnerId")
    if field.name == "CompanyOrAccount":
        account = person.get("AccountId")
        found = org.row(account) if isinstance(account, str) else None
        return found.get("Name") if found else person.get("Company")
    if field.name not in _FROM_PERSON:
        return None
    is_contact = str(person_id).startswith("003")
    name = f"Mailing{field.name}" if is_contact and field.name in _MAILING else field.name
    return person.get(name)


def _count_members(org: Org, row: Row, name: str) -> int:
    table = org.tables["CampaignMember"]
    members = [
        table.rows[each] for each in table.matching(table.kind.fields["campaignid"], row["Id"])
    ]
    wanted: dict[str, Callable[[Row], object]] = {
        "NumberOfLeads": lambda member: member.get("LeadId") and not member.get("ContactId"),
        "NumberOfContacts": lambda member: member.get("ContactId"),
        "NumberOfResponses": lambda member: member.get("HasResponded"),
    }
    return sum(bool(wanted[name](each)) for each in members if not each.get("IsDeleted"))
