"""Versions, the resource root, limits.

Follows "Versions", "Resources by Version", "Limits", "Record Count" (REST API guide,
resources_versions, resources_discoveryresource, resources_limits, resources_record_count).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce import writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.routing import route

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

OLDEST: Final = 31
NEWEST: Final = 67
_SEASONS: Final = ("Summer", "Winter", "Spring")
_RESOURCES: Final = (
    "actions", "composite", "jobs", "limits", "parameterizedSearch", "query", "queryAll",
    "search", "sobjects", "tooling",
)  # fmt: skip


def label(version: int) -> str:
    """The name of a release: 31 is Summer '14, 32 Winter '15, 33 Spring '15."""
    year = 14 + (version - OLDEST + 2) // 3
    return f"{_SEASONS[(version - OLDEST) % 3]} '{year}"


def versions() -> list[dict[str, str]]:
    """GET /services/data."""
    return [
        {"label": label(each), "url": f"/services/data/v{each}.0", "version": f"{each}.0"}
        for each in range(OLDEST, NEWEST + 1)
    ]


def root(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /services/data/vXX.0."""
    identity = platform.auth.identity_url(call.caller.user, call.host)
    resources = {name: f"{call.base}/{name}" for name in _RESOURCES}
    return Answer(body=resources | {"identity": identity})


def limits(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET limits."""
    quota, bulk = platform.quota, platform.bulk
    left = quota.daily - quota.used
    counts: dict[str, tuple[int, int]] = {
        "ConcurrentAsyncGetReportInstances": (200, 200),
        "DailyApiRequests": (quota.daily, left),
        "DailyAsyncApexExecutions": (250_000, 250_000),
        "DailyBulkApiBatches": (15_000, 15_000 - bulk.batches_used),
        "DailyBulkV2QueryFileStorageMB": (976_562, 976_562),
        "DailyBulkV2QueryJobs": (10_000, 10_000 - bulk.queries_used),
        "DailyStreamingApiEvents": (10_000, 10_000),
        "DataStorageMB": (1_024, 1_000),
        "FileStorageMB": (1_024, 1_024),
        "HourlyODataCallout": (20_000, 20_000),
        "MassEmail": (5_000, 5_000),
        "SingleEmail": (5_000, 5_000),
    }
    return Answer(
        body={name: {"Max": most, "Remaining": rest} for name, (most, rest) in counts.items()}
    )


def record_count(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET limits/recordCount; an estimate on the platform, exact here."""
    asked = [name.strip() for name in call.query.get("sObjects", "").split(",") if name.strip()]
    found = []
    for name in asked or [kind.name for kind in platform.org.schema]:
        kind = platform.org.schema.find(name)
        if kind is None:
            continue
        if not platform.org.access.object_visible(call.caller, kind.name):
            continue
        live = sum(1 for _ in platform.org.tables[kind.name].live())
        found.append({"count": live, "name": kind.name})
    return Answer(body={"sObjects": found})


def recent(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET recent: nothing was looked at in the user interface."""
    return Answer(body=[])


def quick_describe(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}/listviews: there are none."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    body = {
        "done": True,
        "listviews": [],
        "nextRecordsUrl": None,
        "size": 0,
        "sobjectType": kind.name,
    }
    return Answer(body=body)


ROUTES: Final = (
    route("", get=root),
    route("/limits", get=limits),
    route("/limits/recordCount", get=record_count),
    route("/recent", get=recent),
    route("/sobjects/{object}/listviews", get=quick_describe),
)
