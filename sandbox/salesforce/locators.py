"""Open query results: a page now, the rest by locator.

Follows "Query" and "Query More Results" (REST API guide, resources_query,
resources_query_more_results) and "API Query Cursor Limits": a locator lives two days and belongs
to the session that opened it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.clock import DAY
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.soql.result import Record, Result

Json = dict[str, object]
LIFETIME: Final = 2 * DAY
LARGEST_PAGE: Final = 2_000
SMALLEST_HINT: Final = 200
PAGE_BYTES: Final = 4_000_000
"""Wide rows make pages shorter: a page ends where it would grow over this."""


def as_json(record: Record, base: str) -> Json:
    """A record of a result as JSON."""
    attributes: Json = {"type": record.type}
    if record.id is not None:
        attributes["url"] = f"{base}/sobjects/{record.object}/{record.id}"
    answer: Json = {"attributes": attributes}
    for name, value in record.values.items():
        if isinstance(value, Record):
            answer[name] = as_json(value, base)
        elif isinstance(value, Result):
            answer[name] = _children(value, base)
        else:
            answer[name] = value
    return answer


def _children(result: Result, base: str) -> Json | None:
    if not result.records:
        return None
    records = [as_json(record, base) for record in result.records]
    return {"totalSize": result.size, "done": True, "records": records}


@dataclass(slots=True, kw_only=True)
class Open:
    """One result that is not read to its end."""

    result: Result
    records: Sequence[Record]
    token: str
    expires: int
    page: int


class Locators:
    """The open results of one org."""

    def __init__(self) -> None:
        self._open: dict[str, Open] = {}
        self._count = 0
        self.die_with_session = True

    def first(
        self, result: Result, *, page: int, token: str, base: str, path: str, now: int
    ) -> Json:
        """The first page of a result; `path` is query or queryAll."""
        opened = Open(
            result=result, records=result.records, token=token, expires=now + LIFETIME, page=page
        )
        answer, end = self._page(opened, 0, base)
        if end < len(opened.records):
            self._count += 1
            key = f"0r8xx{self._count:010d}AAA"
            self._open[key] = opened
            answer["nextRecordsUrl"] = f"{base}/{path}/{key}-{end}"
        return answer

    def more(self, locator: str, *, token: str, base: str, path: str, now: int) -> Json:
        """The page that a locator points at; Refused when it does not live any more."""
        key, _, offset = locator.rpartition("-")
        opened = self._open.get(key)
        foreign = opened is not None and self.die_with_session and opened.token != token
        if opened is None or foreign or now >= opened.expires or not offset.isdigit():
            raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        answer, end = self._page(opened, int(offset), base)
        if end < len(opened.records):
            answer["nextRecordsUrl"] = f"{base}/{path}/{key}-{end}"
        return answer

    def forget_all(self) -> int:
        """Close all results, as an org migration does; how many there were."""
        count = len(self._open)
        self._open.clear()
        return count

    def _page(self, opened: Open, start: int, base: str) -> tuple[Json, int]:
        records: list[Json] = []
        size = 0
        for record in opened.records[start : start + opened.page]:
            shown = as_json(record, base)
            if len(records) % 100 == 0:
                # One in a hundred is weighed; rows of one query are alike.
                size += 100 * len(json.dumps(shown, default=str))
            if records and size > PAGE_BYTES and len(records) >= SMALLEST_HINT:
                break
            records.append(shown)
        end = start + len(records)
        done = end >= len(opened.records)
        return {"totalSize": opened.result.size, "done": done, "records": records}, end
