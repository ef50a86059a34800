"""One object, and lists of them.

Follows https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/basic/get-page and its
neighbours; the dated versions have the same shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.hubspot import merging, rendering, writing
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.problems import gone, invalid
from sandbox.hubspot.routes import asking
from sandbox.hubspot.routing import route
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]
MOST: Final = 100
MOST_WITH_HISTORY: Final = 50


def list_objects(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/objects/{type}."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    history = call.many("propertiesWithHistory")
    limit = call.number("limit", 10, MOST_WITH_HISTORY if history else MOST)
    after = call.number("after", 0, 10**18, least=0)
    asked = rendering.wanted(kind, call.many("properties"), history)
    others = [portal.kind(name).name for name in call.many("associations")]
    archived = call.flag("archived")
    if archived:
        portal.empty_bin(kind.name)
    page = portal.tables[kind.name].page(after, limit + 1, archived=archived)
    base = f"http://{call.host}{call.path.rstrip('/')}"
    rows = []
    for kept in page[:limit]:
        row = rendering.shown(kept, asked)
        if others:
            row |= _links(portal, kept, others, f"{base}/{kept.id}")
        rows.append(row)
    body: Json = {"results": rows}
    if len(page) > limit:
        following = str(page[limit].id)
        body["paging"] = {"next": {"after": following, "link": call.link_after(following)}}
    return Answer(body=body)


def _links(portal: Portal, kept: Kept, others: list[str], link: str) -> Json:
    found = rendering.inline(portal, kept, others, link, portal.inline_links)
    return {"associations": found} if found else {}


def create(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    body = call.json_object()
    links = asking.links_in(portal, kind.name, body)
    kept = writing.create(
        portal,
        call.caller,
        kind,
        asking.properties_in(body),
        links,
        ruled=call.since_2026_09,
    )
    return Answer(status=201, body=rendering.whole(kept))


def one(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/objects/{type}/{id}."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    kept = _asked(portal, kind, call, names["id"])
    asked = rendering.wanted(kind, call.many("properties"), call.many("propertiesWithHistory"))
    others = [portal.kind(name).name for name in call.many("associations")]
    link = f"http://{call.host}{call.path.rstrip('/')}"
    return Answer(body=rendering.shown(kept, asked) | _links(portal, kept, others, link))


def _asked(portal: Portal, kind: Kind, call: Call, key: str) -> Kept:
    if not call.flag("archived"):
        return writing.find(portal, kind, key, call.query.get("idProperty", ""))
    portal.empty_bin(kind.name)
    kept = portal.tables[kind.name].find(key)
    if kept is None or kept.archived_at is None:
        raise gone()
    return kept


def update(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PATCH /crm/objects/{type}/{id}."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    kept = writing.find(portal, kind, names["id"], call.query.get("idProperty", ""))
    given = asking.properties_in(call.json_object())
    writing.update(portal, call.caller, kept, given, ruled=call.since_2026_09)
    return Answer(body=rendering.whole(kept))


def archive(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """DELETE /crm/objects/{type}/{id}: nothing to say, also when it is archived already."""
    portal = platform.portal
    kept = portal.table(names["type"]).find(names["id"])
    if kept is None:
        raise gone()
    writing.archive(portal, call.caller, kept)
    return Answer(status=204)


def merge(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/{type}/merge."""
    portal = platform.portal
    kind = portal.kind(names["type"])
    body = call.json_object()
    winner = asking.text_in(body, "primaryObjectId")
    loser = asking.text_in(body, "objectIdToMerge")
    return Answer(body=rendering.whole(merging.merge(portal, call.caller, kind, winner, loser)))


def erase(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /crm/objects/contacts/gdpr-delete."""
    portal = platform.portal
    if portal.kind(names["type"]).name != "contacts":
        raise invalid("Only contacts can be privacy-deleted")
    body = call.json_object()
    key = asking.text_in(body, "objectId")
    merging.erase(portal, call.caller, key, str(body.get("idProperty") or ""))
    return Answer(status=204)


ROUTES = (
    route("/crm/objects/{type}", get=list_objects, post=create),
    route("/crm/objects/{type}/merge", post=merge),
    route("/crm/objects/{type}/gdpr-delete", post=erase),
    route("/crm/objects/{type}/{id}", get=one, patch=update, delete=archive),
)
