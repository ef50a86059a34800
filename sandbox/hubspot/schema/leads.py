"""Leads: HubSpot's object for one try at selling to a contact.

Follows https://developers.hubspot.com/docs/api-reference/crm-leads-v3/guide.
"""

from __future__ import annotations

from typing import Final

from sandbox.hubspot.schema.kind import Kind, kind_of
from sandbox.hubspot.schema.property import Picklists, properties_of

_PICKLISTS: Final[Picklists] = {
    "hs_lead_type": (
        ("NEW_BUSINESS", "New business"),
        ("UPSELL", "Upsell"),
        ("RE_ENGAGING", "Re-engaging"),
    ),
    "hs_lead_label": (("HOT", "Hot"), ("WARM", "Warm"), ("COLD", "Cold")),
}
_LINES: Final = """
hs_lead_name text - Lead Name
hs_lead_type pick - Lead Type
hs_lead_label pick - Lead Label
hs_pipeline pick - Pipeline
hs_pipeline_stage pick - Pipeline stage
hs_pipeline_stage_category text c Pipeline stage category
hs_lead_disqualification_reason pick - Lead Disqualification Reason
hs_lead_disqualification_note area - Lead Disqualification Note
hs_lead_name_calculated text c Calculated lead name
hs_primary_contact_id num c Primary Contact ID
hs_primary_company_id num c Primary Company ID
hs_lead_is_open num c Is open
hs_associated_contact_email text c Associated Contact Email
hubspot_owner_id owner - Lead owner
hubspot_owner_assigneddate time r Owner assigned date
hs_createdate time r Create date
hs_lastmodifieddate time r Last modified date
hs_object_id num r Record ID
hs_object_source text r Record source
hs_object_source_id text rh Record source ID
hs_object_source_label text r Record source
hs_merged_object_ids text r Merged record IDs
"""


def kind() -> Kind:
    """Leads."""
    return kind_of(
        "leads",
        "lead",
        "0-136",
        properties_of(_LINES, "lead_information", _PICKLISTS),
        [("lead_information", "Lead information")],
        required=("hs_lead_name",),
        shown=("hs_lead_name",),
    )
