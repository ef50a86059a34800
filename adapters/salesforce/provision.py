"""Making custom fields through the Tooling API, and letting the integration user see them.

https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.fields import Catalog, kind_of, our_name, resolve
from adapters.salesforce.replies import Json, Refused
from adapters.salesforce.settings import Settings
from connector.errors import Conflict, GrantAccess, Rejected
from connector.ports import FieldSpec

ACTIVITY: Final = ("Task", "Event")
"""Both have the custom fields of Activity."""
_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"type": "Text", "length": 255},
    "number": {"type": "Number", "precision": 18, "scale": 4},
    "boolean": {"type": "Checkbox", "defaultValue": "false"},
    "instant": {"type": "DateTime"},
    "choice": {"type": "Picklist"},
}
_TYPE_OF: Final = {
    **{str(known["type"]): ours for ours, known in _TYPES.items()},
    "TextArea": "text",
    "LongTextArea": "text",
}
_TAKEN: Final = "DUPLICATE_DEVELOPER_NAME"


class Provision:
    """Makes fields that are missing. It never alters and never deletes one."""

    def __init__(self, settings: Settings, client: Client, catalog: Catalog) -> None:
        self._settings = settings
        self._client = client
        self._catalog = catalog

    def create_field(self, spec: FieldSpec) -> None:
        """Make the field and grant it; Conflict when one of another type has its name."""
        if spec.type not in _TYPES:
            raise Rejected(f'"{spec.type}" is no type of field. Known: {", ".join(_TYPES)}.')
        fields = self._catalog.fields(spec.object_type)
        if not fields:
            raise Rejected(f"Salesforce shows the integration user no object {spec.object_type}.")
        known = resolve(fields, spec.name)
        if known is not None:
            refuse_other(spec, our_name(fields, known), kind_of(known))
            return
        name = spec.name if spec.name.endswith("__c") else f"{spec.name}__c"
        permission_set = self._permission_set()
        self._make(spec, name)
        self._grant(permission_set, spec.object_type, name)
        self._catalog.forget()

    def _make(self, spec: FieldSpec, name: str) -> None:
        home = "Activity" if spec.object_type in ACTIVITY else spec.object_type
        body = {"FullName": f"{home}.{name}", "Metadata": metadata(spec)}
        try:
            self._client.ask("POST", "tooling/sobjects/CustomField", json=body)
        except Refused as refused:
            if not any(fault.code == _TAKEN for fault in refused.faults):
                raise
            self._compare_hidden(spec, home, name)

    def _compare_hidden(self, spec: FieldSpec, home: str, name: str) -> None:
        """The field is there, and nobody let the integration user see it."""
        where = [
            soql.equals("DeveloperName", name.removesuffix("__c")),
            soql.equals("TableEnumOrId", home),
        ]
        query = soql.select(["Id"], "CustomField", where)
        rows = self._client.get("tooling/query/", {"q": query}).rows("records")
        if not rows:
            raise GrantAccess(f"{home}.{name} exists, and the integration user may not see it.")
        path = f"tooling/sobjects/CustomField/{rows[0]['Id']}"
        found: Json = self._client.get(path).json().get("Metadata") or {}
        kind = str(found.get("type"))
        refuse_other(spec, spec.name, _TYPE_OF.get(kind, kind))

    def _permission_set(self) -> str:
        where = [soql.equals("Name", self._settings.permission_set)]
        rows = self._client.query(soql.select(["Id"], "PermissionSet", where)).rows("records")
        if not rows:
            raise GrantAccess(
                f'There is no permission set "{self._settings.permission_set}". Make it, give it '
                "to the integration user, and name it in permission_set."
            )
        return str(rows[0]["Id"])

    def _grant(self, permission_set: str, object_type: str, name: str) -> None:
        """A field that was made by API is visible to nobody until a permission set grants it."""
        body = {
            "ParentId": permission_set,
            "SobjectType": object_type,
            "Field": f"{object_type}.{name}",
            "PermissionsRead": True,
            "PermissionsEdit": True,
        }
        try:
            self._client.ask("POST", "sobjects/FieldPermissions", json=body)
        except Refused as refused:
            if not any(fault.code.startswith("DUPLICATE") for fault in refused.faults):
                raise


def metadata(spec: FieldSpec) -> dict[str, Any]:
    """The field as the Metadata API writes it."""
    label = (spec.label or spec.name.removesuffix("__c").replace("_", " "))[:40]
    told: dict[str, Any] = {"label": label, "required": False, **_TYPES[spec.type]}
    if spec.type == "boolean":
        del told["required"]
    if spec.type == "choice":
        values = [{"fullName": one, "label": one, "default": False} for one in spec.choices]
        told["valueSet"] = {
            "restricted": True,
            "valueSetDefinition": {"sorted": False, "value": values},
        }
    if spec.unique:
        told |= {"unique": True, "externalId": True, "caseSensitive": True}
    return told


def refuse_other(spec: FieldSpec, name: str, kind: str) -> None:
    """Conflict when the field that is there is of another type."""
    if kind != spec.type:
        raise Conflict(f"{spec.object_type}.{name} exists and is a {kind}, not a {spec.type}.")
