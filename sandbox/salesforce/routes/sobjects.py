"""What objects there are, what they look like, and what changed in a period.

Follows "Describe Global", "sObject Basic Information", "sObject Describe", "sObject Get Updated",
"sObject Get Deleted" (REST API guide, resources_describeGlobal, resources_sobject_describe,
resources_getupdated, resources_getdeleted) and getUpdatedResult of the SOAP API guide.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from connector.clock import DAY, MINUTE, SECOND
from sandbox.salesforce import values, writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routes import rows
from sandbox.salesforce.routing import route
from sandbox.salesforce.schema import payload
from sandbox.salesforce.table import Table

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

_UPDATED_FOR: Final = 30 * DAY
_DELETED_FOR: Final = 15 * DAY


def describe_global(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects."""
    unchanged = _not_modified(platform, call)
    if unchanged is not None:
        return unchanged
    access = platform.org.access
    entries = [
        payload.brief(kind, call.base)
        for kind in platform.org.schema
        if access.object_visible(call.caller, kind.name)
    ]
    return Answer(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries})


def _not_modified(platform: Platform, call: Call) -> Answer | None:
    since = call.header("If-Modified-Since")
    if since is None:
        return None
    changed = platform.org.described_at
    if changed - changed % SECOND > rows.moment(since):
        return None
    return Answer(status=304)


def _last_modified(platform: Platform) -> dict[str, str]:
    return {"Last-Modified": formatdate(platform.org.described_at // SECOND, usegmt=True)}


def basic(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}."""
    kind = writing.kind_of(platform.org, call.caller, names["object"])
    return Answer(body={"objectDescribe": payload.brief(kind, call.base), "recentItems": []})


def describe(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}/describe."""
    org = platform.org
    kind = writing.kind_of(org, call.caller, names["object"])
    unchanged = _not_modified(platform, call)
    if unchanged is not None:
        return unchanged
    visible = org.access.visible(call.caller, kind)
    host = platform.auth.instance_url(call.host)
    types = org.record_types.get(kind.name, ())
    body = payload.full(org.schema, kind, visible, call.base, host, types)
    return Answer(body=body, headers=_last_modified(platform))


def _period(platform: Platform, call: Call, table: Table, reach: int) -> tuple[int, int]:
    if "replicateable" not in table.kind.powers:
        raise Refused("INVALID_TYPE", f"sObject type '{table.kind.name}' is not replicateable")
    try:
        start = values.read_instant(call.query["start"].replace(" ", "+"))
        end = values.read_instant(call.query["end"].replace(" ", "+"))
    except KeyError as missing:
        raise Refused("MISSING_ARGUMENT", f"missing parameter: {missing.args[0]}") from None
    except ValueError as error:
        raise Refused("INVALID_ARGUMENT", f"invalid date: {error}") from None
    now = platform.org.clock.now()
    if start >= end:
        raise Refused("INVALID_REPLICATION_DATE", "startDate must be before endDate")
    if end - start < MINUTE:
        raise Refused(
            "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate"
        )
    if start < now - reach:
        raise Refused(
            "INVALID_REPLICATION_DATE",
            f"startDate cannot be more than {reach // DAY} days ago",
        )
    return start, end


def updated(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}/updated."""
    org = platform.org
    kind = writing.kind_of(org, call.caller, names["object"])
    table = org.tables[kind.name]
    start, end = _period(platform, call, table, _UPDATED_FOR)
    until = (end - end % SECOND + SECOND, "")
    found = table.stamps.between((start - start % SECOND, ""), until)
    live = [each for each in found if not table.shown[each].get("IsDeleted")]
    covered = min(end, org.covered_until())
    return Answer(body={"ids": live, "latestDateCovered": values.show_instant(covered)})


def deleted(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET sobjects/{object}/deleted."""
    org = platform.org
    kind = writing.kind_of(org, call.caller, names["object"])
    start, end = _period(platform, call, org.tables[kind.name], _DELETED_FOR)
    found = [
        {"id": record_id, "deletedDate": values.show_instant(at - at % SECOND)}
        for name, record_id, at in org.deleted_log
        if name == kind.name and start <= at <= end
    ]
    body = {
        "deletedRecords": found,
        "earliestDateAvailable": values.show_instant(org.clock.now() - _DELETED_FOR),
        "latestDateCovered": values.show_instant(min(end, org.covered_until())),
    }
    return Answer(body=body)


ROUTES: Final = (
    route("/sobjects", get=describe_global),
    route("/sobjects/{object}", get=basic, post=rows.create),
    route("/sobjects/{object}/describe", get=describe),
    route("/sobjects/{object}/updated", get=updated),
    route("/sobjects/{object}/deleted", get=deleted),
)
