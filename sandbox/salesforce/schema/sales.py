"""Opportunities and campaigns.

Follows the Object Reference for Opportunity, OpportunityContactRole, OpportunityHistory,
OpportunityStage, Campaign, CampaignMember and CampaignMemberStatus.
"""

from __future__ import annotations

from typing import Final

from sandbox.salesforce.schema.kind import CRM, FULL, READ_ONLY, ObjectType, define

STAGES: Final = (
    ("Prospecting", 10, False, False, "Pipeline"),
    ("Qualification", 10, False, False, "Pipeline"),
    ("Needs Analysis", 20, False, False, "Pipeline"),
    ("Value Proposition", 50, False, False, "Pipeline"),
    ("Id. Decision Makers", 60, False, False, "Pipeline"),
    ("Perception Analysis", 70, False, False, "Pipeline"),
    ("Proposal/Price Quote", 75, False, False, "Pipeline"),
    ("Negotiation/Review", 90, False, False, "Pipeline"),
    ("Closed Won", 100, True, True, "Closed"),
    ("Closed Lost", 0, True, False, "Omitted"),
)
"""Name, probability, is closed, is won, forecast category."""
PICKLISTS: Final = {
    "StageName": tuple(stage[0] for stage in STAGES),
    "ForecastCategory": ("Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed"),
    "ForecastCategoryName": ("Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
    "LeadSource": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"),
    "Role": (
        "Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker",
        "Evaluator", "Executive Sponsor", "Influencer", "Technical Buyer", "Other",
    ),
    "OpportunityType": (
        "Existing Customer - Upgrade", "Existing Customer - Replacement",
        "Existing Customer - Downgrade", "New Customer",
    ),
    "CampaignType": (
        "Conference", "Webinar", "Trade Show", "Public Relations", "Partners", "Referral Program",
        "Advertisement", "Banner Ads", "Direct Mail", "Email", "Telemarketing", "Other",
    ),
    "CampaignStatus": ("Planned", "In Progress", "Completed", "Aborted"),
    "MemberStatus": ("Sent", "Responded"),
    "MemberType": ("Contact", "Lead"),
}  # fmt: skip
_OPPORTUNITY = """
AccountId ref(Account:Account) cun Account ID;kids=Opportunities;cascade
IsPrivate boolean cu Private
Name string(120) cu Name;name;lookup
Description textarea(32000) cun Description
StageName picklist(255) cu Stage
Amount currency(18.2) cun Amount
Probability percent(3.0) cund Probability (%)
ExpectedRevenue currency(18.2) n Expected Amount
TotalOpportunityQuantity double(18.2) cun Quantity
CloseDate date cu Close Date
Type picklist(255) cun Opportunity Type;picks=OpportunityType
NextStep string(255) cun Next Step
LeadSource picklist(255) cun Lead Source
IsClosed boolean - Closed
IsWon boolean - Won
ForecastCategory picklist(40) - Forecast Category;restricted
ForecastCategoryName picklist(255) cund Forecast Category;restricted
CampaignId ref(Campaign:Campaign) cun Campaign ID;kids=Opportunities
HasOpportunityLineItem boolean - Has Line Item
OwnerId ref(User:Owner) cud Owner ID
LastActivityDate date n Last Activity
LastStageChangeDate datetime n Last Stage Change Date
FiscalQuarter int n Fiscal Quarter
FiscalYear int n Fiscal Year
Fiscal string(6) n Fiscal Period
ContactId ref(Contact:) cnx Contact ID
LastViewedDate datetime n Last Viewed Date
LastReferencedDate datetime n Last Referenced Date
HasOpenActivity boolean - Has Open Activity
HasOverdueTask boolean - Has Overdue Task
"""
_ROLE = """
OpportunityId ref(Opportunity:Opportunity) c Opportunity ID;kids=OpportunityContactRoles;cascade
ContactId ref(Contact:Contact) cu Contact ID;kids=OpportunityContactRoles;cascade
Role picklist(40) cunx Role
IsPrimary boolean cux Primary
"""
_HISTORY = """
OpportunityId ref(Opportunity:Opportunity) - Opportunity ID;kids=OpportunityHistories;cascade
CreatedById ref(User:CreatedBy) d Created By ID
CreatedDate datetime d Created Date
StageName picklist(255) n Stage Name
Amount currency(18.2) n Amount
ExpectedRevenue currency(18.2) n Expected Revenue
CloseDate date n Close Date
Probability percent(3.0) n Probability (%)
ForecastCategory picklist(40) n To ForecastCategory;restricted
SystemModstamp datetime d System Modstamp
"""
_STAGE = """
MasterLabel string(255) n Master Label;name
ApiName string(255) n Stage Name
IsActive boolean - Is Active
SortOrder int n Order
IsClosed boolean - Closed
IsWon boolean - Won
ForecastCategory picklist(40) - Forecast Category;restricted
ForecastCategoryName picklist(255) - Forecast Category Name;restricted
DefaultProbability percent(3.0) n Probability (%)
Description string(255) n Description
"""
_CAMPAIGN = """
Name string(80) cu Name;name
ParentId ref(Campaign:Parent) cun Parent Campaign ID;kids=ChildCampaigns
Type picklist(40) cun Type;picks=CampaignType
RecordTypeId ref(RecordType:RecordType) cunx Record Type ID
Status picklist(40) cund Status;picks=CampaignStatus;default=Planned
StartDate date cun Start Date
EndDate date cun End Date
ExpectedRevenue currency(18.0) cun Expected Revenue
BudgetedCost currency(18.0) cun Budgeted Cost
ActualCost currency(18.0) cun Actual Cost
ExpectedResponse percent(10.2) cund Expected Response (%);default=0
NumberSent double(18.0) cund Num Sent;default=0
IsActive boolean cu Active
Description textarea(32000) cun Description
NumberOfLeads int d Leads in Campaign
NumberOfContacts int d Contacts in Campaign
NumberOfResponses int d Responses in Campaign
OwnerId ref(User:Owner) cud Owner ID
LastActivityDate date n Last Activity
LastViewedDate datetime n Last Viewed Date
LastReferencedDate datetime n Last Referenced Date
CampaignMemberRecordTypeId ref(RecordType:CampaignMemberRecordType) cunx Record Type ID
"""
_MEMBER = """
CampaignId ref(Campaign:Campaign) c Campaign ID;kids=CampaignMembers;cascade
LeadId ref(Lead:Lead) cnx Lead ID;kids=CampaignMembers;cascade
ContactId ref(Contact:Contact) cnx Contact ID;kids=CampaignMembers;cascade
Status picklist(40) cund Status;picks=MemberStatus
HasResponded boolean - Responded
FirstRespondedDate date n First Responded Date
Salutation picklist(40) n Salutation;picks=none
Name string(121) n Name;name
FirstName string(40) n First Name
LastName string(80) n Last Name
Title string(128) n Title
Street textarea(255) n Street
City string(40) n City
State string(80) n State/Province
PostalCode string(20) n Zip/Postal Code
Country string(80) n Country
Email email(80) n Email
Phone phone(40) n Phone
Fax phone(40) n Fax
MobilePhone phone(40) n Mobile
Description textarea(32000) n Description
DoNotCall boolean - Do Not Call
HasOptedOutOfEmail boolean - Email Opt Out
HasOptedOutOfFax boolean - Fax Opt Out
LeadSource picklist(255) n Lead Source
CompanyOrAccount string(255) n Company (Account)
Type picklist(40) n Type;picks=MemberType
LeadOrContactId ref(Contact,Lead:LeadOrContact) n Related Record ID
LeadOrContactOwnerId ref(Group,User:LeadOrContactOwner) n Related Record Owner ID
"""
_MEMBER_STATUS = """
Label string(765) cu Label;name
CampaignId ref(Campaign:) cx Campaign ID;kids=CampaignMemberStatuses;cascade
SortOrder int cun Sort Order
HasResponded boolean cux Responded
IsDefault boolean cux Is Default
"""


def objects() -> list[ObjectType]:
    """Everything about sales and campaigns."""
    history = READ_ONLY | {"replicateable"}
    return [
        define(
            "Opportunity",
            "006",
            "Opportunity",
            "Opportunities",
            _OPPORTUNITY,
            PICKLISTS,
            powers=CRM | {"deepCloneable"},
        ),
        define(
            "OpportunityContactRole",
            "00K",
            "Opportunity Contact Role",
            "Opportunity Contact Role",
            _ROLE,
            PICKLISTS,
        ),
        define(
            "OpportunityHistory",
            "008",
            "Opportunity History",
            "Opportunity History",
            _HISTORY,
            PICKLISTS,
            powers=history,
            stamped=False,
        ),
        define(
            "OpportunityStage",
            "01J",
            "Opportunity Stage",
            "Opportunity Stage",
            _STAGE,
            PICKLISTS,
            powers=READ_ONLY,
            deleted=False,
            bulk=False,
        ),
        define(
            "Campaign",
            "701",
            "Campaign",
            "Campaigns",
            _CAMPAIGN,
            PICKLISTS,
            powers=CRM - {"feedEnabled"},
        ),
        define("CampaignMember", "00v", "Campaign Member", "Campaign Members", _MEMBER, PICKLISTS),
        define(
            "CampaignMemberStatus",
            "01Y",
            "Campaign Member Status",
            "Campaign Member Statuses",
            _MEMBER_STATUS,
            powers=FULL,
        ),
    ]
