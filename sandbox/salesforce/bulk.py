"""Bulk API 2.0: loads and queries that run beside the calls.

Follows the "Bulk API 2.0" guide (query jobs, ingest jobs, handling CSV). States go forward when
somebody looks: `patience` looks see it in progress before it is done.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import ids
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.soql.result import Record, Result

if TYPE_CHECKING:
    from sandbox.salesforce.routes.bulk_v1 import OldLoad

DELIMITERS: Final = {
    "BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t",
}  # fmt: skip
ENDINGS: Final = {"LF": "\n", "CRLF": "\r\n"}
CLEAR: Final = "#N/A"
"""In a cell: set to null. An empty cell leaves the value as it is."""
MOST_ROWS: Final = 50_000
"""Of one page of query results, unless maxRecords says less."""
BATCH: Final = 10_000
"""Records that count as one batch of the daily allocation."""


@dataclass(slots=True, kw_only=True)
class Load:
    """One ingest or query run (the API calls it a job)."""

    id: str
    operation: str
    object: str
    user: str
    created: int
    version: str
    delimiter: str = "COMMA"
    ending: str = "LF"
    state: str = "Open"
    looks: int = 0
    """How often its state was asked for since it was complete to work on."""
    error: str | None = None
    key_field: str | None = None
    # a query
    query: str | None = None
    columns: tuple[str, ...] = ()
    result: Result | None = None
    # a load
    content: bytes | None = None
    succeeded: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    unprocessed: list[list[str]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)

    @property
    def is_query(self) -> bool:
        return self.query is not None


class Bulk:
    """All loads of one org, and what is used of the daily allocation."""

    def __init__(self) -> None:
        self.loads: dict[str, Load] = {}
        self.old: dict[str, OldLoad] = {}
        """Loads of the older API."""
        self.patience = 0
        self.page_rows = MOST_ROWS
        """The most rows that a page of results holds."""
        self.batches_used = 0
        self.queries_used = 0
        self._count = 0

    def next_id(self) -> str:
        """A fresh id."""
        self._count += 1
        return ids.make("750", self._count)

    def find(self, load_id: str, *, query: bool) -> Load:
        """The load of an id; 404 for any other."""
        load = self.loads.get(ids.normal(load_id) or "")
        if load is None or load.is_query is not query:
            raise Refused("NOTFOUND", f"Unable to find object {load_id}", status=404)
        return load


def delimiter_of(load: Load) -> str:
    """The character between cells."""
    return DELIMITERS[load.delimiter]


def write_rows(load: Load, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV as the API writes it: every cell in quotes."""
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=delimiter_of(load),
        lineterminator=ENDINGS[load.ending],
        quoting=csv.QUOTE_ALL,
    )
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def read_rows(load: Load) -> tuple[list[str], list[list[str]]]:
    """Header and rows of an upload; Refused when it is no CSV."""
    text = (load.content or b"").decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(load), strict=True)
    try:
        header = next(reader, [])
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise Refused("INVALIDBATCH", f"InvalidBatch : {error}") from None
    return header, rows


def cells(record: Record, columns: Sequence[str]) -> list[str]:
    """One record as cells; a column such as Owner.Name goes through the parent."""
    return [_cell(record, column.lower().split(".")) for column in columns]


def _cell(record: Record, path: list[str]) -> str:
    value: object = record
    for step in path:
        if not isinstance(value, Record):
            return ""
        found = {name.lower(): each for name, each in value.values.items()}
        value = found.get(step)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
