"""Reading a stream: its walks side by side, a page of each in one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from adapters.salesforce.ahead import Ahead
from adapters.salesforce.bulk import Bulk
from adapters.salesforce.client import Client
from adapters.salesforce.cursor import Cursor
from adapters.salesforce.faults import Meaning
from adapters.salesforce.fields import Catalog
from adapters.salesforce.loading import Loading
from adapters.salesforce.pages import SWEEP, Pages, Part, Step
from adapters.salesforce.replies import Answer, Broken, Refused, TooMuch
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import Table, exists, tables_of
from adapters.salesforce.telling import Telling
from connector.clock import Clock
from connector.errors import AdapterError, GrantAccess
from connector.model import Engagement, Record
from connector.ports import Page, Stream

MOST_TOGETHER: Final = 5
"""Queries in one composite request."""
PATIENCE: Final = 2
"""Answers that may be too long or too slow before less is asked for."""
SWEEP_SHARE: Final = 50
"""Percent of the daily API calls at which sweeping stops, long before reading does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one reading of a stream is about."""

    stream: Stream
    cursor: Cursor
    """With the walks that begin now; so far nothing was asked for."""
    left: tuple[str, ...]
    """The walks that are still to be read in this round."""
    parts: tuple[Part, ...]
    """What can be asked for now, page by page."""
    loads: tuple[Table, ...]
    """What goes through Bulk."""
    calm: bool
    """Whether the round begins and no walk does."""


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
        self._settings = settings
        self._client = client
        self._catalog = catalog
        self._pages = Pages(settings, client, catalog)
        self._loading = Loading(settings, client, catalog, bulk)
        self._telling = Telling(instance, settings, client, catalog)
        self._ahead = Ahead(clock)
        self._width = MOST_TOGETHER
        self._patience = PATIENCE

    def page(self, stream: Stream, text: str | None) -> Page:
        """The next page of a stream."""
        cursor = Cursor.read(text, self._settings.digest(stream))
        self._client.spare(self._settings.read_share)
        ready = self._ahead.take(stream, text)
        if ready is None:
            try:
                ready = self._read_again_if_a_field_vanished(stream, cursor)
            except TooMuch:
                self._narrow()
                raise
            self._patience, self._width = PATIENCE, min(MOST_TOGETHER, self._width + 1)
        return self._ahead.given(stream, ready)

    def close(self) -> None:
        """Forget what was read ahead."""
        self._ahead.clear()

    def _narrow(self) -> None:
        """Ask for less at once when answers fail again and again for their size.

        Not before: walks that come together are also decided on together.
        """
        self._patience -= 1
        if self._patience <= 0:
            self._width = max(1, self._width // 2)

    def _read_again_if_a_field_vanished(self, stream: Stream, cursor: Cursor) -> Page:
        try:
            return self._read(stream, cursor)
        except Refused as refused:
            if not any(fault.meaning is Meaning.FIELD for fault in refused.faults):
                raise
        self._catalog.forget()
        return self._read(stream, cursor)

    def _read(self, stream: Stream, cursor: Cursor) -> Page:
        turn = self._turn(stream, cursor)
        if not turn.parts:
            return self._without_parts(turn)
        parts = turn.parts[: self._width]
        further = list(self._further(turn))
        others = [part for _, each in further for part in each.parts]
        answers = iter(self._asked([*parts, *others]))
        page = self._page(turn, [self._step(turn, part, next(answers)) for part in parts])
        for text, each in further:
            found = [next(answers) for _ in each.parts]
            # What is wrong with another stream is told when that one is read.
            with suppress(AdapterError, Broken, Refused):
                steps = [self._step(each, *one) for one in zip(each.parts, found, strict=True)]
                self._ahead.put(each.stream, text, self._page(each, steps))
        return page

    def _without_parts(self, turn: Turn) -> Page:
        """A page of a load; or nothing, where all walks only began."""
        if not turn.loads:
            return self._page(turn, [])
        table = turn.loads[0]
        walk, load = turn.cursor.walks[table.name], turn.cursor.loads.get(table.name)
        cursor, step = self._loading.step(table, turn.cursor, walk, load)
        return self._page(replace(turn, cursor=cursor), [step])

    # what to ask for

    def _turn(self, stream: Stream, cursor: Cursor) -> Turn:
        tables = self._tables(stream)
        swept = [table.name for table in tables if not table.newly]
        sweeping = bool(swept) and self._may_sweep(cursor)
        names = [*(table.name for table in tables), *([SWEEP] if sweeping else [])]
        left = [name for name in cursor.left if name in names]
        calm = not left
        left = left or names
        parts: list[Part] = []
        loads: list[Table] = []
        for table in tables:
            if table.name not in left:
                continue
            walk, load = self._pages.resumed(table, cursor)
            calm = calm and not walk.untouched
            if table.newly and walk.untouched:
                walk = self._pages.started(walk)
                left.remove(table.name)
            elif load is not None or self._loading.wanted(table, walk, cursor):
                loads.append(table)
            else:
                parts.append(self._pages.part(table, walk))
            cursor = cursor.with_walk(table.name, walk, load)
        if SWEEP in left:
            at, _ = cursor.sweep.place(swept)
            table = next(table for table in tables if table.name == at)
            walk, _ = self._pages.resumed(table, cursor)
            parts.append(self._pages.swept(table, walk, cursor.sweep, swept))
        return Turn(
            stream=stream,
            cursor=cursor,
            left=tuple(left),
            parts=tuple(parts),
            loads=tuple(loads),
            calm=calm and not loads,
        )

    def _tables(self, stream: Stream) -> list[Table]:
        tables = [
            table
            for table in tables_of(stream)
            if exists(table, self._catalog.fields(table.object))
        ]
        if not tables:
            raise GrantAccess(
                f"Salesforce shows the integration user nothing to read {stream} from."
            )
        return tables

    def _may_sweep(self, cursor: Cursor) -> bool:
        now = self._client.server_now()
        return cursor.sweep.is_due(now, self._settings.pace) and not self._client.used(SWEEP_SHARE)

    def _further(self, turn: Turn) -> Iterator[tuple[str, Turn]]:
        """Quiet streams behind this one whose walks still fit into the call, by their cursors."""
        room = self._width - len(turn.parts)
        streams = list(Stream)
        if not turn.calm or self._width < MOST_TOGETHER:
            return
        for stream in streams[streams.index(turn.stream) + 1 :]:
            text = self._ahead.end_of(stream)
            if text is None or room <= 0:
                continue
            found = self._turn(stream, Cursor.read(text, self._settings.digest(stream)))
            if found.calm and len(found.parts) <= room:
                room -= len(found.parts)
                yield text, found

    def _asked(self, parts: Sequence[Part]) -> list[Answer | Refused]:
        if len(parts) == 1:
            try:
                return [self._client.query(parts[0].query, deleted=True)]
            except Refused as refused:
                return [refused]
        queries = [quote(part.query, safe="") for part in parts]
        return self._client.together([f"queryAll/?q={query}" for query in queries])

    # what came

    def _step(self, turn: Turn, part: Part, answer: Answer | Refused) -> Step:
        if part.sweep is not None:
            return self._sweep_step(part, answer)
        if isinstance(answer, Refused):
            if any(fault.code == "QUERY_TIMEOUT" for fault in answer.faults):
                raise TooMuch("Salesforce's query took too long.")
            raise answer
        step = self._pages.step(part, answer)
        if step.ended or not self._loading.outgrown(part.table, part.walk, turn.cursor):
            return step
        return replace(step, walk=part.walk)

    def _sweep_step(self, part: Part, answer: Answer | Refused) -> Step:
        """A page of the sweep; one that fails must not keep the walks from going on."""
        if isinstance(answer, Answer):
            with suppress(Broken):
                return self._pages.step(part, answer)
        else:
            self._catalog.forget()
        return self._pages.postponed(part)

    def _page(self, turn: Turn, steps: Sequence[Step]) -> Page:
        cursor, ended = turn.cursor, {step.name for step in steps if step.ended}
        records: list[Record] = []
        engagements: list[Engagement] = []
        for step in steps:
            if step.walk is not None:
                cursor = cursor.with_walk(step.name, step.walk, step.load)
            if step.sweep is not None:
                cursor = replace(cursor, sweep=step.sweep)
            records += self._telling.records(step.table, step.rows)
            engagements += self._telling.engagements(step.table, step.rows, step.now)
        left = tuple(name for name in turn.left if name not in ended)
        if not left:
            rested = cursor.sweep.rested(self._client.server_now(), self._settings.pace)
            cursor = replace(cursor, sweep=rested)
        return Page(
            cursor=replace(cursor, left=left).dump(),
            records=tuple(records),
            engagements=tuple(engagements),
            more=bool(left),
        )
