"""Bulk API 2.0 query.

Follows "Query" of the Bulk API 2.0 guide (query_create_job, query_get_one_job,
query_get_job_results, query_get_parallel_job_results, query_get_all_jobs, query_delete_job).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import bulk, values
from sandbox.salesforce.bulk import DELIMITERS, ENDINGS, Load
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routing import route
from sandbox.salesforce.soql import Query, SoqlError, bulk_moment, evaluate, parse
from sandbox.salesforce.soql.result import Result
from sandbox.salesforce.soql.source import Viewer
from sandbox.salesforce.soql.syntax import Call as Function
from sandbox.salesforce.soql.syntax import ChildQuery, FieldPath, Selected
from sandbox.salesforce.source import OrgSource

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
CSV_TYPE: Final = "text/csv;charset=UTF-8"
MOST_QUERIES: Final = 10_000


def option(body: Json, name: str, known: dict[str, str], usual: str) -> str:
    """One of the named choices of a body; Refused for any other."""
    chosen = str(body.get(name) or usual).upper()
    if chosen not in known:
        raise Refused(
            "INVALIDJOB", f"InvalidJob : {name}: {chosen} is not one of {', '.join(known)}"
        )
    return chosen


def told(load: Load) -> Json:
    """What the API tells of every load."""
    stamp = values.show_instant(load.created)
    return {
        "id": load.id,
        "operation": load.operation,
        "object": load.object,
        "createdById": load.user,
        "createdDate": stamp,
        "systemModstamp": stamp,
        "state": load.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(load.version),
        "lineEnding": load.ending,
        "columnDelimiter": load.delimiter,
    }


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST jobs/query."""
    body = call.json_object()
    operation, text = str(body.get("operation")), body.get("query")
    if operation not in ("query", "queryAll") or not isinstance(text, str):
        raise Refused("INVALIDJOB", "InvalidJob : operation and query are required")
    if platform.bulk.queries_used >= MOST_QUERIES:
        raise Refused("LIMIT_EXCEEDED", "Number of query jobs per 24 hours exceeded")
    query, columns = _checked(platform, call, text)
    load = Load(
        id=platform.bulk.next_id(),
        operation=operation,
        object=platform.org.schema[query.object].name,
        user=call.caller.user,
        created=platform.org.clock.now(),
        version=call.version,
        state="UploadComplete",
        query=text,
        columns=columns,
        delimiter=option(body, "columnDelimiter", DELIMITERS, "COMMA"),
        ending=option(body, "lineEnding", ENDINGS, "LF"),
    )
    load.result = _evaluated(platform, call, query, deleted=operation == "queryAll")
    platform.bulk.loads[load.id] = load
    platform.bulk.queries_used += 1
    return Answer(body=told(load))


def _checked(platform: Platform, call: Call, text: str) -> tuple[Query, tuple[str, ...]]:
    try:
        query = parse(text)
    except SoqlError as refused:
        raise Refused(refused.code, refused.message) from None
    kind = platform.org.schema.find(query.object)
    if kind is not None and not kind.bulk:
        raise Refused("INVALIDENTITY", f"Entity '{kind.name}' is not supported by the Bulk API.")
    columns = []
    for item in query.select:
        if isinstance(item, ChildQuery):
            raise Refused(
                "INVALIDJOB", "InvalidJob : Nested queries are not supported in Bulk Query"
            )
        if not isinstance(item, Selected) or isinstance(item.expression, Function):
            raise Refused("INVALIDJOB", "InvalidJob : Aggregate and grouped queries, FIELDS() and TYPEOF are not supported in Bulk Query")  # fmt: skip # noqa: E501
        columns.append(_column(platform, query, item.expression))
    if query.group_by is not None:
        raise Refused("INVALIDJOB", "InvalidJob : GROUP BY is not supported in Bulk Query")
    return query, tuple(columns)


def _column(platform: Platform, query: Query, path: FieldPath) -> str:
    kind = platform.org.schema.find(query.object)
    field = kind.field(path.parts[0]) if kind and len(path.parts) == 1 else None
    if field is None:
        return path.name
    if field.type == "address":
        raise Refused(
            "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query"
        )
    return field.name


