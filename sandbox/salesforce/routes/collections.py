"""Up to 200 records in one call.

Follows "sObject Collections" and its pages on create, update, upsert, retrieve and delete
(REST API guide, resources_composite_sobjects_collections_*).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce import ids, writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.outcomes import Step, success, write_all
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routes import rows
from sandbox.salesforce.routing import route
from sandbox.salesforce.schema.kind import ObjectType

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
MOST: Final = 200
MOST_READ: Final = 2_000
MOST_CHUNKS: Final = 10


def _records(call: Call) -> tuple[list[Json], bool]:
    body = call.json_object()
    found = body.get("records")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refused("JSON_PARSER_ERROR", "records must be a list of objects")
    if len(found) > MOST:
        raise Refused(
            "INVALID_INPUT",
            f"The number of records exceeds the limit of {MOST} for this operation.",
        )
    return found, body.get("allOrNone") is True


def _kinds(platform: Platform, call: Call, records: list[Json]) -> list[ObjectType]:
    """The object of each record; at most ten runs of one object after the other."""
    kinds: list[ObjectType] = []
    chunks = 0
    for record in records:
        attributes = record.get("attributes")
        name = attributes.get("type") if isinstance(attributes, dict) else None
        kind = platform.org.schema.find(str(name)) if name else None
        if kind is None or not platform.org.access.object_visible(call.caller, kind.name):
            raise Refused("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        chunks += not kinds or kinds[-1] is not kind
        kinds.append(kind)
    if chunks > MOST_CHUNKS:
        raise Refused(
            "INVALID_INPUT", f"Cannot have more than {MOST_CHUNKS} chunks in a single operation."
        )
    return kinds


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST composite/sobjects."""
    records, all_or_none = _records(call)
    org, caller = platform.org, call.caller

    def step(kind: ObjectType, record: Json) -> Step:
        return lambda: success(writing.create(org, caller, kind, record))

    pairs = zip(_kinds(platform, call, records), records, strict=True)
    steps = [step(kind, record) for kind, record in pairs]
    return Answer(body=write_all(org, steps, all_or_none=all_or_none))


def update(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH composite/sobjects."""
    records, all_or_none = _records(call)
    org, caller = platform.org, call.caller

    def step(kind: ObjectType, record: Json) -> Step:
        def done() -> Json:
            record_id = next(
                (str(v) for name, v in record.items() if name.lower() == "id" and v), ""
            )
            if not record_id:
                raise Refused("MISSING_ARGUMENT", "Id not specified in an update call", [])
            writing.update(org, caller, kind, record_id, record, in_list=True)
            return success(ids.normal(record_id) or record_id)

        return done

    pairs = zip(_kinds(platform, call, records), records, strict=True)
    steps = [step(kind, record) for kind, record in pairs]
    return Answer(body=write_all(org, steps, all_or_none=all_or_none))


def upsert(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH composite/sobjects/{object}/{field}: all of one object, keyed by one field."""
    records, all_or_none = _records(call)
    kinds = _kinds(platform, call, records)
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    if any(each is not kind for each in kinds):
        raise Refused("INVALID_TYPE", f"All records must be of the type {kind.name}.")
    steps = [upsert_step(platform, call, kind, names["field"], record) for record in records]
    return Answer(body=write_all(platform.org, steps, all_or_none=all_or_none))


def upsert_step(
    platform: Platform, call: Call, kind: ObjectType, field_name: str, record: Json
) -> Step:
    """One upsert, as collections and bulk loads do it."""
    org, caller = platform.org, call.caller

    def done() -> Json:
        given = {
            name: value for name, value in record.items() if name.lower() != field_name.lower()
        }
        key = next((v for name, v in record.items() if name.lower() == field_name.lower()), None)
        if key in (None, ""):
            if field_name.lower() == "id":
                return success(writing.create(org, caller, kind, given), created=True)
            raise Refused("MISSING_ARGUMENT", f"{field_name} not specified", [])
        if field_name.lower() == "id":
            writing.update(org, caller, kind, str(key), given, in_list=True)
            return success(str(ids.normal(str(key))), created=False)
        field, found = rows.matches(platform, call, kind, field_name, key)
        if len(found) > 1:
            raise Refused(
                "DUPLICATE_EXTERNAL_ID",
                f"{field.name}: more than one record found for external id field: {found}",
                [field.name],
            )
        if found:
            writing.update(org, caller, kind, found[0], given, in_list=True)
            return success(found[0], created=False)
        made = writing.create(org, caller, kind, given | {field.name: key})
        return success(made, created=True)

    return done


def delete(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE composite/sobjects?ids=...&allOrNone=..."""
    asked = [each.strip() for each in call.query.get("ids", "").split(",") if each.strip()]
    if not asked:
        raise Refused("MISSING_ARGUMENT", "The ids parameter is required")
    if len(asked) > MOST:
        raise Refused("LIMIT_EXCEEDED", f"The number of ids must be {MOST} or fewer")
    org, caller = platform.org, call.caller

    def step(record_id: str) -> Step:
        def done() -> Json:
            normal = ids.normal(record_id)
            kind = org.schema.of_id(record_id) if normal else None
            if normal is None or kind is None:
                raise Refused("MALFORMED_ID", f"malformed id {record_id}", [])
            writing.delete(org, caller, kind, normal, in_list=True)
            return success(normal)

        return done

    all_or_none = call.query.get("allOrNone", "").lower() == "true"
    return Answer(body=write_all(org, [step(each) for each in asked], all_or_none=all_or_none))


def _retrieve(
    platform: Platform, call: Call, name: str, asked: list[str], fields: list[str]
) -> Answer:
    kind = writing.kind_of(platform.org, call.caller, name)
    if len(asked) > MOST_READ:
        raise Refused("LIMIT_EXCEEDED", f"The number of ids must be {MOST_READ} or fewer")
    chosen = rows.wanted(platform, call, kind, ",".join(fields))
    table = platform.org.tables[kind.name]
    found: list[Json | None] = []
    for record_id in asked:
        normal = ids.normal(record_id)
        row = table.rows.get(normal) if normal else None
        if row is None or row.get("IsDeleted"):
            found.append(None)
        else:
            found.append(rows.shown(platform, call, kind, row, chosen))
    return Answer(body=found)


def retrieve(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET composite/sobjects/{object}?ids=...&fields=..."""
    asked = [each for each in call.query.get("ids", "").split(",") if each]
    fields = [each for each in call.query.get("fields", "").split(",") if each]
    if not asked or not fields:
        raise Refused("MISSING_ARGUMENT", "The parameters ids and fields are required")
    return _retrieve(platform, call, names["object"], asked, fields)


def retrieve_posted(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST composite/sobjects/{object} with ids and fields in the body."""
    body = call.json_object()
    asked, fields = body.get("ids"), body.get("fields")
    if not isinstance(asked, list) or not isinstance(fields, list):
        raise Refused("MISSING_ARGUMENT", "ids and fields are required")
    return _retrieve(
        platform, call, names["object"], [str(each) for each in asked], [str(f) for f in fields]
    )


ROUTES: Final = (
    route("/composite/sobjects", post=create, patch=update, delete=delete),
    route("/composite/sobjects/{object}", get=retrieve, post=retrieve_posted),
    route("/composite/sobjects/{object}/{field}", patch=upsert),
)
