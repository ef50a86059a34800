"""User's customers: Account, Contact and Lead, with the standard fields of a Developer Edition org.

Follows the Object Reference for these objects; types, lengths and flags are those of recorded
describes.
"""

from __future__ import annotations

from typing import Final

from sandbox.salesforce.schema.kind import CRM, ObjectType, define

_INDUSTRY = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications",
    "Construction", "Consulting", "Education", "Electronics", "Energy", "Engineering",
    "Entertainment", "Environmental", "Finance", "Food & Beverage", "Government", "Healthcare",
    "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media", "Not For Profit",
    "Recreation", "Retail", "Shipping", "Technology", "Telecommunications", "Transportation",
    "Utilities", "Other",
)  # fmt: skip
_SOURCE = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
_ACCURACY = (
    "Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City",
    "County", "State", "Unknown",
)  # fmt: skip
LEAD_STATUS: Final = (
    "Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted",
)  # fmt: skip
PICKLISTS: Final = {
    "Industry": _INDUSTRY,
    "LeadSource": _SOURCE,
    "AccountSource": _SOURCE,
    "Rating": ("Hot", "Warm", "Cold"),
    "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."),
    "Type": (
        "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller",
        "Installation Partner", "Technology Partner", "Other",
    ),
    "Ownership": ("Public", "Private", "Subsidiary", "Other"),
    "Status": LEAD_STATUS,
    "Accuracy": _ACCURACY,
    "CleanStatus": (
        "Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch",
        "Skipped",
    ),
}  # fmt: skip


def address(prefix: str, label: str) -> str:
    """The lines of one address and its parts; `prefix` and `label` may be empty."""
    whole, accuracy = f"{prefix}Address", "restricted;picks=Accuracy"
    return f"""
{prefix}Street textarea(255) cun {label}Street;of={whole}
{prefix}City string(40) cun {label}City;of={whole}
{prefix}State string(80) cun {label}State/Province;of={whole}
{prefix}PostalCode string(20) cun {label}Zip/Postal Code;of={whole}
{prefix}Country string(80) cun {label}Country;of={whole}
{prefix}Latitude double(18.15) cun {label}Latitude;of={whole}
{prefix}Longitude double(18.15) cun {label}Longitude;of={whole}
{prefix}GeocodeAccuracy picklist(40) cun {label}Geocode Accuracy;of={whole};{accuracy}
{whole} address n {label}Address
"""


