"""CSV both ways: a folder of exports as a source, files for a CRM's import as a target."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from adapters.csv.client import NEEDED, Folder
from adapters.csv.lookup import find_people, find_records
from adapters.csv.outbound import OutFolder
from adapters.csv.outgoing import FILES
from adapters.csv.pages import read_page
from adapters.csv.rejects import RejectFiles
from adapters.csv.settings import Settings
from adapters.csv.tasks import TASK, find_tasks
from adapters.csv.vocabulary import vocabulary
from adapters.csv.writing import Writer
from connector.clock import Clock
from connector.errors import AdapterError, Rejected, Unsupported
from connector.model import Fields, Outcome, RecordRef, Write, WriteKind
from connector.ports import (
    YES,
    Ability,
    Adapter,
    Capabilities,
    Delivery,
    Health,
    Page,
    Stream,
    Support,
    Vocabulary,
)

__all__ = ["CsvAdapter", "Settings"]


class CsvAdapter(Adapter):
    """One folder of exports. Nothing is kept open between calls; threads may share it."""

    settings_type = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(
        streams=dict.fromkeys(Stream, YES),
        writes=dict.fromkeys(WriteKind, YES),
        find=YES,
        fetch=YES,
        task_type=TASK,
        describe=Ability(Support.NO, "An export tells neither types nor allowed values."),
        create_field=Ability(Support.NO, "The fields belong to the CRM behind the export."),
        applied_later=True,  # by whoever imports the files
        max_batch=100,
        late_window=0,  # a row is readable as soon as its line is whole, wherever it stands
        ordered=False,
        delivery=Delivery.A,
        delivery_reason="The adapter holds the only lock on the files and keeps every key.",
    )

    def __init__(self, instance: str, settings: Settings, clock: Clock) -> None:
        self._instance = instance
        self._settings = settings
        self._folder = Folder(settings, clock)
        self._rejects = RejectFiles(settings.folder / settings.rejects)
        self._writer = Writer(
            instance,
            self._folder,
            OutFolder(settings.folder / settings.out, bom=settings.out_bom),
        )
        self._writing = threading.Lock()

    def check(self) -> Health:
        """Whether the files are there and fit, and the folders can be written to."""
        return Health(
            account=str(self._settings.folder.absolute()),
            missing=tuple(dict.fromkeys([*self._unreadable(), *self._unwritable()])),
        )

    def identify(self) -> Health:
        """Folders are moved and renamed; nothing tells one company's files from another's."""
        return Health(account=str(self._settings.folder.absolute()))

    def read(self, stream: Stream, cursor: str | None) -> Page:
        self.refuse_unreadable(stream)
        return read_page(self._folder, self._rejects, self._instance, stream, cursor)

    def find(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        return find_people(self._folder, self._instance, emails)

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        tasks = {ref for ref in refs if ref.object_type == TASK}
        found = find_records(self._folder, self._instance, set(refs) - tasks, fields)
        told: dict[RecordRef, Fields] = {
            ref: one.values for ref, one in found.items() if not one.gone
        }
        return told | find_tasks(self._folder, tasks, fields) if tasks else told

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        self.refuse_unwritable(writes)
        if not self._settings.out:
            raise Unsupported('This source is read-only: its setting `out` is "".')
        if len(writes) > self.capabilities.max_batch:
            raise Rejected(f"At most {self.capabilities.max_batch} writes go into one batch.")
        with self._writing:
            return self._writer.write(writes)

    def vocabulary(self) -> Vocabulary:
        return vocabulary(self._settings)

    def _unreadable(self) -> Iterator[str]:
        for stream in Stream:
            try:
                files = self._folder.files(stream)
            except AdapterError as error:
                yield str(error)
                continue
            for path in files:
                try:
                    with self._folder.open(path, stream) as export:
                        if export is None and stream in NEEDED:
                            yield f"{path} has no header line."
                except AdapterError as error:
                    yield str(error)

    def _unwritable(self) -> Iterator[str]:
        wanted = [self._settings.folder / self._settings.rejects]
        if self._settings.out:
            out = self._settings.folder / self._settings.out
            wanted += [
                out,
                *(out / file.name for file in FILES.values() if (out / file.name).exists()),
            ]
        for path in wanted:
            if not _writable(path):
                yield f"{path} cannot be written to. Allow it to the user that leadmode runs as."


def _writable(path: Path) -> bool:
    """Whether a file or folder could be written, or made where there is none."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0))
