"""What became of tasks, as an export of the CRM's tasks tells it by the key that they carry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from adapters.csv.cells import BadCell, clean, parse_boolean, parse_instant
from adapters.csv.client import Folder
from adapters.csv.columns import TASKS
from adapters.csv.outgoing import FILES
from adapters.csv.settings import Settings
from connector.model import Fields, RecordRef, Scalar, WriteKind

TASK: Final = "Task"
_OURS: Final = {"status": "status", "result": "result", "owner": "owner_id"}
_MOMENTS: Final = ("closed_at", "modified_at")


def find_tasks(
    folder: Folder, refs: Collection[RecordRef], fields: Collection[str]
) -> dict[RecordRef, Fields]:
    """The tasks by their remote ids, less those that the export calls deleted.

    A task that no row tells of has no field: it may not have been imported yet. Of several rows the
    last one counts that has the latest modified_at.
    """
    by_key = {ref.id.removeprefix(f"{FILES[WriteKind.CREATE_TASK].name}:"): ref for ref in refs}
    rows: dict[str, dict[str, Scalar]] = {}
    for key, row in _rows(folder, by_key):
        if key not in rows or _stamp(row) >= _stamp(rows[key]):
            rows[key] = row
    return {
        ref: {name: rows[key][name] for name in fields if name in rows.get(key, {})}
        for key, ref in by_key.items()
        if not rows.get(key, {}).get("deleted")
    }


def _stamp(row: Mapping[str, Scalar]) -> int:
    return int(row.get("modified_at") or 0)


def _rows(folder: Folder, keys: Collection[str]) -> Iterator[tuple[str, dict[str, Scalar]]]:
    for path in folder.files(TASKS):
        with folder.open(path, TASKS) as export:
            if export is None:
                continue
            places = export.layout.places
            for row in export.rows():
                try:
                    cells = export.cells(row)
                except ValueError:
                    continue
                if len(cells) != len(export.layout.headers):
                    continue
                told = {name: clean(cells[place]) for name, place in places.items()}
                if told["leadmode_key"] in keys:
                    yield told["leadmode_key"], _task(told, folder.settings)


def _task(told: Mapping[str, str], settings: Settings) -> dict[str, Scalar]:
    """A row in our words; a cell that cannot be understood counts as one that is not there."""
    task: dict[str, Scalar] = {
        name: told[column] or None for name, column in _OURS.items() if column in told
    }
    for name in _MOMENTS:
        if name in told:
            task[name] = _moment(told[name], settings)
    task["deleted"] = _true(told.get("deleted", ""))
    done = told["status"].casefold() in {one.casefold() for one in settings.done_tasks}
    task["is_closed"] = done or _true(told.get("is_closed", "")) or bool(task.get("closed_at"))
    return task


def _moment(text: str, settings: Settings) -> int | None:
    try:
        zone, pattern = settings.zone, settings.date_format
        return parse_instant(text, zone=zone, pattern=pattern) if text else None
    except BadCell:
        return None


def _true(text: str) -> bool:
    try:
        return bool(text) and parse_boolean(text) is True
    except BadCell:
        return False
