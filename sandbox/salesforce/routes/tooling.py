"""Tooling API: custom fields, and what setup tells about objects.

Follows the Tooling API guide: REST resources, CustomField, EntityDefinition, FieldDefinition,
CustomNotificationType.
"""

# ruff: noqa: ARG001, ARG002 - every resource is asked in the same way

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.customfields import CustomField
from sandbox.salesforce.problems import Refused, not_found
from sandbox.salesforce.routes.query import page_size
from sandbox.salesforce.routing import route
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType, define
from sandbox.salesforce.soql import ChildLink, SoqlError, Start, Viewer, evaluate, parse
from sandbox.salesforce.values import Row

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sandbox.salesforce.platform import Platform

Json = dict[str, object]

_CUSTOM_FIELD = """
DeveloperName string(80) n Developer Name;name
TableEnumOrId string(40) n Entity
EntityDefinitionId string(40) n Entity
NamespacePrefix string(15) n Namespace
Length int n Length
Precision int n Precision
Scale int n Scale
FullName string(255) n Full Name
CreatedDate datetime n Created Date
"""
_ENTITY = """
DurableId string(40) n Durable ID
QualifiedApiName string(40) n Qualified Api Name;name
DeveloperName string(40) n Developer Name
Label string(40) n Label
PluralLabel string(40) n Plural Label
KeyPrefix string(3) n Key Prefix
NamespacePrefix string(15) n Namespace
IsQueryable boolean - Is Queryable
IsCustomizable boolean - Is Customizable
"""
_FIELD = """
DurableId string(80) n Durable ID
QualifiedApiName string(80) n Qualified Api Name;name
DeveloperName string(80) n Developer Name
Label string(80) n Label
DataType string(80) n Data Type
Length int n Length
Precision int n Precision
Scale int n Scale
EntityDefinitionId string(40) n Entity
IsIndexed boolean - Is Indexed
IsNillable boolean - Is Nillable
"""
_PERMISSIONS: Final = ("PermissionsCustomizeApplication", "PermissionsModifyAllData")


