"""The older Bulk API, as far as clients that send JSON use it.

Follows the "Bulk API" guide (asynch_api): jobs with JSON batches, insert, update, upsert, delete,
query and queryAll. XML and CSV batches are refused.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import ids, writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.outcomes import Step, success, write_all
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routes.collections import upsert_step
from sandbox.salesforce.routing import Respond, route
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.soql import Record, SoqlError, Viewer, evaluate, parse
from sandbox.salesforce.source import OrgSource
from sandbox.salesforce.values import show_instant

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
_OPERATIONS: Final = ("insert", "update", "upsert", "delete", "hardDelete", "query", "queryAll")
MOST: Final = 10_000


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch, done as soon as it arrives."""

    id: str
    state: str = "Completed"
    message: str | None = None
    outcomes: list[Json] = field(default_factory=list)
    records: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class OldLoad:
    """One load of the older API."""

    id: str
    operation: str
    object: str
    created: int
    user: str
    key_field: str | None = None
    state: str = "Open"
    batches: dict[str, Batch] = field(default_factory=dict)


def _refused(refused: Refused) -> Answer:
    body = {"exceptionCode": refused.code, "exceptionMessage": refused.message}
    return Answer(status=refused.status, body=body)


def _guarded(respond: Respond) -> Respond:
    """Check the session header of this API, count the call, answer refusals in its own shape."""

    def answer(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
        header = call.header("X-SFDC-Session") or ""
        session = platform.auth.session_of(
            f"Bearer {header}" if header else call.header("Authorization")
        )
        try:
            if session is None:
                return _refused(Refused("InvalidSessionId", "Invalid session id", status=401))
            platform.quota.take()
            caller = replace(call.caller, user=session.user, auto_assign=False)
            prepared = replace(call, caller=caller, version=names["version"].lstrip("v"))
            return respond(platform, prepared, names)
        except Refused as refused:
            return _refused(refused)

    return answer


def _told(load: OldLoad) -> Json:
    stamp = show_instant(load.created)
    return {
        "id": load.id,
        "operation": load.operation,
        "object": load.object,
        "createdById": load.user,
        "createdDate": stamp,
        "systemModstamp": stamp,
        "state": load.state,
        "concurrencyMode": "Parallel",
        "contentType": "JSON",
        "externalIdFieldName": load.key_field,
        "numberBatchesTotal": len(load.batches),
        "numberBatchesCompleted": len(load.batches),
        "numberBatchesQueued": 0,
        "numberBatchesInProgress": 0,
        "numberBatchesFailed": sum(b.state == "Failed" for b in load.batches.values()),
        "numberRecordsProcessed": sum(len(b.outcomes or b.records) for b in load.batches.values()),
        "numberRetries": 0,
    }


def _find(platform: Platform, names: dict[str, str]) -> OldLoad:
    load = platform.bulk.old.get(ids.normal(names["load"]) or "")
    if load is None:
        raise Refused("InvalidJob", f"Unable to find job for id {names['load']}")
    return load


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST job."""
    if "json" not in (call.header("Content-Type") or "").lower():
        raise Refused("InvalidJob", "The sandbox takes JSON jobs only")
    body = call.json_object()
    operation, kind = str(body.get("operation")), platform.org.schema.find(str(body.get("object")))
    if operation not in _OPERATIONS or kind is None:
        raise Refused("InvalidJob", f"Unknown operation or object: {operation}")
    if not kind.bulk:
        raise Refused("InvalidEntity", f"Entity '{kind.name}' is not supported by the Bulk API.")
    if body.get("contentType") != "JSON":
        raise Refused("InvalidJob", "The sandbox takes JSON batches only")
    key = body.get("externalIdFieldName")
    load = OldLoad(
        id=platform.bulk.next_id(),
        operation=operation,
        object=kind.name,
        created=platform.org.clock.now(),
        user=call.caller.user,
        key_field=str(key) if key else None,
    )
    platform.bulk.old[load.id] = load
    return Answer(status=201, body=_told(load))


def change(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST job/{id}: close or abort."""
    load, state = _find(platform, names), call.json_object().get("state")
    if state not in ("Closed", "Aborted"):
        raise Refused("InvalidJobState", f"Invalid state: {state}")
    load.state = str(state)
    return Answer(body=_told(load))


def read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET job/{id}."""
    return Answer(body=_told(_find(platform, names)))


def add(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST job/{id}/batch: records as a JSON list, or the text of a query."""
    load = _find(platform, names)
    if load.state != "Open":
        raise Refused("InvalidJobState", f"The job is {load.state}")
    batch = Batch(id="751" + platform.bulk.next_id()[3:])
    if load.operation.startswith("query"):
        _query(platform, call, load, batch)
    else:
        _write(platform, call, load, batch)
    load.batches[batch.id] = batch
    platform.bulk.batches_used += 1
    return Answer(status=201, body=_batch(load, batch) | {"state": "Queued"})


def _query(platform: Platform, call: Call, load: OldLoad, batch: Batch) -> None:
    # This API writes datetimes as milliseconds.
    viewer = Viewer(user_id=call.caller.user, show_moment=str)
    source, now = OrgSource(platform.org, call.caller), platform.org.clock.now()
    deleted = load.operation == "queryAll"
    try:
        query = parse(call.body.decode().strip().strip('"'))
        found = evaluate(query, source, now=now, viewer=viewer, deleted=deleted)
    except SoqlError as refused:
        batch.state, batch.message = "Failed", f"InvalidBatch : {refused.code}: {refused.message}"
        return
    moments = {
        f.name for f in platform.org.schema[load.object].fields.values() if f.type == "datetime"
    }
    batch.records = [_plain(record, moments) for record in found.records]


def _plain(record: Record, moments: set[str]) -> Json:
    url = f"/services/data/v0/sobjects/{record.object}/{record.id}"
    plain: Json = {"attributes": {"type": record.type, "url": url}}
    for name, value in record.values.items():
        if isinstance(value, Record):
            plain[name] = _plain(value, moments)
        elif name in moments and isinstance(value, str):
            plain[name] = int(value)
        else:
            plain[name] = value
    return plain


def _write(platform: Platform, call: Call, load: OldLoad, batch: Batch) -> None:
    given = json.loads(call.body or b"null")
    if not isinstance(given, list) or len(given) > MOST:
        raise Refused("InvalidBatch", f"A batch is a list of at most {MOST} records")
    kind = platform.org.schema[load.object]
    steps = [_step(platform, call, kind, load, record) for record in given]
    outcomes = write_all(platform.org, steps, all_or_none=False)
    batch.outcomes = [{"created": False, "id": None} | outcome for outcome in outcomes]


def _step(platform: Platform, call: Call, kind: ObjectType, load: OldLoad, record: Json) -> Step:
    org, caller = platform.org, call.caller
    record_id = next((str(value) for name, value in record.items() if name.lower() == "id"), "")

    def write() -> Json:
        match load.operation:
            case "insert":
                return success(writing.create(org, caller, kind, record), created=True)
            case "update":
                writing.update(org, caller, kind, record_id, record, in_list=True)
            case _:
                writing.delete(org, caller, kind, record_id, in_list=True)
        return success(record_id, created=False)

    if load.operation == "upsert":
        return upsert_step(platform, call, kind, str(load.key_field), record)
    return write


def _batch(load: OldLoad, batch: Batch) -> Json:
    failed = sum(not outcome["success"] for outcome in batch.outcomes)
    return {
        "id": batch.id,
        "jobId": load.id,
        "state": batch.state,
        "stateMessage": batch.message,
        "numberRecordsProcessed": len(batch.outcomes or batch.records),
        "numberRecordsFailed": failed,
    }


def _find_batch(platform: Platform, names: dict[str, str]) -> tuple[OldLoad, Batch]:
    load = _find(platform, names)
    batch = load.batches.get(ids.normal(names["batch"]) or "")
    if batch is None:
        raise Refused("InvalidBatch", f"Unable to find batch for id {names['batch']}")
    return load, batch


def batches(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET job/{id}/batch."""
    load = _find(platform, names)
    return Answer(body={"batchInfo": [_batch(load, each) for each in load.batches.values()]})


def batch_read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET job/{id}/batch/{id}."""
    return Answer(body=_batch(*_find_batch(platform, names)))


def results(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET job/{id}/batch/{id}/result: outcomes, or the ids of query results."""
    load, batch = _find_batch(platform, names)
    if load.operation.startswith("query"):
        return Answer(body=["752" + batch.id[3:]])
    return Answer(body=batch.outcomes)


def result(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET job/{id}/batch/{id}/result/{id}: the records of a query."""
    return Answer(body=_find_batch(platform, names)[1].records)


_BASE: Final = "/services/async/{version}/job"
ROUTES: Final = (
    route(_BASE, post=_guarded(create)),
    route(f"{_BASE}/{{load}}", post=_guarded(change), get=_guarded(read)),
    route(f"{_BASE}/{{load}}/batch", post=_guarded(add), get=_guarded(batches)),
    route(f"{_BASE}/{{load}}/batch/{{batch}}", get=_guarded(batch_read)),
    route(f"{_BASE}/{{load}}/batch/{{batch}}/result", get=_guarded(results)),
    route(f"{_BASE}/{{load}}/batch/{{batch}}/result/{{result}}", get=_guarded(result)),
)
