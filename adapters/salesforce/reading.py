"""Reading a stream: walk by walk, page by page, each page ordered by (stamp, id)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from adapters.salesforce import soql
from adapters.salesforce.bulk import LAST, Bulk, Gone
from adapters.salesforce.client import Answer, Broken, Client, Json, Refused
from adapters.salesforce.cursor import BEGINNING, Cursor, Load, Position, Walk
from adapters.salesforce.faults import Meaning
from adapters.salesforce.fields import Catalog, Fields
from adapters.salesforce.mapping import (
    Reading,
    engagements_of,
    extra_names,
    instant,
    record_of,
)
from adapters.salesforce.rows import chunks, nested
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import (
    OPPORTUNITIES,
    ROLES,
    Table,
    chosen,
    conditions,
    exists,
    extra_of,
    tables_of,
)
from connector.clock import MINUTE, Clock
from connector.errors import GrantAccess
from connector.model import Engagement, Record
from connector.ports import Page, Stream

MOST_TOGETHER: Final = 5
"""Queries in one composite request."""
AT_ONCE: Final = 300
"""Ids in one query."""
COUNT_AGE: Final = 600.0
"""Seconds for which the sizes of objects are believed."""
_NO_BULK: Final = (Meaning.REFUSED, Meaning.FIELD, Meaning.ACCESS, Meaning.LIMIT, Meaning.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of one walk."""

    rows: Sequence[Json]
    walk: Walk
    ended: bool
    now: int
    """The server's clock, UTC ms."""
    load: Load | None = None


