"""POST /crm/objects/{type}/search.

Follows https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants, rendering
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.rendering import Wanted
from sandbox.hubspot.routing import route
from sandbox.hubspot.search import asking
from sandbox.hubspot.search.engine import Found, shown
from sandbox.hubspot.search.faults import SearchFaults
from sandbox.hubspot.search.ordering import Hit

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

Json = dict[str, object]


def search(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """One page of what matches."""
    portal = platform.portal
    table = portal.table(names["type"])
    kind = portal.schema[table.type]

    def type_of(name: str) -> str | None:
        known = kind.live(name)
        return known.type if known else None

    length = len(call.body.decode("utf-8", "replace"))
    asked = asking.asked(call.json_object(), length)
    engine = platform.searches
    engine.faults = platform.weather.searches
    found = engine.search(table, kind.modified, type_of, asked, portal.clock.now())
    wanted = rendering.wanted(kind, asked.properties)
    return Answer(body=_page(found, wanted, engine.faults))


def _page(found: Found, wanted: Wanted, faults: SearchFaults) -> Json:
    body: Json = {
        "total": found.total,
        "results": [_object(hit, wanted, faults) for hit in found.hits],
    }
    if found.after is not None:
        after = str(found.after)
        body["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
    return body


def _object(hit: Hit, wanted: Wanted, faults: SearchFaults) -> Json:
    kept, values = hit[0], shown(hit, faults)
    return {
        "id": str(kept.id),
        "properties": {name: values.get(name) for name in wanted.names},
        "createdAt": instants.shown(kept.created_at),
        # What is shown of an object as the index has it is told by its own stamp.
        "updatedAt": values.get(wanted.kind.modified) or instants.shown(kept.updated_at),
        "archived": False,
    }


ROUTES: Final = (route("/crm/objects/{type}/search", post=search),)
