"""Contacts and their default properties.

Names, types and labels follow HubSpot's knowledge base, "HubSpot's default contact properties".
"""

from __future__ import annotations

from typing import Final

from sandbox.hubspot.schema.kind import Kind, kind_of
from sandbox.hubspot.schema.property import Picklists, Property, properties_of

STAGES: Final = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
"""The default lifecycle stages, in the order in which an object goes through them."""
_SOURCES: Final = (
    ("ORGANIC_SEARCH", "Organic Search"),
    ("PAID_SEARCH", "Paid Search"),
    ("EMAIL_MARKETING", "Email Marketing"),
    ("SOCIAL_MEDIA", "Organic Social"),
    ("REFERRALS", "Referrals"),
    ("OTHER_CAMPAIGNS", "Other Campaigns"),
    ("DIRECT_TRAFFIC", "Direct Traffic"),
    ("OFFLINE", "Offline Sources"),
    ("PAID_SOCIAL", "Paid Social"),
    ("AI_REFERRALS", "AI Referrals"),
)
PICKLISTS: Final[Picklists] = {
    "lifecyclestage": STAGES,
    "hs_lead_status": (
        ("NEW", "New"),
        ("OPEN", "Open"),
        ("IN_PROGRESS", "In Progress"),
        ("OPEN_DEAL", "Open Deal"),
        ("UNQUALIFIED", "Unqualified"),
        ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
        ("CONNECTED", "Connected"),
        ("BAD_TIMING", "Bad Timing"),
    ),
    "hs_analytics_source": _SOURCES,
    "hs_persona": (),
    "hs_buying_role": (
        ("BLOCKER", "Blocker"),
        ("BUDGET_HOLDER", "Budget Holder"),
        ("CHAMPION", "Champion"),
        ("DECISION_MAKER", "Decision Maker"),
        ("END_USER", "End User"),
        ("EXECUTIVE_SPONSOR", "Executive Sponsor"),
        ("INFLUENCER", "Influencer"),
        ("LEGAL_AND_COMPLIANCE", "Legal & Compliance"),
        ("OTHER", "Other"),
    ),
    "hs_email_hard_bounce_reason_enum": (
        ("UNKNOWN_USER", "Unknown user"),
        ("MAILBOX_FULL", "Mailbox full"),
        ("CONTENT", "Content"),
        ("DNS_FAILURE", "DNS failure"),
        ("POLICY", "Policy"),
        ("SPAM", "Spam"),
        ("OTHER", "Other"),
    ),
    "hs_email_quarantine_reason": (
        ("BLOCKED", "Blocked"),
        ("CAMPAIGN_SUSPENDED", "Campaign suspended"),
    ),
    "hs_marketable_status": (
        ("true", "Marketing contact"),
        ("false", "Non-marketing contact"),
    ),
    "hs_legal_basis": (
        ("Legitimate interest - prospect/lead", "Legitimate interest - prospect/lead"),
        ("Legitimate interest - existing customer", "Legitimate interest - existing customer"),
        ("Performance of a contract", "Performance of a contract"),
        ("Freely given consent from contact", "Freely given consent from contact"),
        ("Not applicable", "Not applicable"),
    ),
    "hs_seniority": (
        ("owner", "Owner"),
        ("executive", "Executive"),
        ("vp", "VP"),
        ("director", "Director"),
        ("manager", "Manager"),
        ("employee", "Employee"),
    ),
}
_PERSON: Final = """
email text - Email
firstname text - First Name
lastname text - Last Name
salutation text - Salutation
jobtitle text - Job Title
job_function text - Job function
hs_seniority pick - Seniority
hs_buying_role multi - Buying Role
hs_persona radio - Persona
company text - Company Name
company_size text - Company size
industry text - Industry
numemployees text - Number of Employees
annualrevenue text - Annual Revenue
website text - Website URL
phone phone - Phone Number
mobilephone phone - Mobile Phone Number
fax text - Fax Number
address text - Street Address
city text - City
state text - State/Region
zip text - Postal Code
country text - Country/Region
hs_country_region_code text - Country/Region Code
hs_language text - Preferred language
hs_timezone text - Time Zone
twitterhandle text - Twitter Username
hs_linkedin_url text - LinkedIn URL
date_of_birth text - Date of birth
message area - Message
hs_legal_basis multi - Legal basis for processing contact's data
lifecyclestage radio - Lifecycle Stage
hs_lead_status radio - Lead Status
hubspot_owner_id owner - Contact owner
hubspot_owner_assigneddate time r Owner Assigned Date
hubspot_team_id text r HubSpot Team
hubspotscore num r HubSpot Score
hs_predictivecontactscore_v2 num r Likelihood to close
associatedcompanyid num - Primary Associated Company ID
num_associated_deals num c Number of Associated Deals
recent_deal_amount num c Recent Deal Amount
recent_deal_close_date time c Recent Deal Close Date
first_deal_created_date time c First Deal Created Date
total_revenue num c Total Revenue
closedate time - Close Date
days_to_close num c Days To Close
createdate time r Create Date
lastmodifieddate time r Last Modified Date
hs_createdate time rh Object create date/time
hs_lastmodifieddate time rh Object last modified date/time
hs_object_id num r Record ID
hs_object_source text r Record source
hs_object_source_id text rh Record source ID
hs_object_source_label text r Record source
hs_additional_emails text - Additional email addresses
hs_all_contact_vids text rh All vids for a contact
hs_merged_object_ids text r Merged record IDs
hs_calculated_merged_vids text rh Merged vids with timestamps of a contact
hs_is_contact bool rh Is a contact
hs_is_unworked bool c Contact unworked
hs_email_domain text c Email Domain
hs_full_name_or_email text ch Full name or email
hs_searchable_calculated_phone_number text ch Calculated phone number
hs_searchable_calculated_mobile_number text ch Calculated mobile number
hs_marketable_status pick r Marketing contact status
hs_all_owner_ids text rh All owner ids
hs_created_by_user_id num r Created by user ID
hs_updated_by_user_id num r Updated by user ID
hs_time_in_lead num ch Cumulative time in Lead
hs_latest_source pick r Latest Traffic Source;picks=hs_analytics_source
hs_latest_source_timestamp time r Latest Traffic Source Date
"""
_MARKETING_MAIL: Final = """
hs_email_delivered num r Marketing emails delivered
hs_email_open num r Marketing emails opened
hs_email_click num r Marketing emails clicked
hs_email_bounce num r Marketing emails bounced
hs_email_replied num r Marketing emails replied
hs_email_first_send_date time r First marketing email send date
hs_email_first_open_date time r First marketing email open date
hs_email_first_click_date time r First marketing email click date
hs_email_first_reply_date time r First marketing email reply date
hs_email_last_send_date time r Last marketing email send date
hs_email_last_open_date time r Last marketing email open date
hs_email_last_click_date time r Last marketing email click date
hs_email_last_reply_date time r Last marketing email reply date
hs_email_last_email_name text r Last marketing email name
hs_email_sends_since_last_engagement num r Marketing email sends since last engagement
hs_email_optout bool r Unsubscribed from all email
hs_emailconfirmationstatus text r Marketing email confirmation status
hs_email_bad_address bool c Invalid email address
hs_email_hard_bounce_reason text rh Email hard bounce reason
hs_email_hard_bounce_reason_enum pick r Email hard bounce reason
hs_email_quarantined bool r Email address quarantined
hs_email_quarantined_reason pick rh Email quarantine reason;picks=hs_email_quarantine_reason
hs_email_is_ineligible bool rh Is globally ineligible
currentlyinworkflow bool r Currently in workflow
"""
_SALES: Final = """
hs_sales_email_last_opened time r Recent sales email opened date
hs_sales_email_last_clicked time r Recent sales email clicked date
hs_sales_email_last_replied time r Recent sales email replied date
hs_last_sales_activity_date time rh Last sales activity date (old)
hs_last_sales_activity_timestamp time r Last sales activity date
hs_last_sales_activity_type text r Last sales activity type
hs_sequences_is_enrolled bool r Currently in sequence
hs_latest_sequence_enrolled_date time r Last sequence enrolled date
hs_latest_sequence_ended_date time r Last sequence ended date
engagements_last_meeting_booked time r Date of last meeting booked in meetings tool
engagements_last_meeting_booked_campaign text r Campaign of last booking in meetings tool
engagements_last_meeting_booked_source text r Source of last booking in meetings tool
hs_latest_meeting_activity time r Latest meeting activity
notes_last_contacted time r Last Contacted
notes_last_updated time r Last Activity Date
notes_next_activity_date time r Next Activity Date
num_contacted_notes num r Number of times contacted
num_notes num r Number of Sales Activities
hs_first_outreach_date time c First outreach date
hs_sa_first_engagement_date time r First engagement date
"""
_WEB: Final = """
hs_analytics_source pick r Original Traffic Source
hs_analytics_source_data_1 text r Original Traffic Source Drill-Down 1
hs_analytics_source_data_2 text r Original Traffic Source Drill-Down 2
hs_analytics_first_timestamp time r Time First Seen
hs_analytics_last_timestamp time r Time Last Seen
hs_analytics_first_visit_timestamp time r Time of First Session
hs_analytics_last_visit_timestamp time r Time of Last Session
hs_analytics_first_url text r First Page Seen
hs_analytics_last_url text r Last Page Seen
hs_analytics_first_referrer text r First Referring Site
hs_analytics_last_referrer text r Last Referring Site
hs_analytics_num_visits num r Number of Sessions
hs_analytics_num_page_views num r Number of Pageviews
hs_analytics_num_event_completions num r Number of event completions
hs_analytics_average_page_views num r Average Pageviews
hs_analytics_revenue num r Event Revenue
"""
_CONVERSION: Final = """
num_conversion_events num r Number of Form Submissions
num_unique_conversion_events num r Number of Unique Forms Submitted
first_conversion_date time r First Conversion Date
first_conversion_event_name text r First Conversion
recent_conversion_date time r Recent Conversion Date
recent_conversion_event_name text r Recent Conversion
hs_calculated_form_submissions text rh All form submissions for a contact
"""


def _stage_dates() -> str:
    return "\n".join(
        f"hs_lifecyclestage_{value}_date time r Became a {label} Date" for value, label in STAGES
    )


_BLOCKS: Final = (
    ("contactinformation", "Contact information", _PERSON),
    ("emailinformation", "Email information", _MARKETING_MAIL),
    ("sales_properties", "Sales properties", _SALES),
    ("analyticsinformation", "Web analytics history", _WEB),
    ("conversioninformation", "Conversion information", _CONVERSION),
    ("contact_activity", "Contact activity", ""),
)


def lifecycle_dates(group: str) -> list[Property]:
    """The dates at which an object became each stage."""
    return list(properties_of(_stage_dates(), group, PICKLISTS))


def kind() -> Kind:
    """Contacts."""
    found = [each for name, _, block in _BLOCKS for each in properties_of(block, name, PICKLISTS)]
    return kind_of(
        "contacts",
        "contact",
        "0-1",
        [*found, *lifecycle_dates("contactinformation")],
        [(name, label) for name, label, _ in _BLOCKS],
        stamps=("createdate", "lastmodifieddate"),
        shown=("email", "firstname", "lastname"),
    )