_SEEN = """
LastActivityDate date n Last Activity
LastViewedDate datetime n Last Viewed Date
LastReferencedDate datetime n Last Referenced Date
"""
_PERSON_NAME = """
LastName string(80) cu Last Name;of=Name
FirstName string(40) cunx First Name;of=Name
Salutation picklist(40) cunx Salutation;of=Name
"""
_ACCOUNT = f"""
MasterRecordId ref(Account:MasterRecord) n Master Record ID
Name string(255) cu Account Name;name
Type picklist(40) cun Account Type
RecordTypeId ref(RecordType:RecordType) cunx Record Type ID
ParentId ref(Account:Parent) cun Parent Account ID;kids=ChildAccounts
{address("Billing", "Billing ")}
{address("Shipping", "Shipping ")}
Phone phone(40) cun Account Phone
Fax phone(40) cun Account Fax
AccountNumber string(40) cun Account Number
Website url(255) cun Website
PhotoUrl url(255) n Photo URL
Sic string(20) cun SIC Code
Industry picklist(40) cun Industry
AnnualRevenue currency(18.0) cun Annual Revenue
NumberOfEmployees int cun Employees
Ownership picklist(40) cun Ownership
TickerSymbol string(20) cun Ticker Symbol
Description textarea(32000) cun Account Description
Rating picklist(40) cun Account Rating
Site string(80) cun Account Site
OwnerId ref(User:Owner) cud Owner ID
{_SEEN}
IsCustomerPortal boolean - Customer Portal Account
Jigsaw string(20) cun Data.com Key
JigsawCompanyId string(20) n Jigsaw Company ID
CleanStatus picklist(40) cun Clean Status;restricted
AccountSource picklist(40) cun Account Source
DunsNumber string(9) cun D-U-N-S Number
Tradestyle string(255) cun Tradestyle
NaicsCode string(8) cun NAICS Code
NaicsDesc string(120) cun NAICS Description
YearStarted string(4) cun Year Started
SicDesc string(80) cun SIC Description
"""
_CONTACT = f"""
MasterRecordId ref(Contact:MasterRecord) n Master Record ID
AccountId ref(Account:Account) cun Account ID;kids=Contacts;cascade
{_PERSON_NAME}
Name string(121) - Full Name;name
{address("Other", "Other ")}
{address("Mailing", "Mailing ")}
Phone phone(40) cun Business Phone
Fax phone(40) cun Business Fax
MobilePhone phone(40) cun Mobile Phone
HomePhone phone(40) cun Home Phone
OtherPhone phone(40) cun Other Phone
AssistantPhone phone(40) cun Asst. Phone
ReportsToId ref(Contact:ReportsTo) cun Reports To ID
Email email(80) cun Email;lookup
Title string(128) cun Title
Department string(80) cun Department
AssistantName string(40) cun Assistant's Name
LeadSource picklist(255) cun Lead Source
Birthdate date cun Birthdate
Description textarea(32000) cun Contact Description
OwnerId ref(User:Owner) cud Owner ID
HasOptedOutOfEmail boolean cu Email Opt Out
HasOptedOutOfFax boolean cu Fax Opt Out
DoNotCall boolean cu Do Not Call
{_SEEN}
LastCURequestDate datetime n Last Stay-in-Touch Request Date
LastCUUpdateDate datetime n Last Stay-in-Touch Save Date
EmailBouncedReason string(255) cunx Email Bounced Reason
EmailBouncedDate datetime cunx Email Bounced Date
IsEmailBounced boolean - Is Email Bounced
PhotoUrl url(255) n Photo URL
Jigsaw string(20) cun Data.com Key
JigsawContactId string(20) n Jigsaw Contact ID
CleanStatus picklist(40) cun Clean Status;restricted
"""
_LEAD = f"""
MasterRecordId ref(Lead:MasterRecord) n Master Record ID
{_PERSON_NAME}
Name string(121) - Full Name;name
Title string(128) cun Title
Company string(255) cu Company
{address("", "")}
Phone phone(40) cun Phone
MobilePhone phone(40) cun Mobile Phone
Fax phone(40) cun Fax
Email email(80) cun Email;lookup
Website url(255) cun Website
PhotoUrl url(255) n Photo URL
Description textarea(32000) cun Description
LeadSource picklist(255) cun Lead Source
Status picklist(255) cud Status;default=Open - Not Contacted
Industry picklist(255) cun Industry
Rating picklist(255) cun Rating
AnnualRevenue currency(18.0) cun Annual Revenue
NumberOfEmployees int cun Employees
OwnerId ref(Group,User:Owner) cud Owner ID
HasOptedOutOfEmail boolean cu Email Opt Out
HasOptedOutOfFax boolean cu Fax Opt Out
DoNotCall boolean cu Do Not Call
IsConverted boolean cx Converted
ConvertedDate date n Converted Date
ConvertedAccountId ref(Account:ConvertedAccount) n Converted Account ID
ConvertedContactId ref(Contact:ConvertedContact) n Converted Contact ID
ConvertedOpportunityId ref(Opportunity:ConvertedOpportunity) n Converted Opportunity ID
IsUnreadByOwner boolean cux Unread By Owner
{_SEEN}
Jigsaw string(20) cun Data.com Key
JigsawContactId string(20) n Jigsaw Contact ID
CleanStatus picklist(40) cun Clean Status;restricted
CompanyDunsNumber string(9) cun Company D-U-N-S Number
EmailBouncedReason string(255) unx Email Bounced Reason
EmailBouncedDate datetime unx Email Bounced Date
"""
PERSON_ACCOUNT: Final = f"""
{_PERSON_NAME}
PersonContactId ref(Contact:PersonContact) n Contact ID
IsPersonAccount boolean - Is Person Account
{address("PersonMailing", "Mailing ")}
{address("PersonOther", "Other ")}
PersonMobilePhone phone(40) cun Mobile
PersonHomePhone phone(40) cun Home Phone
PersonOtherPhone phone(40) cun Other Phone
PersonAssistantPhone phone(40) cun Asst. Phone
PersonEmail email(80) cun Email;lookup
PersonTitle string(80) cun Title
PersonDepartment string(80) cun Department
PersonAssistantName string(40) cun Assistant
PersonLeadSource picklist(255) cun Lead Source;picks=LeadSource
PersonBirthdate date cun Birthdate
PersonHasOptedOutOfEmail boolean cu Email Opt Out
PersonHasOptedOutOfFax boolean cu Fax Opt Out
PersonDoNotCall boolean cu Do Not Call
PersonEmailBouncedReason string(255) cunx Email Bounced Reason
PersonEmailBouncedDate datetime cunx Email Bounced Date
"""
"""What Account gains where person accounts are on."""


def objects() -> list[ObjectType]:
    """Account, Contact and Lead."""
    powers = CRM | {"mergeable"}
    return [
        define("Account", "001", "Account", "Accounts", _ACCOUNT, PICKLISTS, powers=powers),
        define("Contact", "003", "Contact", "Contacts", _CONTACT, PICKLISTS, powers=powers),
        define("Lead", "00Q", "Lead", "Leads", _LEAD, PICKLISTS, powers=powers),
    ]
