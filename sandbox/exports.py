"""CSV exports as CRMs write them, under the names and headers that the csv adapter expects."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from connector.model import Scalar

OWNERS: Final = ("id", "name", "active", "time_zone")
ACCOUNTS: Final = (
    "id", "name", "domain", "industry", "employees", "country", "owner_id", "created_at",
    "modified_at",
)  # fmt: skip
PEOPLE: Final = (
    "id", "object_type", "name", "email", "title", "country", "phone", "status", "opted_out",
    "do_not_call", "account_id", "owner_id", "created_at", "modified_at",
)  # fmt: skip
OPPORTUNITIES: Final = (
    "id", "name", "stage", "amount", "is_closed", "is_won", "account_id", "people",
    "owner_id", "created_at", "closed_at", "modified_at",
)  # fmt: skip
ENGAGEMENTS: Final = (
    "id", "at", "kind", "person_id",
    "person_type", "email", "evidence", "asset", "link", "message",
)  # fmt: skip


def replace_file(path: Path, header: Sequence[str], rows: Iterable[Sequence[Scalar]]) -> bool:
    """Write a whole export beside the old one and swap it in; False when nothing changed.

    A reader sees the old file or the new one, never half of it.
    """
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_text(value) for value in row] for row in rows)
    if path.exists() and path.read_bytes() == draft.read_bytes():
        draft.unlink()
        return False
    draft.replace(path)
    return True


def append_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> None:
    """Add rows at the end of a growing export; the first call writes the header.

    The rows reach the file in one write, as a line-buffered exporter would do it.
    """
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="", buffering=1 << 20) as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(header)
        writer.writerows([_text(value) for value in row] for row in rows)


def _text(value: Scalar) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def in_order(names: Sequence[str], values: Mapping[str, Scalar]) -> list[Scalar]:
    """The values of a row in the order of its header; a missing one is empty."""
    return [values.get(name) for name in names]
