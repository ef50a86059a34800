"""Writes as rows of the files that a CRM's import takes: pure values, harmless in spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from connector.clock import from_millis, iso
from connector.model import Scalar, Write, WriteKind

PRIORITIES: Final = {"high": "High", "normal": "Normal"}
STATUS: Final = "Not Started"

_CONTROLS: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control signs, C0 and C1, less tab and line feed; and those that turn the reading direction."""
_COMPUTES: Final = re.compile("[\\s\u00ad\u180e\u200b-\u200d\u2060\ufeff]*[=+\\-@＝＋－＠]|\t")  # noqa: RUF001
"""What a spreadsheet takes for a formula, behind signs that nobody sees."""
_TASK_FIELDS: Final = frozenset({"subject", "body", "due_at", "priority", "owner"})
_NOTE_FIELDS: Final = frozenset({"subject", "body"})
_MEMBER_FIELDS: Final = frozenset({"list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFile:
    """One of the files that are written."""

    name: str
    columns: tuple[str, ...]

    @property
    def header(self) -> str:
        """The header line."""
        return lines([self.columns])


FILES: Final[Mapping[WriteKind, OutFile]] = {
    WriteKind.CREATE_TASK: OutFile(
        name="tasks.csv",
        columns=(
            *("leadmode_key", "subject", "description", "due_date", "due_at", "priority"),
            *("status", "owner_id", "related_type", "related_id"),
        ),
    ),
    WriteKind.SET_FIELDS: OutFile(
        name="field_changes.csv",
        columns=(*("leadmode_key", "object_type", "record_id", "field", "expected", "value"),),
    ),
    WriteKind.ADD_NOTE: OutFile(
        name="notes.csv",
        columns=("leadmode_key", "subject", "body", "related_type", "related_id"),
    ),
    WriteKind.ADD_MEMBER: OutFile(
        name="list_members.csv",
        columns=("leadmode_key", "list_id", "object_type", "record_id"),
    ),
    WriteKind.WITHDRAW: OutFile(
        name="withdrawals.csv",
        columns=("leadmode_key", "withdraws", "kind", "object_type", "record_id"),
    ),
}


class BadWrite(ValueError):
    """A write cannot be put into a row; the message is the reason, without personal data."""


def lines(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV: every cell quoted, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def cell(text: str) -> str:
    """A text as it is written: no control signs, and no beginning that a spreadsheet computes."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = _CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))
    return "'" + plain if _COMPUTES.match(plain) else plain


def line(text: str) -> str:
    """Like `cell`, on one line: line feeds and tabs become spaces."""
    return cell(text.replace("\r\n", " ").translate({9: " ", 10: " ", 13: " "}))


def scalar(value: Scalar) -> str:
    """A field's value as it is written. Numbers and truths are ours, and cannot compute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell(value) if isinstance(value, str) else str(value)


def task_row(write: Write, zone: tzinfo | None) -> tuple[str, ...]:
    """The row of a task; its day is the one in `zone`."""
    _check(write, _TASK_FIELDS)
    due = write.fields.get("due_at")
    if due is not None and (isinstance(due, bool) or not isinstance(due, int)):
        raise BadWrite("due_at is not an instant")
    priority = _text(write, "priority") or "normal"
    if priority not in PRIORITIES:
        raise BadWrite(f"there is no priority {priority}; known: {', '.join(PRIORITIES)}")
    try:
        day = "" if due is None else from_millis(due).astimezone(zone or UTC).date().isoformat()
        moment = "" if due is None else iso(due)
    except (ValueError, OverflowError, OSError):
        raise BadWrite("due_at is out of range") from None
    return (
        line(write.key),
        line(_subject(write)),
        cell(_text(write, "body")),
        day,
        moment,
        PRIORITIES[priority],
        STATUS,
        line(_text(write, "owner")),
        line(write.target.object_type),
        line(write.target.id),
    )


def note_row(write: Write) -> tuple[str, ...]:
    """The row of a note."""
    _check(write, _NOTE_FIELDS)
    return (
        line(write.key),
        line(_text(write, "subject")),
        cell(_text(write, "body")),
        line(write.target.object_type),
        line(write.target.id),
    )


def member_row(write: Write) -> tuple[str, ...]:
    """The row of a member of a list."""
    _check(write, _MEMBER_FIELDS)
    name = _text(write, "list")
    if not name:
        raise BadWrite("list is missing")
    return (
        line(write.key),
        line(name),
        line(write.target.object_type),
        line(write.target.id),
    )


def withdrawal_row(write: Write) -> tuple[str, ...]:
    """The row that takes back what was written under another key, for whoever imports it."""
    return (
        line(write.key),
        line(_text(write, "by")),
        line(_text(write, "what")),
        line(write.target.object_type),
        line(write.target.id),
    )


def field_rows(write: Write, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """One row per field of `fields`; `expected` holds the allowed old values, one per line."""
    return [
        (
            line(write.key),
            line(write.target.object_type),
            line(write.target.id),
            line(name),
            "\n".join(scalar(value) for value in write.expected.get(name, ())),
            scalar(write.fields[name]),
        )
        for name in fields
    ]


def _check(write: Write, known: frozenset[str]) -> None:
    unknown = sorted(write.fields.keys() - known)
    if unknown:
        raise BadWrite(f"there is no column for {', '.join(unknown)}")


def _subject(write: Write) -> str:
    subject = _text(write, "subject")
    if not subject:
        raise BadWrite("subject is missing")
    return subject


def _text(write: Write, name: str) -> str:
    value = write.fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadWrite(f"{name} is not a text")
    return value
