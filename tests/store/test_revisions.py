"""What is kept of the rules themselves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.clock import HOUR
from connector.config.rules import load_rulebook
from connector.store import FILE_NAME, Store
from connector.store.revisions import Reload, write_folders
from connector.store.schema import _FIRST, VERSION
from tests.cli.company import RULES

OVERLAY = '[[lead_mode]]\nid = "returning"\nenter = 60\n'


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    for name, text in (("pack", RULES), ("own", OVERLAY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rules.toml").write_text(text)
    return [tmp_path / "pack", tmp_path / "own"]


@pytest.fixture
def store(tmp_path: Path):
    made = Store.open(tmp_path / "state")
    yield made
    made.close()


def test_the_text_of_a_revision_comes_back_as_the_same_revision(
    store: Store, folders: list[Path], tmp_path: Path
):
    book = load_rulebook(folders)
    with store.transaction():
        store.revisions.begin(book, 1, goes_on=False)
    (folders[1] / "rules.toml").write_text(OVERLAY.replace("60", "70"))
    assert store.revisions.like(book.revision[:5]) == [book.revision]
    assert store.revisions.like("nothing") == []
    kept = write_folders(store.revisions.texts(book.revision), tmp_path / "kept")
    again = load_rulebook(kept)
    assert again == book
    assert again.lead_modes[0].rule.enter == 60
    assert load_rulebook(folders).revision != book.revision
    assert store.revisions.texts("unknown") == ()


def test_spells_go_on_through_restarts_and_end_with_another_revision(
    store: Store, folders: list[Path]
):
    first, second = load_rulebook(folders), load_rulebook(folders[:1])
    with store.transaction():
        store.revisions.begin(first, 1_000, goes_on=False)
        store.revisions.begin(first, 2_000, goes_on=True)
        store.revisions.seen(2_000 + HOUR - 1)
    assert [(s.from_at, s.seen_at) for s in store.revisions.spells()] == [(1_000, 2_000)]
    with store.transaction():
        store.revisions.seen(2_000 + HOUR)
        store.revisions.begin(second, 9 * HOUR, goes_on=False)
        store.revisions.begin(first, 10 * HOUR, goes_on=False)
    assert [(s.revision, s.from_at, s.seen_at) for s in store.revisions.spells()] == [
        (first.revision, 1_000, 9 * HOUR),
        (second.revision, 9 * HOUR, 10 * HOUR),
        (first.revision, 10 * HOUR, 10 * HOUR),
    ]


def test_reloads_are_kept_up_to_a_thousand(store: Store):
    with store.transaction():
        for at in range(1_005):
            refused = Reload(at=at, asked="", revision="", problem="a.toml:1:1: no", problems=2)
            store.revisions.note_reload(refused)
    kept = store.revisions.reloads()
    assert (len(kept), kept[0].at, store.revisions.last_reload()) == (1_000, 5, kept[-1])


def schema(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {sql for (sql,) in rows}


def without_capacity(connection: sqlite3.Connection) -> None:
    """As it was before schema 7."""
    for table in ("ranked", "digest"):
        connection.execute(f"DROP TABLE {table}")
    for index in ("decision_waiting", "decision_taken"):
        connection.execute(f"DROP INDEX {index}")
    for column in ("receiver", "ripe"):
        connection.execute(f"ALTER TABLE decision DROP COLUMN {column}")


def without_undo(connection: sqlite3.Connection) -> None:
    """As it was before writes could be taken back."""
    connection.execute("DROP INDEX outbox_revision")
    for column in ("was", "undoes", "why"):
        connection.execute(f"ALTER TABLE outbox DROP COLUMN {column}")


@pytest.mark.fault("F84")
def test_an_older_database_is_brought_up_to_date_after_a_backup(tmp_path: Path):
    Store.open(tmp_path / "new").close()
    old = tmp_path / "old"
    Store.open(old).close()
    with closing(sqlite3.connect(old / FILE_NAME)) as connection, connection:
        later = ("rule_text", "rule_spell", "reload", "late", "enrolment", "touch")
        newest = (
            "account_surge",
            "account_look",
            "task_value",
            "followed",
            "sla_step",
            "account_pin",
        )
        for table in (*later, *newest):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP INDEX outbox_created")
        connection.execute("DROP INDEX record_owner")
        connection.execute("ALTER TABLE record DROP COLUMN owned_since")
        without_capacity(connection)
        without_undo(connection)
        connection.execute("DELETE FROM _sqlite_migrations WHERE name <> '0001_first'")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("UPDATE meta SET name = 'kept', value = 'yes'")
    assert {" ".join(sql.split()) for sql in schema(old / FILE_NAME)} >= {
        " ".join(sql.split()) for sql in _FIRST
    }
    with closing(Store.open(old)) as store:
        assert store.sources.note("kept") == "yes"
        assert store.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert schema(old / FILE_NAME) == schema(tmp_path / "new" / FILE_NAME)
    assert (old / f"leadmode.before-schema-{VERSION}.sqlite").exists()
