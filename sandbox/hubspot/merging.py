"""Merging two objects into one, and erasing a person for good.

Follows https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide ("merge"), the
knowledge base's "Merge records", and
https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.caller import PORTAL, Caller
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.linktypes import PRIMARY
from sandbox.hubspot.portal import MORE_EMAILS
from sandbox.hubspot.problems import gone, invalid
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

MERGEABLE: Final = ("contacts", "companies", "deals")
MOST_MERGES: Final = 250
"""How often one object can be merged."""
_MERGED: Final = "hs_merged_object_ids"
_VIDS: Final = "hs_calculated_merged_vids"


def merge(portal: Portal, caller: Caller, kind: Kind, winner_id: str, loser_id: str) -> Kept:
    """Merge the loser into the winner; what is left of both."""
    if kind.name not in MERGEABLE:
        raise invalid(f"Objects of type {kind.name} can not be merged")
    winner, loser = _both(portal, kind, winner_id, loser_id)
    with portal.unit():
        merged = [*_ids(winner), *_ids(loser), str(loser.id)]
        if len(merged) > MOST_MERGES:
            raise invalid(f"A record can not be merged more than {MOST_MERGES} times")
        _vanish(portal, caller, loser, into=winner)
        values = _together(portal, kind, winner, loser)
        values[_MERGED] = ";".join(merged)
        portal.change(winner, dict(values), caller)
        _move_links(portal, loser, winner)
        portal.note(caller, "updated", winner, dict(values))
        return _as_new(portal, caller, winner) if portal.merge_makes_new else winner


def _both(portal: Portal, kind: Kind, winner_id: str, loser_id: str) -> tuple[Kept, Kept]:
    table = portal.tables[kind.name]
    found = []
    for object_id in (winner_id, loser_id):
        kept = table.find(object_id)
        if kept is None or not kept.is_live:
            raise gone(object_id)
        found.append(kept)
    if found[0] is found[1]:
        raise invalid("A record can not be merged with itself")
    return found[0], found[1]


def _ids(kept: Kept) -> list[str]:
    return [each for each in kept.properties.get(_MERGED, "").split(";") if each]


def _vanish(portal: Portal, caller: Caller, loser: Kept, *, into: Kept) -> None:
    """The loser is in no list any more, archived or not; its id leads to the winner."""
    portal.place(loser, archived_at=None, gone=True)
    before = loser.merged_into
    loser.merged_into = into.id

    def back() -> None:
        loser.merged_into = before

    portal.undoing(back)
    portal.note(caller, "merged", loser, {"into": str(into.id)})


def _together(portal: Portal, kind: Kind, winner: Kept, loser: Kept) -> dict[str, str]:
    """Values of the loser where the winner has none, and those that are made of both."""
    known = kind.properties
    found = {
        name: value
        for name, value in loser.properties.items()
        if name not in winner.properties and name in known and not known[name].read_only
    }
    found.pop("associatedcompanyid", None)
    stage = _further(kind, winner, loser)
    if stage:
        found["lifecyclestage"] = stage
    created = min(
        winner.properties[kind.created], loser.properties[kind.created], key=instants.read
    )
    if kind.name == "contacts":
        found[kind.created] = created
        found |= _contact_parts(portal, winner, loser)
    return found


def _further(kind: Kind, winner: Kept, loser: Kept) -> str:
    """The lifecycle stage that is further on."""
    known = kind.live("lifecyclestage")
    if known is None:
        return ""
    order = [option.value for option in known.options]
    stages = [each.properties.get("lifecyclestage", "") for each in (winner, loser)]
    return max((each for each in stages if each in order), key=order.index, default="")


def _contact_parts(portal: Portal, winner: Kept, loser: Kept) -> dict[str, str]:
    """Addresses of both; and the vids, which know nothing of earlier merges of the loser."""
    emails = [
        *winner.properties.get(MORE_EMAILS, "").split(";"),
        loser.properties.get("email", ""),
        *loser.properties.get(MORE_EMAILS, "").split(";"),
    ]
    main = winner.properties.get("email") or loser.properties.get("email", "")
    more = [each for each in dict.fromkeys(emails) if each and each != main]
    pair = f"{loser.id}:{portal.now}"
    vids = [each for each in (winner.properties.get(_VIDS, ""), pair) if each]
    found = {_VIDS: ";".join(vids)}
    return found | ({MORE_EMAILS: ";".join(more)} if more else {})


def _move_links(portal: Portal, loser: Kept, winner: Kept) -> None:
    """What was associated with the loser is so with the winner, whose primary ones stay."""
    links = portal.associations
    for other, other_id, numbers in list(links.around(loser.type, loser.id)):
        _put(portal, loser, other, other_id, ())
        if (other, other_id) == (winner.type, winner.id):
            continue
        has_main = links.primary(winner.type, winner.id, other) is not None
        primary = links.types.primary(loser.type, other)
        own = set(links.numbers(winner.type, winner.id, other, other_id))
        moved = {each for each in numbers if not (has_main and primary and each == primary.number)}
        _put(portal, winner, other, other_id, tuple(own | moved))
    for (child, parent), name in PRIMARY.items():
        main = links.primary(child, winner.id, parent) if child == winner.type else None
        if main is not None:
            portal.change(winner, {name: str(main)}, PORTAL)


def _put(portal: Portal, kept: Kept, other: str, other_id: int, numbers: tuple[int, ...]) -> None:
    links = portal.associations
    before = links.numbers(kept.type, kept.id, other, other_id)
    links.put(kept.type, kept.id, other, other_id, numbers)
    portal.undoing(lambda: links.put(kept.type, kept.id, other, other_id, before))


def _as_new(portal: Portal, caller: Caller, winner: Kept) -> Kept:
    """The merged object under an id of its own; the winner's old id leads to it, too."""
    kind = portal.schema[winner.type]
    values = dict(winner.properties)
    for name in ("hs_object_id", kind.created, kind.modified):
        values.pop(name, None)
    values[_MERGED] = ";".join([*_ids(winner), str(winner.id)])
    table = portal.tables[kind.name]
    portal.place(winner, archived_at=None, gone=True)
    kept = portal.add(kind, values | {kind.created: winner.properties[kind.created]}, caller)
    kept.history = winner.history | {
        name: past for name, past in kept.history.items() if name not in winner.history
    }
    _vanish(portal, caller, winner, into=kept)
    _move_links(portal, winner, kept)
    portal.note(caller, "created", kept, dict(values))
    return table.kept[kept.id]


def erase(portal: Portal, caller: Caller, key: str, id_property: str = "") -> None:
    """Privacy deletion of a contact: nothing is left of it, and its address is blocked.

    An address that nobody has is blocked as well.
    """
    table = portal.tables["contacts"]
    if id_property == "email":
        portal.blocked_emails.add(key.strip().lower())
        holder = table.holder("email", key.strip())
        kept = None if holder is None else table.kept[holder]
    else:
        kept = table.find(key)
        if kept is None:
            raise gone(key)
    if kept is None:
        return
    with portal.unit():
        emails = [
            kept.properties.get("email", ""),
            *kept.properties.get(MORE_EMAILS, "").split(";"),
        ]
        portal.blocked_emails |= {each for each in emails if each}
        portal.place(kept, archived_at=None, gone=True)
        for other, other_id, _ in list(portal.associations.around("contacts", kept.id)):
            _put(portal, kept, other, other_id, ())
        kept.properties, kept.history, kept.indexed = {}, {}, {}
        portal.note(caller, "deleted", kept)
