"""Companies and their default properties.

Follows HubSpot's knowledge base, "HubSpot's default company properties".
"""

from __future__ import annotations

from typing import Final

from sandbox.hubspot.schema import contacts
from sandbox.hubspot.schema.kind import Kind, kind_of
from sandbox.hubspot.schema.property import Picklists, properties_of

GROUP: Final = "companyinformation"
_PICKLISTS: Final[Picklists] = {
    **contacts.PICKLISTS,
    "industry": tuple(
        (value, value.replace("_", " ").capitalize())
        for value in (
            "ACCOUNTING", "AUTOMOTIVE", "BANKING", "BIOTECHNOLOGY", "CHEMICALS",
            "COMPUTER_SOFTWARE", "CONSTRUCTION", "CONSUMER_GOODS",
            "ELECTRICAL_ELECTRONIC_MANUFACTURING",
            "FINANCIAL_SERVICES", "FOOD_BEVERAGES", "HEALTH_WELLNESS_AND_FITNESS",
            "HIGHER_EDUCATION", "HOSPITAL_HEALTH_CARE", "INDUSTRIAL_AUTOMATION",
            "INFORMATION_TECHNOLOGY_AND_SERVICES", "INSURANCE", "INTERNET", "LEGAL_SERVICES",
            "LOGISTICS_AND_SUPPLY_CHAIN", "MACHINERY", "MANAGEMENT_CONSULTING",
            "MARKETING_AND_ADVERTISING", "MECHANICAL_OR_INDUSTRIAL_ENGINEERING",
            "MEDICAL_DEVICES", "OIL_ENERGY", "PHARMACEUTICALS", "PLASTICS",
            "PROFESSIONAL_TRAINING_COACHING", "REAL_ESTATE", "RENEWABLES_ENVIRONMENT", "RETAIL",
            "TELECOMMUNICATIONS", "TRANSPORTATION_TRUCKING_RAILROAD", "UTILITIES", "WHOLESALE",
        )
    ),
    "type": (
        ("PROSPECT", "Prospect"), ("PARTNER", "Partner"), ("RESELLER", "Reseller"),
        ("VENDOR", "Vendor"), ("OTHER", "Other"),
    ),
}  # fmt: skip
_LINES: Final = """
name text - Company name
domain text - Company Domain Name
hs_additional_domains text - Additional Domains
website text - Website URL
industry pick - Industry
type radio - Type
description area - Description
about_us area - About Us
phone phone - Phone Number
address text - Street Address
address2 text - Street Address 2
city text - City
state text - State/Region
zip text - Postal Code
country text - Country/Region
timezone text - Time Zone
numberofemployees num - Number of Employees
annualrevenue num - Annual Revenue
founded_year text - Year Founded
is_public bool - Is Public
linkedin_company_page text - LinkedIn Company Page
lifecyclestage radio - Lifecycle Stage
hs_lead_status radio - Lead Status
hubspot_owner_id owner - Company owner
hubspot_owner_assigneddate time r Owner Assigned Date
hs_parent_company_id num r Parent Company
num_associated_contacts num c Number of Associated Contacts
num_associated_deals num c Number of Associated Deals
num_contacted_notes num r Number of times contacted
num_notes num r Number of Sales Activities
notes_last_contacted time r Last Contacted
notes_last_updated time r Last Activity Date
notes_next_activity_date time r Next Activity Date
hs_last_sales_activity_timestamp time r Last Engagement Date
engagements_last_meeting_booked time r Last Booked Meeting Date
hs_latest_meeting_activity time r Last Meeting Activity
hs_analytics_source pick r Original Source Type
hs_analytics_last_timestamp time r Time Last Seen
hs_analytics_last_visit_timestamp time r Time of Last Session
hs_analytics_num_page_views num r Number of Pageviews
hs_analytics_num_visits num r Number of Sessions
recent_conversion_date time r Recent Conversion Date
recent_conversion_event_name text r Recent Conversion
num_conversion_events num r Number of Form Submissions
recent_deal_amount num c Recent Deal Amount
total_revenue num c Total Revenue
closedate time - Close Date
createdate time r Create Date
hs_createdate time rh Object create date/time
hs_lastmodifieddate time r Last Modified Date
hs_object_id num r Record ID
hs_object_source text r Record source
hs_object_source_id text rh Record source ID
hs_object_source_label text r Record source
hs_merged_object_ids text r Merged record IDs
"""


def kind() -> Kind:
    """Companies."""
    return kind_of(
        "companies",
        "company",
        "0-2",
        [*properties_of(_LINES, GROUP, _PICKLISTS), *contacts.lifecycle_dates(GROUP)],
        [(GROUP, "Company information"), ("company_activity", "Company activity")],
        stamps=("createdate", "hs_lastmodifieddate"),
        shown=("name", "domain"),
    )
