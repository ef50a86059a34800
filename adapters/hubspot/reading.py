"""Reading a stream: its walks one after the other, a page in each call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from adapters.hubspot.client import Broken, Client, Refused
from adapters.hubspot.cursor import AnyWalk, Cursor, FormWalk, MailWalk, OwnerWalk, Walk
from adapters.hubspot.faults import SCOPES
from adapters.hubspot.forms import Forms
from adapters.hubspot.mail import Mail
from adapters.hubspot.mapping import owner_of
from adapters.hubspot.properties import Properties
from adapters.hubspot.settings import Settings
from adapters.hubspot.standing_in import answered, ends_of, not_told, stood_in
from adapters.hubspot.tables import (
    FORMS,
    MAIL,
    OWNERS,
    Table,
    tables_of,
    without_sources,
)
from adapters.hubspot.telling import Telling
from adapters.hubspot.walking import ARCHIVED, LATE, NEWS, Step, Walking
from connector.clock import HOUR, MINUTE
from connector.model import Record
from connector.ports import Page, Stream

AGAIN: Final = HOUR
"""After which a walk that was refused is tried again, ms."""
OTHERS: Final = MINUTE
"""Between two rounds without a walk that fails, ms: longer than reading tries again by itself."""
STAGES: Final = (NEWS, LATE, ARCHIVED)
_NOT_HERE: Final = (400, 403, 404, 405, 410, 501)
"""Statuses of a request for what a portal, or a token, does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A walk as it is read now."""

    name: str
    table: Table | None = None
    """None: e-mail events, forms or owners."""

    @property
    def optional(self) -> bool:
        """Whether the others are read where this one is refused."""
        return self.name in (MAIL, FORMS) or (self.table is not None and self.table.optional)


class Reader:
    """Reads the streams of one portal."""

    def __init__(
        self, instance: str, settings: Settings, client: Client, properties: Properties
    ) -> None:
        self._instance = instance
        self._settings = settings
        self._client = client
        self._walking = Walking(settings, client)
        self._mail = Mail(instance, settings, client)
        self._forms = Forms(instance, settings, client)
        self._telling = Telling(instance, settings, properties)
        self._refused: dict[str, str] = {}
        self._failing: set[str] = set()
        """Walks that wait until the others were read."""
        self._round_at = 0
        """When the others began a round without those, UTC ms."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What was refused lately and is left out, in words."""
        return tuple(dict.fromkeys(self._refused.values()))

    def page(self, stream: Stream, text: str | None) -> Page:
        """The next page of a stream."""
        cursor = Cursor.read(text, self._settings.digest(stream))
        self._client.spare(self._settings.read_share)
        parts = list(self._parts(stream, cursor))
        keys = {f"{part.name}{stage}": (part, stage) for part in parts for stage in STAGES}
        left = [key for key in cursor.left if key in keys] or self._due(parts, cursor)
        if not left:
            return Page(cursor=replace(cursor, left=()).dump())
        left = self._failing_last(left, parts, cursor)
        part, stage = keys[left[0]]
        cursor = stood_in(part.name, cursor)
        try:
            step = self._step(part, stage, cursor)
        except (Refused, Broken) as trouble:
            if not part.optional or not _is_not_here(trouble):
                self._failing |= {part.name} & {MAIL, FORMS}  # on their own, and near their end
                raise
            return self._without(part, cursor, left, trouble)
        self._failing.discard(part.name)
        self._refused.pop(part.name, None)
        left = left[1:] if step.ended else left
        first = self._first_load(cursor.walks.get(part.name))
        cursor = replace(cursor, left=tuple(left)).with_walk(part.name, answered(step.walk))
        told = self._telling.engagements(part.table, step) if part.table else ()
        return Page(
            cursor=cursor.dump(),
            records=self._records(part, step),
            engagements=(*not_told(part.name, step), *told),
            first_load=first,
            more=bool(left),
        )

    def _first_load(self, walk: AnyWalk | None) -> int | None:
        """When the first load of a walk began, UTC ms; None when it is over, or not known as one.

        A log, forms or a kind of activity may become readable long after the rest of a stream.
        """
        if isinstance(walk, OwnerWalk) or (walk is not None and walk.floor):
            return None
        began = walk.began if isinstance(walk, MailWalk | FormWalk) else 0
        load = walk.load if isinstance(walk, Walk) else None
        return (load.began if load else began) or self._client.server_now()

    # what is due

    def _parts(self, stream: Stream, cursor: Cursor) -> Iterator[Part]:
        """All walks of a stream, in the order of a round."""
        if stream is Stream.OWNERS:
            yield Part(name=OWNERS.name)
            return
        settings = self._settings
        tables = tables_of(stream, settings)
        yield from (Part(name=table.name, table=table) for table in tables if not table.history)
        if stream is not Stream.ENGAGEMENTS:
            return
        yield from (Part(name=each) for each in (MAIL, FORMS) if each in settings.activity)
        # Last, because they stand in for walks that may be refused before. One that was is not
        # there until it answers: what stands in for it must not change on the way.
        there = [each for each in settings.activity if not _refused(cursor.walks.get(each))]
        ends = ends_of(cursor)
        for table in tables:
            if table.history:
                yield Part(name=table.name, table=without_sources(table, there, ends))

    def _due(self, parts: Iterable[Part], cursor: Cursor) -> list[str]:
        """What a new round reads: what is new everywhere, then what came late, then archives."""
        now = self._client.server_now()
        found: dict[str, list[str]] = {NEWS: [], LATE: [], ARCHIVED: []}
        for part in parts:
            walk = cursor.walks.get(part.name)
            if _refused(walk) > now:
                self._refused.setdefault(part.name, f"read {part.name}")
                continue
            for stage in self._stages(part, cursor, now):
                found[stage].append(f"{part.name}{stage}")
        return [key for keys in found.values() for key in keys]

    def _failing_last(self, left: list[str], parts: Iterable[Part], cursor: Cursor) -> list[str]:
        """What is left, less urgent where it fails; when nothing else is, the others go on."""
        failing = {f"{name}{stage}" for name in self._failing for stage in STAGES}
        now = self._client.server_now()
        if set(left) <= failing and not 0 <= now - self._round_at < OTHERS:
            self._round_at = now
            left = [*(key for key in self._due(parts, cursor) if key not in failing), *left]
        return sorted(left, key=lambda key: key in failing)

    def _stages(self, part: Part, cursor: Cursor, now: int) -> list[str]:
        if part.table is not None:
            return self._walking.stages(part.table, cursor.walk(part.name, Walk), now)
        if part.name == MAIL:
            return self._mail.stages(cursor.walk(MAIL, MailWalk), now)
        return [NEWS]

    # one page

    def _step(self, part: Part, stage: str, cursor: Cursor) -> Step:
        if part.table is not None:
            return self._walking.step(part.table, stage, cursor.walk(part.name, Walk))
        if part.name == MAIL:
            return self._mail.step(cursor.walk(MAIL, MailWalk), stage)
        if part.name == FORMS:
            return self._forms.step(cursor.walk(FORMS, FormWalk))
        return self._owners(cursor.walk(part.name, OwnerWalk))

    def _owners(self, walk: OwnerWalk) -> Step:
        """Owners are few, and tell no stamp to search by: all of them, each time."""
        limit = max(1, self._settings.page_size * 5 // 2)
        params = [("limit", str(limit)), ("archived", "true" if walk.archived else "false")]
        params += [("after", walk.after)] if walk.after else []
        answer = self._client.get(self._client.paths.owners, params)
        rows, after = answer.rows(), answer.after
        if after is not None and after == walk.after:
            raise Broken
        ended = after is None and walk.archived
        onward = OwnerWalk(after=after or "", archived=not ended and (walk.archived or not after))
        return Step(walk=onward, ended=ended, rows=rows)

    def _records(self, part: Part, step: Step) -> tuple[Record, ...]:
        if part.table is not None:
            return tuple(self._telling.records(part.table, step))
        found = (owner_of(row, self._instance) for row in step.rows)
        return tuple(record for record in found if record is not None)

    # what is refused

    def _without(self, part: Part, cursor: Cursor, left: list[str], refused: Refused) -> Page:
        """The others go on without a walk that is not allowed or not there; it is tried again."""
        self._refused[part.name] = _told(part.name, refused)
        until = self._client.server_now() + AGAIN
        kinds: dict[str, type[Walk | MailWalk | FormWalk]] = {MAIL: MailWalk, FORMS: FormWalk}
        walk = cursor.walk(part.name, kinds.get(part.name, Walk))
        names = {f"{part.name}{stage}" for stage in STAGES}
        rest = tuple(key for key in left if key not in names)
        walk = _afresh(walk) if refused.status == 400 else walk
        cursor = replace(cursor, left=rest).with_walk(part.name, replace(walk, refused=until))
        return Page(cursor=cursor.dump(), more=bool(rest))


def _is_not_here(trouble: Refused | Broken) -> TypeGuard[Refused]:
    return isinstance(trouble, Refused) and trouble.status in _NOT_HERE


def _afresh(walk: Walk | MailWalk | FormWalk) -> Walk | MailWalk | FormWalk:
    """Without the place that was refused; what was read to its end stays so."""
    if isinstance(walk, Walk):
        return replace(walk, load=None, going=None, trailing=None)
    return replace(walk, began=0)


def _refused(walk: AnyWalk | None) -> int:
    """Until when a walk is left out, UTC ms; 0: it is not."""
    return getattr(walk, "refused", 0)


def _told(name: str, refused: Refused) -> str:
    scopes = [scope for fault in refused.faults for scope in fault.named(*SCOPES)]
    return f"read {name} ({', '.join(dict.fromkeys(scopes)) or f'HTTP {refused.status}'})"
