"""Several calls in one, each able to use what earlier ones gave.

Follows "Composite", "Composite Graph", "Composite Batch" and "sObject Tree" (REST API guide,
resources_composite_composite, _graph, _batch, _sobject_tree).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sandbox.loopback.calls import call_to
from sandbox.salesforce import writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routing import route

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
MOST: Final = 25
MOST_QUERIES: Final = 5
"""Sub-requests that query or write collections."""
MOST_NODES: Final = 500
MOST_GRAPHS: Final = 75
MOST_IN_TREE: Final = 200
_REFERENCE: Final = re.compile(r"@\{([^}]+)\}")
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_NOTHING: Final = object()
_HALTED: Final = (
    "The transaction was rolled back since another operation in the same transaction failed."
)


class _Halted(Exception):
    """A part of an all-or-none request failed."""


class _Missing(Exception):
    """A reference that leads nowhere."""


def _requests(body: Json, name: str, most: int) -> list[Json]:
    found = body.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(r, dict) for r in found):
        raise Refused("INVALID_INPUT", f"{name} must be a list of requests")
    if len(found) > most:
        raise Refused("INVALID_INPUT", f"The number of subrequests exceeds the limit of {most}.")
    return found


def _lookup(results: dict[str, object], path: str) -> object:
    first, *rest = [name or int(index) for name, index in _STEP.findall(path)]
    if first not in results:
        raise _Missing(f"Invalid reference specified. No value for {path} found in {first}")
    value: object = results[str(first)]
    for step in rest:
        value = _inside(value, step)
        if value is _NOTHING:
            raise _Missing(f"Invalid reference specified. No value for {path} found in {first}")
    return value


def _inside(value: object, step: str | int) -> object:
    if isinstance(value, dict):
        return value.get(step, _NOTHING)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _NOTHING


def _filled(results: dict[str, object], value: object) -> object:
    """The value with every @{reference} replaced by what it stands for."""
    if isinstance(value, dict):
        return {key: _filled(results, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(results, each) for each in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole is not None:
        return _lookup(results, whole.group(1))
    return _REFERENCE.sub(lambda found: str(_lookup(results, found.group(1))), value)


def _inner_call(call: Call, part: Json, results: dict[str, object]) -> Call:
    url = str(_filled(results, part.get("url", "")))
    headers = {name: call.headers[name] for name in ("authorization",) if name in call.headers}
    given = part.get("httpHeaders")
    headers |= {k.lower(): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    body = _filled(results, part.get("body"))
    sent = b"" if body is None else json.dumps(body).encode()
    made = call_to(Call, str(part.get("method", "GET")).upper(), url, headers, sent, call.host)
    caller = replace(
        call.caller,
        auto_assign=headers.get("sforce-auto-assign", str(call.caller.auto_assign)).upper()
        != "FALSE",
    )
    return replace(made, caller=caller, version=call.version, token=call.token)


def _one(platform: Platform, call: Call, part: Json, results: dict[str, object]) -> Json:
    reference = str(part.get("referenceId"))
    try:
        answer = platform.inner(_inner_call(call, part, results))
    except _Missing as missing:
        answer = Answer(status=400, body=Refused("PROCESSING_HALTED", str(missing)).body())
    results[reference] = answer.body
    return {
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": reference,
    }


def _failed(part: Json) -> bool:
    return int(str(part["httpStatusCode"])) >= 300


def _halted(part: Json) -> Json:
    body = Refused("PROCESSING_HALTED", _HALTED).body()
    return part | {"body": body, "httpHeaders": {}, "httpStatusCode": 400}


def _together(
    platform: Platform, call: Call, parts: list[Json], *, all_or_none: bool
) -> list[Json]:
    """The answers of sub-requests that are one transaction if all_or_none."""
    results: dict[str, object] = {}
    answers: list[Json] = []
    if not all_or_none:
        return [_one(platform, call, part, results) for part in parts]
    try:
        with platform.org.unit():
            for part in parts:
                answers.append(_one(platform, call, part, results))
                _go_on(not _failed(answers[-1]))
    except _Halted:
        failed = answers[-1]
        rest = [
            _halted({"referenceId": str(part.get("referenceId"))}) for part in parts[len(answers) :]
        ]
        return [_halted(answer) for answer in answers[:-1]] + [failed] + rest
    return answers


def _go_on(well: bool) -> None:  # noqa: FBT001 - one question, one answer
    if not well:
        raise _Halted


def _references_are_unique(parts: list[Json]) -> None:
    names = [str(part.get("referenceId")) for part in parts]
    if "None" in names or len(set(names)) < len(names):
        raise Refused("INVALID_INPUT", "Each subrequest needs a referenceId of its own.")


def composite(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST composite."""
    body = call.json_object()
    parts = _requests(body, "compositeRequest", MOST)
    _references_are_unique(parts)
    heavy = sum("/query" in str(p.get("url")) or "/composite/" in str(p.get("url")) for p in parts)
    if heavy > MOST_QUERIES:
        raise Refused(
            "INVALID_INPUT",
            f"The number of query or collection subrequests exceeds the limit of {MOST_QUERIES}.",
        )
    all_or_none = body.get("allOrNone") is True
    return Answer(
        body={"compositeResponse": _together(platform, call, parts, all_or_none=all_or_none)}
    )


