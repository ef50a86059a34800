"""One page of a walk over objects: first load, increment, trailing pass, archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from adapters.hubspot.client import Broken, Client, Json, Refused
from adapters.hubspot.cursor import AnyWalk, Load, Walk
from adapters.hubspot.objects import Listed, Objects, Searched
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import Table
from adapters.hubspot.windows import Found, Pass, Turn, Untrusted, Window, cut, turned
from connector.clock import HOUR, MINUTE, SECOND
from connector.model import Engagement

DAWN: Final = 1 * SECOND
"""Where reading from the beginning starts: HubSpot fails at searches from 0."""
NEWS: Final = ""
"""The stages of a walk, as they end its name in a cursor."""
LATE: Final = "/late"
ARCHIVED: Final = "/archived"
PAUSE: Final = 15 * MINUTE
"""Between two trailing passes, and between two looks at what is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page that was read."""

    walk: AnyWalk
    """Where the walk stands now."""
    ended: bool
    rows: Sequence[Json] = ()
    now: int = 0
    """The server's clock, UTC ms."""
    since: int = 0
    """From when on values count as news, UTC ms."""
    engagements: Sequence[Engagement] = field(default_factory=tuple)
    """Where the walk is none over objects."""


class Walking:
    """Walks over the objects of one portal."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._objects = Objects(settings, client)
        self._overlap = settings.overlap * MINUTE
        self._trailing = settings.trailing * MINUTE

    def stages(self, table: Table, walk: Walk, now: int) -> list[str]:
        """What is due of a walk."""
        found = [NEWS] if self._has_news(table, walk, now) else []
        if walk.floor and not table.newly and self._is_late(walk, now):
            found.append(LATE)
        if table.swept and self._settings.archive_every and self._is_swept(walk, now):
            found.append(ARCHIVED)
        return found

    def _has_news(self, table: Table, walk: Walk, now: int) -> bool:
        """What is over by now is looked for now and then: it is no news that waits for anybody."""
        if not table.newly or not walk.floor or walk.going:
            return True
        return now - walk.floor - self._overlap >= PAUSE

    def _is_late(self, walk: Walk, now: int) -> bool:
        due = now - self._trailing - walk.trail >= PAUSE
        return bool(walk.trailing) or (bool(self._trailing) and due)

    def _is_swept(self, walk: Walk, now: int) -> bool:
        return bool(walk.sweep_after) or 0 < walk.sweep_due <= now

    def step(self, table: Table, stage: str, walk: Walk) -> Step:
        """The next page of a stage."""
        if not table.stamps:
            return Step(walk=replace(walk, stamps=()), ended=True)
        if stage == ARCHIVED:
            return self._archived(table, walk)
        if stage == LATE:
            return self._late(table, walk)
        if table.history:
            walk = _from_where_it_begins(table, walk)
        if table.newly and not walk.floor:
            now = self._client.server_now()
            return Step(walk=replace(walk, floor=max(now - self._overlap, DAWN)), ended=True)
        if walk.load is None and (walk.floor or self._is_searched(table)):
            return self._news(table, walk)
        return self._loaded(table, walk)

    def _is_searched(self, table: Table) -> bool:
        return self._settings.backfill == "search" and not table.history

    # first load

    def _loaded(self, table: Table, walk: Walk) -> Step:
        behind = walk.load.after if walk.load else ""
        listed = _getting_on(self._objects.page(table, behind), behind)
        load = walk.load or Load(began=listed.now)
        if listed.after is not None:
            onward = replace(walk, load=replace(load, after=listed.after))
        else:
            onward = self._risen(replace(walk, load=None), load.began)
        return Step(walk=onward, ended=listed.after is None, rows=listed.rows, now=listed.now)

    def _risen(self, walk: Walk, began: int) -> Walk:
        """Behind a reading that began at `began` and came to its end."""
        floor = max(began - self._overlap, DAWN)
        trail = walk.trail if walk.trail and self._trailing else floor
        every = self._settings.archive_every * HOUR
        planned = walk.sweep_due
        if not every or not planned or planned > began + every + HOUR:
            planned = began + every if every else 0
        return replace(walk, floor=floor, trail=trail, going=None, sweep_due=planned)

    # increments

    def _news(self, table: Table, walk: Walk) -> Step:
        going = walk.going
        if going is None:
            high = self._client.server_now() + 1 if table.past_only else None
            going = Pass(began=0, windows=(Window(walk.floor or DAWN, high),))
        try:
            searched, turn = self._turned(table, going)
        except Untrusted:
            return Step(walk=self._from_list(walk), ended=False)
        began = going.began or searched.now
        rows = self._objects.completed(table, searched) if turn.keep else ()
        if turn.onward is not None:
            onward = replace(walk, going=replace(turn.onward, began=began))
        else:
            onward = self._risen(walk, began)
        return Step(
            walk=onward,
            ended=turn.onward is None,
            rows=rows,
            now=searched.now,
            since=walk.floor,
        )

    def _from_list(self, walk: Walk) -> Walk:
        """Where searches do not fit together, everything is read again from the list."""
        load = Load(began=self._client.server_now())
        return replace(walk, going=None, trailing=None, load=load)

    def _turned(self, table: Table, going: Pass) -> tuple[Searched, Turn]:
        """A page of a search, and what it means."""
        try:
            searched = self._objects.search(table, going)
        except Refused as refused:
            if refused.status != 400 or not going.after:
                raise
            # Beyond what a search gives, by its own count: smaller windows.
            onward = cut(going, ())
            nothing = _nothing(self._client.server_now())
            return nothing, Turn(onward=onward, keep=False)
        going = replace(going, began=going.began or searched.now)
        return searched, turned(going, searched.found, limit=self._settings.page_size)

    # what came late

    def _late(self, table: Table, walk: Walk) -> Step:
        """A second pass, behind the first one: what the index showed late, or disorder hid."""
        going = walk.trailing
        if going is None:
            high = self._client.server_now() - self._trailing
            if high <= walk.trail:
                return Step(walk=walk, ended=True)
            going = Pass(began=high, windows=(Window(walk.trail, high),))
        try:
            searched, turn = self._turned(table, going)
        except Untrusted:
            # The list tells all; the increment after it closes the gap.
            listing = self._from_list(walk)
            return Step(walk=replace(listing, trail=going.began), ended=True)
        rows = self._objects.completed(table, searched) if turn.keep else ()
        trail = going.began if turn.onward is None else walk.trail
        return Step(
            walk=replace(walk, trailing=turn.onward, trail=trail),
            ended=turn.onward is None,
            rows=rows,
            now=searched.now,
            since=walk.trail,
        )

    # what was archived

    def _archived(self, table: Table, walk: Walk) -> Step:
        """Archiving moves no stamp, so the recycle bin is looked through now and then."""
        behind = walk.sweep_after
        listed = _getting_on(self._objects.archived(table, behind), behind)
        due = walk.sweep_due
        if listed.after is None:
            due = listed.now + self._settings.archive_every * HOUR
        onward = replace(walk, sweep_after=listed.after or "", sweep_due=due)
        return Step(walk=onward, ended=listed.after is None, rows=listed.rows, now=listed.now)


def _from_where_it_begins(table: Table, walk: Walk) -> Walk:
    """The walk with the properties that are read now.

    One that was not read before is read from where its source ended, or with all its old values.
    """
    added = set(table.stamps) - set(walk.stamps)
    walk = replace(walk, stamps=tuple(sorted(table.stamps)))
    if not added:
        return walk
    if not walk.floor or walk.load or not added <= table.begins.keys():
        return Walk(stamps=walk.stamps)
    floor = min(walk.floor, *(table.begins[stamp] for stamp in added))
    return replace(walk, floor=floor, going=None)


def _getting_on(listed: Listed, behind: str) -> Listed:
    """A page of a list, if the next one is another; Broken for a platform that stands still."""
    if listed.after == behind:
        raise Broken
    return listed


def _nothing(now: int) -> Searched:
    return Searched(found=Found((), 0, None), rows=(), now=now, whole=True)
