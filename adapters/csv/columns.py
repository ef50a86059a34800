"""Which columns each stream has, and where they stand in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.ports import Stream
from connector.problems import did_you_mean

TASKS: Final = "tasks"
"""The export that tells what becomes of tasks. It is no stream: it is asked about tasks by key."""
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    Stream.PEOPLE: (
        *("id", "email", "name", "first_name", "last_name", "title", "country", "phone", "status"),
        *("opted_out", "do_not_call", "account_id", "owner_id", "created_at", "modified_at"),
        *("owner_since", "deleted", "merged_into", "object_type"),
    ),
    Stream.ACCOUNTS: (
        *("id", "name", "domain", "industry", "employees", "country", "owner_id", "created_at"),
        *("owner_since", "modified_at", "deleted", "merged_into"),
    ),
    Stream.OPPORTUNITIES: (
        *("id", "name", "stage", "amount", "is_closed", "is_won", "account_id", "owner_id"),
        *("people", "created_at", "modified_at", "closed_at", "deleted"),
    ),
    Stream.OWNERS: (
        *("id", "name", "email", "active", "time_zone", "language", "created_at"),
        *("modified_at", "deleted"),
    ),
    Stream.ENGAGEMENTS: (
        *("id", "at", "kind", "person_id", "person_type", "email", "evidence", "asset", "link"),
        "message",
    ),
    TASKS: (
        *("leadmode_key", "status", "result", "owner_id", "is_closed", "closed_at", "modified_at"),
        "deleted",
    ),
}
"""Our names of the columns, which are the default headers too."""
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    Stream.PEOPLE: ("id",),
    Stream.ACCOUNTS: ("id",),
    Stream.OPPORTUNITIES: ("id",),
    Stream.OWNERS: ("id",),
    Stream.ENGAGEMENTS: ("at", "kind"),
    TASKS: ("leadmode_key", "status"),
}
"""Columns without which no row can be understood."""


class BadHeader(ValueError):
    """A header line lacks a column, or has it twice; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the columns of one file stand."""

    headers: tuple[str, ...]
    """The header line as it is."""
    places: Mapping[str, int]
    """Position per column of ours that the file has."""
    extra: Mapping[str, int]
    """Position per further field that the settings name."""


def plain(header: str) -> str:
    """A header as it is compared: without case, outer and double spaces."""
    return " ".join(header.split()).casefold()


def lay_out(
    stream: str,
    headers: Sequence[str],
    chosen: Mapping[str, str],
    extra: Mapping[str, str],
) -> Layout:
    """Find each column; BadHeader when one that is needed or named in the settings is missing."""
    found = [plain(header) for header in headers]
    often = Counter(found)
    places: dict[str, int] = {}
    for name in COLUMNS[stream]:
        header = chosen.get(name, name)
        needed = name in chosen or name in NEEDED[stream]
        if header and (needed or plain(header) in often):
            places[name] = _place(header, headers, found, often)
    if stream is Stream.ENGAGEMENTS and not places.keys() & {"person_id", "email"}:
        raise BadHeader('needs the column "person_id" or "email". Name them in `columns`.')
    return Layout(
        headers=tuple(headers),
        places=places,
        extra={name: _place(header, headers, found, often) for name, header in extra.items()},
    )


def _place(header: str, headers: Sequence[str], found: list[str], often: Counter[str]) -> int:
    wanted = plain(header)
    if often[wanted] > 1:
        raise BadHeader(f'has the column "{header}" {often[wanted]} times.')
    if wanted not in often:
        advice = did_you_mean(header, [known for known in headers if known.strip()])
        raise BadHeader(f'lacks the column "{header}". {advice}'.rstrip())
    return found.index(wanted)
