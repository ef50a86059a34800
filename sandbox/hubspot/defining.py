"""Making, changing and archiving properties.

Follows https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide: a group must be
there, names are lower case, a type needs one of its field types, `hasUniqueValue` is decided once,
and no object type has more than ten unique properties.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sandbox.hubspot.problems import CONFLICT, NOT_FOUND, Refused, invalid
from sandbox.hubspot.schema.kind import Group, Kind
from sandbox.hubspot.schema.payload import EDITABLE
from sandbox.hubspot.schema.property import TYPES, Option, Property

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

Given = Mapping[str, object]
MOST_UNIQUE: Final = 10
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")
_RESERVED: Final = ("hs_", "hubspot_")


def create(portal: Portal, kind: Kind, given: Given) -> Property:
    """A new property."""
    name = _text(given, "name").lower()
    if not _NAME.fullmatch(name) or name.startswith(_RESERVED):
        raise invalid(f"Property name {name} is not valid", propertyName=name)
    _check_free(kind, name)
    kept_type, field_type = _text(given, "type"), _text(given, "fieldType")
    if field_type not in TYPES.get(kept_type, ()):
        raise invalid(f"fieldType {field_type} is not valid for type {kept_type}")
    group = _text(given, "groupName")
    _check_group(kind, group)
    unique = given.get("hasUniqueValue") is True
    if unique:
        _check_unique(portal, kind, kept_type)
    made = Property(
        name=name,
        label=_text(given, "label"),
        type=kept_type,
        field_type=field_type,
        group=group,
        description=str(given.get("description") or ""),
        options=_options(given.get("options"), kept_type),
        unique=unique,
        hidden=given.get("hidden") is True,
        custom=True,
        form_field=given.get("formField") is True,
        order=_whole(given.get("displayOrder"), -1),
        created_at=portal.now,
        updated_at=portal.now,
    )
    portal.put_property(kind, made)
    return made


def _text(given: Given, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{name}]")
    return value


def _whole(given: object, default: int) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) else default


def _check_free(kind: Kind, name: str) -> None:
    known = kind.properties.get(name)
    if known is None:
        return
    if known.archived:
        raise Refused(
            409,
            CONFLICT,
            f'A property named "{name}" was archived. Restore it, or choose another name.',
            sub_category="Properties.PROPERTY_ARCHIVED",
            context={"propertyName": name},
        )
    raise Refused(
        409,
        CONFLICT,
        f"Unable to create property, as the property named {name} already exists.",
        sub_category="Properties.PROPERTY_EXISTS",
        context={"propertyName": name},
    )


def _check_group(kind: Kind, name: str) -> None:
    found = kind.groups.get(name)
    if found is None or found.archived:
        raise invalid(f'Property group "{name}" does not exist', groupName=name)


def _check_unique(portal: Portal, kind: Kind, kept_type: str) -> None:
    if kind.name in portal.refuses_unique:
        raise invalid(f"Properties with unique values are not supported for {kind.name}")
    if kept_type not in ("string", "number"):
        raise invalid(f"Properties of type {kept_type} can not have unique values")
    used = sum(each.unique and each.custom for each in kind.properties.values())
    if used >= MOST_UNIQUE:
        raise invalid(f"At most {MOST_UNIQUE} properties of {kind.name} can have unique values")


def _options(given: object, kept_type: str) -> tuple[Option, ...]:
    listed = given if isinstance(given, list) else []
    if kept_type == "bool":
        return (
            Option(value="true", label="Yes", order=0),
            Option(value="false", label="No", order=1),
        )
    if kept_type != "enumeration":
        return ()
    found = tuple(
        Option(
            value=_text(each, "value"),
            label=_text(each, "label"),
            order=_whole(each.get("displayOrder"), order),
            hidden=each.get("hidden") is True,
            description=str(each.get("description") or ""),
        )
        for order, each in enumerate(listed)
        if isinstance(each, dict)
    )
    if len({each.value for each in found}) < len(found):
        raise invalid("Option values must be unique")
    return found


def update(portal: Portal, kind: Kind, name: str, given: Given) -> Property:
    """Change what may be changed; the name and `hasUniqueValue` may not."""
    known = existing(kind, name)
    if "hasUniqueValue" in given and given["hasUniqueValue"] is not known.unique:
        raise invalid("hasUniqueValue can not be changed", propertyName=name)
    if not known.custom and not (set(given) <= {"options"} and known.name in EDITABLE):
        raise invalid(f"Property {name} is defined by HubSpot", propertyName=name)
    kept_type = str(given.get("type") or known.type)
    field_type = str(given.get("fieldType") or known.field_type)
    if field_type not in TYPES.get(kept_type, ()):
        raise invalid(f"fieldType {field_type} is not valid for type {kept_type}")
    group = str(given.get("groupName") or known.group)
    _check_group(kind, group)
    options = _options(given["options"], kept_type) if "options" in given else known.options
    changed = replace(
        known,
        label=str(given.get("label") or known.label),
        description=str(given.get("description", known.description) or ""),
        type=kept_type,
        field_type=field_type,
        group=group,
        options=options,
        hidden=bool(given.get("hidden", known.hidden)),
        form_field=bool(given.get("formField", known.form_field)),
        order=_whole(given.get("displayOrder"), known.order),
        updated_at=portal.now,
    )
    portal.put_property(kind, changed)
    return changed


def existing(kind: Kind, name: str, *, archived: bool = False) -> Property:
    """The property of that name; Refused 404 when there is none."""
    known = kind.properties.get(name) or kind.properties.get(name.lower())
    if known is None or known.archived is not archived:
        raise Refused(404, NOT_FOUND, f"Property {name} does not exist")
    return known


def archive(portal: Portal, kind: Kind, name: str) -> None:
    """Put a property away; its values are seen no more. Nothing to do when it is not there."""
    known = kind.live(name)
    if known is None:
        return
    if not known.custom:
        raise invalid(f"Property {name} is defined by HubSpot", propertyName=name)
    portal.put_property(kind, replace(known, archived=True, archived_at=portal.now))
    if known.unique:
        portal.tables[kind.name].unwatch(known.name)


def add_group(kind: Kind, given: Given) -> Group:
    """A new group."""
    name = _text(given, "name").lower()
    known = kind.groups.get(name)
    if known is not None and not known.archived:
        raise Refused(
            409,
            CONFLICT,
            f"A property group named {name} already exists.",
            context={"groupName": name},
        )
    group = Group(
        name=name, label=_text(given, "label"), order=_whole(given.get("displayOrder"), -1)
    )
    kind.groups[name] = group
    return group
