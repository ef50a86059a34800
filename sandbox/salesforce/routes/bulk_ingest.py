"""Bulk API 2.0 ingest.

Follows "Ingest" of the Bulk API 2.0 guide (create_job, upload_job_data, close_job, get_job_info,
get_job_successful_results, get_job_failed_results, get_job_unprocessed_results).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import bulk, writing
from sandbox.salesforce.bulk import DELIMITERS, ENDINGS, Load
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.outcomes import Step, success, write_all
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routes.bulk_query import CSV_TYPE, option, told
from sandbox.salesforce.routes.collections import upsert_step
from sandbox.salesforce.routing import route
from sandbox.salesforce.schema.kind import ObjectType

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
_OPERATIONS: Final = ("insert", "update", "upsert", "delete", "hardDelete")
MOST_BYTES: Final = 150_000_000


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST jobs/ingest."""
    body = call.json_object()
    operation, name = str(body.get("operation")), str(body.get("object"))
    if operation not in _OPERATIONS:
        raise Refused("INVALIDJOB", f"InvalidJob : Invalid operation: {operation}")
    kind = platform.org.schema.find(name)
    if kind is None or not platform.org.access.object_visible(call.caller, kind.name):
        raise Refused("INVALIDJOB", f"InvalidJob : Unable to find object: {name}")
    if not kind.bulk:
        raise Refused("INVALIDENTITY", f"Entity '{kind.name}' is not supported by the Bulk API.")
    key_field = body.get("externalIdFieldName")
    if (operation == "upsert") != bool(key_field):
        raise Refused(
            "INVALIDJOB", "InvalidJob : External ID field is required for upsert, and only for it"
        )
    load = Load(
        id=platform.bulk.next_id(),
        operation=operation,
        object=kind.name,
        user=call.caller.user,
        created=platform.org.clock.now(),
        version=call.version,
        key_field=str(key_field) if key_field else None,
        delimiter=option(body, "columnDelimiter", DELIMITERS, "COMMA"),
        ending=option(body, "lineEnding", ENDINGS, "LF"),
    )
    platform.bulk.loads[load.id] = load
    return Answer(body=told(load) | {"contentUrl": f"{call.base}/jobs/ingest/{load.id}/batches".lstrip("/")})  # fmt: skip # noqa: E501


