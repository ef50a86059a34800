"""What the rows of a page tell: records and engagements, with the fields that are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.fields import Catalog
from adapters.salesforce.mapping import Reading, engagements_of, extra_names, record_of
from adapters.salesforce.pages import with_roles
from adapters.salesforce.replies import Json
from adapters.salesforce.rows import chunks
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import OPPORTUNITIES, ROLES, Table, chosen, extra_of
from connector.model import Engagement, Record

AT_ONCE: Final = 300
"""Ids in one query."""
_FEW: Final = 20
"""Ids in one query when pages are short."""


class Telling:
    """Tells the rows of one organisation."""

    def __init__(self, instance: str, settings: Settings, client: Client, catalog: Catalog) -> None:
        self._instance = instance
        self._settings = settings
        self._client = client
        self._catalog = catalog

    def records(self, table: Table, rows: Sequence[Json]) -> Iterator[Record]:
        """The records of a page; a page of roles tells their opportunities."""
        if table is ROLES:
            yield from self._of_roles(rows)
        elif table.role is not None:
            yield from _told(rows, self._reading(table, 0))

    def engagements(self, table: Table, rows: Sequence[Json], now: int) -> Iterator[Engagement]:
        """The engagements of a page that was read at `now` (server's clock, UTC ms)."""
        if table.role is None:
            reading = self._reading(table, now)
            for row in rows:
                yield from engagements_of(row, reading)

    def _reading(self, table: Table, now: int) -> Reading:
        settings, fields = self._settings, self._catalog.fields(table.object)
        names = chosen(table, settings, fields)
        extra = extra_names(table, extra_of(table, settings), names)
        return Reading(
            instance=self._instance,
            table=table,
            extra=extra,
            instants=frozenset(
                name for name in extra.values() if fields[name.lower()].type == "datetime"
            ),
            zone=settings.zone,
            task_kinds=settings.task_kinds,
            task_link=settings.task_link,
            campaign_kinds=settings.campaign_kinds,
            now=now,
        )

    def _of_roles(self, rows: Sequence[Json]) -> Iterator[Record]:
        """A role that came or went changes who belongs to its opportunity, not its stamp."""
        wanted = list(
            dict.fromkeys(str(row["OpportunityId"]) for row in rows if row.get("OpportunityId"))
        )
        names = chosen(OPPORTUNITIES, self._settings, self._catalog.fields(OPPORTUNITIES.object))
        reading = self._reading(OPPORTUNITIES, 0)
        for some in chunks(wanted, AT_ONCE):
            yield from self._opportunities(some, names, reading)

    def _opportunities(
        self, some: Sequence[str], names: Sequence[str], reading: Reading
    ) -> Iterator[Record]:
        query = soql.select(names, OPPORTUNITIES.object, [soql.one_of("Id", some)])
        query = with_roles(query, self._catalog)
        answer = self._client.query(query, deleted=True)
        if answer.json().get("done") is False and len(some) > _FEW:
            # Wide rows made the page short: ask for a few at a time.
            for few in chunks(some, _FEW):
                yield from self._opportunities(few, names, reading)
            return
        yield from _told(answer.rows("records"), reading)


def _told(rows: Sequence[Json], reading: Reading) -> Iterator[Record]:
    for row in rows:
        record = record_of(row, reading)
        if record is not None:
            yield record
