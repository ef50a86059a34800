"""First loads: large objects by Bulk 2.0, the rest page by page."""

from __future__ import annotations

from dataclasses import replace

from adapters.salesforce import soql
from adapters.salesforce.bulk import LAST, Bulk, Gone
from adapters.salesforce.client import Client
from adapters.salesforce.cursor import Cursor, Load, Position, Walk
from adapters.salesforce.faults import Meaning
from adapters.salesforce.fields import Catalog
from adapters.salesforce.pages import Step
from adapters.salesforce.replies import Refused
from adapters.salesforce.rows import nested
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import Table, conditions
from connector.clock import MINUTE

_NO_BULK = (Meaning.REFUSED, Meaning.FIELD, Meaning.ACCESS, Meaning.LIMIT, Meaning.GONE)


class Loading:
    """First loads of one organisation."""

    def __init__(self, settings: Settings, client: Client, catalog: Catalog, bulk: Bulk) -> None:
        self._settings = settings
        self._client = client
        self._catalog = catalog
        self._bulk = bulk

    def wanted(self, table: Table, walk: Walk, cursor: Cursor) -> bool:
        """Whether a walk that has not begun is known to be one for Bulk."""
        if not self._possible(table, walk, cursor):
            return False
        return self._catalog.sizes.get(table.object, 0) > self._settings.bulk_from

    def outgrown(self, table: Table, walk: Walk, cursor: Cursor) -> bool:
        """Whether a walk of unknown size, whose first page did not hold it, is one for Bulk."""
        if not self._possible(table, walk, cursor) or table.object in self._catalog.sizes:
            return False
        return self._catalog.count(table.object) > self._settings.bulk_from

    def _possible(self, table: Table, walk: Walk, cursor: Cursor) -> bool:
        return table.bulk and walk.untouched and table.name not in cursor.by_rest

    def step(
        self, table: Table, cursor: Cursor, walk: Walk, load: Load | None
    ) -> tuple[Cursor, Step]:
        """One page of a load; a load that cannot be goes on page by page the next time."""
        try:
            return cursor, self._loaded(table, walk, load or self._begun(table, walk))
        except Gone:
            if load is not None:
                self._bulk.drop(load)
        cursor = replace(cursor, by_rest=(*cursor.by_rest, table.name))
        now = self._client.server_now()
        step = Step(name=table.name, table=table, rows=(), walk=walk, ended=False, now=now)
        return cursor, step

    def _begun(self, table: Table, walk: Walk) -> Load:
        where = conditions(table, self._catalog.fields(table.object))
        query = soql.select(walk.fields, table.object, where)
        try:
            return self._bulk.begin(query, self._client.server_now())
        except Refused as refused:
            if not any(fault.meaning in _NO_BULK for fault in refused.faults):
                raise
            raise Gone from None

    def _loaded(self, table: Table, walk: Walk, load: Load) -> Step:
        step = Step(
            name=table.name, table=table, rows=(), walk=walk, ended=False, now=load.began, load=load
        )
        if not load.done:
            done = self._bulk.look(load)
            load = replace(load, done=done, looks=load.looks + 1)
            if not done:
                return replace(step, load=load)
        cells, following = self._bulk.rows(load, self._settings.page_size)
        fields = self._catalog.fields(table.object)
        step = replace(step, rows=[nested(fields, one) for one in cells])
        if following is None:
            return replace(step, load=replace(load, row=load.row + len(cells)))
        if following != LAST:
            return replace(step, load=replace(load, locator=following, row=0))
        overlap = self._settings.overlap * MINUTE
        floor = Position(max(load.began - overlap, 1), "")
        walk = replace(walk, position=floor, newest=load.began, began=None)
        return replace(step, walk=walk, ended=True, load=None)
