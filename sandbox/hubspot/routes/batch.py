"""Up to 100 objects in one call.

Follows https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/create and its
neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import outcomes, rendering, writing
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.outcomes import Outcomes
from sandbox.hubspot.problems import Refused, gone, invalid
from sandbox.hubspot.routes import asking
from sandbox.hubspot.routing import route
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]
MOST: Final = 100
MOST_WITH_HISTORY: Final = 50
"""https://github.com/activepieces/activepieces/pull/9359"""


def read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}/batch/read."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    body = call.json_object()
    history = asking.names_in(body, "propertiesWithHistory")
    what = "property histories" if history else "object reads"
    given = asking.inputs(body, MOST_WITH_HISTORY if history else MOST, what)
    asked = rendering.wanted(kind, asking.names_in(body, "properties"), history)
    id_property = str(body.get("idProperty") or "")
    found, missing = Outcomes(), []
    for key in dict.fromkeys(asking.text_in(each, "id") for each in given):
        try:
            kept = _found(portal, kind, key, id_property, archived=call.flag("archived"))
        except Refused as refused:
            if refused.status != 404:
                raise
            missing.append(key)
        else:
            found.results.append(rendering.shown(kept, asked))
    if missing:
        found.errors.append(outcomes.none_of(missing, "get", kind.singular))
    return found.answer(portal, call)


def _found(portal: Portal, kind: Kind, key: str, id_property: str, *, archived: bool) -> Kept:
    if not archived:
        return writing.find(portal, kind, key, id_property, batch=True)
    kept = portal.tables[kind.name].exactly(key)
    if kept is None or kept.archived_at is None:
        raise gone(key)
    return kept


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}/batch/create."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    given = asking.inputs(call.json_object(), MOST, "object creates")

    def step(each: Json) -> Json:
        links = asking.links_in(portal, kind.name, each)
        kept = writing.create(
            portal,
            call.caller,
            kind,
            asking.properties_in(each),
            links,
            ruled=call.since_2026_09,
        )
        return rendering.whole(kept)

    alone = outcomes.all_traced(given)
    return outcomes.write_all(portal, given, step, alone=alone).answer(portal, call, 201)


def update(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}/batch/update."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    given = asking.inputs(call.json_object(), MOST, "object updates")
    _check_different(given)

    def step(each: Json) -> Json:
        id_property = str(each.get("idProperty") or "")
        if id_property:
            writing.check_key(portal, kind, id_property)
        key = asking.text_in(each, "id")
        kept = writing.find(portal, kind, key, id_property, batch=True)
        values = asking.properties_in(each)
        writing.update(portal, call.caller, kept, values, ruled=call.since_2026_09)
        return rendering.whole(kept)

    alone = outcomes.all_traced(given)
    return outcomes.write_all(portal, given, step, alone=alone).answer(portal, call)


def upsert(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}/batch/upsert: by e-mail address they stand and fall together."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    given = asking.inputs(call.json_object(), MOST, "object upserts")
    _check_different(given)
    by_email = any(each.get("idProperty") == "email" for each in given)
    alone = outcomes.all_traced(given) and not by_email
    step = _upserting(portal, call, kind)
    return outcomes.write_all(portal, given, step, alone=alone).answer(portal, call)


def _upserting(portal: Portal, call: Call, kind: Kind) -> Callable[[Json], Json]:
    def step(each: Json) -> Json:
        key, values = asking.text_in(each, "id"), asking.properties_in(each)
        id_property = str(each.get("idProperty") or "")
        if id_property:
            writing.check_key(portal, kind, id_property)
            holder = portal.tables[kind.name].holder(id_property, key.strip())
            if holder is None:
                values = {id_property: key} | values
                kept = writing.create(portal, call.caller, kind, values, ruled=call.since_2026_09)
                return rendering.whole(kept) | {"new": True}
            key = str(holder)
        kept = writing.find(portal, kind, key, batch=True)
        writing.update(portal, call.caller, kept, values, ruled=call.since_2026_09)
        return rendering.whole(kept) | {"new": False}

    return step


def _check_different(given: list[Json]) -> None:
    keys = Counter(asking.text_in(each, "id").strip().lower() for each in given)
    twice = [key for key, count in keys.items() if count > 1]
    if twice:
        raise invalid(f"Duplicate IDs found in batch input: {twice}. IDs must be unique")


def archive(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}/batch/archive; ids that are not there count as done."""
    portal = platform.portal
    table = portal.table(names["type"])
    given = asking.inputs(call.json_object(), MOST, "object archives")
    with portal.unit():
        for each in given:
            kept = table.exactly(asking.text_in(each, "id"))
            if kept is not None:
                writing.archive(portal, call.caller, kept)
    return Answer(status=204)


ROUTES = (
    route("/crm/objects/{type}/batch/read", post=read),
    route("/crm/objects/{type}/batch/create", post=create),
    route("/crm/objects/{type}/batch/update", post=update),
    route("/crm/objects/{type}/batch/upsert", post=upsert),
    route("/crm/objects/{type}/batch/archive", post=archive),
)
