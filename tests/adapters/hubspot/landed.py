"""What writes came to in the portal, in the words of the contract."""

from __future__ import annotations

import html

from connector.model import RecordRef, Scalar, WriteKind
from sandbox.hubspot import instants
from sandbox.hubspot.founding import APP
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.portal import Portal
from tests.adapters.world import Landed

KEY = "leadmode_key"


def landed(portal: Portal, instance: str, kind: WriteKind) -> list[Landed]:
    """Every effect of such writes, in order."""
    if kind is WriteKind.SET_FIELDS:
        return [
            Landed(
                target=RecordRef(instance, effect.object_type, effect.id),
                fields={n: "" if v is None else v for n, v in effect.changes.items()},
            )
            for effect in portal.journal.of("contacts", "updated")
            if effect.caller == APP
        ]
    if kind is WriteKind.ADD_MEMBER:
        return [
            Landed(
                target=RecordRef(instance, "contacts", effect.id),
                fields={"list": effect.changes["list"]},
            )
            for effect in portal.journal.of("contacts", "joined")
        ]
    object_type = "notes" if kind is WriteKind.ADD_NOTE else "tasks"
    made = portal.journal.of(object_type, "created")
    rows = [portal.tables[object_type].kept[int(effect.id)] for effect in made]
    return [_landed(portal, instance, kept) for kept in rows if kept.properties.get(KEY)]


def standing(portal: Portal, instance: str, kind: WriteKind) -> set[RecordRef]:
    """The contacts of what such writes made, as far as it is not archived."""
    if kind is WriteKind.ADD_MEMBER:
        listed = portal.lists.find("1")
        members = listed.members if listed else ()
        return {RecordRef(instance, "contacts", str(member)) for member in members}
    object_type = "notes" if kind is WriteKind.ADD_NOTE else "tasks"
    live = portal.tables[object_type].live()
    return {_landed(portal, instance, kept).target for kept in live if kept.properties.get(KEY)}


def _landed(portal: Portal, instance: str, kept: Kept) -> Landed:
    told = kept.properties
    [(about, number)] = [
        (name, each)
        for name in ("contacts", "companies")
        for each in portal.associations.of(kept.type, kept.id, name)
    ]
    if kept.type == "notes":
        subject, body = _parts(told.get("hs_note_body", ""))
        fields: dict[str, Scalar] = {"subject": subject, "body": body}
    else:
        words = {"HIGH": "high", "MEDIUM": "normal"}
        fields = {
            "subject": told.get("hs_task_subject", ""),
            "body": _plain(told.get("hs_task_body", "")),
            "due_at": instants.read(told.get("hs_timestamp", "")),
            "priority": words.get(told.get("hs_task_priority", "")),
            "owner": told.get("hubspot_owner_id"),
        }
    target = RecordRef(instance, about, str(number))
    return Landed(target=target, fields=fields, key=told[KEY])


def _plain(body: str) -> str:
    """The text that a body shows."""
    return html.unescape(body.replace("<br>", "\n"))


def _parts(body: str) -> tuple[str, str]:
    """Subject and body of a note."""
    head, end, rest = body.removeprefix("<strong>").partition("</strong>")
    return (_plain(head), _plain(rest.removeprefix("<br>"))) if end else ("", _plain(body))
