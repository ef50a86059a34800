"""What properties object types have, described anew each hour.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.hubspot.client import Broken, Client, Json, Refused
from adapters.hubspot.mapping import instant, scalar
from connector.clock import Clock, from_millis
from connector.errors import Rejected
from connector.model import Scalar
from connector.ports import FieldInfo

AGE: Final = 3_600.0
"""Seconds after which a type is described again: a new property is seen within the hour."""
_KINDS: Final = {
    "number": "number",
    "bool": "boolean",
    "datetime": "instant",
    "date": "date",
    "enumeration": "choice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of an object type."""

    name: str
    type: str
    field_type: str = ""
    options: tuple[str, ...] = ()
    """Every value that is allowed, hidden ones too; empty: not bound to a list."""
    shown: tuple[str, ...] = ()
    """The options that people can choose."""
    writable: bool = True
    unique: bool = False

    @property
    def kind(self) -> str:
        """The type in our words."""
        if self.field_type == "booleancheckbox":
            return "boolean"
        if self.type == "enumeration" and self.field_type == "checkbox":
            return "text"  # several values in one, with semicolons
        if self.type == "enumeration" and not self.options:
            return "reference"  # owners and the like
        return _KINDS.get(self.type, "text")

    def value(self, text: object) -> Scalar:
        """A value in our words, as readers tell it: an instant is UTC ms, and empty is None."""
        return scalar(text, self.kind)

    def plain(self, text: str | None) -> Scalar:
        """A value for comparing: two texts that mean the same give the same."""
        if text is None or text == "":
            return None
        if self.type == "date":
            return _day(text)
        if self.field_type == "checkbox":
            return ";".join(sorted(parts(text))) or None
        if self.kind in ("number", "boolean", "instant"):
            told = self.value(text)
            return text if told is None else told  # HubSpot keeps "N/A" in numbers
        return text.replace("\r\n", "\n").strip() or None


Fields = Mapping[str, Property]
"""By internal name."""


def described(told: Json) -> Property:
    """A property out of its definition."""
    listed = told.get("options")
    options = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    shown = [one for one in options if not one.get("hidden")]
    shown.sort(key=_place)
    limits = told.get("modificationMetadata")
    read_only = bool(limits.get("readOnlyValue")) if isinstance(limits, dict) else False
    return Property(
        name=str(told["name"]),
        type=str(told.get("type")),
        field_type=str(told.get("fieldType") or ""),
        options=tuple(str(one.get("value")) for one in options),
        shown=tuple(str(one.get("value")) for one in shown),
        writable=not (read_only or bool(told.get("calculated"))),
        unique=told.get("hasUniqueValue") is True,
    )


def _place(option: Json) -> int:
    """Where an option stands; those without a place stand last, in their order."""
    place = option.get("displayOrder")
    return place if isinstance(place, int) and place >= 0 else 1 << 31


class Properties:
    """The properties of object types; one call fetches those of one type."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Fields]] = {}

    def fields(self, object_type: str) -> Fields:
        """The properties of a type that are not archived; none when there is no such type.

        Raises Refused when the token may not see them.
        """
        with self._lock:
            since, fields = self._known.get(object_type, (float("-inf"), {}))
        now = self._clock.monotonic()
        if now - since < AGE:
            return fields
        return self.read(object_type)

    def read(self, object_type: str) -> Fields:
        """Ask for them now, and keep them."""
        fields = self._asked(object_type)
        with self._lock:
            self._known[object_type] = (self._clock.monotonic(), fields)
        return fields

    def forget(self, object_type: str) -> None:
        """Describe again at the next question."""
        with self._lock:
            self._known.pop(object_type, None)

    def infos(self, object_type: str) -> list[FieldInfo]:
        """All properties in our words; Rejected when there is no such type."""
        fields = self.fields(object_type)
        refuse_unknown(object_type, fields)
        return [
            FieldInfo(
                name=one.name,
                type=one.kind,
                writable=one.writable,
                choices=one.shown if one.kind == "choice" else (),
                retired=tuple(each for each in one.options if each not in one.shown)
                if one.kind == "choice"
                else (),
                unique=one.unique,
            )
            for one in fields.values()
        ]

    def _asked(self, object_type: str) -> Fields:
        try:
            rows = self._client.get(self._client.paths.properties(object_type)).rows()
        except Refused as refused:
            if refused.status in (400, 404) and refused.faults:
                return {}
            raise
        try:
            found = [described(row) for row in rows if not row.get("archived")]
        except (KeyError, TypeError, AttributeError):
            raise Broken from None
        return {one.name: one for one in found}


def refuse_unknown(object_type: str, fields: Fields) -> None:
    """Rejected for an object type that is not there."""
    if not fields:
        raise Rejected(f"HubSpot has no object type {object_type}, or it has no properties.")


def parts(text: str | None) -> set[str]:
    """The options in a text that holds several."""
    return {part.strip() for part in (text or "").split(";")} - {""}


def _day(text: str) -> str:
    """The day of a date, which is midnight UTC."""
    at = instant(text)
    return text if at is None else from_millis(at).strftime("%Y-%m-%d")
