"""What becomes of each write: decided against the current exports, then appended to its file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.csv.cells import BadCell, clean, parse_boolean
from adapters.csv.client import Folder
from adapters.csv.lookup import Found, find_records
from adapters.csv.outbound import Entry, OutFolder
from adapters.csv.outgoing import (
    FILES,
    BadWrite,
    OutFile,
    field_rows,
    member_row,
    note_row,
    task_row,
    withdrawal_row,
)
from connector.errors import AdapterError, TryAgain
from connector.model import Outcome, RecordRef, Scalar, Settled, Write, WriteKind

LOST: Final = "{file} was moved away while this was written to it. Look for the key in it."


@dataclass(frozen=True, slots=True)
class _Exports:
    """The records of a batch as the exports have them now, or why that is not known."""

    found: Mapping[RecordRef, Found]
    trouble: str = ""


class Writer:
    """Applies the writes of one source to its out folder."""

    def __init__(self, instance: str, folder: Folder, out: OutFolder) -> None:
        self._instance = instance
        self._folder = folder
        self._out = out

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """One outcome per write, in order."""
        try:
            with self._out.held():
                return self._write(writes)
        except OSError as error:
            raise TryAgain(
                f"Cannot write to {self._out.folder}: {error.strerror or error}."
            ) from error

    def _write(self, writes: Sequence[Write]) -> list[Outcome]:
        first: dict[str, Write] = {}
        for write in writes:
            first.setdefault(write.key, write)
        settled = {key: known for key, write in first.items() if (known := self._known(write))}
        fresh = [write for key, write in first.items() if key not in settled]
        exports = self._exports(fresh)
        entries: dict[WriteKind, list[Entry]] = {}
        for write in fresh:
            decided = self._decide(write, exports)
            if isinstance(decided, Outcome):
                settled[write.key] = decided
            else:
                entries.setdefault(write.kind, []).append(decided)
        for kind, rows in entries.items():
            settled |= self._append(FILES[kind], rows)
        _check_not_all_stuck(settled.values())
        return [
            settled[write.key] if first[write.key] is write else _again(settled[write.key])
            for write in writes
        ]

    def _append(self, file: OutFile, entries: Sequence[Entry]) -> dict[str, Outcome]:
        """Add the rows to one file; the other files do not suffer when it does not work."""
        reason = ""
        try:
            self._out.append(file, entries)
        except OSError as error:
            reason = f"Cannot write {file.name}: {error.strerror or error}."
        except TryAgain as error:
            reason = str(error)
        if reason:
            return {entry.key: _retry(entry.key, reason) for entry in entries}
        return {
            entry.key: replace(_done(entry.key, Settled.APPLIED, file.name), before=entry.before)
            for entry in entries
        }

    def _known(self, write: Write) -> Outcome | None:
        """The outcome for a key that was seen before, or whose file cannot be looked into."""
        file = FILES[write.kind]
        try:
            where = self._out.where(write.key, file)
        except TryAgain as error:
            return _retry(write.key, str(error))
        if where is not None:
            return _done(write.key, Settled.ALREADY_APPLIED, where)
        if self._out.is_lost(write.key):
            reason = LOST.format(file=file.name)
            return Outcome(key=write.key, settled=Settled.UNKNOWN, reason=reason)
        return None

    def _exports(self, writes: Sequence[Write]) -> _Exports:
        refs = {write.target for write in writes}
        changes = [write for write in writes if write.kind is WriteKind.SET_FIELDS]
        fields = {name for write in changes for name in write.fields}
        try:
            return _Exports(find_records(self._folder, self._instance, refs, fields))
        except AdapterError as error:
            return _Exports({}, str(error))

    def _decide(self, write: Write, exports: _Exports) -> Outcome | Entry:
        found = exports.found.get(write.target)
        try:
            self._check_target(write.target)
            if found and found.gone:
                reason = "The export says that the record was deleted or merged."
                return Outcome(key=write.key, settled=Settled.CANCELLED, reason=reason)
            if write.kind is WriteKind.SET_FIELDS:
                if exports.trouble:
                    return _retry(write.key, exports.trouble)
                return _field_changes(write, found.values if found else {})
            return Entry(key=write.key, rows=[self._row(write)])
        except BadWrite as error:
            return Outcome(key=write.key, settled=Settled.REJECTED, reason=f"{error}.")

    def _row(self, write: Write) -> tuple[str, ...]:
        if write.kind is WriteKind.CREATE_TASK:
            return task_row(write, self._folder.settings.zone)
        if write.kind is WriteKind.WITHDRAW:
            return withdrawal_row(write)
        return member_row(write) if write.kind is WriteKind.ADD_MEMBER else note_row(write)

    def _check_target(self, target: RecordRef) -> None:
        types = self._folder.settings.types
        if target.instance != self._instance or target.object_type not in types:
            raise BadWrite(f"there is no object {target.object_type} in {self._instance}")


def _field_changes(write: Write, current: Mapping[str, Scalar]) -> Outcome | Entry:
    """The rows of the fields that are not as wanted; cancelled when a person moved one on.

    A field that the export does not show is written as it is: its row tells the importer under
    which values it may be changed.
    """
    if not write.fields:
        raise BadWrite("no field is named")
    changed = [
        name
        for name, value in write.fields.items()
        if name not in current or not same(current[name], value)
    ]
    if not changed:
        name = FILES[write.kind].name
        return _done(write.key, Settled.ALREADY_APPLIED, name, "The fields have these values.")
    for name in changed:
        expected = write.expected.get(name)
        if expected is None or name not in current:
            continue
        if not any(same(current[name], value) for value in expected):
            reason = f"Somebody has changed {name} in the meantime."
            return Outcome(key=write.key, settled=Settled.CANCELLED, reason=reason)
    before = {name: current[name] for name in changed if name in current}
    known = before if len(before) == len(changed) else None
    return Entry(key=write.key, rows=field_rows(write, changed), before=known)


def same(current: Scalar, value: Scalar) -> bool:
    """Whether a field of an export has a value, whatever its cell was taken for."""
    if isinstance(current, bool) or isinstance(value, bool):
        return _truth(current) is not None and _truth(current) is _truth(value)
    if isinstance(current, int | float) or isinstance(value, int | float):
        return _number(current) is not None and _number(current) == _number(value)
    return clean(current or "") == clean(value or "")


def _truth(value: Scalar) -> bool | None:
    try:
        return value if isinstance(value, bool) else parse_boolean(str(value))
    except BadCell:
        return None


def _number(value: Scalar) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _done(key: str, settled: Settled, file: str, reason: str = "") -> Outcome:
    return Outcome(key=key, settled=settled, remote_id=f"{file}:{key}", reason=reason)


def _check_not_all_stuck(outcomes: Collection[Outcome]) -> None:
    """Raise TryAgain when nothing could be settled: it is the folder's trouble, not a row's."""
    stuck = [one.reason for one in outcomes if one.settled is Settled.RETRY]
    if stuck and len(stuck) == len(outcomes):
        raise TryAgain(stuck[0])


def _retry(key: str, reason: str) -> Outcome:
    return Outcome(key=key, settled=Settled.RETRY, reason=reason)


def _again(first: Outcome) -> Outcome:
    """The outcome for a key that came twice in one batch."""
    if first.settled is not Settled.APPLIED:
        return first
    file = (first.remote_id or "").partition(":")[0]
    return _done(first.key, Settled.ALREADY_APPLIED, file)
