"""What the portal works out itself when values change: stages, completion, calculated values.

Follows HubSpot's knowledge base on lifecycle stages (set forward only; clear first to go back), on
deal stages, and on the default properties of each object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.pipelines import DEFAULT, LEADS_DEFAULT

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

Values = dict[str, str]
Deriving = Callable[["Portal", Mapping[str, str], Mapping[str, str]], Values]
"""(portal, new values, old values) -> what follows."""
_TAG: Final = re.compile(r"<[^>]*>")
_PREVIEW: Final = 200
_BODIES: Final = (
    "hs_task_body", "hs_note_body", "hs_meeting_body", "hs_call_body", "hs_email_text",
)  # fmt: skip
_DEFAULTS: Final[dict[str, Values]] = {
    "tasks": {
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "NONE",
        "hs_task_type": "TODO",
    },
    "deals": {"pipeline": DEFAULT},
    "leads": {"hs_pipeline": LEADS_DEFAULT, "hs_pipeline_stage": "new-stage-id"},
}
"""What new objects have unless they are told otherwise."""


def defaults(object_type: str) -> Values:
    """What a new object has unless it is told otherwise."""
    return _DEFAULTS.get(object_type, {})


def forward_only(portal: Portal, object_type: str, old: str, new: str) -> bool:
    """Whether a lifecycle stage may follow another one: clearing always may, going back may not."""
    known = portal.schema[object_type].live("lifecyclestage")
    if known is None or not old or not new:
        return True
    order = [option.value for option in known.options]
    return order.index(new) >= order.index(old) if old in order and new in order else True


def derived(
    portal: Portal, object_type: str, new: Mapping[str, str], old: Mapping[str, str]
) -> Values:
    """Values that follow from `new`; "" clears. `old` is what was there before."""
    found: Values = {}
    if new.get("hubspot_owner_id") != old.get("hubspot_owner_id"):
        owner = new.get("hubspot_owner_id")
        found["hubspot_owner_assigneddate"] = instants.shown(portal.now) if owner else ""
    deriving = _DERIVING.get(object_type)
    if deriving is not None:
        found |= deriving(portal, new, old)
    known = portal.schema[object_type].properties
    return {name: value for name, value in found.items() if name in known}


def _person(portal: Portal, new: Mapping[str, str], old: Mapping[str, str]) -> Values:
    found = _stage_date(portal, "contacts", new, old)
    email = new.get("email", "")
    name = f"{new.get('firstname', '')} {new.get('lastname', '')}".strip()
    found["hs_email_domain"] = email.rpartition("@")[2]
    found["hs_full_name_or_email"] = name or email
    for source, target in (
        ("phone", "hs_searchable_calculated_phone_number"),
        ("mobilephone", "hs_searchable_calculated_mobile_number"),
    ):
        digits = re.sub(r"\D", "", new.get(source, ""))
        found[target] = digits[-10:]
    return found


def _company(portal: Portal, new: Mapping[str, str], old: Mapping[str, str]) -> Values:
    return _stage_date(portal, "companies", new, old)


def _stage_date(
    portal: Portal, object_type: str, new: Mapping[str, str], old: Mapping[str, str]
) -> Values:
    stage = new.get("lifecyclestage", "")
    if not stage or stage == old.get("lifecyclestage"):
        return {}
    name = f"hs_lifecyclestage_{stage}_date"
    known = name in portal.schema[object_type].properties
    return {name: instants.shown(portal.now)} if known else {}


def _deal(portal: Portal, new: Mapping[str, str], old: Mapping[str, str]) -> Values:
    found: Values = {}
    stage = portal.pipelines.stage("deals", new.get("pipeline", ""), new.get("dealstage", ""))
    amount = new.get("amount", "")
    if stage is not None:
        chance = stage.metadata.get("probability", "")
        found |= {
            "hs_is_closed": str(stage.is_closed).lower(),
            "hs_is_closed_won": str(stage.is_won).lower(),
            "hs_is_closed_lost": str(stage.is_closed and not stage.is_won).lower(),
            "hs_is_open_count": "0" if stage.is_closed else "1",
            "hs_deal_stage_probability": chance,
            "hs_projected_amount": f"{float(amount) * float(chance):g}"
            if amount and chance
            else "",
        }
        if stage.is_closed and not new.get("closedate"):
            found["closedate"] = instants.shown(portal.now)
        closed = found.get("closedate") or new.get("closedate", "")
        found["hs_closed_won_date"] = closed if stage.is_won else ""
    if new.get("dealstage") != old.get("dealstage"):
        found["hs_v2_date_entered_current_stage"] = instants.shown(portal.now)
    return found | {"amount_in_home_currency": amount}


def _task(portal: Portal, new: Mapping[str, str], old: Mapping[str, str]) -> Values:
    done = new.get("hs_task_status") == "COMPLETED"
    found = _preview(portal, new, old) | {"hs_task_is_completed": "1" if done else "0"}
    if not done:
        found["hs_task_completion_date"] = ""
    elif not new.get("hs_task_completion_date"):
        found["hs_task_completion_date"] = instants.shown(portal.now)
    return found


def _meeting(portal: Portal, new: Mapping[str, str], old: Mapping[str, str]) -> Values:
    found = _preview(portal, new, old)
    moved = new.get("hs_meeting_start_time") != old.get("hs_meeting_start_time")
    if moved and new.get("hs_meeting_start_time"):
        found["hs_timestamp"] = new["hs_meeting_start_time"]
    elif new.get("hs_timestamp"):
        found["hs_meeting_start_time"] = new["hs_timestamp"]
    return found


def _preview(_: Portal, new: Mapping[str, str], __: Mapping[str, str]) -> Values:
    body = next((new[name] for name in _BODIES if new.get(name)), "")
    return {"hs_body_preview": _TAG.sub("", body)[:_PREVIEW].strip()}


def _lead(portal: Portal, new: Mapping[str, str], _: Mapping[str, str]) -> Values:
    stage = portal.pipelines.stage(
        "leads", new.get("hs_pipeline", ""), new.get("hs_pipeline_stage", "")
    )
    if stage is None:
        return {}
    return {
        "hs_pipeline_stage_category": stage.metadata.get("leadState", ""),
        "hs_lead_is_open": "0" if stage.is_closed else "1",
        "hs_lead_name_calculated": new.get("hs_lead_name", ""),
    }


_DERIVING: Final[dict[str, Deriving]] = {
    "contacts": _person,
    "companies": _company,
    "deals": _deal,
    "tasks": _task,
    "notes": _preview,
    "meetings": _meeting,
    "calls": _preview,
    "emails": _preview,
    "leads": _lead,
}
"""By object type."""