def graph(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST composite/graph: each graph is one transaction."""
    graphs = _requests(call.json_object(), "graphs", MOST_GRAPHS)
    lists = [_requests(each, "compositeRequest", MOST_NODES) for each in graphs]
    if sum(len(parts) for parts in lists) > MOST_NODES:
        raise Refused("INVALID_INPUT", f"The number of nodes exceeds the limit of {MOST_NODES}.")
    answers = []
    for each, parts in zip(graphs, lists, strict=True):
        _references_are_unique(parts)
        done = _together(platform, call, parts, all_or_none=True)
        answers.append(
            {
                "graphId": each.get("graphId"),
                "graphResponse": {"compositeResponse": done},
                "isSuccessful": not any(_failed(part) for part in done),
            }
        )
    return Answer(body={"graphs": answers})


def batch(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST composite/batch: independent calls, one after the other."""
    body = call.json_object()
    halt = body.get("haltOnError") is True
    results: list[Json] = []
    halted = False
    for part in _requests(body, "batchRequests", MOST):
        if halted:
            text = "The request was halted since an earlier one failed."
            results.append(
                {"statusCode": 412, "result": Refused("BATCH_PROCESSING_HALTED", text).body()}
            )
            continue
        # A batch names paths below /services/data, and its body `richInput`.
        path = str(part.get("url", ""))
        url = path if path.startswith("/services/") else f"/services/data/{path.lstrip('/')}"
        inner = {"method": part.get("method", "GET"), "url": url, "body": part.get("richInput")}
        answer = platform.inner(_inner_call(call, inner, {}))
        results.append({"statusCode": answer.status, "result": answer.body})
        halted = halt and answer.status >= 400
    failed = any(int(str(result["statusCode"])) >= 400 for result in results)
    return Answer(body={"hasErrors": failed, "results": results})


# trees


def tree(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST composite/tree/{object}: parents with their children, all or none."""
    records = _requests(call.json_object(), "records", MOST_IN_TREE)
    made: list[Json] = []
    errors: list[Json] = []
    try:
        with platform.org.unit():
            for record in records:
                _plant(platform, call, names["object"], record, {}, made, errors)
            _go_on(not errors)
    except _Halted:
        return Answer(status=400, body={"hasErrors": True, "results": errors})
    return Answer(status=201, body={"hasErrors": False, "results": made})


def _plant(
    platform: Platform, call: Call, name: str, record: Json, link: Json,
    made: list[Json], errors: list[Json],
) -> None:  # fmt: skip
    kind = writing.kind_of(platform.org, call.caller, name)
    attributes = record.get("attributes")
    reference = attributes.get("referenceId") if isinstance(attributes, dict) else None
    children = {k: v for k, v in record.items() if isinstance(v, dict) and "records" in v}
    plain = {k: v for k, v in record.items() if k not in children}
    try:
        record_id = writing.create(platform.org, call.caller, kind, plain | link)
    except Refused as refused:
        errors.append({"referenceId": reference, "errors": [refused.per_record()]})
        return
    made.append({"referenceId": reference, "id": record_id})
    for relationship, nested in children.items():
        child = platform.org.schema.child(kind.name, relationship)
        if child is None:
            raise Refused("INVALID_FIELD", f"No such relationship '{relationship}' on {kind.name}")
        for each in nested["records"]:
            _plant(
                platform, call, child.type.name, each, {child.field.name: record_id}, made, errors
            )


def listing(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET composite."""
    parts = ("batch", "graph", "sobjects", "tree")
    return Answer(body={name: f"{call.base}/composite/{name}" for name in parts})


ROUTES: Final = (
    route("/composite", post=composite, get=listing),
    route("/composite/graph", post=graph),
    route("/composite/batch", post=batch),
    route("/composite/tree/{object}", post=tree),
)
