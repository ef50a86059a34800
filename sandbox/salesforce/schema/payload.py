"""Describe answers, in the shape that real orgs give.

Follows "sObject Describe", "Describe Global" (REST API guide, resources_sobject_describe and
resources_describeGlobal); keys and their values are those of recorded describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from sandbox.salesforce.record_types import MASTER, MASTER_TYPE, RecordType
from sandbox.salesforce.schema.catalog import Schema
from sandbox.salesforce.schema.field import TEXT_TYPES, Field
from sandbox.salesforce.schema.kind import ObjectType

Json = dict[str, object]

_FLAGS: Final = (
    "activateable", "compactLayoutable", "createable", "deepCloneable", "deletable",
    "feedEnabled", "layoutable", "mergeable", "mruEnabled", "queryable", "replicateable",
    "retrieveable", "searchable", "triggerable", "undeletable", "updateable",
)  # fmt: skip
_BYTES_PER_CHARACTER: Final = 3
_EXTRA: Final = {"FirstName": "personname", "LastName": "personname", "Salutation": "personname"}


def brief(kind: ObjectType, base: str) -> Json:
    """The entry of one object in a describe global."""
    path = f"{base}/sobjects/{kind.name}"
    urls = {"rowTemplate": f"{path}/{{ID}}", "describe": f"{path}/describe", "sobject": path}
    if "layoutable" in kind.powers:
        urls["layouts"] = f"{path}/describe/layouts"
    entry: Json = {flag: flag in kind.powers for flag in _FLAGS if flag != "compactLayoutable"}
    entry |= {
        "associateEntityType": None,
        "associateParentEntity": None,
        "custom": kind.name.endswith("__c"),
        "customSetting": False,
        "deprecatedAndHidden": False,
        "hasSubtypes": kind.name == "Account",
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": kind.prefix,
        "label": kind.label,
        "labelPlural": kind.plural,
        "name": kind.name,
        "urls": urls,
    }
    return dict(sorted(entry.items()))


def full(
    schema: Schema,
    kind: ObjectType,
    fields: Iterable[Field],
    base: str,
    host: str,
    types: Sequence[RecordType] = (),
) -> Json:
    """The describe of one object, with the fields that the asking user may see."""
    path = f"{base}/sobjects/{kind.name}"
    answer = brief(kind, base)
    answer |= {
        "actionOverrides": [],
        "childRelationships": _children(schema, kind),
        "compactLayoutable": "layoutable" in kind.powers,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [described(field, kind.name) for field in fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(path, types),
        "searchLayoutable": "searchable" in kind.powers,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [
            {"label": f"All {kind.plural.lower()}", "name": "everything"},
            {"label": f"My {kind.plural.lower()}", "name": "mine"},
        ],
        "urls": {
            "compactLayouts": f"{path}/describe/compactLayouts",
            "rowTemplate": f"{path}/{{ID}}",
            "approvalLayouts": f"{path}/describe/approvalLayouts",
            "uiDetailTemplate": f"{host}/{{ID}}",
            "uiEditTemplate": f"{host}/{{ID}}/e",
            "listviews": f"{path}/listviews",
            "describe": f"{path}/describe",
            "uiNewRecord": f"{host}/{kind.prefix}/e",
            "quickActions": f"{path}/quickActions",
            "layouts": f"{path}/describe/layouts",
            "sobject": path,
        },
    }
    return dict(sorted(answer.items()))


def _record_types(path: str, types: Sequence[RecordType]) -> list[Json]:
    master = replace(MASTER_TYPE, default=not any(each.default for each in types))
    return [
        {
            "active": each.active,
            "available": each.available,
            "defaultRecordTypeMapping": each.default,
            "developerName": each.name.replace(" ", "_"),
            "master": each.id == MASTER,
            "name": each.name,
            "recordTypeId": each.id,
            "urls": {"layout": f"{path}/describe/layouts/{each.id}"},
        }
        for each in (*types, master)
    ]


def _children(schema: Schema, kind: ObjectType) -> list[Json]:
    return [
        {
            "cascadeDelete": child.field.cascade,
            "childSObject": child.type.name,
            "deprecatedAndHidden": False,
            "field": child.field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": child.relationship,
            "restrictedDelete": False,
        }
        for child in schema.children(kind.name)
    ]


@lru_cache(maxsize=2_048)
def described(field: Field, owner: str) -> Json:
    """One field as a describe of the object `owner` lists it. Many answers share it."""
    several = len(field.reference_to) > 1
    is_text = field.type in TEXT_TYPES or field.type in ("id", "reference")
    answer: Json = {
        "aggregatable": field.aggregatable,
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": _bytes(field),
        "calculated": field.calculated,
        "calculatedFormula": None,
        "cascadeDelete": field.cascade and field.custom,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": _default(field),
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": 8 if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": _extra(field, owner),
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup or field.external_id,
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length if is_text else 0,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": several,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": _picklist(field),
        "polymorphicForeignKey": several,
        "precision": field.precision,
        "queryByDistance": field.type == "address",
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": bool(field.reference_to) and field.permissionable,
        "soapType": field.soap_type,
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }
    return answer


def _bytes(field: Field) -> int:
    if field.type in ("id", "reference"):
        return field.length
    return field.length * _BYTES_PER_CHARACTER


def _default(field: Field) -> object:
    if field.type == "boolean":
        return False
    return field.default


def _extra(field: Field, owner: str) -> str | None:
    if field.type == "textarea":
        return "plaintextarea"
    is_person_name = field.name_field and owner in ("Contact", "Lead", "User")
    if field.name == "PhotoUrl":
        return "imageurl"
    return "personname" if is_person_name else _EXTRA.get(field.name)


def _picklist(field: Field) -> list[Json]:
    return [
        {
            "active": True,
            "defaultValue": value == field.default,
            "label": value,
            "validFor": None,
            "value": value,
        }
        for value in field.values
    ]
