"""Lists, and joining them.

Follows https://developers.hubspot.com/docs/api-reference/crm-lists-v3/guide: only static lists
take records, those who are members and those who do not exist are ignored, and the answer tells who
was added and who is missing.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.lists import STATIC, Listed
from sandbox.hubspot.problems import gone, invalid
from sandbox.hubspot.routing import route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

MOST: Final = 100_000
_CONTACTS: Final = "0-1"


def one(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/lists/{id}."""
    found = _list(platform, names)
    told = {
        "listId": found.id,
        "name": found.name,
        "processingType": found.processing,
        "objectTypeId": _CONTACTS,
    }
    return Answer(body={"list": told})


def add(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PUT /crm/lists/{id}/memberships/add."""
    found, wanted = _list(platform, names), call.json()
    if not isinstance(wanted, list) or len(wanted) > MOST:
        raise invalid(f"a list of up to {MOST} record ids is expected")
    if found.processing not in STATIC:
        raise invalid(f"List {found.id} is {found.processing}: records cannot be added by hand")
    contacts = platform.portal.tables["contacts"]
    added, missing = [], []
    for record_id in dict.fromkeys(map(str, wanted)):
        kept = contacts.exactly(record_id)
        if kept is None or not kept.is_live:
            missing.append(record_id)
        elif kept.id not in found.members:
            found.members.add(kept.id)
            platform.portal.note(call.caller, "joined", kept, {"list": found.id})
            added.append(record_id)
    return Answer(
        body={"recordsIdsAdded": added, "recordIdsMissing": missing, "recordIdsRemoved": []}
    )


def remove(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """PUT /crm/lists/{id}/memberships/remove."""
    found, wanted = _list(platform, names), call.json()
    if not isinstance(wanted, list) or len(wanted) > MOST:
        raise invalid(f"a list of up to {MOST} record ids is expected")
    contacts, removed = platform.portal.tables["contacts"], []
    for record_id in dict.fromkeys(map(str, wanted)):
        kept = contacts.exactly(record_id)
        if kept is not None and kept.id in found.members:
            found.members.discard(kept.id)
            platform.portal.note(call.caller, "left", kept, {"list": found.id})
            removed.append(record_id)
    return Answer(body={"recordsIdsAdded": [], "recordIdsMissing": [], "recordIdsRemoved": removed})


def _list(platform: Platform, names: dict[str, str]) -> Listed:
    found = platform.portal.lists.find(names["id"])
    if found is None:
        raise gone(names["id"])
    return found


ROUTES = (
    route("/crm/lists/{id}/memberships/add", put=add),
    route("/crm/lists/{id}/memberships/remove", put=remove),
    route("/crm/lists/{id}", get=one),
)
