"""One page of a stream: rows of its files from the cursor on, understood or set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from adapters.csv.client import Export, Folder
from adapters.csv.cursor import Cursor, Mark, load
from adapters.csv.dialect import Position
from adapters.csv.mapping import Reading
from adapters.csv.rejects import Reject, RejectFiles
from connector.errors import Rejected
from connector.model import Engagement, Record
from connector.ports import Page, Stream

PAGE_BYTES: Final = 16 * 1024 * 1024
"""A page ends after so many bytes of rows, however few rows they are."""


@dataclass(slots=True)
class _Draft:
    """A page in the making."""

    rows: int
    """How many more it takes."""
    size: int = PAGE_BYTES
    records: list[Record] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    set_aside: int = 0
    more: bool = False

    @property
    def full(self) -> bool:
        return self.rows <= 0 or self.size <= 0

    def take(self, value: Record | Engagement | None) -> None:
        if isinstance(value, Record):
            self.records.append(value)
        elif value is not None:
            self.engagements.append(value)


def read_page(
    folder: Folder, rejects: RejectFiles, instance: str, stream: Stream, cursor: str | None
) -> Page:
    """What the files of the stream hold after the cursor, at most `page_rows` rows.

    A file whose header does not fit does not stop the others; when there is nothing else to
    tell, it is raised as Rejected, and the cursor stays.
    """
    known = load(cursor, folder.settings.digest(stream))
    draft = _Draft(rows=folder.settings.page_rows)
    marks: dict[str, Mark] = {}
    unreadable: Rejected | None = None
    began = draft.rows
    for path in folder.files(stream):
        mark = known.marks.get(folder.name(path))
        try:
            mark = _read_file(folder, rejects, _Source(instance, stream, path), mark, draft)
        except Rejected as error:
            unreadable = unreadable or error
        if mark is not None:
            marks[folder.name(path)] = mark
    if unreadable and draft.rows == began:
        raise unreadable
    return Page(
        cursor=Cursor(digest=known.digest, marks=marks).dump(),
        records=tuple(draft.records),
        engagements=tuple(draft.engagements),
        more=draft.more,
        set_aside=draft.set_aside,
    )


@dataclass(frozen=True, slots=True)
class _Source:
    instance: str
    stream: Stream
    path: Path


def _read_file(
    folder: Folder, rejects: RejectFiles, source: _Source, mark: Mark | None, draft: _Draft
) -> Mark | None:
    """Go on in one file; the new mark, or None when there is nothing to mark yet."""
    if mark is not None and folder.is_done(source.path, mark):
        return mark
    if draft.full:
        draft.more = True
        return mark
    with folder.open(source.path, source.stream) as export:
        if export is None:
            return None
        start, finished = folder.going_on(export, mark)
        if finished:
            return mark
        reading = Reading.of(
            source.instance, source.stream, folder.settings, export.layout, folder.clock.now()
        )
        bad: list[Reject] = []
        after, tail = _read_rows(export, reading, start, draft, bad)
        rejects.add(bad)
        draft.set_aside += len(bad)
        return export.mark(after, tail)


def _read_rows(
    export: Export, reading: Reading, start: Position, draft: _Draft, bad: list[Reject]
) -> tuple[Position, int]:
    """Take rows into the draft; the last border between rows, and what was read beyond it."""
    border = start
    for row in export.rows(start):
        if draft.full:
            draft.more = True
            break
        try:
            draft.take(reading.understand(export.cells(row)))
        except ValueError as error:
            bad.append(Reject(file=export.name, line=row.line, reason=str(error), row=row.text))
        draft.rows -= 1
        size = row.after.offset - border.offset
        draft.size -= size
        if not row.ended:
            return border, size
        border = row.after
    return border, 0
