"""Who can own records.

Follows https://developers.hubspot.com/docs/api-reference/crm-crm-owners-v3/guide.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.owners import Owner
from sandbox.hubspot.problems import gone, invalid
from sandbox.hubspot.routing import route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

Json = dict[str, object]
MOST: Final = 500
_DEFAULT: Final = 100


def list_owners(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/owners."""
    limit = call.number("limit", _DEFAULT, MOST)
    after = call.number("after", 0, 10**18, least=0)
    email, archived = call.query.get("email", "").lower(), call.flag("archived")
    found = [
        each
        for each in platform.portal.owners
        if each.archived is archived and each.id >= after and email in ("", each.email.lower())
    ]
    body: Json = {"results": [_shown(each) for each in found[:limit]]}
    if len(found) > limit:
        following = str(found[limit].id)
        body["paging"] = {"next": {"after": following, "link": call.link_after(following)}}
    return Answer(body=body)


def one(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/owners/{id}, by owner id or by `idProperty=userId`."""
    by = call.query.get("idProperty", "id")
    if by not in ("id", "userId"):
        raise invalid(f"{by} is no idProperty: id or userId")
    archived = call.flag("archived")
    for each in platform.portal.owners:
        number = each.id if by == "id" else each.user_id
        if str(number) == names["id"] and each.archived is archived:
            return Answer(body=_shown(each))
    raise gone(names["id"])


def _shown(owner: Owner) -> Json:
    told: Json = {
        "id": str(owner.id),
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "createdAt": instants.shown(owner.created_at),
        "updatedAt": instants.shown(owner.updated_at),
        "archived": owner.archived,
    }
    if owner.archived:
        # Of a user who was removed only the second number is left.
        return told | {"userIdIncludingInactive": owner.user_id}
    teams = [{"id": key, "name": name, "primary": main} for key, name, main in owner.teams]
    told |= {"userId": owner.user_id, "userIdIncludingInactive": owner.user_id}
    return told | ({"teams": teams} if teams else {})


ROUTES = (
    route("/crm/owners", get=list_owners),
    route("/crm/owners/{id}", get=one),
)
