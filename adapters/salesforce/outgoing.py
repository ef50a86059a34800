"""Writes as Salesforce's records: pure, no network."""

from __future__ import annotations

import re
from typing import Any, Final

from adapters.salesforce.fields import Fields
from adapters.salesforce.mapping import instant
from adapters.salesforce.settings import Settings
from connector.clock import from_millis, iso
from connector.model import RecordRef, Scalar, Write, WriteKind

WHO: Final = ("Lead", "Contact")
WHAT: Final = ("Account", "Opportunity", "Campaign")
SUBJECT: Final = 255
DESCRIPTION: Final = 32_000
_NOT_KEPT: Final = re.compile("[\x00\ud800-\udfff]")


def about(target: RecordRef) -> dict[str, str] | None:
    """The reference of an activity to its record; None for what no activity can be about."""
    if target.object_type in WHO:
        return {"WhoId": target.id}
    return {"WhatId": target.id} if target.object_type in WHAT else None


def task(
    write: Write, target: RecordRef, settings: Settings, fields: Fields, *, owner: str = ""
) -> dict[str, Any]:
    """The Task of a CREATE_TASK or ADD_NOTE, without fields that the organisation lacks."""
    given = write.fields
    record: dict[str, Any] = {
        "attributes": {"type": "Task"},
        settings.key_field: write.key,
        "Subject": cut(str(given.get("subject") or ""), SUBJECT),
        "Description": cut(str(given.get("body") or ""), DESCRIPTION),
        **(about(target) or {}),
    }
    if write.kind is WriteKind.ADD_NOTE:
        record["Status"] = _choice(fields, "Status", settings.done_status)
    else:
        record["Status"] = _choice(fields, "Status", settings.open_status)
        record["Priority"] = _choice(fields, "Priority", _priority(given.get("priority"), settings))
        record["OwnerId"] = owner or given.get("owner")
        record |= _due(given.get("due_at"), settings)
    return {
        name: value
        for name, value in record.items()
        if name == "attributes" or (value is not None and _createable(fields, name, settings))
    }


def _createable(fields: Fields, name: str, settings: Settings) -> bool:
    """The key must go with it whatever a describe says: without it nothing is exactly once."""
    known = fields.get(name.lower())
    return name == settings.key_field or (known is not None and known.createable)


def _priority(word: Scalar, settings: Settings) -> str | None:
    known = {"high": settings.high_priority, "normal": settings.normal_priority}
    return known.get(str(word)) if word is not None else None


def _choice(fields: Fields, name: str, value: str | None) -> str | None:
    """A picklist value that exists; else none, and the platform's default counts."""
    known = fields.get(name.lower())
    if known is None or value is None:
        return None
    return value if not known.values or value in known.values else None


def _due(due: Scalar, settings: Settings) -> dict[str, Any]:
    """The day is the company's: Salesforce keeps a date, and shifts it to no zone."""
    if not isinstance(due, int):
        return {}
    told: dict[str, Any] = {
        "ActivityDate": from_millis(due).astimezone(settings.zone).strftime("%Y-%m-%d")
    }
    if settings.remind:
        told |= {"IsReminderSet": True, "ReminderDateTime": iso(due)}
    return told


def cut(text: str, limit: int) -> str:
    """The text within `limit` UTF-16 units, as Salesforce counts; a cut one ends in "…".

    NUL and halves of broken characters go: no JSON carries them there.
    """
    text = _NOT_KEPT.sub("", text)
    if _units(text) <= limit:
        return text
    kept = text[: limit - 1]
    while _units(kept) > limit - 1:
        kept = kept[: len(kept) - max(1, (_units(kept) - limit + 1) // 2)]
    return f"{kept}…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def outgoing(fields: Fields, name: str, value: Scalar) -> Scalar:
    """A value as the field takes it: texts cut to its length, instants as ISO."""
    known = fields.get(name.lower())
    if known is None or value is None:
        return value
    if known.type == "datetime" and isinstance(value, int) and not isinstance(value, bool):
        return iso(value)
    if known.length and isinstance(value, str):
        return cut(value, known.length)
    return value


def same(fields: Fields, name: str, one: Scalar, other: Scalar) -> bool:
    """Whether two values are one to Salesforce: it trims texts, and empty text is null."""
    known = fields.get(name.lower())
    if known is not None and known.type == "datetime":
        return _moment(one) == _moment(other)
    return _plain(one) == _plain(other)


def _moment(value: Scalar) -> Scalar:
    """Whole seconds, which is what Salesforce keeps."""
    found = instant(value) if isinstance(value, str) else value
    return found // 1_000 if isinstance(found, int) else found


def _plain(value: Scalar) -> Scalar:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() or None
    return value
