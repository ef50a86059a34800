"""Creating, updating, deleting and undeleting records.

Follows "Create", "Update", "Delete a Record" (REST API guide) and the order of execution of the
Apex Developer Guide. Each function works inside a unit of the org and raises Refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import checks, derive, followup, ids
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.problems import Refused, not_found
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.values import Row

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

_STAMPS: Final = ("LastModifiedDate", "SystemModstamp")
_NOT_UNDELETED: Final = ("CampaignMember", "OpportunityContactRole")


def kind_of(org: Org, caller: Caller, name: str) -> ObjectType:
    """The object of that name; 404 NOT_FOUND if there is none for this user."""
    kind = org.schema.find(name)
    if kind is None or not org.access.object_visible(caller, kind.name):
        raise not_found()
    return kind


def create(org: Org, caller: Caller, kind: ObjectType, given: Mapping[str, object]) -> str:
    """Store a new record; its id."""
    if "createable" not in kind.powers and not caller.system:
        raise Refused(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {kind.name} cannot be created"
        )
    with org.unit():
        values = checks.accepted(org, caller, kind, dict(given), is_new=True)
        row = _with_defaults(org, caller, kind, values)
        _assign_new(org, caller, kind, row)
        derive.complete(org, kind, row, None)
        _check(org, caller, kind, row, None, values)
        _keep(org, caller, kind, row, None, values)
    return str(row["Id"])


def _with_defaults(org: Org, caller: Caller, kind: ObjectType, values: Row) -> Row:
    row: Row = {
        field.name: field.default
        for field in kind.fields.values()
        if field.default is not None and field.createable and field.name not in values
    }
    if kind.field("OwnerId") is not None:
        row["OwnerId"] = caller.user
    if kind.field("CreatedById") is not None:
        row["CreatedById"] = row["LastModifiedById"] = caller.user
    row |= {name: value for name, value in values.items() if value is not None}
    return derive.system_fields(kind, row, org.stamp, ids_of=lambda: org.next_id(kind))


def _assign_new(org: Org, caller: Caller, kind: ObjectType, row: Row) -> None:
    if kind.name == "Lead" and caller.auto_assign and org.rules.assign_leads_to:
        row["OwnerId"] = org.rules.assign_leads_to
    if kind.name == "Account" and org.schema.person_accounts and row.get("LastName"):
        row["IsPersonAccount"] = True


def _check(
    org: Org, caller: Caller, kind: ObjectType, row: Row, old: Row | None, given: Row
) -> None:
    if caller.system:
        checks.unique(org, kind, row)
        return
    checks.required(org, kind, row, given=given, is_new=old is None)
    checks.references(org, kind, given)
    checks.owner(org, kind, row, old)
    checks.unlocked(org, row, old)
    checks.validation(org, kind, row, old)
    if old is None or any(row.get(name) != old.get(name) for name in given):
        checks.duplicates(org, caller, kind, row)
    checks.unique(org, kind, row)


def _keep(
    org: Org, caller: Caller, kind: ObjectType, row: Row, old: Row | None, given: Row
) -> None:
    org.store(kind, row)
    org.note(caller, "created" if old is None else "updated", kind.name, str(row["Id"]), given)
    followup.after(org, caller, kind, row, old)


def existing(org: Org, kind: ObjectType, record_id: str, *, in_list: bool = False) -> Row:
    """The committed row of an id; Refused when it is malformed, unknown or deleted.

    A request about one record is answered with 404; a record in a list has codes of its own.
    """
    normal = ids.normal(record_id)
    if normal is None:
        if in_list:
            raise Refused("MALFORMED_ID", f"malformed id {record_id}", ["Id"])
        raise not_found(
            f"Provided external ID field does not exist or is not accessible: {record_id}"
        )
    row = org.tables[kind.name].rows.get(normal)
    if row is None:
        if in_list:
            raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
        raise not_found()
    if row.get("IsDeleted"):
        raise Refused("ENTITY_IS_DELETED", "entity is deleted", [])
    return row


def update(
    org: Org,
    caller: Caller,
    kind: ObjectType,
    record_id: str,
    given: Mapping[str, object],
    *,
    in_list: bool = False,
) -> None:
    """Change a record."""
    if "updateable" not in kind.powers and not caller.system:
        raise Refused(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {kind.name} cannot be updated"
        )
    with org.unit():
        old = existing(org, kind, record_id, in_list=in_list)
        values = checks.accepted(org, caller, kind, dict(given), is_new=False)
        _check_converted(org, caller, kind, old)
        row = dict(old) | values
        for flag in kind.flags():
            row[flag] = bool(row.get(flag))
        if kind.name == "Lead" and caller.auto_assign and org.rules.assign_leads_to:
            row["OwnerId"] = org.rules.assign_leads_to
        touch(org, caller, row)
        derive.complete(org, kind, row, old)
        _check(org, caller, kind, row, old, values)
        _keep(org, caller, kind, row, old, values)


def touch(org: Org, caller: Caller, row: Row) -> None:
    """Set the stamps of a change that a user made."""
    if "SystemModstamp" in row:
        row["SystemModstamp"] = org.stamp
    if "LastModifiedDate" in row:
        row["LastModifiedDate"] = org.stamp
        row["LastModifiedById"] = caller.user


def _check_converted(org: Org, caller: Caller, kind: ObjectType, old: Row) -> None:
    if kind.name != "Lead" or not old.get("IsConverted") or caller.system:
        return
    if not org.access.may(caller, "PermissionsUpdateConvertedLeads"):
        raise Refused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot update converted lead", [])


def delete(
    org: Org, caller: Caller, kind: ObjectType, record_id: str, *, in_list: bool = False
) -> None:
    """Put a record into the recycle bin, with what belongs to it."""
    if "deletable" not in kind.powers and not caller.system:
        raise Refused(
            "INSUFFICIENT_ACCESS_OR_READONLY", f"entity type {kind.name} cannot be deleted"
        )
    with org.unit():
        old = existing(org, kind, record_id, in_list=in_list)
        if not caller.system:
            checks.unlocked(org, {}, old)
        _discard(org, caller, kind, old)


def _discard(org: Org, caller: Caller, kind: ObjectType, old: Row) -> None:
    record_id = str(old["Id"])
    row = dict(old) | {"IsDeleted": True}
    if "SystemModstamp" in old:
        row["SystemModstamp"] = org.stamp
        row["LastModifiedDate"] = org.stamp
    org.store(kind, row)
    org.deleted_log.append((kind.name, record_id, org.clock.now()))
    org.note(caller, "deleted", kind.name, record_id, {})
    for child in org.schema.children(kind.name):
        if child.field.cascade:
            table = org.tables[child.type.name]
            for found in checks.live_matches(table, child.field, record_id):
                _discard(org, caller, child.type, table.rows[found])


def undelete(org: Org, caller: Caller, record_id: str) -> None:
    """Take a record out of the recycle bin. Only SOAP and Apex can; so this is for tests."""
    kind, old = org.schema.of_id(record_id), org.row(record_id)
    if kind is None or old is None or not old.get("IsDeleted"):
        raise Refused("UNDELETE_FAILED", "Entity is not in the recycle bin", [])
    with org.unit():
        row = dict(old) | {"IsDeleted": False}
        touch(org, caller, row)
        checks.unique(org, kind, row)
        org.store(kind, row)
        org.note(caller, "undeleted", kind.name, record_id, {})
