"""Which properties an object type has.

Follows https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.hubspot import defining, outcomes
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.outcomes import Outcomes
from sandbox.hubspot.problems import NOT_FOUND, Refused
from sandbox.hubspot.routes import asking
from sandbox.hubspot.routing import route
from sandbox.hubspot.schema.kind import Group, Kind
from sandbox.hubspot.schema.payload import group_json, property_json
from sandbox.hubspot.schema.property import Property

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]
MOST: Final = 100


def _shown(portal: Portal, known: Property) -> Json:
    return property_json(known, portal.founded_at)


def list_properties(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/properties/{type}."""
    portal = platform.portal
    archived = call.flag("archived")
    found = [
        _shown(portal, each)
        for each in portal.kind(names["type"]).properties.values()
        if each.archived is archived
    ]
    return Answer(body={"results": found})


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/properties/{type}."""
    portal = platform.portal
    made = defining.create(portal, portal.kind(names["type"]), call.json_object())
    return Answer(status=201, body=_shown(portal, made))


def one(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/properties/{type}/{name}."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    known = defining.existing(kind, names["name"], archived=call.flag("archived"))
    return Answer(body=_shown(portal, known))


def update(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH /crm/properties/{type}/{name}."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    return Answer(
        body=_shown(portal, defining.update(portal, kind, names["name"], call.json_object()))
    )


def archive(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE /crm/properties/{type}/{name}."""
    portal = platform.portal
    defining.archive(portal, portal.kind(names["type"]), names["name"])
    return Answer(status=204)


def batch_read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/properties/{type}/batch/read."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    body = call.json_object()
    found = Outcomes()
    for each in asking.inputs(body, MOST, "property reads"):
        name = asking.text_in(each, "name")
        try:
            known = defining.existing(kind, name, archived=body.get("archived") is True)
        except Refused as refused:
            found.errors.append(refused.per_input({"name": name}))
        else:
            found.results.append(_shown(portal, known))
    return found.answer(portal, call)


def batch_create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/properties/{type}/batch/create."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    given = asking.inputs(call.json_object(), MOST, "property creates")

    def step(each: Json) -> Json:
        return _shown(portal, defining.create(portal, kind, each))

    return outcomes.write_all(portal, given, step, alone=True).answer(portal, call, 201)


def batch_archive(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/properties/{type}/batch/archive."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    with portal.unit():
        for each in asking.inputs(call.json_object(), MOST, "property archives"):
            defining.archive(portal, kind, asking.text_in(each, "name"))
    return Answer(status=204)


# groups


def list_groups(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/properties/{type}/groups."""
    groups = platform.portal.kind(names["type"]).groups.values()
    return Answer(body={"results": [group_json(each) for each in groups if not each.archived]})


def create_group(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/properties/{type}/groups."""
    kind = platform.portal.kind(names["type"])
    return Answer(status=201, body=group_json(defining.add_group(kind, call.json_object())))


def one_group(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/properties/{type}/groups/{name}."""
    return Answer(body=group_json(_group(platform.portal.kind(names["type"]), names["name"])))


def update_group(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH /crm/properties/{type}/groups/{name}."""
    group = _group(platform.portal.kind(names["type"]), names["name"])
    body = call.json_object()
    group.label = str(body.get("label") or group.label)
    order = body.get("displayOrder")
    group.order = order if isinstance(order, int) else group.order
    return Answer(body=group_json(group))


def archive_group(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE /crm/properties/{type}/groups/{name}."""
    group = _group(platform.portal.kind(names["type"]), names["name"])
    group.archived = True
    return Answer(status=204)


def _group(kind: Kind, name: str) -> Group:
    found = kind.groups.get(name)
    if found is None or found.archived:
        raise Refused(404, NOT_FOUND, f"Property group {name} does not exist")
    return found


ROUTES = (
    route("/crm/properties/{type}", get=list_properties, post=create),
    route("/crm/properties/{type}/groups", get=list_groups, post=create_group),
    route(
        "/crm/properties/{type}/groups/{name}",
        get=one_group,
        patch=update_group,
        delete=archive_group,
    ),
    route("/crm/properties/{type}/batch/read", post=batch_read),
    route("/crm/properties/{type}/batch/create", post=batch_create),
    route("/crm/properties/{type}/batch/archive", post=batch_archive),
    route("/crm/properties/{type}/{name}", get=one, patch=update, delete=archive),
)
