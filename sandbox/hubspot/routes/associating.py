"""Associating objects, and ending that.

Follows https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide and
https://developers.hubspot.com/docs/api-reference/crm-associations-v3/guide.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import linking, rendering
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.outcomes import Outcomes
from sandbox.hubspot.problems import NOT_FOUND, Refused, gone, invalid
from sandbox.hubspot.routes import asking
from sandbox.hubspot.routing import route
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]
Step = Callable[[Json, Kept, Kept], Json]
"""(input, the one object, the other) -> what the answer has of it."""
MOST_WRITTEN: Final = 2_000


def kinds_in(portal: Portal, names: dict[str, str]) -> tuple[Kind, Kind]:
    """The two types of objects in a path."""
    return portal.kind(names["from"]), portal.kind(names["to"])


def wire_id(call: Call, object_id: int) -> object:
    """An id as associations have it: a number in v4, text in the dated versions."""
    return str(object_id) if call.is_dated else object_id


def live(portal: Portal, kind: Kind, key: str) -> Kept:
    """The live object of an id; Refused 404 when there is none."""
    kept = portal.tables[kind.name].find(key)
    if kept is None or not kept.is_live:
        raise gone(key)
    return kept


def _end(given: Json, name: str) -> str:
    """The id at one end of an input."""
    found = given.get(name)
    if not isinstance(found, dict):
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{name}]")
    return asking.text_in(found, "id")


def batch_create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/associations/{from}/{to}/batch/create: 201, since 2026-09 200."""
    portal = platform.portal
    one, other = kinds_in(portal, names)

    def step(each: Json, child: Kept, parent: Kept) -> Json:
        if call.version == "v3":
            numbers = _by_name(portal, one, other, asking.text_in(each, "type"))
        else:
            types = each.get("types")
            numbers = linking.spec_numbers(portal, one.name, other.name, types)
        made = linking.associate(portal, call.caller, child, parent, numbers)
        if call.version == "v3":
            return {
                "from": {"id": str(child.id)},
                "to": {"id": str(parent.id)},
                "type": each["type"],
            }
        return _made(portal, call, child, parent, made)

    found = _each(portal, call, one, other, step)
    return found.answer(portal, call, 200 if call.since_2026_09 else 201)


def _by_name(portal: Portal, one: Kind, other: Kind, name: str) -> list[int]:
    """The number of a type by its v3 name."""
    for each in portal.associations.types.between(one.name, other.name):
        if name in (rendering.type_name(portal, one.name, other.name, each), str(each.number)):
            return [each.number]
    raise invalid(f"{name} is not a valid association type from {one.name} to {other.name}")


def _made(portal: Portal, call: Call, child: Kept, parent: Kept, numbers: Iterable[int]) -> Json:
    known = rendering.kinds_of(portal, child.type, parent.type, numbers)
    return {
        "fromObjectTypeId": portal.schema[child.type].number,
        "fromObjectId": wire_id(call, child.id),
        "toObjectTypeId": portal.schema[parent.type].number,
        "toObjectId": wire_id(call, parent.id),
        "labels": [each.label for each in known if each.label],
    }


