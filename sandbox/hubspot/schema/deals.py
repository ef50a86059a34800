"""Deals and their default properties.

Follows HubSpot's knowledge base, "HubSpot's default deal properties".
"""

from __future__ import annotations

from typing import Final

from sandbox.hubspot.schema import contacts
from sandbox.hubspot.schema.kind import Kind, kind_of
from sandbox.hubspot.schema.property import Picklists, properties_of

GROUP: Final = "dealinformation"
_PICKLISTS: Final[Picklists] = {
    **contacts.PICKLISTS,
    "dealtype": (("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
    "hs_priority": (("low", "Low"), ("medium", "Medium"), ("high", "High")),
}
_LINES: Final = """
dealname text - Deal Name
dealstage radio - Deal Stage
pipeline pick - Pipeline
amount num - Amount
amount_in_home_currency num c Amount in company currency
deal_currency_code text - Currency
closedate time - Close Date
dealtype radio - Deal Type
description area - Deal Description
hs_priority pick - Priority
hs_next_step text - Next step
hubspot_owner_id owner - Deal owner
hubspot_owner_assigneddate time r Owner Assigned Date
closed_lost_reason area - Closed Lost Reason
closed_won_reason area - Closed Won Reason
hs_is_closed bool c Is Deal Closed?
hs_is_closed_won bool c Is Closed Won
hs_is_closed_lost bool c Is closed lost
hs_closed_won_date time c Closed Won Date
hs_is_open_count num c Is Open (numeric)
hs_deal_stage_probability num c Deal probability
hs_projected_amount num c Weighted amount
hs_primary_associated_company num c Primary Associated Company
num_associated_contacts num c Number of Associated Contacts
num_contacted_notes num r Number of times contacted
num_notes num r Number of Sales Activities
notes_last_contacted time r Last Contacted
notes_last_updated time r Last Activity Date
notes_next_activity_date time r Next Activity Date
hs_last_sales_activity_timestamp time r Last Engagement Date
hs_latest_meeting_activity time r Latest meeting activity
hs_analytics_source pick r Original Traffic Source
hs_v2_date_entered_current_stage time c Date entered current stage
createdate time - Create Date
hs_createdate time rh Object create date/time
hs_lastmodifieddate time r Last Modified Date
hs_object_id num r Record ID
hs_object_source text r Record source
hs_object_source_id text rh Record source ID
hs_object_source_label text r Record source
hs_merged_object_ids text r Merged record IDs
"""


def kind() -> Kind:
    """Deals."""
    return kind_of(
        "deals",
        "deal",
        "0-3",
        properties_of(_LINES, GROUP, _PICKLISTS),
        [(GROUP, "Deal information"), ("deal_activity", "Deal activity")],
        stamps=("createdate", "hs_lastmodifieddate"),
        shown=("dealname", "amount", "closedate", "pipeline", "dealstage"),
    )