class ToolingSource:
    """Setup as the query engine sees it: made anew for each query, and small."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._kinds: dict[str, tuple[ObjectType, Callable[[], list[Row]]]] = {
            "customfield": (_kind("CustomField", "00N", _CUSTOM_FIELD), self._custom_fields),
            "entitydefinition": (_kind("EntityDefinition", "4ie", _ENTITY), self._entities),
            "fielddefinition": (_kind("FieldDefinition", "4iF", _FIELD), self._fields),
            "customnotificationtype": (
                platform.org.schema["CustomNotificationType"],
                lambda: list(platform.org.tables["CustomNotificationType"].rows.values()),
            ),
        }

    def _custom_fields(self) -> list[Row]:
        return [as_row(each) for each in self._platform.org.custom_fields.known.values()]

    def _entities(self) -> list[Row]:
        return [
            {
                "Id": f"000000000000000AA{number % 10}",
                "DurableId": kind.name,
                "QualifiedApiName": kind.name,
                "DeveloperName": kind.name.removesuffix("__c"),
                "Label": kind.label,
                "PluralLabel": kind.plural,
                "KeyPrefix": kind.prefix,
                "IsQueryable": "queryable" in kind.powers,
                "IsCustomizable": "layoutable" in kind.powers,
            }
            for number, kind in enumerate(self._platform.org.schema)
        ]

    def _fields(self) -> list[Row]:
        return [
            _field_row(kind.name, field)
            for kind in self._platform.org.schema
            for field in kind.fields.values()
        ]

    def object_name(self, name: str) -> str | None:
        found = self._kinds.get(name.lower())
        return found[0].name if found else None

    def columns(self, name: str) -> Mapping[str, Field]:
        return self._kinds[name.lower()][0].fields

    def child(self, name: str, relationship: str) -> ChildLink | None:
        return None

    def object_of(self, record_id: str) -> str | None:
        return None

    def label(self, name: str, field: str, value: str) -> str:
        return value

    def rows(self, name: str, *, deleted: bool) -> Iterable[Row]:
        return self._kinds[name.lower()][1]()

    def row(self, name: str, record_id: str) -> Row | None:
        return next((row for row in self.rows(name, deleted=True) if row["Id"] == record_id), None)

    def rows_by(
        self, name: str, field: str, values: Collection[str], *, deleted: bool
    ) -> Iterable[Row] | None:
        return None

    def rows_from(
        self, name: str, field: str, start: Start | None, end: int | None, *, deleted: bool
    ) -> Iterable[Row] | None:
        return None


def _kind(name: str, prefix: str, notation: str) -> ObjectType:
    return define(name, prefix, name, f"{name}s", notation, stamped=False, deleted=False)


def _field_row(owner: str, field: Field) -> Row:
    return {
        "Id": f"{owner}.{field.name}",
        "DurableId": f"{owner}.{field.name}",
        "QualifiedApiName": field.name,
        "DeveloperName": field.name.removesuffix("__c"),
        "Label": field.label,
        "DataType": field.type,
        "Length": field.length,
        "Precision": field.precision,
        "Scale": field.scale,
        "EntityDefinitionId": owner,
        "IsIndexed": field.external_id or field.unique or field.name in ("Id", "SystemModstamp"),
        "IsNillable": field.nillable,
    }


def as_row(known: CustomField) -> Row:
    """A custom field as a tooling query sees it."""
    return {
        "Id": known.id,
        "DeveloperName": known.field.name.removesuffix("__c"),
        "TableEnumOrId": known.owner,
        "EntityDefinitionId": known.owner,
        "Length": known.field.length or None,
        "Precision": known.field.precision,
        "Scale": known.field.scale,
        "FullName": f"{known.owner}.{known.field.name}",
    }


def query(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET tooling/query."""
    org = platform.org
    try:
        parsed = parse(call.query.get("q", ""))
        result = evaluate(
            parsed,
            ToolingSource(platform),
            now=org.clock.now(),
            viewer=Viewer(user_id=call.caller.user),
        )
    except SoqlError as refused:
        raise Refused(refused.code, refused.message) from None
    body = platform.locators.first(
        result, page=page_size(platform, call), token=call.token,
        base=f"{call.base}/tooling", path="query", now=org.clock.now(),
    )  # fmt: skip
    records = body["records"]
    return Answer(body=body | {"size": len(records) if isinstance(records, list) else 0, "queryLocator": None, "entityTypeName": parsed.object})  # fmt: skip # noqa: E501


def _check_right(platform: Platform, call: Call) -> None:
    access = platform.org.access
    if not any(access.may(call.caller, permission) for permission in _PERMISSIONS):
        raise Refused(
            "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", []
        )


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST tooling/sobjects/CustomField."""
    _check_right(platform, call)
    body = call.json_object()
    metadata = body.get("Metadata")
    if not isinstance(metadata, dict):
        raise Refused(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"]
        )
    made = platform.org.custom_fields.create(str(body.get("FullName")), metadata)
    answer = {"id": made.id, "success": True, "errors": [], "warnings": [], "infos": []}
    return Answer(status=201, body=answer)


def read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET tooling/sobjects/CustomField/{id}."""
    known = platform.org.custom_fields.get(names["id"])
    attributes = {
        "type": "CustomField",
        "url": f"{call.base}/tooling/sobjects/CustomField/{known.id}",
    }
    return Answer(body={"attributes": attributes} | as_row(known) | {"Metadata": known.metadata})


def update(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH tooling/sobjects/CustomField/{id}."""
    _check_right(platform, call)
    metadata = call.json_object().get("Metadata")
    if not isinstance(metadata, dict):
        raise Refused(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"]
        )
    platform.org.custom_fields.change(names["id"], metadata)
    return Answer(status=204)


def delete(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE tooling/sobjects/CustomField/{id}."""
    _check_right(platform, call)
    platform.org.custom_fields.delete(names["id"])
    return Answer(status=204)


def other(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """Any other tooling object: not in this sandbox."""
    raise not_found()


ROUTES: Final = (
    route("/tooling/query", get=query),
    route("/tooling/sobjects/CustomField", post=create),
    route("/tooling/sobjects/CustomField/{id}", get=read, patch=update, delete=delete),
    route("/tooling/{rest*}", get=other, post=other, patch=other, delete=other),
)
