"""Single records: create, read, update, delete, by id and by external id.

Follows "sObject Basic Information", "sObject Rows", "sObject Rows by External ID" and
"Conditional Requests" (REST API guide, resources_sobject_*, intro_rest_conditional_requests).
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from connector.clock import to_millis
from sandbox.salesforce import checks, derive, values, writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused, no_column, not_found
from sandbox.salesforce.routing import route
from sandbox.salesforce.schema.field import Field
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.values import Row

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
_UPSERT_HAS_BODY: Final = 46.0
"""From this API version on an upsert that updates answers 200 with a body, before 204."""


def shown(platform: Platform, call: Call, kind: ObjectType, row: Row, fields: list[Field]) -> Json:
    """A row as JSON."""
    record: Json = {
        "attributes": {
            "type": kind.name,
            "url": f"{call.base}/sobjects/{kind.name}/{row['Id']}",
        }
    }
    for field in fields:
        if field.type == "address":
            record[field.name] = derive.address(row, field)
        else:
            record[field.name] = values.show(field, derive.value(platform.org, kind, row, field))
    return record


def wanted(platform: Platform, call: Call, kind: ObjectType, names: str | None) -> list[Field]:
    """The fields of a comma-separated list; all that the user may see without one."""
    visible = platform.org.access.visible(call.caller, kind)
    if not names:
        return visible
    by_name = {field.name.lower(): field for field in visible}
    fields = []
    for name in names.split(","):
        field = by_name.get(name.strip().lower())
        if field is None:
            raise no_column(name.strip(), kind.name)
        fields.append(field)
    return fields


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST sobjects/{object}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    record_id = writing.create(platform.org, call.caller, kind, call.json_object())
    location = f"{call.base}/sobjects/{kind.name}/{record_id}"
    body = {"id": record_id, "success": True, "errors": []}
    return Answer(status=201, body=body, headers={"Location": location})


def read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}/{id}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    row = writing.existing(platform.org, kind, names["id"])
    _check_sight(platform, call, kind, row)
    since = call.header("If-Modified-Since")
    if since is not None and _modified(row) <= moment(since):
        return Answer(status=304)
    _check_unmodified(call, row)
    fields = wanted(platform, call, kind, call.query.get("fields"))
    return Answer(body=shown(platform, call, kind, row, fields))


def _check_sight(platform: Platform, call: Call, kind: ObjectType, row: Row) -> None:
    mine = platform.org.access.sees_only_own(call.caller, kind.name)
    if mine and row.get("OwnerId") != call.caller.user:
        raise not_found()


def _modified(row: Row) -> int:
    modified = row.get("LastModifiedDate")
    return modified if isinstance(modified, int) else 0


def moment(text: str) -> int:
    """UTC ms of an HTTP date."""
    try:
        return to_millis(parsedate_to_datetime(text))
    except ValueError:
        raise Refused("INVALID_ARGUMENT", f"not an HTTP date: {text}") from None


def _check_unmodified(call: Call, row: Row) -> None:
    since = call.header("If-Unmodified-Since")
    if since is not None and _modified(row) > moment(since):
        raise Refused(
            "PRECONDITION_FAILED",
            "The record was modified after the date in If-Unmodified-Since",
            status=412,
        )


def update(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH sobjects/{object}/{id}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    row = writing.existing(platform.org, kind, names["id"])
    _check_sight(platform, call, kind, row)
    _check_unmodified(call, row)
    given = call.json_object()
    if any(name.lower() == "id" for name in given):
        raise Refused("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    writing.update(platform.org, call.caller, kind, str(row["Id"]), given)
    return Answer(status=204)


def delete(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE sobjects/{object}/{id}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    writing.delete(platform.org, call.caller, kind, names["id"])
    return Answer(status=204)


# by external id


def matches(
    platform: Platform, call: Call, kind: ObjectType, field_name: str, text: object
) -> tuple[Field, list[str]]:
    """The field and the live records that hold the value; 404 for a field that is no key."""
    field = kind.field(field_name)
    usable = field is not None and (field.external_id or field.id_lookup)
    if field is None or not usable or not platform.org.access.can_read(call.caller, kind, field):
        raise not_found(
            f"Provided external ID field does not exist or is not accessible: {field_name}"
        )
    table = platform.org.tables[kind.name]
    if field.name == "Id":
        known = values.read(field, text)
        row = table.rows.get(str(known))
        return field, [str(known)] if row is not None and not row.get("IsDeleted") else []
    return field, checks.live_matches(table, field, values.read(field, text))


def several(call: Call, kind: ObjectType, found: list[str]) -> Answer:
    """300: more than one record holds the value."""
    return Answer(status=300, body=[f"{call.base}/sobjects/{kind.name}/{each}" for each in found])


def read_by_key(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}/{field}/{value}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    _, found = matches(platform, call, kind, names["field"], names["value_rest"])
    if not found:
        raise not_found()
    if len(found) > 1:
        return several(call, kind, found)
    return read(platform, call, {"object": kind.name, "id": found[0]})


def upsert(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH sobjects/{object}/{field}/{value}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    field, found = matches(platform, call, kind, names["field"], names["value_rest"])
    given = call.json_object()
    if any(name.lower() == field.name.lower() for name in given):
        raise Refused(
            "INVALID_FIELD",
            f"The {field.name} field should not be specified in the sobject data.",
        )
    if len(found) > 1:
        return several(call, kind, found)
    if found:
        writing.update(platform.org, call.caller, kind, found[0], given)
        if float(call.version or 0) < _UPSERT_HAS_BODY:
            return Answer(status=204)
        body = {"id": found[0], "success": True, "errors": [], "created": False}
        return Answer(status=200, body=body)
    if call.query.get("updateOnly") == "true" or field.name == "Id":
        raise not_found()
    key = {field.name: names["value_rest"]}
    made = writing.create(platform.org, call.caller, kind, given | key)
    body = {"id": made, "success": True, "errors": [], "created": True}
    return Answer(status=201, body=body)


def delete_by_key(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE sobjects/{object}/{field}/{value}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    _, found = matches(platform, call, kind, names["field"], names["value_rest"])
    if not found:
        raise not_found()
    if len(found) > 1:
        return several(call, kind, found)
    writing.delete(platform.org, call.caller, kind, found[0])
    return Answer(status=204)


ROUTES: Final = (
    route("/sobjects/{object}/{id}", get=read, patch=update, delete=delete),
    route(
        "/sobjects/{object}/{field}/{value*}", get=read_by_key, patch=upsert, delete=delete_by_key
    ),
)