class Reader:
    """Reads the streams of one organisation."""

    def __init__(
        self,
        instance: str,
        settings: Settings,
        client: Client,
        catalog: Catalog,
        bulk: Bulk,
        clock: Clock,
    ) -> None:
        self._instance = instance
        self._settings = settings
        self._client = client
        self._catalog = catalog
        self._bulk = bulk
        self._clock = clock
        self._counts: Mapping[str, int] = {}
        self._counted = float("-inf")

    def page(self, stream: Stream, text: str | None) -> Page:
        """The next page of a stream."""
        cursor = Cursor.read(text, self._settings.digest(stream))
        self._client.spare(self._settings.read_share)
        tables = [
            table
            for table in tables_of(stream)
            if exists(table, self._catalog.fields(table.object))
        ]
        if not tables:
            raise GrantAccess(
                f"Salesforce shows the integration user nothing to read {stream} from."
            )
        found = self._together(tables, cursor)
        if found is None:
            table = next((one for one in tables if one.name == cursor.at), tables[0])
            cursor, step = self._stepped(table, cursor)
            found = cursor, [(table, step)]
        return self._told(tables, *found)

    def _together(
        self, tables: list[Table], cursor: Cursor
    ) -> tuple[Cursor, list[tuple[Table, Step]]] | None:
        """All walks of a stream in one call, when all but begin anew; None when not.

        What stands behind a walk that has more is left for later.
        """
        walks = [self._walk(table, cursor) for table in tables]
        calm = [walk is not None and walk.began is None and not walk.untouched for walk in walks]
        if cursor.at or not 1 < len(tables) <= MOST_TOGETHER or not all(calm):
            return None
        known = [walk for walk in walks if walk is not None]
        pairs = list(zip(tables, known, strict=True))
        queries = [quote(self._query(table, walk), safe="") for table, walk in pairs]
        answers = self._client.together([f"queryAll/?q={query}" for query in queries])
        steps: list[tuple[Table, Step]] = []
        for (table, walk), answer in zip(pairs, answers, strict=True):
            if isinstance(answer, Refused):
                self._forget_fields(answer)
                return None
            step = self._page_of(table, walk, answer)
            cursor = replace(cursor, walks={**cursor.walks, table.name: step.walk})
            steps.append((table, step))
            if not step.ended:
                break
        return cursor, steps

    def _forget_fields(self, refused: Refused) -> None:
        """One walk was refused; if a field vanished, they are described again."""
        if not any(fault.meaning is Meaning.FIELD for fault in refused.faults):
            raise refused
        self._catalog.forget()

    def _walk(self, table: Table, cursor: Cursor) -> Walk | None:
        """The walk as far as it has come; None when it begins, or must begin again."""
        walk = cursor.walks.get(table.name)
        if walk is None or table.name in cursor.loads:
            return None
        names = chosen(table, self._settings, self._catalog.fields(table.object))
        if not set(names) <= set(walk.fields):
            return None
        return replace(walk, fields=tuple(sorted(names)))

    def _stepped(self, table: Table, cursor: Cursor) -> tuple[Cursor, Step]:
        """One page of the walk; a field that vanished is left out, once."""
        try:
            return self._step(table, cursor)
        except Refused as refused:
            if not any(fault.meaning is Meaning.FIELD for fault in refused.faults):
                raise
        self._catalog.forget()
        return self._step(table, cursor)

    def _step(self, table: Table, cursor: Cursor) -> tuple[Cursor, Step]:
        fields = self._catalog.fields(table.object)
        names = chosen(table, self._settings, fields)
        walk = cursor.walks.get(table.name, Walk())
        load = cursor.loads.get(table.name)
        if not set(names) <= set(walk.fields):
            # A field that was not there before: old rows have values for it too.
            begun = walk.fields != () and not table.newly
            walk, load = (Walk(), None) if begun else (walk, load)
        walk = replace(walk, fields=tuple(sorted(names)))
        if load is None and table.name not in cursor.by_rest and self._by_bulk(table, walk):
            cursor, load = self._begun(table, cursor, walk, fields)
        if load is not None:
            cursor, step = self._load_step(table, cursor, walk, fields, load)
        else:
            step = self._rest_step(table, walk)
        walks = {**cursor.walks, table.name: step.walk}
        loads = {name: one for name, one in cursor.loads.items() if name != table.name}
        if step.load is not None:
            loads[table.name] = step.load
        return replace(cursor, walks=walks, loads=loads), step

    # page by page

    def _rest_step(self, table: Table, walk: Walk) -> Step:
        if table.newly and walk.untouched:
            return self._started(walk)
        answer = self._client.query(self._query(table, walk), deleted=True)
        return self._page_of(table, walk, answer)

    def _query(self, table: Table, walk: Walk) -> str:
        fields = self._catalog.fields(table.object)
        where = [
            *conditions(table, fields),
            *([soql.past(table.stamp, *walk.position)] if walk.position != BEGINNING else []),
        ]
        if table.past_only:
            # A meeting that ends after the server's now comes the next time.
            where.append(soql.until(table.stamp, self._client.server_now()))
        order = (table.stamp, "Id")
        size = self._settings.page_size
        query = soql.select(walk.fields, table.object, where, order_by=order, limit=size)
        return self._with_roles(query) if table is OPPORTUNITIES else query

    def _page_of(self, table: Table, walk: Walk, answer: Answer) -> Step:
        rows = answer.rows("records")
        now = answer.now if answer.now is not None else self._client.server_now()
        # A page may be shorter than asked for, so the platform's word counts, not the length.
        more = len(rows) >= self._settings.page_size or answer.json().get("done") is False
        if more and not rows:
            raise Broken
        last = self._last(table, rows)
        overlap = self._settings.overlap * MINUTE
        onward = walk.onward(last=last, now=now, more=more, overlap=overlap)
        if more and onward.position <= walk.position:
            raise Broken
        return Step(rows=rows, walk=onward, ended=not more, now=now)

    def _started(self, walk: Walk) -> Step:
        """A walk that begins now: its older rows are told by another walk of the stream."""
        now = self._client.server_now()
        floor = max(now - self._settings.overlap * MINUTE, 1)
        walk = replace(walk, position=Position(floor, ""), newest=now)
        return Step(rows=(), walk=walk, ended=True, now=now)

    def _last(self, table: Table, rows: Sequence[Json]) -> Position | None:
        if not rows:
            return None
        stamp, row_id = instant(rows[-1].get(table.stamp)), rows[-1].get("Id")
        if stamp is None or not isinstance(row_id, str):
            raise Broken
        return Position(stamp, row_id)

    def _with_roles(self, query: str) -> str:
        if not self._catalog.fields(ROLES.object):
            return query
        nested = soql.children_of(
            ["ContactId"],
            "OpportunityContactRoles",
            [soql.equals("IsDeleted", value=False)],
            order_by="Id",
        )
        head, tail = query.split(" FROM ", 1)
        return f"{head}, {nested} FROM {tail}"

    # in bulk

    def _by_bulk(self, table: Table, walk: Walk) -> bool:
        if not table.bulk or not walk.untouched:
            return False
        return self._count(table.object) > self._settings.bulk_from

    def _count(self, object_type: str) -> int:
        now = self._clock.monotonic()
        if now - self._counted > COUNT_AGE:
            try:
                answer = self._client.get("limits/recordCount")
                self._counts = {row["name"]: int(row["count"]) for row in answer.rows("sObjects")}
            except Refused as refused:
                # Not allowed to count: then nothing is large, and pages do it, only slower.
                if not refused.faults or refused.status >= 500:
                    raise
                self._counts = {}
            except (KeyError, TypeError, ValueError):
                raise Broken from None
            self._counted = now
        return self._counts.get(object_type, 0)

    def _begun(
        self, table: Table, cursor: Cursor, walk: Walk, fields: Fields
    ) -> tuple[Cursor, Load | None]:
        query = soql.select(walk.fields, table.object, conditions(table, fields))
        try:
            return cursor, self._bulk.begin(query, self._client.server_now())
        except Refused as refused:
            if not any(fault.meaning in _NO_BULK for fault in refused.faults):
                raise
            return self._without_bulk(table, cursor), None

    def _without_bulk(self, table: Table, cursor: Cursor) -> Cursor:
        return replace(cursor, by_rest=(*cursor.by_rest, table.name))

    def _load_step(
        self, table: Table, cursor: Cursor, walk: Walk, fields: Fields, load: Load
    ) -> tuple[Cursor, Step]:
        try:
            return cursor, self._loaded(walk, fields, load)
        except Gone:
            self._bulk.drop(load)
            cursor = self._without_bulk(table, cursor)
            step = Step(rows=(), walk=walk, ended=False, now=load.began)
            return cursor, step

    def _loaded(self, walk: Walk, fields: Fields, load: Load) -> Step:
        if not load.done:
            done = self._bulk.look(load)
            load = replace(load, done=done, looks=load.looks + 1)
            if not done:
                return Step(rows=(), walk=walk, ended=False, now=load.began, load=load)
        cells, following = self._bulk.rows(load, self._settings.page_size)
        rows = [nested(fields, one) for one in cells]
        if following is None:
            load = replace(load, row=load.row + len(rows))
        elif following != LAST:
            load = replace(load, locator=following, row=0)
        else:
            overlap = self._settings.overlap * MINUTE
            floor = Position(max(load.began - overlap, 1), "")
            walk = replace(walk, position=floor, newest=load.began, began=None)
            return Step(rows=rows, walk=walk, ended=True, now=load.began)
        return Step(rows=rows, walk=walk, ended=False, now=load.began, load=load)

    # what is told

    def _told(
        self, tables: list[Table], cursor: Cursor, steps: Sequence[tuple[Table, Step]]
    ) -> Page:
        table, last = steps[-1]
        following = tables.index(table) + 1
        more = not last.ended or following < len(tables)
        if last.ended:
            cursor = replace(cursor, at=tables[following].name if more else "")
        else:
            cursor = replace(cursor, at=table.name)
        records: list[Record] = []
        engagements: list[Engagement] = []
        for each, step in steps:
            reading = self._reading(each, step.now)
            records += self._records(each, step.rows, reading)
            engagements += self._engagements(step.rows, reading)
        return Page(
            cursor=cursor.dump(),
            records=tuple(records),
            engagements=tuple(engagements),
            more=more,
        )

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

    def _records(self, table: Table, rows: Sequence[Json], reading: Reading) -> Iterator[Record]:
        if table is ROLES:
            yield from self._of_roles(rows)
        elif table.role is not None:
            for row in rows:
                record = record_of(row, reading)
                if record is not None:
                    yield record

    def _engagements(self, rows: Sequence[Json], reading: Reading) -> Iterator[Engagement]:
        if reading.table.role is None:
            for row in rows:
                yield from engagements_of(row, reading)

    def _of_roles(self, rows: Sequence[Json]) -> Iterator[Record]:
        """A role that came or went changes who belongs to its opportunity, not its stamp."""
        wanted = list(
            dict.fromkeys(str(row["OpportunityId"]) for row in rows if row.get("OpportunityId"))
        )
        fields = self._catalog.fields(OPPORTUNITIES.object)
        names = chosen(OPPORTUNITIES, self._settings, fields)
        reading = self._reading(OPPORTUNITIES, 0)
        for some in chunks(wanted, AT_ONCE):
            query = soql.select(names, OPPORTUNITIES.object, [soql.one_of("Id", some)])
            answer = self._client.query(self._with_roles(query), deleted=True)
            if answer.json().get("done") is False:
                yield from self._of_roles_singly(some, names, reading)
                continue
            for row in answer.rows("records"):
                record = record_of(row, reading)
                if record is not None:
                    yield record

    def _of_roles_singly(
        self, some: Sequence[str], names: Sequence[str], reading: Reading
    ) -> Iterator[Record]:
        """Wide rows made the page short: ask for a few at a time."""
        for few in chunks(some, 20):
            query = soql.select(names, OPPORTUNITIES.object, [soql.one_of("Id", few)])
            for row in self._client.query(self._with_roles(query), deleted=True).rows("records"):
                record = record_of(row, reading)
                if record is not None:
                    yield record
