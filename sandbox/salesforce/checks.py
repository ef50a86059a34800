"""What is looked at before a record is stored, in the order in which the platform does it.

Follows "Triggers and Order of Execution" (Apex Developer Guide) and the status codes of the
SOAP API guide. Each function raises Refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce.caller import Caller
from sandbox.salesforce.problems import Refused, no_column
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.table import Table
from sandbox.salesforce.values import Row, Value, read

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

_OWNED_BY_ACTIVE: Final = ("Task", "Event", "Contact", "Lead", "Account", "Opportunity")
_ACTIVITIES: Final = ("Task", "Event")


def accepted(
    org: Org, caller: Caller, kind: ObjectType, given: dict[str, object], *, is_new: bool
) -> Row:
    """The given values by the fields' own names, as the org keeps them; None for nulls."""
    row: Row = {}
    refused: list[str] = []
    for name, value in given.items():
        if name == "attributes" or name.lower() == "id":
            continue
        field, target = _resolve(org, caller, kind, name, value)
        if field is None:
            continue
        if not caller.system and not _writable(org, caller, kind, field, is_new=is_new):
            refused.append(field.name)
            continue
        row[field.name] = read(field, target)
    if refused:
        raise Refused(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(refused)}. Please check the security "
            "settings of this field and verify that it is read/write for your profile or "
            "permission set.",
            refused,
        )
    return row


def _resolve(
    org: Org, caller: Caller, kind: ObjectType, name: str, value: object
) -> tuple[Field | None, object]:
    field = kind.field(name)
    if field is None and isinstance(value, dict):
        return _by_external_id(org, kind, name, value)
    if field is None or not org.access.can_read(caller, kind, field):
        raise no_column(name, kind.name)
    return field, value


def _by_external_id(
    org: Org, kind: ObjectType, name: str, value: dict[str, object]
) -> tuple[Field, object]:
    """`"Account": {"Key__c": "x"}` names the parent by an external id."""
    relation = org.schema.relation(kind, name)
    keys = [key for key in value if key != "attributes"]
    if relation is None or len(keys) != 1:
        raise no_column(name, kind.name)
    for target in relation.reference_to:
        table = org.tables.get(target)
        field = table.kind.field(keys[0]) if table else None
        if table is None or field is None:
            continue
        found = live_matches(table, field, read(field, value[keys[0]]))
        if len(found) == 1:
            return relation, found[0]
    raise Refused(
        "INVALID_FIELD",
        f"Foreign key external ID: {value[keys[0]]} not found for field {keys[0]} in entity "
        f"{relation.reference_to[0]}",
    )


def _writable(org: Org, caller: Caller, kind: ObjectType, field: Field, *, is_new: bool) -> bool:
    allowed = field.createable if is_new else field.updateable
    return allowed and org.access.can_edit(caller, kind, field)


def live_matches(table: Table, field: Field, value: Value) -> list[str]:
    """Ids of records with this value that are not deleted."""
    return [
        record_id
        for record_id in table.matching(field, value)
        if not table.rows[record_id].get("IsDeleted")
    ]


def required(org: Org, kind: ObjectType, row: Row, *, given: Row, is_new: bool) -> None:
    """Fields without which the record can not be."""
    wanted = [
        field.name
        for field in kind.fields.values()
        if (field.required or (kind.name, field.name) in org.rules.required)
        and row.get(field.name) is None
        and (is_new or field.name in given)
    ]
    if row.get("IsPersonAccount"):
        wanted = [name for name in wanted if name != "Name"]
    elif kind.name == "Account" and "LastName" in wanted:
        wanted.remove("LastName")
    if wanted:
        raise Refused(
            "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(wanted)}]", wanted
        )


def references(org: Org, kind: ObjectType, given: Row) -> None:
    """Ids must be of the right object, and of records that are there."""
    for name, value in given.items():
        field = kind.field(name)
        if field is not None and field.reference_to and isinstance(value, str):
            _reference(org, field, value)
    who, what = given.get("WhoId"), given.get("WhatId")
    if kind.name in _ACTIVITIES and what and isinstance(who, str) and who.startswith("00Q"):
        raise Refused(
            "FIELD_INTEGRITY_EXCEPTION",
            "You can't relate a lead and another object to the same activity: Related To ID",
            ["WhatId"],
        )


def _reference(org: Org, field: Field, value: str) -> None:
    kind = org.schema.of_id(value)
    known = [target for target in field.reference_to if target in org.tables]
    if kind is None or kind.name not in field.reference_to:
        if known:
            raise Refused(
                "FIELD_INTEGRITY_EXCEPTION" if kind else "MALFORMED_ID",
                f"{field.label}: id value of incorrect type: {value}",
                [field.name],
            )
        return
    row = org.row(value)
    if row is None:
        raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
    if row.get("IsDeleted"):
        raise Refused("ENTITY_IS_DELETED", "entity is deleted", [field.name], status=400)
    if row.get("IsConverted"):
        raise Refused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])


