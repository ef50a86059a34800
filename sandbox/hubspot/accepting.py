"""Which values of a write are accepted: all faults of an input are told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import values
from sandbox.hubspot.caller import PORTAL, Caller
from sandbox.hubspot.problems import CONFLICT, Json, Refused, bad_values, invalid
from sandbox.hubspot.schema.kind import Kind
from sandbox.hubspot.schema.property import Property
from sandbox.hubspot.values import BadValue

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

_STAGES: Final = {
    "deals": ("pipeline", "dealstage"),
    "leads": ("hs_pipeline", "hs_pipeline_stage"),
}
"""The properties that say in which stage of which pipeline an object is."""


def accepted(
    portal: Portal,
    caller: Caller,
    kind: Kind,
    given: Mapping[str, object],
    old: Mapping[str, str],
) -> dict[str, str]:
    """The values as they are kept ("" clears); Refused when any is not taken."""
    taken: dict[str, str] = {}
    faults: list[Json] = []
    for name, value in given.items():
        if value is None:
            continue
        try:
            known = _writable(caller, kind, name)
            taken[known.name] = values.read(known, value, old.get(known.name, ""))
            _owner(portal, known, taken[known.name])
        except BadValue as bad:
            faults.append(_fault(name, bad))
    faults += _stages(portal, kind, taken, old)
    if faults:
        raise bad_values(faults)
    return taken


def _fault(name: str, bad: BadValue) -> Json:
    return {"isValid": False, "message": bad.message, "error": bad.code, "name": name}


def _writable(caller: Caller, kind: Kind, name: str) -> Property:
    known = kind.live(name)
    if known is None:
        raise BadValue("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if known.read_only and caller is not PORTAL:
        raise BadValue(
            "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
        )
    return known


def _owner(portal: Portal, known: Property, value: str) -> None:
    if known.referenced == "OWNER" and value and not portal.owners.known(value):
        raise BadValue("INVALID_OWNER_ID", f"Owner {value} does not exist or is not active")


def _stages(
    portal: Portal, kind: Kind, taken: Mapping[str, str], old: Mapping[str, str]
) -> list[Json]:
    pipeline, stage = _STAGES.get(kind.name, ("", ""))
    if not taken.get(stage) and not taken.get(pipeline):
        return []
    chosen = taken.get(pipeline) or ("" if taken.get(stage) else old.get(pipeline, ""))
    if chosen and portal.pipelines.find(kind.name, chosen) is None:
        return [_fault(pipeline, BadValue("INVALID_OPTION", f"{chosen} is no pipeline"))]
    wanted = taken.get(stage)
    if wanted and portal.pipelines.stage(kind.name, chosen, wanted) is None:
        return [_fault(stage, BadValue("INVALID_OPTION", f"{wanted} is no stage of {chosen}"))]
    return []


def check_required(kind: Kind, taken: Mapping[str, str]) -> None:
    """Refused when a new object lacks what it must have."""
    missing = [name for name in kind.required if not taken.get(name)]
    if missing:
        message = f"Error creating {kind.singular.upper()}. Some required properties were not set."
        error: Json = {
            "message": message,
            "code": "MISSING_REQUIRED_PROPERTY",
            "context": {"properties": list(missing)},
        }
        raise Refused(
            400, "VALIDATION_ERROR", message, errors=[error], context={"properties": missing}
        )


def check_unique(portal: Portal, kind: Kind, taken: Mapping[str, str], own_id: int | None) -> None:
    """Refused when another live object has one of these unique values."""
    table = portal.tables[kind.name]
    for name in list(table.watched):
        value = taken.get(name, "")
        holder = table.holder(name, value) if value else None
        if holder is None or holder == own_id:
            continue
        if name == "email":
            raise _taken_email(holder)
        raise _taken_value(portal, kind, name, value, own_id, holder)
    email = taken.get("email", "") if kind.name == "contacts" else ""
    if email and email in portal.blocked_emails:
        raise invalid(f"{email} is blocked after a privacy deletion", propertyName="email")


def _taken_email(holder: int) -> Refused:
    return Refused(409, CONFLICT, f"Contact already exists. Existing ID: {holder}")


def _taken_value(
    portal: Portal, kind: Kind, name: str, value: str, own_id: int | None, holder: int
) -> Refused:
    target = "a new object" if own_id is None else str(own_id)
    message = (
        f"Cannot set PropertyValueCoordinates{{portalId={portal.id}, "
        f"objectTypeId=ObjectTypeId{{{kind.number}}}, propertyName={name}, value={value}}} "
        f"on {target}. {holder} already has that value."
    )
    error: Json = {
        "message": message,
        "code": "CONFLICTING_UNIQUE_VALUE",
        "context": {"propertyName": [name], "existingObjectId": [str(holder)]},
    }
    status = portal.conflict_status
    category = CONFLICT if status == 409 else "VALIDATION_ERROR"
    return Refused(status, category, message, errors=[error])


def check_rules(
    portal: Portal, kind: Kind, new: Mapping[str, str], old: Mapping[str, str] | None
) -> None:
    """Refused when an admin's validation rule says so."""
    for rule in portal.rules:
        found = rule(kind.name, new, old)
        if found is not None:
            name, message = found
            raise bad_values([_fault(name, BadValue("VALIDATION_RULE", message))])
