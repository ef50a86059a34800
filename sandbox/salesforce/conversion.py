"""Lead conversion.

Follows convertLead() of the SOAP API guide (sforce_api_calls_convertlead) and the help page on
what conversion does with activities and campaigns: activities move to the contact, campaign
members keep the lead and gain the contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector.clock import DAY
from sandbox.salesforce import checks, followup, writing
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.values import Row, show_day

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

_TO_CONTACT: Final = {
    "FirstName": "FirstName", "LastName": "LastName", "Salutation": "Salutation", "Email": "Email",
    "Phone": "Phone", "MobilePhone": "MobilePhone", "Fax": "Fax", "Title": "Title",
    "LeadSource": "LeadSource", "HasOptedOutOfEmail": "HasOptedOutOfEmail",
    "DoNotCall": "DoNotCall", "Street": "MailingStreet", "City": "MailingCity",
    "State": "MailingState", "PostalCode": "MailingPostalCode", "Country": "MailingCountry",
    "OwnerId": "OwnerId",
}  # fmt: skip
_SALES_CYCLE: Final = 90 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What a lead became."""

    account: str
    contact: str
    opportunity: str | None


def convert(
    org: Org,
    caller: Caller,
    person: str,
    *,
    account: str | None = None,
    contact: str | None = None,
    opportunity: str | None = None,
    status: str = "Closed - Converted",
) -> Converted:
    """Turn a lead (its id) into a contact of an account; new ones where none are given.

    `opportunity` is the name of a new opportunity; None makes none.
    """
    kind = org.schema["Lead"]
    with org.unit():
        old = writing.existing(org, kind, person)
        if old.get("IsConverted"):
            raise Refused("CANNOT_UPDATE_CONVERTED_LEAD", "lead is already converted")
        owner: Row = {"OwnerId": old.get("OwnerId")}
        if account is None:
            name: Row = {"Name": old.get("Company"), "Industry": old.get("Industry")}
            account = str(followup.add(org, caller, "Account", owner | name)["Id"])
        if contact is None:
            values: Row = {new: old.get(name) for name, new in _TO_CONTACT.items()}
            contact = str(
                followup.add(org, caller, "Contact", values | {"AccountId": account})["Id"]
            )
        made = _opportunity(org, caller, opportunity, account, contact, owner)
        row: Row = dict(old) | {"IsConverted": True, "Status": status}
        row |= {"ConvertedDate": show_day(org.stamp), "ConvertedAccountId": account}
        row |= {"ConvertedContactId": contact, "ConvertedOpportunityId": made}
        writing.touch(org, caller, row)
        if made is None:
            del row["ConvertedOpportunityId"]
        org.store(kind, row)
        _move(org, person, contact)
        org.note(caller, "converted", "Lead", person, {"ConvertedContactId": contact})
    return Converted(account=account, contact=contact, opportunity=made)


def _opportunity(
    org: Org, caller: Caller, name: str | None, account: str, contact: str, owner: Row
) -> str | None:
    if name is None:
        return None
    values: Row = {"Name": name, "StageName": "Prospecting", "AccountId": account}
    values["CloseDate"] = show_day(org.stamp + _SALES_CYCLE)
    row = followup.add(org, caller, "Opportunity", owner | values)
    followup.track(org, caller, row, None)
    role: Row = {"OpportunityId": row["Id"], "ContactId": contact, "IsPrimary": True}
    followup.add(org, caller, "OpportunityContactRole", role)
    return str(row["Id"])


def _move(org: Org, person: str, contact: str) -> None:
    for name in ("Task", "Event"):
        table = org.tables[name]
        for found in checks.live_matches(table, table.kind.fields["whoid"], person):
            followup.put(org, name, found, {"WhoId": contact})
    members = org.tables["CampaignMember"]
    for found in checks.live_matches(members, members.kind.fields["leadid"], person):
        followup.put(org, "CampaignMember", found, {"ContactId": contact})
