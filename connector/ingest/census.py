"""Asking a platform whether what we know of it still exists, where `read` does not tell.

A privacy deletion is in no list of a platform that has them: the record is simply not there any
more. So every known record is asked for once in a while, a few with each poll.
"""

from __future__ import annotations

from typing import Final

from connector import log
from connector.clock import DAY
from connector.errors import GrantAccess, Rejected
from connector.ingest.page import bare
from connector.model import Record, RecordRef
from connector.ports import Adapter
from connector.store import Store

EVERY: Final = 7 * DAY
"""ms between the beginnings of two rounds through everything that is known."""
AT_ONCE: Final = 100
"""Records that are asked for with one poll."""
DOUBT: Final = 0.5
"""A larger share than this that is gone at once is taken for a lost permission."""
FEW: Final = 3
"""So many may always be gone at once."""

_LOG = log.get("census")


class Census:
    """One source's round: begun at a moment, and come to a record number."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def gone(self, adapter: Adapter, now: int) -> tuple[list[Record], str | None]:
        """Records that are not there any more, as deleted ones, and the note of this step.

        No note: nothing is to be asked now. Raises what `fetch` raises; then nothing is noted. But
        where it says no for good, the others are asked all the same.
        """
        begun, past = self._place(now)
        if past is None:
            if now - begun < EVERY:
                return [], None
            begun, past = now, 0
        with self._store.steady():
            known = self._store.people.known_from(self._name, past, AT_ONCE)
        there = self._there(adapter, [record.ref for _, record in known])
        missing = [record for _, record in known if record.ref not in there]
        if len(missing) > max(FEW, len(known) * DOUBT):
            _LOG.warning("doubted", source=self._name, asked=len(known), missing=len(missing))
            missing = []
        following = f"{known[-1][0]}" if len(known) == AT_ONCE else "-"
        return [bare(record) for record in missing], f"{begun} {following}"

    def _there(self, adapter: Adapter, refs: list[RecordRef]) -> set[RecordRef]:
        """Those of the records that are there, or cannot be asked for."""
        there: set[RecordRef] = set()
        for kind in dict.fromkeys(ref.object_type for ref in refs):
            some = [ref for ref in refs if ref.object_type == kind]
            try:
                there |= adapter.fetch(some, []).keys()
            except (GrantAccess, Rejected) as error:
                what = type(error).__name__
                _LOG.warning("not_asked", source=self._name, object_type=kind, error=what)
                there |= set(some)
        return there

    def begin(self, now: int) -> str | None:
        """The note of a first round, which comes a whole period after this; None: it is there."""
        return None if self._note() else f"{now} -"

    @property
    def key(self) -> str:
        """Under which the note is kept."""
        return f"census {self._name}"

    def _place(self, now: int) -> tuple[int, int | None]:
        """When the round began, and the last record number of it; None when it is done."""
        begun, _, past = (self._note() or f"{now} -").partition(" ")
        return int(begun), None if past == "-" else int(past)

    def _note(self) -> str | None:
        with self._store.steady():
            return self._store.sources.note(self.key)
