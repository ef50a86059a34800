"""An adapter whose answers are kept, so that the same cycle can be gone through twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from connector.model import Fields, RecordRef
from connector.ports import Adapter, Health, Page, Stream


class Recorder(Adapter):
    """Reads through another adapter and keeps what it said; `again` says the same once more.

    It never writes.
    """

    def __init__(self, inner: Adapter) -> None:
        self._inner = inner
        self.capabilities = inner.capabilities  # type: ignore[misc] # of the one it stands for
        self._pages: dict[tuple[Stream, str | None], Page] = {}
        self._fetched: dict[tuple[tuple[RecordRef, ...], tuple[str, ...]], object] = {}
        self._replays = False

    def again(self) -> None:
        """From now on say what was said before, and ask nobody."""
        self._replays = True

    def check(self) -> Health:
        return self._inner.check()

    def read(self, stream: Stream, cursor: str | None) -> Page:
        asked = (stream, cursor)
        if not self._replays:
            self._pages[asked] = self._inner.read(stream, cursor)
        return self._pages[asked]

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        asked = (tuple(refs), tuple(fields))
        if not self._replays:
            self._fetched[asked] = self._inner.fetch(refs, fields)
        return cast("Mapping[RecordRef, Fields]", self._fetched[asked])
