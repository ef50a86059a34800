"""Custom fields: made, changed, and what that does to the objects that have them.

Follows CustomField and FieldType of the Metadata API guide. Field-level security is granted to
nobody by making a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import ids
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.schema.catalog import ACTIVITY
from sandbox.salesforce.schema.field import Field

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

Json = dict[str, object]

_TYPES: Final = {
    "Text": "string", "TextArea": "textarea", "LongTextArea": "textarea", "Checkbox": "boolean",
    "Number": "double", "Currency": "currency", "Percent": "percent", "Date": "date",
    "DateTime": "datetime", "Email": "email", "Phone": "phone", "Url": "url",
    "Picklist": "picklist", "Lookup": "reference",
}  # fmt: skip
_LENGTHS: Final = {"TextArea": 255, "Email": 80, "Phone": 40, "Url": 255, "Picklist": 255}
_KEYS: Final = ("Text", "Number", "Email")
"""Types that may be an external id."""
_NAME: Final = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c")
_LONGEST_NAME: Final = 43
_MOST_KEYS: Final = 25
"""External ids of one object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A custom field as setup keeps it."""

    id: str
    owner: str
    """The object, Activity for those of Task and Event."""
    field: Field
    metadata: Json


class CustomFields:
    """The custom fields of one org."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self.known: dict[str, CustomField] = {}
        self._count = 0

    def find(self, owner: str, name: str) -> CustomField | None:
        """The custom field of that name on an object."""
        for each in self.known.values():
            if (each.owner.lower(), each.field.name.lower()) == (owner.lower(), name.lower()):
                return each
        return None

    def create(self, full_name: str, metadata: Json) -> CustomField:
        """Make a field; Refused as the tooling API refuses."""
        owner, _, name = full_name.partition(".")
        if not self._org.schema.homes(owner):
            raise Refused(
                "INVALID_CROSS_REFERENCE_KEY", f"Entity Enumeration Or ID: {owner} is not valid", []
            )
        if owner.lower() in ("task", "event"):
            raise Refused("FIELD_INTEGRITY_EXCEPTION", f"Custom fields of {owner} are made on Activity", ["TableEnumOrId"])  # fmt: skip # noqa: E501
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            raise Refused("FIELD_INTEGRITY_EXCEPTION", f"The name {name} is not a valid field name", ["FullName"])  # fmt: skip # noqa: E501
        if self.find(owner, name) is not None:
            raise Refused(
                "DUPLICATE_DEVELOPER_NAME",
                f"There is already a field named {name.removesuffix('__c')} on {owner}.",
                [],
            )
        homes = self._org.schema.homes(owner)
        proper = ACTIVITY if owner.lower() == ACTIVITY.lower() else homes[0].name
        made = field_of(name, metadata)
        keys = sum(field.external_id for field in homes[0].fields.values())
        if made.external_id and keys >= _MOST_KEYS:
            raise Refused("NUM_MAX_FIELDS", "Maximum number of external id fields reached", [])
        return self._keep(proper, made, metadata)

    def _keep(self, owner: str, made: Field, metadata: Json) -> CustomField:
        self._count += 1
        kept = CustomField(
            id=ids.make("00N", self._count), owner=owner, field=made, metadata=metadata
        )
        self.known[kept.id] = kept
        self._apply(kept)
        return kept

    def _apply(self, kept: CustomField) -> None:
        schema = self._org.schema
        for home in schema.add_field(kept.owner, kept.field):
            if kept.field.type == "boolean":
                self._org.fill(home, {kept.field.name: False})
        if kept.owner == "Contact" and schema.person_accounts:
            twin = kept.field.name.removesuffix("__c") + "__pc"
            schema.add_field(
                "Account", replace(kept.field, name=twin, external_id=False, unique=False)
            )
        self._org.described_at = self._org.clock.now()

    def change(self, field_id: str, metadata: Json) -> CustomField:
        """Alter a field; its type stays what it is."""
        old = self.get(field_id)
        altered = field_of(old.field.name, old.metadata | metadata)
        if altered.type != old.field.type:
            raise Refused(
                "FIELD_INTEGRITY_EXCEPTION", "The type of a field can not be changed here", []
            )
        kept = replace(old, field=altered, metadata=old.metadata | metadata)
        self.known[old.id] = kept
        self._apply(kept)
        return kept

    def get(self, field_id: str) -> CustomField:
        """The custom field of an id; 404 for any other."""
        known = self.known.get(ids.normal(field_id) or "")
        if known is None:
            raise Refused("NOT_FOUND", "The requested resource does not exist")
        return known

    def delete(self, field_id: str) -> None:
        """Take a field away: for clients it is as if it had never been."""
        old = self.get(field_id)
        del self.known[old.id]
        for home in self._org.schema.homes(old.owner):
            home.remove(old.field.name)
        self._org.described_at = self._org.clock.now()


def field_of(name: str, metadata: Json) -> Field:
    """The field that metadata describe; Refused when they make no sense."""
    kind = str(metadata.get("type"))
    label = metadata.get("label")
    if kind not in _TYPES or not label:
        raise Refused(
            "FIELD_INTEGRITY_EXCEPTION", f"Must specify a valid type and label: {kind}", []
        )
    length = int(str(metadata.get("length") or _LENGTHS.get(kind, 0)))
    if kind in ("Text", "LongTextArea") and not length:
        raise Refused("FIELD_INTEGRITY_EXCEPTION", f"Must specify 'length' for a CustomField of type {kind}", [])  # fmt: skip # noqa: E501
    if kind == "Text" and length > 255:
        raise Refused("FIELD_INTEGRITY_EXCEPTION", "Length of a text field is at most 255", [])
    key = metadata.get("externalId") is True
    if key and kind not in _KEYS:
        raise Refused("FIELD_INTEGRITY_EXCEPTION", f"Cannot be an external ID: {kind}", [])
    required = metadata.get("required") is True
    target = metadata.get("referenceTo")
    return Field(
        name=name,
        type=_TYPES[kind],
        label=str(label),
        length=18 if kind == "Lookup" else length,
        precision=int(str(metadata.get("precision") or 18)),
        scale=int(str(metadata.get("scale") or 0)),
        createable=True,
        updateable=True,
        nillable=not required and kind != "Checkbox",
        defaulted=kind == "Checkbox",
        permissionable=not required,
        external_id=key,
        id_lookup=key,
        unique=metadata.get("unique") is True,
        case_sensitive=metadata.get("caseSensitive") is True,
        custom=True,
        restricted=_restricted(metadata),
        values=_values(metadata),
        reference_to=(str(target),) if target else (),
        relationship=name.removesuffix("__c") + "__r" if target else None,
        children=f"{metadata['relationshipName']}__r" if metadata.get("relationshipName") else None,
        help_text=str(metadata["inlineHelpText"]) if metadata.get("inlineHelpText") else None,
    )


def _value_set(metadata: Json) -> Json:
    found = metadata.get("valueSet")
    return found if isinstance(found, dict) else {}


def _restricted(metadata: Json) -> bool:
    return _value_set(metadata).get("restricted") is True


def _values(metadata: Json) -> tuple[str, ...]:
    definition = _value_set(metadata).get("valueSetDefinition")
    listed = definition.get("value") if isinstance(definition, dict) else None
    if not isinstance(listed, list):
        return ()
    return tuple(
        str(each.get("fullName") or each.get("valueName"))
        for each in listed
        if isinstance(each, dict)
    )
