"""Opening a state folder as it is found: whole, set back, lost or damaged. Never empty in silence.

When the database does not remember all that was done, leadmode reconciles: nothing is sent before
every source was read to its end once more, what happened since the mark is no baseline, and a
target that would not recognise a write it has already gets none without a person's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connector import log
from connector.clock import DAY, iso
from connector.errors import SetClock, StateDamaged
from connector.store import FILE_NAME, Store
from connector.store.backups import (
    FOLDER,
    NotUsable,
    check,
    is_unbegun,
    newest_usable,
    put_back,
    set_aside,
)
from connector.store.mark import Mark, is_behind, leave_mark, place_of, read_mark

if TYPE_CHECKING:
    from collections.abc import Iterable

RECONCILING: Final = "reconciling_since"
FORGOT: Final = "forgot_at"
"""The note of the moment (UTC ms) from which on everything must be read once more."""
REMEMBERED: Final = "remembered_until"
"""The note of the moment (UTC ms) up to which a lost database had known everything."""
EARLIEST: Final = 1_767_225_600_000
"""2026-01-01, UTC ms: the year of the first release. A clock that shows less was never set."""
_LOG: Final = log.get("recovery")


class Found(StrEnum):
    """How the database was found."""

    WHOLE = "whole"
    NEW = "new"
    """There was none, and there never was one."""
    SET_BACK = "set_back"
    """It is older than its mark: a backup was put in its place."""
    LOST = "lost"
    """There was one, and it is gone."""
    DAMAGED = "damaged"
    """It was damaged; the newest whole backup was put in its place."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The store, and how it was found."""

    store: Store
    found: Found


def open_state(folder: Path, now: int) -> Opened:
    """Open the database of a state folder whose lock the caller holds.

    A damaged one is kept under another name and the newest whole backup takes its place. Raises
    StateDamaged when there is none, StateTooNew, and SetClock before anything is touched.
    """
    if now < EARLIEST:
        raise SetClock(
            f"This machine's clock says {iso(now)}, which is before leadmode was made. What is new "
            "cannot be told by it. Nothing was done; set the clock, or wait for the time service."
        )
    found = _look(folder, now)
    store = Store.open(folder)
    try:
        mark = read_mark(folder)
        if (
            found is Found.WHOLE
            and mark is not None
            and is_behind(place_of(store.connection), mark)
        ):
            found = Found.SET_BACK
        if found not in {Found.WHOLE, Found.NEW}:
            _begin_to_reconcile(store, mark, found, now)
        leave_mark(folder, place_of(store.connection))
    except BaseException:
        store.close()
        raise
    return Opened(store, found)


def _look(folder: Path, now: int) -> Found:
    """How the database is; a damaged one is replaced by its newest whole backup."""
    database = folder / FILE_NAME
    if not database.exists() or database.stat().st_size == 0 or is_unbegun(database):
        return Found.LOST if read_mark(folder) is not None else Found.NEW
    try:
        check(database)
    except NotUsable as error:
        if "newer leadmode" in str(error):
            return Found.WHOLE  # opening it says so, with advice
        backup = newest_usable(folder)
        if backup is None:
            raise StateDamaged(
                f"{error} There is no whole backup in {folder / FOLDER} to put in its place. Put "
                "one back with `leadmode restore FILE`; or move the file away, and leadmode reads "
                "everything anew before it sends anything."
            ) from None
        moved = set_aside(database, now, "damaged")
        put_back(backup, database, now)
        _LOG.error("database_damaged", kept_as=str(moved), restored=str(backup))
        return Found.DAMAGED
    return Found.WHOLE


def begin_to_reconcile(store: Store, now: int) -> None:
    """Note, within a transaction, that the database may not remember all that was done."""
    store.sources.set_note(RECONCILING, str(now))
    store.sources.set_note(FORGOT, str(now))


def _begin_to_reconcile(store: Store, mark: Mark | None, found: Found, now: int) -> None:
    _LOG.warning("reconciling", database=found.value)
    with store.transaction():
        begin_to_reconcile(store, now)
        if found is Found.LOST and mark is not None:
            store.sources.set_note(REMEMBERED, str(mark.read_at))


def reconciling_since(store: Store) -> int | None:
    """Since when leadmode reconciles, UTC ms; None: it does not."""
    noted = store.sources.note(RECONCILING)
    return int(noted) if noted else None


def remembered_until(store: Store) -> int | None:
    """Up to when (UTC ms) a database that was lost had surely known everything; None: none was.

    A day before its last reading: what became readable late may have been missing from it, and
    what it had written is recognised by its key.
    """
    noted = store.sources.note(REMEMBERED)
    return int(noted) - DAY if noted else None


def forgot_at(store: Store) -> int | None:
    """When the database was last found lost or set back, UTC ms; None: never."""
    noted = store.sources.note(FORGOT)
    return int(noted) if noted else None


def is_read_anew(store: Store, sources: Iterable[str], since: int) -> bool:
    """Whether every source that answers was read to its end since a moment (UTC ms)."""
    return all(
        store.sources.is_failing(name) or int(store.sources.note(_whole(name)) or -1) >= since
        for name in sources
    )


def read_to_the_end(store: Store, source: str, begun: int) -> None:
    """Note, within a transaction, that a poll begun at a moment (UTC ms) reached its end."""
    store.sources.set_note(_whole(source), str(begun))


def end_reconciling(store: Store) -> None:
    """Within a transaction: everything was read once more."""
    store.sources.set_note(RECONCILING, "")


def _whole(source: str) -> str:
    return f"read_to_the_end {source}"
