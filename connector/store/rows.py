"""Records as rows, and rows as records."""

from __future__ import annotations

import json
from typing import Final

from connector.model import Record, RecordRef, Role

RECORD_COLUMNS: Final = (
    "id", "instance", "object_type", "external_id", "role", "person", "account", "owner",
    "merged_into", "created_at", "modified_at", "closed_at", "is_open", "deleted", "known",
    "fields", "owned_since",
)  # fmt: skip
"""The columns of table `record`, in the order in which they are selected."""

SELECT_RECORD: Final = (
    "SELECT " + ", ".join(f"r.{name}" for name in RECORD_COLUMNS) + " FROM record r "
)


def encode(record: Record) -> str:
    """The fields of a record as the text that is stored; equal fields give equal text."""
    return json.dumps(dict(record.fields), sort_keys=True, allow_nan=False, ensure_ascii=True)


def is_open(record: Record) -> bool:
    """Whether a record is an opportunity that can still be won."""
    closed = record.fields.get("is_closed")
    return (
        record.role is Role.OPPORTUNITY
        and not closed
        and record.closed_at is None
        and not record.fields.get("is_won")
    )


def decode(row: tuple[object, ...]) -> Record:
    """A row of `SELECT_RECORD` as the record it was; references to other records are left out."""
    value = dict(zip(RECORD_COLUMNS, row, strict=True))
    return Record(
        ref=RecordRef(str(value["instance"]), str(value["object_type"]), str(value["external_id"])),
        role=Role(str(value["role"])),
        fields=json.loads(str(value["fields"])),
        created_at=_instant(value["created_at"]),
        modified_at=_instant(value["modified_at"]),
        closed_at=_instant(value["closed_at"]),
        owned_since=_instant(value["owned_since"]),
        deleted=bool(value["deleted"]),
    )


def _instant(value: object) -> int | None:
    return value if isinstance(value, int) else None
