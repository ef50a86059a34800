"""Backups are whole or not there, and a state folder is never begun anew in silence."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from connector.clock import DAY, HOUR
from connector.errors import StateDamaged, StateTooNew
from connector.store import FILE_NAME, Store
from connector.store.backups import (
    NotUsable,
    backup_is_due,
    backups_in,
    check,
    make_backup,
    make_daily_backup,
    newest_usable,
    put_back,
)
from connector.store.mark import leave_mark, place_of, read_mark
from connector.store.recovery import Found, open_state, reconciling_since, remembered_until

NOW = 1_767_225_600_000


@pytest.fixture
def state(tmp_path: Path) -> Path:
    opened = open_state(tmp_path / "state", NOW)
    assert opened.found is Found.NEW
    with opened.store.transaction():
        opened.store.sources.set_note("told", "first")
    opened.store.close()
    return tmp_path / "state"


def told(folder: Path) -> str | None:
    store = Store.read(folder)
    try:
        return store.sources.note("told")
    finally:
        store.close()


def tell(folder: Path, what: str) -> None:
    store = Store.open(folder)
    with store.transaction():
        store.sources.set_note("told", what)
    store.checkpoint()
    store.close()


def damage(path: Path) -> None:
    """Pages in the middle are overwritten, as by a failing disk."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for at in range(4_096, size, 4_096):
            file.seek(at)
            file.write(os.urandom(200))


def test_a_backup_beside_a_writer_holds_what_was_committed(state: Path, tmp_path: Path):
    store = Store.open(state)
    with store.transaction():
        store.sources.set_note("told", "second")
        make_backup(state / FILE_NAME, tmp_path / "copy.sqlite")
    make_backup(state / FILE_NAME, tmp_path / "later.sqlite")
    store.close()
    notes = []
    for name in ("copy", "later"):
        with sqlite3.connect(tmp_path / f"{name}.sqlite") as copy:
            notes += copy.execute("SELECT value FROM meta WHERE name = 'told'").fetchone()
        copy.close()
    assert notes == ["first", "second"]
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "copy.sqlite", "later.sqlite", "state",
    ]  # fmt: skip


def test_a_backup_that_fails_leaves_the_former_one(state: Path, tmp_path: Path):
    copy = tmp_path / "copy.sqlite"
    make_backup(state / FILE_NAME, copy)
    before = copy.read_bytes()
    damage(state / FILE_NAME)
    with pytest.raises((NotUsable, sqlite3.DatabaseError)):
        make_backup(state / FILE_NAME, copy)
    assert copy.read_bytes() == before


def test_the_newest_backups_are_kept_and_one_a_day_is_due(state: Path):
    assert backup_is_due(state, NOW, DAY)
    for day in range(5):
        make_daily_backup(state / FILE_NAME, NOW + day * DAY, 3)
    assert [each.name for each in backups_in(state)] == [
        "leadmode-20260105T000000Z.sqlite",
        "leadmode-20260104T000000Z.sqlite",
        "leadmode-20260103T000000Z.sqlite",
    ]
    assert not backup_is_due(state, NOW + 4 * DAY + 23 * HOUR, DAY)
    assert backup_is_due(state, NOW + 5 * DAY + HOUR, DAY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a database, whatever it is called" * 200, "cannot be used"),
        (b"", "is not a database of leadmode"),
    ],
)
def test_what_is_no_backup_is_refused_and_changes_nothing(
    state: Path, tmp_path: Path, content: bytes, said: str
):
    file = tmp_path / "other.sqlite"
    file.write_bytes(content)
    with pytest.raises(NotUsable, match=said):
        put_back(file, state / FILE_NAME, NOW)
    assert told(state) == "first"


def test_a_backup_of_a_newer_leadmode_is_refused(state: Path, tmp_path: Path):
    copy = tmp_path / "copy.sqlite"
    make_backup(state / FILE_NAME, copy)
    with sqlite3.connect(copy) as newer:
        newer.execute("PRAGMA user_version = 9999")
    newer.close()
    with pytest.raises(NotUsable, match="newer leadmode"):
        check(copy)


def test_what_was_there_is_kept_when_a_backup_is_put_back(state: Path, tmp_path: Path):
    copy = tmp_path / "copy.sqlite"
    make_backup(state / FILE_NAME, copy)
    tell(state, "second")
    kept = put_back(copy, state / FILE_NAME, NOW)
    assert told(state) == "first"
    assert kept == state / "leadmode.before-restore-20260101T000000Z.sqlite"
    with sqlite3.connect(kept) as former:
        assert former.execute("SELECT value FROM meta WHERE name = 'told'").fetchone() == (
            "second",
        )
    former.close()


