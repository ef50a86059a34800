"""Which objects are associated: by v4 or a dated version, and in the older shape of v3.

Follows https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide and
https://developers.hubspot.com/docs/api-reference/crm-associations-v3/guide.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import rendering
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.outcomes import Outcomes
from sandbox.hubspot.problems import NOT_FOUND, Refused, invalid
from sandbox.hubspot.routes import asking, associating
from sandbox.hubspot.routes.associating import kinds_in, live, wire_id
from sandbox.hubspot.routing import route
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]
MOST_READ: Final = 1_000
PAGE: Final = 500


def _types(portal: Portal, one: str, other: str, numbers: Iterable[int]) -> list[Json]:
    return [each.as_json() for each in rendering.kinds_of(portal, one, other, numbers)]


# reading


def batch_read(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/associations/{from}/{to}/batch/read."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    found = Outcomes()
    for each in asking.inputs(call.json_object(), MOST_READ, "association reads"):
        key = asking.text_in(each, "id")
        kept = portal.tables[one.name].exactly(key)
        after = int(str(each.get("after") or 0))
        row = _row(portal, call, kept, other, after) if kept and kept.is_live else None
        if row is None:
            found.errors.append(_none(one, other, key))
        else:
            found.results.append(row)
    return found.answer(portal, call)


def _row(portal: Portal, call: Call, kept: Kept, other: Kind, after: int) -> Json | None:
    limit = portal.association_page
    page, following = rendering.live_links(portal, kept, other.name, after, limit)
    if not page:
        return None
    row: Json = {"from": {"id": str(kept.id)}}
    row["to"] = (
        _old_shape(portal, kept, other, page)
        if call.version == "v3"
        else [
            {
                "toObjectId": wire_id(call, other_id),
                "associationTypes": _types(portal, kept.type, other.name, numbers),
            }
            for other_id, numbers in page
        ]
    )
    if following is not None:
        version = call.version if call.is_dated else ""
        path = f"/crm/objects/{version}" if version else f"/crm/{call.version}/objects"
        link = f"http://{call.host}{path}/{kept.type}/{kept.id}/associations/{other.name}"
        after_text = str(following)
        row["paging"] = {"next": {"after": after_text, "link": f"{link}?after={after_text}"}}
    return row


def _old_shape(
    portal: Portal, kept: Kept, other: Kind, page: list[tuple[int, tuple[int, ...]]]
) -> list[Json]:
    return [
        {"id": str(other_id), "type": rendering.type_name(portal, kept.type, other.name, kind)}
        for other_id, numbers in page
        for kind in rendering.kinds_of(portal, kept.type, other.name, numbers)
    ]


def _none(one: Kind, other: Kind, key: str) -> Json:
    refused = Refused(
        404,
        NOT_FOUND,
        f"No {other.singular} is associated with {one.singular} {key}.",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
    )
    return refused.per_input(
        {"fromObjectId": key, "fromObjectType": one.number, "toObjectType": other.number}
    )


def of_one(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/objects/{from}/{id}/associations/{to}."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    kept = live(portal, one, names["id"])
    limit = call.number("limit", PAGE, PAGE)
    after = call.number("after", 0, 10**18, least=0)
    page, following = rendering.live_links(portal, kept, other.name, after, limit)
    results = (
        _old_shape(portal, kept, other, page)
        if call.version == "v3"
        else [
            {
                "toObjectId": wire_id(call, other_id),
                "associationTypes": _types(portal, one.name, other.name, numbers),
            }
            for other_id, numbers in page
        ]
    )
    body: Json = {"results": results}
    if following is not None:
        text = str(following)
        body["paging"] = {"next": {"after": text, "link": call.link_after(text)}}
    return Answer(body=body)


def labels(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/associations/{from}/{to}/labels."""
    one, other = kinds_in(platform.portal, names)
    found = platform.portal.associations.types.between(one.name, other.name)
    return Answer(body={"results": [each.as_json() for each in found]})


def add_label(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/associations/{from}/{to}/labels: a label of the portal's own, both ways."""
    portal = platform.portal
    one, other = kinds_in(portal, names)
    body = call.json_object()
    types = portal.associations.types
    if types.plain(one.name, other.name) is None:
        raise invalid(f"No association types exist between {one.name} and {other.name}")
    label = asking.text_in(body, "label")
    number = types.add_label(one.name, other.name, label, str(body.get("inverseLabel") or ""))
    made = types.find(one.name, other.name, number)
    back = types.find(other.name, one.name, made.inverse) if made else None
    return Answer(body={"results": [each.as_json() for each in (made, back) if each is not None]})


ROUTES = (
    route("/crm/associations/{from}/{to}/batch/read", post=batch_read),
    route("/crm/associations/{from}/{to}/labels", get=labels, post=add_label),
    route("/crm/objects/{from}/{id}/associations/{to}", get=of_one),
    *associating.ROUTES,
)