def batch_default(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/associations/{from}/{to}/batch/associate/default."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    found = Outcomes()

    def step(each: Json, child: Kept, parent: Kept) -> Json:
        made = linking.associate(portal, call.caller, child, parent)
        found.results.extend(_both_ways(portal, one, other, child, parent, made))
        return {}

    found.errors = _each(portal, call, one, other, step).errors
    return found.answer(portal, call)


def _both_ways(
    portal: Portal, one: Kind, other: Kind, child: Kept, parent: Kept, numbers: Iterable[int]
) -> list[Json]:
    rows: list[Json] = []
    for kind in rendering.kinds_of(portal, one.name, other.name, numbers):
        for start, end, number in ((child, parent, kind.number), (parent, child, kind.inverse)):
            rows.append(
                {
                    "from": {"id": str(start.id)},
                    "to": {"id": str(end.id)},
                    "associationSpec": {
                        "associationCategory": kind.category,
                        "associationTypeId": number,
                    },
                }
            )
    return rows


def batch_archive(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/associations/{from}/{to}/batch/archive: all types; `to` may be a list."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    with portal.unit():
        for each in asking.inputs(call.json_object(), MOST_WRITTEN, "association archives"):
            ends = each.get("to")
            listed = ends if isinstance(ends, list) else [ends]
            for end in listed:
                pair = _pair(portal, one, other, {"from": each.get("from"), "to": end})
                linking.dissociate(portal, call.caller, *pair)
    return _done(call)


def archive_labels(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/associations/{from}/{to}/batch/labels/archive: only these types."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    with portal.unit():
        for each in asking.inputs(call.json_object(), MOST_WRITTEN, "association archives"):
            numbers = linking.spec_numbers(portal, one.name, other.name, each.get("types"))
            pair = _pair(portal, one, other, each)
            linking.dissociate(portal, call.caller, *pair, numbers)
    return _done(call)


def _done(call: Call) -> Answer:
    """Nothing to say; since 2026-09 with 200."""
    return Answer(status=200, body={}) if call.since_2026_09 else Answer(status=204)


def _pair(portal: Portal, one: Kind, other: Kind, given: Json) -> tuple[Kept, Kept]:
    return (
        live(portal, one, _end(given, "from")),
        live(portal, other, _end(given, "to")),
    )


def _each(portal: Portal, call: Call, one: Kind, other: Kind, step: Step) -> Outcomes:
    """Do all inputs; those whose objects are not there fail alone, anything else fails all."""
    found = Outcomes()
    with portal.unit():
        for each in asking.inputs(call.json_object(), MOST_WRITTEN, "association creates"):
            try:
                child, parent = _pair(portal, one, other, each)
            except Refused as refused:
                if refused.category != NOT_FOUND:
                    raise
                found.errors.append(refused.per_input())
                continue
            found.results.append(step(each, child, parent))
    return found


def put_default(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PUT /crm/objects/{from}/{id}/associations/default/{to}/{other}."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    child, parent = live(portal, one, names["id"]), live(portal, other, names["other"])
    with portal.unit():
        made = linking.associate(portal, call.caller, child, parent)
    found = Outcomes(results=_both_ways(portal, one, other, child, parent, made))
    return found.answer(portal, call)


def put(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PUT /crm/objects/{from}/{id}/associations/{to}/{other}: by the types in the body."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    child, parent = live(portal, one, names["id"]), live(portal, other, names["other"])
    if not call.body:
        raise invalid("Invalid JSON input: a request body was expected, but none found")
    numbers = linking.spec_numbers(portal, one.name, other.name, call.json())
    with portal.unit():
        made = linking.associate(portal, call.caller, child, parent, numbers)
    return Answer(status=201, body=_made(portal, call, child, parent, made))


def put_named(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PUT /crm/v3/objects/{from}/{id}/associations/{to}/{other}/{name}."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    child, parent = live(portal, one, names["id"]), live(portal, other, names["other"])
    numbers = _by_name(portal, one, other, names["name"])
    with portal.unit():
        linking.associate(portal, call.caller, child, parent, numbers)
    return Answer(body=rendering.whole(child))


def end(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE /crm/objects/{from}/{id}/associations/{to}/{other}."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    child, parent = live(portal, one, names["id"]), live(portal, other, names["other"])
    with portal.unit():
        linking.dissociate(portal, call.caller, child, parent)
    return Answer(status=204)


_ONE: Final = "/crm/objects/{from}/{id}/associations"
_MANY: Final = "/crm/associations/{from}/{to}/batch"
ROUTES = (
    route(f"{_MANY}/create", post=batch_create),
    route(f"{_MANY}/associate/default", post=batch_default),
    route(f"{_MANY}/archive", post=batch_archive),
    route(f"{_MANY}/labels/archive", post=archive_labels),
    route(f"{_ONE}/default/{{to}}/{{other}}", put=put_default),
    route(f"{_ONE}/{{to}}/{{other}}", put=put, delete=end),
    route(f"{_ONE}/{{to}}/{{other}}/{{name}}", put=put_named),
)