def _evaluated(platform: Platform, call: Call, query: Query, *, deleted: bool) -> Result:
    viewer = Viewer(user_id=call.caller.user, show_moment=bulk_moment)
    source = OrgSource(platform.org, call.caller)
    now = platform.org.clock.now()
    try:
        return evaluate(query, source, now=now, viewer=viewer, deleted=deleted)
    except SoqlError as refused:
        raise Refused(refused.code, refused.message) from None


def _look(platform: Platform, load: Load) -> None:
    if load.state in ("UploadComplete", "InProgress"):
        load.looks += 1
        load.state = "JobComplete" if load.looks > platform.bulk.patience else "InProgress"


def read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/query/{id}."""
    load = platform.bulk.find(names["id"], query=True)
    _look(platform, load)
    size = load.result.size if load.result else 0
    done = load.state == "JobComplete"
    more = {
        "jobType": "V2Query",
        "numberRecordsProcessed": size if done else 0,
        "retries": 0,
        "totalProcessingTime": 1,
        "isPkChunkingSupported": True,
    }
    return Answer(body=told(load) | more)


def _offset(text: str | None) -> int:
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise Refused("INVALIDLOCATOR", f"Invalid locator: {text}") from None


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _complete(platform: Platform, names: dict[str, str]) -> tuple[Load, Result]:
    load = platform.bulk.find(names["id"], query=True)
    if load.state != "JobComplete" or load.result is None:
        raise Refused("INVALIDJOBSTATE", "Invalid job state: results are not available yet")
    return load, load.result


def results(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/query/{id}/results."""
    load, result = _complete(platform, names)
    start = _offset(call.query.get("locator"))
    asked = call.query.get("maxRecords", "")
    size = min(int(asked) if asked.isdigit() else platform.bulk.page_rows, platform.bulk.page_rows)
    records = result.records[start : start + max(1, size)]
    end = start + len(records)
    body = bulk.write_rows(load, load.columns, (bulk.cells(r, load.columns) for r in records))
    headers = {
        "Sforce-Locator": _locator(end) if end < result.size else "null",
        "Sforce-NumberOfRecords": str(len(records)),
    }
    return Answer(body=body, headers=headers, content_type=CSV_TYPE)


def result_pages(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/query/{id}/resultPages: addresses of pages that may be read side by side."""
    load, result = _complete(platform, names)
    path = f"{call.base}/jobs/query/{load.id}"
    starts = range(0, max(1, result.size), platform.bulk.page_rows)
    pages = [
        {"resultUrl": f"{path}/results" + (f"?locator={_locator(start)}" if start else "")}
        for start in starts
    ]
    return Answer(body={"resultPages": pages, "nextRecordsUrl": None, "done": True})


def change(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH jobs/query/{id}: abort."""
    load = platform.bulk.find(names["id"], query=True)
    if call.json_object().get("state") != "Aborted" or load.state == "JobComplete":
        raise Refused("INVALIDJOBSTATE", "Only a query that is not complete can be aborted")
    load.state = "Aborted"
    return Answer(body=told(load))


def delete(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE jobs/query/{id}."""
    load = platform.bulk.find(names["id"], query=True)
    if load.state not in ("JobComplete", "Aborted", "Failed"):
        raise Refused("INVALIDJOBSTATE", "Can't delete a job that is not complete")
    del platform.bulk.loads[load.id]
    return Answer(status=204)


def listing(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET jobs/query."""
    loads = [
        told(load) | {"jobType": "V2Query"}
        for load in platform.bulk.loads.values()
        if load.is_query
    ]
    return Answer(body={"done": True, "nextRecordsUrl": None, "records": loads})


ROUTES: Final = (
    route("/jobs/query", post=create, get=listing),
    route("/jobs/query/{id}", get=read, patch=change, delete=delete),
    route("/jobs/query/{id}/results", get=results),
    route("/jobs/query/{id}/resultPages", get=result_pages),
)
