"""Single records of the current exports, found by going through the files once per call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.csv.cells import clean
from adapters.csv.client import Export, Folder
from adapters.csv.columns import plain
from adapters.csv.mapping import Reading, emails_of
from connector.model import Record, RecordRef, Scalar
from connector.ports import Stream

ALIASES = {"owner": "owner_id", "account": "account_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record as the exports have it now."""

    record: Record
    values: Mapping[str, Scalar]
    """The wanted fields that the file has."""

    @property
    def gone(self) -> bool:
        """Whether the platform says that the record was deleted or merged away."""
        return self.record.deleted or self.record.merged_into is not None


def find_records(
    folder: Folder, instance: str, refs: Collection[RecordRef], fields: Collection[str]
) -> dict[RecordRef, Found]:
    """The records among `refs` that the current exports name, deleted ones too."""
    found: dict[RecordRef, Found] = {}
    for stream in _streams(folder, instance, refs):
        ids = {ref.id for ref in refs}
        for export, reading, cells in _all_rows(folder, instance, stream):
            if clean(cells[export.layout.places["id"]]) not in ids:
                continue
            record = _record(reading, cells)
            if record is None or record.ref not in refs:
                continue
            known = found.get(record.ref)
            if known and (record.modified_at or 0) < (known.record.modified_at or 0):
                continue
            values = _values(export, cells, record, fields)
            found[record.ref] = Found(record=record, values=values)
    return found


def find_people(
    folder: Folder, instance: str, emails: Sequence[str]
) -> dict[str, tuple[RecordRef, ...]]:
    """The person records that have one of the addresses; case does not matter."""
    wanted = {email.strip().casefold() for email in emails}
    current: dict[RecordRef, Record] = {}
    ids: set[str] = set()
    for export, reading, cells in _all_rows(folder, instance, Stream.PEOPLE):
        record = _record(reading, cells) if _may_be(export, cells, wanted, ids) else None
        if record is not None:
            ids.add(record.ref.id)
            known = current.get(record.ref)
            if known is None or (record.modified_at or 0) >= (known.modified_at or 0):
                current[record.ref] = record
    hits: dict[str, list[RecordRef]] = {email: [] for email in wanted}
    for ref, record in current.items():
        if not record.deleted and record.merged_into is None:
            for email in {email.casefold() for email in record.emails} & wanted:
                hits[email].append(ref)
    return {email: tuple(hits[email.strip().casefold()]) for email in emails}


def _may_be(
    export: Export,
    cells: Sequence[str],
    emails: Collection[str],
    ids: Collection[str],
) -> bool:
    """Whether a row holds one of the addresses, or changes a record that held one."""
    places = export.layout.places
    if "email" in places and any(
        email.casefold() in emails for email in emails_of(clean(cells[places["email"]]))
    ):
        return True
    return clean(cells[places["id"]]) in ids


def _streams(folder: Folder, instance: str, refs: Collection[RecordRef]) -> list[Stream]:
    settings = folder.settings
    by_type = {
        **dict.fromkeys(settings.person_types, Stream.PEOPLE),
        settings.account_type: Stream.ACCOUNTS,
        settings.opportunity_type: Stream.OPPORTUNITIES,
        settings.owner_type: Stream.OWNERS,
    }
    types = {ref.object_type for ref in refs if ref.instance == instance}
    return sorted({by_type[name] for name in types if name in by_type})


def _all_rows(
    folder: Folder, instance: str, stream: Stream
) -> Iterator[tuple[Export, Reading, list[str]]]:
    """Every row that has its cells; the others are told and set aside when they are read."""
    for path in folder.files(stream):
        with folder.open(path, stream) as export:
            if export is None:
                continue
            reading = Reading.of(
                instance, stream, folder.settings, export.layout, folder.clock.now()
            )
            for row in export.rows():
                try:
                    cells = export.cells(row)
                except ValueError:
                    continue
                if len(cells) == len(export.layout.headers):
                    yield export, reading, cells


def _record(reading: Reading, cells: Sequence[str]) -> Record | None:
    try:
        value = reading.understand(cells)
    except ValueError:
        return None
    return value if isinstance(value, Record) else None


def _values(
    export: Export,
    cells: Sequence[str],
    record: Record,
    fields: Collection[str],
) -> dict[str, Scalar]:
    """The wanted fields by our names, else by the headers of the file; others are left out."""
    headers = {plain(header): place for place, header in enumerate(export.layout.headers)}
    own: dict[str, Scalar] = {
        **record.fields,
        "created_at": record.created_at,
        "modified_at": record.modified_at,
        "closed_at": record.closed_at,
    }
    values: dict[str, Scalar] = {}
    for name in fields:
        ours = ALIASES.get(name, name)
        place = export.layout.places.get(ours, headers.get(plain(name)))
        if ours in own and (ours in record.fields or ours in export.layout.places):
            values[name] = own[ours]
        elif place is not None:
            values[name] = clean(cells[place]) or None
    return values
