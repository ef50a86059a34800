"""One page of a walk: the query that asks for it, and what its answer says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.cursor import BEGINNING, Cursor, Load, Position, Walk
from adapters.salesforce.fields import Catalog
from adapters.salesforce.mapping import instant
from adapters.salesforce.replies import Answer, Broken, Json
from adapters.salesforce.settings import Settings
from adapters.salesforce.sweep import Sweep
from adapters.salesforce.tables import OPPORTUNITIES, ROLES, Table, chosen, conditions
from connector.clock import MINUTE

SWEEP: Final = "~"
"""Stands for the page of the sweep where walks are called by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One page that is asked for."""

    name: str
    """Of the walk, or SWEEP."""
    table: Table
    walk: Walk
    query: str
    sweep: Sweep | None = None
    names: Sequence[str] = ()
    """The walks that are swept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page that was read."""

    name: str
    table: Table
    rows: Sequence[Json]
    ended: bool
    now: int
    """The server's clock, UTC ms."""
    walk: Walk | None = None
    """Where the walk stands now; None when the page was of the sweep."""
    load: Load | None = None
    sweep: Sweep | None = None


def with_roles(query: str, catalog: Catalog) -> str:
    """A query of opportunities with the people of each, if the user may see them."""
    if not catalog.fields(ROLES.object):
        return query
    nested = soql.children_of(
        ["ContactId"],
        "OpportunityContactRoles",
        [soql.equals("IsDeleted", value=False)],
        order_by="Id",
    )
    head, tail = query.split(" FROM ", 1)
    return f"{head}, {nested} FROM {tail}"


class Pages:
    """Pages of one organisation, page by page over REST."""

    def __init__(self, settings: Settings, client: Client, catalog: Catalog) -> None:
        self._settings = settings
        self._client = client
        self._catalog = catalog

    def resumed(self, table: Table, cursor: Cursor) -> tuple[Walk, Load | None]:
        """Where the walk goes on, with the fields of today; and its load, if one is under way."""
        walk, load = cursor.walks.get(table.name, Walk()), cursor.loads.get(table.name)
        names = chosen(table, self._settings, self._catalog.fields(table.object))
        if not set(names) <= set(walk.fields) and walk.fields and not table.newly:
            # A field that was not there before: old rows have values for it too.
            walk, load = Walk(), None
        return replace(walk, fields=tuple(sorted(names))), load

    def started(self, walk: Walk) -> Walk:
        """A walk that begins now: its older rows are told by another walk of the stream."""
        now = self._client.server_now()
        floor = max(now - self._settings.overlap * MINUTE, 1)
        return replace(walk, position=Position(floor, ""), newest=now)

    def part(self, table: Table, walk: Walk) -> Part:
        """The next page of a walk."""
        where = [soql.past(table.stamp, *walk.position)] if walk.position != BEGINNING else []
        if table.past_only:
            # A meeting that ends after the server's now comes the next time.
            where.append(soql.until(table.stamp, self._client.server_now()))
        query = self._query(table, walk, where, (table.stamp, "Id"))
        return Part(name=table.name, table=table, walk=walk, query=query)

    def swept(self, table: Table, walk: Walk, sweep: Sweep, names: Sequence[str]) -> Part:
        """The next page of the sweep."""
        _, behind = sweep.place(names)
        where = [soql.above("Id", behind)] if behind else []
        query = self._query(table, walk, where, ("Id",))
        return Part(name=SWEEP, table=table, walk=walk, query=query, sweep=sweep, names=names)

    def _query(
        self, table: Table, walk: Walk, where: Sequence[soql.Condition], order: Sequence[str]
    ) -> str:
        which = [*conditions(table, self._catalog.fields(table.object)), *where]
        size = self._settings.page_size
        query = soql.select(walk.fields, table.object, which, order_by=order, limit=size)
        return with_roles(query, self._catalog) if table is OPPORTUNITIES else query

    def step(self, part: Part, answer: Answer) -> Step:
        """What the answer to a part says; Broken when it makes no sense."""
        rows = answer.rows("records")
        now = answer.now if answer.now is not None else self._client.server_now()
        # A page may be shorter than asked for, so the platform's word counts, not the length.
        more = len(rows) >= self._settings.page_size or answer.json().get("done") is False
        if more and not rows:
            raise Broken
        if part.sweep is not None:
            return self._sweep_step(part, part.sweep, rows, now, more=more)
        last = _last(part.table, rows)
        overlap = self._settings.overlap * MINUTE
        onward = part.walk.onward(last=last, now=now, more=more, overlap=overlap)
        if more and onward.position <= part.walk.position:
            raise Broken
        return Step(
            name=part.name, table=part.table, rows=rows, walk=onward, ended=not more, now=now
        )

    def _sweep_step(
        self, part: Part, sweep: Sweep, rows: Sequence[Json], now: int, *, more: bool
    ) -> Step:
        """The sweep has its own slow rhythm: it never says that there is more to read at once."""
        last = str(rows[-1]["Id"]) if more else None
        if last is not None and last == sweep.place(part.names)[1]:
            raise Broken
        onward = sweep.onward(part.names, last, now=now, pace=self._settings.pace)
        return Step(name=part.name, table=part.table, rows=rows, ended=True, now=now, sweep=onward)

    def postponed(self, part: Part) -> Step:
        """The same page of a sweep once more, after a pause."""
        sweep, now = part.sweep or Sweep(), self._client.server_now()
        later = replace(sweep, due=now + self._settings.pace.pause)
        return Step(name=part.name, table=part.table, rows=(), ended=True, now=now, sweep=later)


def _last(table: Table, rows: Sequence[Json]) -> Position | None:
    if not rows:
        return None
    stamp, row_id = instant(rows[-1].get(table.stamp)), rows[-1].get("Id")
    if stamp is None or not isinstance(row_id, str):
        raise Broken
    return Position(stamp, row_id)
