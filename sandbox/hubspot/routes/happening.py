"""The back door, second part: what people at the screen and the people out there do.

Objects are edited, merged and erased by somebody at the screen; forms, mail and pages are what
visitors do, through the portal's own marketing tools.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import linking, merging, writing
from sandbox.hubspot.activity import BROWSER
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.marketing import EMAIL_TYPES, FORM_TYPES
from sandbox.hubspot.portal import PEOPLE, Portal
from sandbox.hubspot.problems import gone, invalid
from sandbox.hubspot.routes.given import Json, found, mapping, number, text, when
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform


# people at the screen


def write(platform: Platform, body: Json) -> object:
    """POST write: {"object", "properties"} creates; with "id" it updates.

    {"with": [{"object", "id"}]} associates with these.
    """
    portal, values = platform.portal, mapping(body, "properties")
    listed = body.get("with", [])
    others = [found(platform, each) for each in listed] if isinstance(listed, list) else []
    if "id" in body:
        kept = writing.update(portal, PEOPLE, found(platform, body), values)
        for other in others:
            linking.associate(portal, PEOPLE, kept, other)
        return {"id": str(kept.id)}
    kind = portal.kind(text(body, "object"))
    links = [writing.Link(other=other, numbers=_numbers(portal, kind, other)) for other in others]
    return {"id": str(writing.create(portal, PEOPLE, kind, values, links).id)}


def _numbers(portal: Portal, kind: Kind, other: Kept) -> tuple[int, ...]:
    """The unlabelled type, and the primary one where there is one."""
    types = portal.associations.types
    pair = (types.plain(kind.name, other.type), types.primary(kind.name, other.type))
    return tuple(each.number for each in pair if each is not None)


def archive(platform: Platform, body: Json) -> object:
    """POST archive: {"object", "id"}."""
    writing.archive(platform.portal, PEOPLE, found(platform, body))
    return {}


def restore(platform: Platform, body: Json) -> object:
    """POST restore: {"object", "id"}: out of the recycle bin."""
    writing.restore(platform.portal, PEOPLE, found(platform, body))
    return {}


def merge(platform: Platform, body: Json) -> object:
    """POST merge: {"object", "winner", "loser"}."""
    kind = platform.portal.kind(text(body, "object"))
    winner, loser = text(body, "winner"), text(body, "loser")
    return {"id": str(merging.merge(platform.portal, PEOPLE, kind, winner, loser).id)}


def erase(platform: Platform, body: Json) -> object:
    """POST gdpr: {"id"} | {"email"}: privacy deletion of a contact."""
    if "email" in body:
        merging.erase(platform.portal, PEOPLE, text(body, "email"), "email")
    else:
        merging.erase(platform.portal, PEOPLE, text(body, "id"))
    return {}


def owner(platform: Platform, body: Json) -> object:
    """POST owner: {"id", "archived": bool}: a user is deactivated, or comes back."""
    known = platform.portal.owners.by_id.get(int(text(body, "id")))
    if known is None:
        raise gone(body["id"])
    known.archived = body.get("archived", True) is True
    known.updated_at = platform.portal.clock.now()
    return {}


# marketing


def form(platform: Platform, body: Json) -> object:
    """POST form: {"name", "type"?}: a form; the one of that name if there is one."""
    kind = text(body, "type", "hubspot")
    if kind not in FORM_TYPES:
        raise invalid(f"{kind} is none of {', '.join(FORM_TYPES)}")
    made = platform.marketing.form(text(body, "name"), when(platform, body), kind=kind)
    return {"id": made.id}


def submit(platform: Platform, body: Json) -> object:
    """POST submit: {"form": name, "values", "at"?, "seen_at"?, "page_url"?, "page_title"?}."""
    at = when(platform, body)
    filled = platform.activity.submit(
        platform.marketing.form(text(body, "form"), at),
        {name: str(value) for name, value in mapping(body, "values").items()},
        at,
        seen_at=number(body, "seen_at", at),
        page_url=text(body, "page_url", ""),
        page_title=text(body, "page_title", ""),
    )
    return {"id": filled.id, "form": filled.form}


def mail(platform: Platform, body: Json) -> object:
    """POST mail: {"type": "OPEN", "recipient", "mailing", "at"?, "seen_at"?, "filtered"?, ...}.

    Also "url", "user_agent", "duration" (ms) and "reason".
    """
    kind, at = text(body, "type"), when(platform, body)
    if kind not in EMAIL_TYPES:
        raise invalid(f"{kind} is none of {', '.join(EMAIL_TYPES)}")
    happened = platform.activity.mail(
        kind,
        text(body, "recipient"),
        text(body, "mailing", "Newsletter"),
        at,
        seen_at=number(body, "seen_at", at),
        filtered=body.get("filtered") is True,
        url=text(body, "url", ""),
        user_agent=text(body, "user_agent", BROWSER),
        duration=number(body, "duration", 9_000),
        reason=text(body, "reason", ""),
    )
    return {"id": happened.id, "created": happened.at}


def reply(platform: Platform, body: Json) -> object:
    """POST reply: {"recipient", "mailing"?, "at"?}: somebody answers a marketing mail."""
    mailing = text(body, "mailing", "Newsletter")
    platform.activity.replied(text(body, "recipient"), mailing, when(platform, body))
    return {}


def view(platform: Platform, body: Json) -> object:
    """POST view: {"id" | "email", "url", "at"?}: a known visitor looks at a page."""
    if "email" in body:
        contact = platform.activity.contact(text(body, "email"))
    else:
        contact = found(platform, body | {"object": "contacts"})
    if contact is None:
        raise gone(body["email"])
    platform.activity.view(contact, text(body, "url"), when(platform, body))
    return {}


ACTS: Final[dict[str, Callable[[Platform, Json], object]]] = {
    "write": write,
    "archive": archive,
    "restore": restore,
    "merge": merge,
    "gdpr": erase,
    "owner": owner,
    "form": form,
    "submit": submit,
    "mail": mail,
    "reply": reply,
    "view": view,
}
"""By the last part of the path."""