def test_a_whole_database_is_opened_without_further_ado(state: Path):
    opened = open_state(state, NOW)
    assert (opened.found, reconciling_since(opened.store)) == (Found.WHOLE, None)
    opened.store.close()


def test_a_database_that_is_older_than_its_mark_was_set_back(state: Path):
    store = Store.open(state)
    place = place_of(store.connection)
    store.close()
    leave_mark(state, type(place)(database=place.database, writes=7, read_at=NOW))
    opened = open_state(state, NOW + HOUR)
    assert opened.found is Found.SET_BACK
    assert reconciling_since(opened.store) == NOW + HOUR
    assert remembered_until(opened.store) is None, "its cursors tell where to go on"
    opened.store.close()
    again = open_state(state, NOW + 2 * HOUR)
    assert reconciling_since(again.store) == NOW + HOUR, "it is not over because of a restart"
    again.store.close()


def test_another_database_in_its_place_counts_as_set_back(state: Path, tmp_path: Path):
    Store.open(tmp_path / "other").close()
    (tmp_path / "other" / FILE_NAME).replace(state / FILE_NAME)
    opened = open_state(state, NOW)
    assert opened.found is Found.SET_BACK
    opened.store.close()


def test_a_database_that_is_gone_was_lost(state: Path):
    (state / FILE_NAME).unlink()
    mark = read_mark(state)
    assert mark is not None
    leave_mark(state, type(mark)(database=mark.database, writes=3, read_at=NOW))
    opened = open_state(state, NOW + DAY)
    assert opened.found is Found.LOST
    assert reconciling_since(opened.store) == NOW + DAY
    assert remembered_until(opened.store) == NOW - DAY
    opened.store.close()


@pytest.mark.fault("F70")
def test_a_damaged_database_gives_way_to_the_newest_whole_backup(state: Path):
    for day, what in enumerate(("one", "two", "three")):
        tell(state, what)
        make_daily_backup(state / FILE_NAME, NOW + day * DAY, 7)
    damage(backups_in(state)[0])
    damage(state / FILE_NAME)
    opened = open_state(state, NOW + 5 * DAY)
    assert opened.found is Found.DAMAGED
    assert opened.store.sources.note("told") == "two"
    assert reconciling_since(opened.store) == NOW + 5 * DAY
    opened.store.close()
    assert (state / "leadmode.damaged-20260106T000000Z.sqlite").exists()
    assert newest_usable(state) == backups_in(state)[1]


@pytest.mark.fault("F70")
def test_a_damaged_database_without_a_backup_is_told_and_left_where_it_is(state: Path):
    damage(state / FILE_NAME)
    before = (state / FILE_NAME).read_bytes()
    with pytest.raises(StateDamaged, match=r"leadmode restore FILE.*move the file away"):
        open_state(state, NOW)
    assert (state / FILE_NAME).read_bytes() == before


def test_a_making_that_was_cut_off_is_gone_on_with(tmp_path: Path):
    """Killed in its very first moments: a file with a header and nothing of ours in it."""
    folder = tmp_path / "state"
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as begun:
        begun.execute("PRAGMA journal_mode = WAL")
        begun.execute("CREATE TABLE _sqlite_migrations (name TEXT)")
        begun.execute("DROP TABLE _sqlite_migrations")
        begun.commit()
    opened = open_state(folder, NOW)
    assert opened.found is Found.NEW
    opened.store.close()


def test_another_programs_database_is_left_alone(tmp_path: Path):
    folder = tmp_path / "state"
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as other:
        other.execute("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(StateDamaged, match="not a database of leadmode"):
        open_state(folder, NOW)


def test_a_newer_database_is_not_taken_for_a_damaged_one(state: Path):
    with sqlite3.connect(state / FILE_NAME) as newer:
        newer.execute("PRAGMA user_version = 9999")
    newer.close()
    with pytest.raises(StateTooNew):
        open_state(state, NOW)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"database": 1}', "null"])
def test_a_mark_that_makes_no_sense_is_none(state: Path, text: str):
    (state / "generation").write_text(text)
    assert read_mark(state) is None
    opened = open_state(state, NOW)
    assert opened.found is Found.WHOLE
    opened.store.close()
    assert read_mark(state) is not None
