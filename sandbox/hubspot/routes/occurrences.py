"""What contacts did on the web, one row for each time: portals with an Enterprise hub have it.

Follows https://developers.hubspot.com/docs/api-reference/events-v3/guide: only `occurredAt` sorts,
in practice a contact at a time, and marketing mail is not among it.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.marketing import Log, Occurrence
from sandbox.hubspot.problems import invalid
from sandbox.hubspot.routing import route
from sandbox.hubspot.search.values import moment

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

MOST: Final = 1_000
DEFAULT: Final = 100
TYPES: Final = ("e_visited_page", "e_submitted_form")
Json = dict[str, object]


def listed(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /events/event-occurrences: the rows of one contact."""
    if call.query.get("objectType", "contact") not in ("contact", "contacts", "0-1"):
        raise invalid("objectType must be contact", propertyName="objectType")
    contact = call.number("objectId", 0, 2**62)
    if not contact:
        raise invalid("objectId is required", propertyName="objectId")
    rows = _asked(platform, call, contact)
    limit = call.number("limit", DEFAULT, MOST)
    start = call.number("after", 0, 2**62, 0)
    page = list(islice(rows, start, start + limit + 1))
    body: Json = {"results": [_shown(row) for row in page[:limit]]}
    if len(page) > limit:
        after = str(start + limit)
        body["paging"] = {"next": {"after": after, "link": call.link_after(after)}}
    return Answer(body=body)


def _asked(platform: Platform, call: Call, contact: int) -> list[Occurrence]:
    sort = call.query.get("sort", "-occurredAt")
    if sort.lstrip("-") != "occurredAt":
        # https://github.com/HubSpot/hubspot-api-python/issues/333
        raise invalid(f"Sort by {sort} is not supported; only occurredAt is", propertyName="sort")
    low, high = _instant(call, "occurredAfter", 0), _instant(call, "occurredBefore", 2**62)
    kind = call.query.get("eventType", "")
    log = platform.marketing.occurrences.get(contact) or Log[Occurrence]()
    now = platform.portal.clock.now()
    found = [row for row in log.newest_first(low, min(high, now), None) if kind in ("", row.type)]
    return found if sort.startswith("-") else found[::-1]


def _instant(call: Call, name: str, default: float) -> float:
    text = call.query.get(name, "")
    found = moment(text) if text else default
    if found is None:
        raise invalid(f"{name} is no instant: {text}", propertyName=name)
    return found


def _shown(row: Occurrence) -> Json:
    return {
        "id": row.id,
        "eventType": row.type,
        "objectType": "CONTACT",
        "objectId": str(row.object_id),
        "occurredAt": instants.shown(row.at),
        "properties": dict(row.properties),
    }


def types(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /events/event-occurrences/event-types."""
    return Answer(body={"eventTypes": list(TYPES)})


ROUTES: Final = (
    route("/events/event-occurrences/event-types", get=types),
    route("/events/event-occurrences", get=listed),
)