def upload(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PUT jobs/ingest/{id}/batches: the CSV, once."""
    load = platform.bulk.find(names["id"], query=False)
    if load.state != "Open" or load.content is not None:
        raise Refused("INVALIDJOBSTATE", "Can't upload data: the job is not open, or has data")
    if len(call.body) > MOST_BYTES:
        raise Refused("CLIENTINPUTERROR", "Data is larger than 150 MB", status=413)
    load.content = call.body
    return Answer(status=201)


def change(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH jobs/ingest/{id}: the upload is complete, or not wanted any more."""
    load = platform.bulk.find(names["id"], query=False)
    state = call.json_object().get("state")
    if state not in ("UploadComplete", "Aborted") or load.state != "Open":
        raise Refused("INVALIDJOBSTATE", f"Invalid state change from {load.state} to {state}")
    load.state = str(state)
    if state == "UploadComplete" and not load.content:
        load.state, load.error = "Failed", "InvalidBatch : No content"
    return Answer(body=told(load))


def read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/ingest/{id}."""
    load = platform.bulk.find(names["id"], query=False)
    if load.state in ("UploadComplete", "InProgress"):
        load.looks += 1
        load.state = "InProgress"
        if load.looks > platform.bulk.patience:
            _work(platform, call, load)
    return Answer(body=_told(load))


def _told(load: Load) -> Json:
    more: Json = {
        "jobType": "V2Ingest",
        "externalIdFieldName": load.key_field,
        "numberRecordsProcessed": len(load.succeeded) + len(load.failed),
        "numberRecordsFailed": len(load.failed),
        "retries": 0,
        "totalProcessingTime": 1,
        "apiActiveProcessingTime": 1,
        "apexProcessingTime": 0,
    }
    if load.error is not None:
        more["errorMessage"] = load.error
    return told(load) | more


def _work(platform: Platform, call: Call, load: Load) -> None:
    """Write all rows; a column that does not exist fails the whole load."""
    kind = platform.org.schema[load.object]
    try:
        load.header, rows = bulk.read_rows(load)
        for column in load.header:
            _check_column(platform, kind, column)
    except Refused as refused:
        load.state, load.error = "Failed", refused.message
        return
    # No assignment rule runs in a load unless the load names one.
    quiet = replace(call, caller=replace(call.caller, auto_assign=False, user=load.user))
    platform.bulk.batches_used += -(-len(rows) // bulk.BATCH)
    wide = len(load.header)
    steps = [_step(platform, quiet, kind, load, row) for row in rows if len(row) == wide]
    outcomes = iter(write_all(platform.org, steps, all_or_none=False))
    for row in rows:
        _sort_out(load, row, next(outcomes) if len(row) == wide else None)
    load.content = None
    load.state = "JobComplete"


def _check_column(platform: Platform, kind: ObjectType, column: str) -> None:
    relationship, _, rest = column.partition(".")
    known = kind.field(column) if not rest else platform.org.schema.relation(kind, relationship)
    if known is None:
        raise Refused("INVALIDBATCH", f"InvalidBatch : Field name not found : {column}")


def _step(platform: Platform, call: Call, kind: ObjectType, load: Load, row: list[str]) -> Step:
    given: Json = {}
    record_id = ""
    for column, cell in zip(load.header, row, strict=True):
        relationship, _, key = column.partition(".")
        if cell == "":
            continue
        value: object = None if cell == bulk.CLEAR else cell
        if column.lower() == "id":
            record_id = cell
        if key:
            given[relationship] = {key: value}
        else:
            given[column] = value
    org, caller = platform.org, call.caller

    def write() -> Json:
        match load.operation:
            case "insert":
                return success(writing.create(org, caller, kind, given), created=True)
            case "update":
                writing.update(org, caller, kind, record_id, given, in_list=True)
            case _:
                writing.delete(org, caller, kind, record_id, in_list=True)
        return success(record_id, created=False)

    if load.operation == "upsert":
        return upsert_step(platform, call, kind, str(load.key_field), given)
    return write


def _sort_out(load: Load, row: list[str], outcome: Json | None) -> None:
    if outcome is None:
        padded = (row + [""] * len(load.header))[: len(load.header)]
        load.failed.append(["", "INVALID_FIELD:Wrong number of columns:--", *padded])
        return
    if outcome["success"]:
        created = "true" if outcome.get("created") else "false"
        load.succeeded.append([str(outcome["id"]), created, *row])
        return
    errors = outcome["errors"]
    texts = []
    for error in errors if isinstance(errors, list) else []:
        fields = " ".join(error["fields"])
        texts.append(f"{error['statusCode']}:{error['message']}:{fields}--")
    load.failed.append(["", ";".join(texts), *row])


def _rows(platform: Platform, names: dict[str, str], which: str) -> Answer:
    load = platform.bulk.find(names["id"], query=False)
    match which:
        case "succeeded":
            header, rows = ["sf__Id", "sf__Created", *load.header], load.succeeded
        case "failed":
            header, rows = ["sf__Id", "sf__Error", *load.header], load.failed
        case _:
            header, rows = load.header, load.unprocessed
            if load.content is not None and load.state in ("Failed", "Aborted"):
                header, rows = bulk.read_rows(load)
    return Answer(body=bulk.write_rows(load, header, rows), content_type=CSV_TYPE)


def successful(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/ingest/{id}/successfulResults."""
    return _rows(platform, names, "succeeded")


def failed(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/ingest/{id}/failedResults."""
    return _rows(platform, names, "failed")


def unprocessed(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/ingest/{id}/unprocessedrecords."""
    return _rows(platform, names, "unprocessed")


def delete(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE jobs/ingest/{id}."""
    load = platform.bulk.find(names["id"], query=False)
    if load.state in ("UploadComplete", "InProgress"):
        raise Refused("INVALIDJOBSTATE", "Can't delete a job that is being worked on")
    del platform.bulk.loads[load.id]
    return Answer(status=204)


def listing(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/ingest."""
    loads = [_told(load) for load in platform.bulk.loads.values() if not load.is_query]
    return Answer(body={"done": True, "nextRecordsUrl": None, "records": loads})


ROUTES: Final = (
    route("/jobs/ingest", post=create, get=listing),
    route("/jobs/ingest/{id}", get=read, patch=change, delete=delete),
    route("/jobs/ingest/{id}/batches", put=upload),
    route("/jobs/ingest/{id}/successfulResults", get=successful),
    route("/jobs/ingest/{id}/failedResults", get=failed),
    route("/jobs/ingest/{id}/unprocessedrecords", get=unprocessed),
)
