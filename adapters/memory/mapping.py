"""Where a reader stands in a stream, and how texts and fields are fitted to the platform. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from connector.errors import Rejected
from connector.model import Fields, Role, Scalar, Write
from connector.ports import FieldInfo

TEXT_LIMITS: Final = {"subject": 255, "body": 32_000}
FIELD_LIMIT: Final = 4_000
"""Most characters of any other text."""


class Position(NamedTuple):
    """A place in a stream: after the row with this stamp (UTC ms) and id."""

    stamp: int
    id: str


BEGINNING: Final = Position(-1, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way through a stream, from a floor to its end, page by page.

    The next walk starts an overlap below the newest stamp, but never above the moment at which
    this one began: a row that becomes readable behind the reader's back, while it walks or later,
    lies above that floor. The stamps of the future do not move the floor.
    """

    position: Position = BEGINNING
    newest: int = 0
    """Highest stamp read so far, UTC ms."""
    began: int | None = None
    """The platform's clock at the first page of this walk; None before it."""

    @classmethod
    def of_cursor(cls, cursor: str | None) -> Self:
        """Where a cursor stands; Rejected when it was not given by this adapter."""
        if cursor is None:
            return cls()
        try:
            stamp, row_id, newest, began = json.loads(cursor)
            return cls(position=Position(int(stamp), str(row_id)), newest=int(newest), began=began)
        except (ValueError, TypeError) as error:
            raise Rejected(f"This is not a cursor of a memory platform: {cursor[:40]!r}") from error

    def cursor(self) -> str:
        """The walk as text."""
        return json.dumps([*self.position, self.newest, self.began], separators=(",", ":"))

    def onward(self, *, last: Position | None, now: int, more: bool, overlap: int) -> Walk:
        """Where to go on after a page that ended at `last` and was asked for at `now`."""
        began = now if self.began is None else self.began
        newest = max(self.newest, last.stamp) if last else self.newest
        if more and last:
            return Walk(position=last, newest=newest, began=began)
        newest = min(newest, began)
        return Walk(position=Position(max(newest - overlap, -1), ""), newest=newest)


def fitted(write: Write) -> Fields:
    """The fields of a write as the platform can keep them: long texts end in an ellipsis."""
    return {name: shortened(name, value) for name, value in write.fields.items()}


def shortened(name: str, value: Scalar) -> Scalar:
    """The value, cut to the platform's limit for this field if it is a text."""
    limit = TEXT_LIMITS.get(name, FIELD_LIMIT)
    if isinstance(value, str) and len(value) > limit:
        return value[: limit - 1] + "…"
    return value


def info_of_value(name: str, value: Scalar) -> FieldInfo:
    """What a field seems to be by one value of it."""
    if isinstance(value, bool):
        return FieldInfo(name=name, type="boolean")
    if isinstance(value, int | float):
        return FieldInfo(name=name, type="number")
    return FieldInfo(name=name, type="text")


def misfit(info: FieldInfo, value: Scalar) -> str | None:
    """Why a value cannot be put into a field; None when it can. Any field can be emptied."""
    if not info.writable:
        return f"The field {info.name} cannot be written."
    if value is None:
        return None
    if info.choices and value not in info.choices:
        return f"The field {info.name} has no value {value!r}. Known: {', '.join(info.choices)}."
    fits = {
        "text": isinstance(value, str),
        "choice": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "instant": isinstance(value, int) and not isinstance(value, bool),
    }
    return None if fits[info.type] else f"The field {info.name} is a {info.type}, not {value!r}."


def _fields(**types: str) -> dict[str, FieldInfo]:
    return {name: FieldInfo(name=name, type=kind) for name, kind in types.items()}


BUILT_IN: Final = {
    Role.PERSON: _fields(
        name="text",
        title="text",
        country="text",
        phone="text",
        status="text",
        opted_out="boolean",
        do_not_call="boolean",
    ),
    Role.ACCOUNT: _fields(
        name="text", domain="text", industry="text", employees="number", country="text"
    ),
    Role.OPPORTUNITY: _fields(
        name="text", stage="text", amount="number", is_closed="boolean", is_won="boolean"
    ),
    Role.OWNER: _fields(name="text", active="boolean", time_zone="text", language="text"),
}
"""The fields that records of each role have from the start."""

TASK_FIELDS: Final = _fields(
    subject="text", body="text", due_at="instant", priority="text", owner="text"
)
