"""Writes as HubSpot's inputs: pure, no network.

Bodies of tasks and notes are HTML there, so texts are escaped and nothing in them is interpreted.
https://developers.hubspot.com/docs/api-reference/crm-tasks-v3/guide
https://developers.hubspot.com/docs/api-reference/crm-notes-v3/guide
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from adapters.hubspot.properties import Fields, Property, parts
from adapters.hubspot.settings import Settings
from connector.clock import from_millis
from connector.model import RecordRef, Scalar, Write, WriteKind

TASKS: Final = "tasks"
NOTES: Final = "notes"
LEADS: Final = "leads"
OBJECT_OF: Final = {WriteKind.CREATE_TASK: TASKS, WriteKind.ADD_NOTE: NOTES}
SUBJECT: Final = 255
BODY: Final = 65_536
"""Characters of a body, its mark-up counted."""
LEAD_OF_CONTACT: Final = 578
"""The primary contact of a lead; without one there is no lead."""
TASK_OF_LEAD: Final = 647
_ABOUT: Final[Mapping[tuple[str, str], int]] = {
    (TASKS, "contacts"): 204,
    (TASKS, "companies"): 192,
    (TASKS, "deals"): 216,
    (TASKS, LEADS): TASK_OF_LEAD,
    (NOTES, "contacts"): 202,
    (NOTES, "companies"): 190,
    (NOTES, "deals"): 214,
    (LEADS, "contacts"): LEAD_OF_CONTACT,
}
"""Association types that HubSpot defines."""
_PRIORITIES: Final = {"high": "HIGH", "normal": "MEDIUM"}
_NOT_KEPT: Final = re.compile("[\x00\ud800-\udfff]")
_LINE_END: Final = re.compile("\r\n?|\n")


def about(object_type: str, target: RecordRef) -> list[dict[str, Any]]:
    """The association of a new object to its record; empty where there can be none."""
    known = _ABOUT.get((object_type, target.object_type))
    if known is None:
        return []
    return [
        {
            "to": {"id": target.id},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": known}],
        }
    ]


def task(
    write: Write, settings: Settings, fields: Fields, *, owner: str = "", now: int
) -> dict[str, str]:
    """The properties of a CREATE_TASK; `now` is the server's clock, UTC ms."""
    given = write.fields
    due = given.get("due_at")
    at = due if isinstance(due, int) else now
    told = {
        "hs_timestamp": str(at),
        "hs_task_subject": cut(str(given.get("subject") or ""), SUBJECT),
        "hs_task_body": html(str(given.get("body") or "")),
        "hs_task_status": _choice(fields, "hs_task_status", "NOT_STARTED"),
        "hs_task_type": _choice(fields, "hs_task_type", "TODO"),
        "hs_task_priority": _choice(
            fields, "hs_task_priority", _PRIORITIES.get(str(given.get("priority")), "")
        ),
        "hubspot_owner_id": owner or str(given.get("owner") or ""),
        "hs_task_reminders": str(at) if settings.remind and at > now else "",
    }
    return {name: text for name, text in told.items() if text} | _key(write, settings, fields)


def note(
    write: Write, settings: Settings, fields: Fields, *, owner: str = "", now: int
) -> dict[str, str]:
    """The properties of an ADD_NOTE: the subject stands above the body, in bold."""
    told = {
        "hs_timestamp": str(now),
        "hs_note_body": note_html(
            str(write.fields.get("subject") or ""), str(write.fields.get("body") or "")
        ),
        "hubspot_owner_id": owner or str(write.fields.get("owner") or ""),
    }
    return {name: text for name, text in told.items() if text} | _key(write, settings, fields)


def lead(write: Write, settings: Settings, fields: Fields, *, owner: str = "") -> dict[str, str]:
    """The properties of the Lead object of an episode."""
    told = {
        "hs_lead_name": cut(str(write.fields.get("subject") or "") or "Returning", SUBJECT),
        "hubspot_owner_id": owner or str(write.fields.get("owner") or ""),
    }
    return {name: text for name, text in told.items() if text} | _key(write, settings, fields)


def _key(write: Write, settings: Settings, fields: Fields) -> dict[str, str]:
    """The key must go with it; only where the portal has no unique keys it may have no place."""
    if settings.unique_keys or settings.key_property in fields:
        return {settings.key_property: write.key}
    return {}


def _choice(fields: Fields, name: str, value: str) -> str:
    """An option that exists; else none, and HubSpot's default counts."""
    known = fields.get(name)
    if known is None or (known.options and value not in known.options):
        return ""
    return value


def note_html(subject: str, body: str) -> str:
    """Subject and body of a note as one text."""
    if not subject:
        return html(body)
    head = f"<strong>{html(cut(subject, SUBJECT))}</strong>"
    return f"{head}<br>{html(body, BODY - _units(head) - len('<br>'))}" if body else head


def html(text: str, limit: int = BODY) -> str:
    """A text as HTML that shows it as it is, within `limit` UTF-16 units.

    The text is cut before it is escaped, so that no entity is cut; a cut one ends in "…".
    """
    text = _NOT_KEPT.sub("", text)
    whole = _escaped(text)
    if _units(whole) <= limit:
        return whole
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _units(_escaped(text[:middle])) <= limit - 1:
            low = middle
        else:
            high = middle - 1
    return f"{_escaped(text[:low])}…"


def _escaped(text: str) -> str:
    return _LINE_END.sub("<br>", escape(text, quote=True))


def cut(text: str, limit: int) -> str:
    """The text within `limit` UTF-16 units; a cut one ends in "…".

    NUL and halves of broken characters go: no JSON carries them there.
    """
    text = _NOT_KEPT.sub("", text)
    if _units(text) <= limit:
        return text
    kept = text[: limit - 1]
    while _units(kept) > limit - 1:
        kept = kept[:-1]
    return f"{kept}…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# values of properties


def outgoing(known: Property, value: Scalar) -> str:
    """A value as HubSpot takes it: all are texts, and an empty one clears."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if known.type == "date" and isinstance(value, int):
        return from_millis(value).strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _NOT_KEPT.sub("", str(value))


def holds(known: Property, now: str | None, new: str) -> bool:
    """Whether a property has what is to be written; a leading semicolon only adds options."""
    if known.field_type == "checkbox" and new.startswith(";"):
        return parts(new) <= parts(now)
    return same(known, now, new)


def same(known: Property, one: str | None, other: str | None) -> bool:
    """Whether two values are one to HubSpot: instants as ms or ISO, numbers, line ends."""
    return known.plain(one) == known.plain(other)
