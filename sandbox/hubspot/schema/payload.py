"""Properties and groups as the API shows them.

Follows https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide.
"""

from __future__ import annotations

from sandbox.hubspot import instants
from sandbox.hubspot.schema.kind import Group
from sandbox.hubspot.schema.property import Json, Property


def property_json(known: Property, founded: int) -> Json:
    """One property; `founded` (UTC ms) is when the portal began."""
    told: Json = {
        "updatedAt": instants.shown(known.updated_at or founded),
        "createdAt": instants.shown(known.created_at or founded),
        "name": known.name,
        "label": known.label,
        "type": known.type,
        "fieldType": known.field_type,
        "description": known.description,
        "groupName": known.group,
        "options": [option.as_json() for option in known.options],
        "displayOrder": known.order,
        "calculated": known.calculated,
        "externalOptions": known.external,
        "archived": known.archived,
        "hasUniqueValue": known.unique,
        "hidden": known.hidden,
        "modificationMetadata": {
            "archivable": known.custom,
            "readOnlyDefinition": not known.custom,
            "readOnlyOptions": not known.custom and known.name not in EDITABLE,
            "readOnlyValue": known.read_only,
        },
        "formField": known.form_field,
        "dataSensitivity": "non_sensitive",
    }
    if not known.custom:
        told["hubspotDefined"] = True
    if known.referenced:
        told["referencedObjectType"] = known.referenced
    if known.archived_at is not None:
        told["archivedAt"] = instants.shown(known.archived_at)
    return told


EDITABLE = ("lifecyclestage", "hs_lead_status", "hs_task_type", "hs_lead_type", "hs_lead_label")
"""HubSpot's own properties whose options an admin may change."""


def group_json(group: Group) -> Json:
    """One group."""
    return {
        "name": group.name,
        "label": group.label,
        "displayOrder": group.order,
        "archived": group.archived,
    }