def owner(org: Org, kind: ObjectType, row: Row, old: Row | None) -> None:
    """Nobody who has left gets new records."""
    owner_id = row.get("OwnerId")
    if kind.name not in _OWNED_BY_ACTIVE or not isinstance(owner_id, str):
        return
    if old is not None and old.get("OwnerId") == owner_id:
        return
    user = org.tables["User"].rows.get(owner_id)
    if user is not None and not user.get("IsActive"):
        raise Refused(
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{owner_id}] as owner of {kind.label.lower()}",
            ["OwnerId"],
        )


def unlocked(org: Org, row: Row, old: Row | None) -> None:
    """Neither another transaction nor an approval may hold the record or its parents."""
    parents = [row.get(name) for name in ("WhoId", "WhatId", "AccountId", "CampaignId")]
    if org.held_by_chance():
        raise Refused("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", [])
    held = [old["Id"] if old else None, *parents]
    for record_id in held:
        if isinstance(record_id, str) and org.is_locked(record_id):
            raise Refused(
                "UNABLE_TO_LOCK_ROW",
                f"unable to obtain exclusive access to this record or 1 records: {record_id}",
                [],
            )
    if old is not None and old["Id"] in org.rules.approvals:
        raise Refused(
            "ENTITY_IS_LOCKED",
            "the entity is locked for editing",
            [],
        )


def validation(org: Org, kind: ObjectType, row: Row, old: Row | None) -> None:
    """The administrator's own rules."""
    for rule in org.rules.validation:
        if rule.object == kind.name and rule.refuses(row, old):
            fields = [rule.field] if rule.field else []
            raise Refused("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields)


def unique(org: Org, kind: ObjectType, row: Row) -> None:
    """A unique field holds each value once; deleted records do not count."""
    table = org.tables[kind.name]
    if kind.name == "CampaignMember":
        _one_membership(table, row)
    if kind.name == "FieldPermissions":
        _grantable(org, table, row)
    for field in kind.fields.values():
        if not field.unique or row.get(field.name) is None:
            continue
        for other in live_matches(table, field, row[field.name]):
            if other != row["Id"]:
                raise Refused(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {field.name} duplicates value on record with id: "
                    f"{other[:15]}",
                    [],
                )


def _one_membership(table: Table, row: Row) -> None:
    if row.get("LeadId") is None and row.get("ContactId") is None:
        raise Refused(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId or ContactId]", []
        )
    for name in ("LeadId", "ContactId"):
        field, person = table.kind.fields[name.lower()], row.get(name)
        if person is None:
            continue
        for other in live_matches(table, field, person):
            known = table.rows[other]
            if other != row["Id"] and known.get("CampaignId") == row.get("CampaignId"):
                raise Refused("DUPLICATE_VALUE", "Already a campaign member.", [])


def _grantable(org: Org, table: Table, row: Row) -> None:
    owner, _, name = str(row.get("Field")).partition(".")
    kind = org.schema.find(owner)
    field = kind.field(name) if kind else None
    if field is None or not field.permissionable or owner != row.get("SobjectType"):
        raise Refused(
            "FIELD_INTEGRITY_EXCEPTION",
            f"Field Name: bad value for restricted picklist field: {row.get('Field')}",
            ["Field"],
        )
    for other in live_matches(table, table.kind.fields["parentid"], row.get("ParentId")):
        if other != row["Id"] and table.rows[other].get("Field") == row.get("Field"):
            raise Refused(
                "DUPLICATE_VALUE",
                f"duplicate value found: <unknown> duplicates value on record {other[:15]}",
                [],
            )


def duplicates(org: Org, caller: Caller, kind: ObjectType, row: Row) -> None:
    """Duplicate rules; an alert is passed with allowSave."""
    table = org.tables[kind.name]
    for rule in org.rules.duplicates:
        if rule.object != kind.name or (caller.allow_duplicates and not rule.blocks):
            continue
        fields = [field for name in rule.fields if (field := kind.field(name)) is not None]
        if any(row.get(field.name) is None for field in fields) or not fields:
            continue
        same = [set(live_matches(table, field, row[field.name])) for field in fields]
        found = sorted(set.intersection(*same) - {str(row["Id"])})
        if found:
            raise _duplicates(rule.name, rule.blocks, kind, found)


def _duplicates(rule: str, blocks: bool, kind: ObjectType, found: list[str]) -> Refused:  # noqa: FBT001
    matches = [
        {
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": kind.name}, "Id": each},
        }
        for each in found
    ]
    return Refused(
        "DUPLICATES_DETECTED",
        "Use one of these records?",
        [],
        extra={
            "duplicateResult": {
                "allowSave": not blocks,
                "duplicateRule": rule,
                "duplicateRuleEntityType": kind.name,
                "errorMessage": "Use one of these records?",
                "matchResults": [
                    {
                        "entityType": kind.name,
                        "matchRecords": matches,
                        "rule": rule,
                        "success": True,
                    }
                ],
            }
        },
    )
