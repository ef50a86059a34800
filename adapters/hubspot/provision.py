"""Making properties that leadmode needs, in a group of their own.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from adapters.hubspot.client import Broken, Client, Json, Refused
from adapters.hubspot.properties import Properties, Property, described
from adapters.hubspot.settings import Settings
from connector.errors import Conflict, Rejected
from connector.ports import FieldSpec

GROUP: Final = "leadmode"
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("string", "text"),
    "number": ("number", "number"),
    "boolean": ("bool", "booleancheckbox"),
    "instant": ("datetime", "date"),
    "choice": ("enumeration", "select"),
}
"""Our types to HubSpot's type and field type."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")


class Provision:
    """Makes properties that are missing. It never alters and never deletes one."""

    def __init__(self, settings: Settings, client: Client, properties: Properties) -> None:
        self._settings = settings
        self._client = client
        self._properties = properties

    def create_field(self, spec: FieldSpec) -> None:
        """Make the property; Conflict when one of another kind has its name."""
        if spec.type not in _TYPES:
            raise Rejected(f'"{spec.type}" is no type of field. Known: {", ".join(_TYPES)}.')
        if not _NAME.fullmatch(spec.name):
            raise Rejected(
                f'"{spec.name}" is no internal name of HubSpot: small letters, digits and "_".'
            )
        known = self._known(spec)
        if known is not None:
            refuse_other(spec, known)
            return
        if self._known(spec, archived=True) is not None:
            raise Conflict(
                f"{spec.object_type}.{spec.name} is archived. Restore it in HubSpot (Settings, "
                "Properties, Archived), or delete it there for good, and try again."
            )
        self._need_group(spec)
        self._make(spec)
        self._properties.forget(spec.object_type)

    def _known(self, spec: FieldSpec, *, archived: bool = False) -> Property | None:
        """The property of this name."""
        path = f"{self._client.paths.properties(spec.object_type)}/{spec.name}"
        try:
            told = self._client.get(path, [("archived", "true")] if archived else []).json()
        except Refused as refused:
            if refused.status == 404 and refused.faults:
                return None
            raise
        if bool(told.get("archived")) is not archived:
            return None
        try:
            return described(told)
        except (KeyError, TypeError, AttributeError):
            raise Broken from None

    def _need_group(self, spec: FieldSpec) -> None:
        groups = f"{self._client.paths.properties(spec.object_type)}/groups"
        try:
            self._client.get(f"{groups}/{GROUP}")
        except Refused as refused:
            if refused.status != 404 or not refused.faults:
                raise
        else:
            return
        try:
            self._client.post(groups, {"name": GROUP, "label": "leadmode"})
        except Refused as refused:
            if refused.status != 409:  # somebody else made it meanwhile
                raise

    def _make(self, spec: FieldSpec) -> None:
        path = self._client.paths.properties(spec.object_type)
        try:
            made = described(self._client.post(path, definition(spec)).json())
        except Refused as refused:
            if refused.status == 409:
                made = self._known(spec) or _refuse(refused)
            elif spec.unique and refused.status == 400:
                raise Rejected(self._no_unique(spec, refused)) from None
            else:
                raise
        except (KeyError, TypeError, AttributeError):
            raise Broken from None
        refuse_other(spec, made)

    def _no_unique(self, spec: FieldSpec, refused: Refused) -> str:
        told = next((str(fault) for fault in refused.faults), "")
        return (
            f"HubSpot refused {spec.object_type}.{spec.name} as a unique property: {told}. It "
            "takes ten per object type, and perhaps none here. If so, set unique_keys = false, "
            "which makes HubSpot class C."
        )


def needed(settings: Settings) -> tuple[FieldSpec, ...]:
    """The unique properties that carry the keys of writes; none for class C."""
    kinds = ("tasks", "notes", *(("leads",) if settings.lead_objects else ()))
    return tuple(
        FieldSpec(
            object_type=kind,
            name=settings.key_property,
            type="text",
            label="leadmode key",
            unique=True,
        )
        for kind in (kinds if settings.unique_keys else ())
    )


def _refuse(refused: Refused) -> NoReturn:
    raise refused


def definition(spec: FieldSpec) -> Json:
    """The property as the API takes it."""
    kind, field_type = _TYPES[spec.type]
    told: dict[str, Any] = {
        "name": spec.name,
        "label": spec.label or spec.name.replace("_", " "),
        "type": kind,
        "fieldType": field_type,
        "groupName": GROUP,
    }
    choices = ("true", "false") if spec.type == "boolean" else spec.choices
    if spec.type in ("boolean", "choice"):
        told["options"] = [
            {"label": one, "value": one, "displayOrder": place, "hidden": False}
            for place, one in enumerate(choices)
        ]
    if spec.unique:
        told["hasUniqueValue"] = True
    return told


def refuse_other(spec: FieldSpec, known: Property) -> None:
    """Conflict when the property that is there is of another kind."""
    name = f"{spec.object_type}.{spec.name}"
    if known.kind != spec.type:
        raise Conflict(f"{name} exists and is a {known.kind}, not a {spec.type}.")
    if spec.unique and not known.unique:
        raise Conflict(
            f"{name} exists and is not unique, which cannot be changed. Choose another name in "
            "key_property, or set unique_keys = false."
        )
