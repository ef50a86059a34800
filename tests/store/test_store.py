import sqlite3
import stat
import threading
import time
from contextlib import closing

import pytest

from connector.errors import StateTooNew
from connector.store import FILE_NAME, Store
from connector.store.schema import VERSION


@pytest.fixture
def store(tmp_path):
    made = Store.open(tmp_path / "state")
    yield made
    made.close()


def note_and_fail(store, name):
    store.sources.set_note(name, "1")
    raise RuntimeError


def notes(path):
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT name, value FROM meta WHERE name <> 'database'"))


def test_a_new_database_is_private_and_of_this_version(store):
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    assert store.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


@pytest.mark.fault("F84")
def test_a_newer_database_is_refused_with_advice(tmp_path):
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StateTooNew, match="Install the newer leadmode again"):
        Store.open(tmp_path)


def test_a_transaction_happens_as_a_whole_or_not_at_all(store):
    with pytest.raises(RuntimeError), store.transaction():
        note_and_fail(store, "a")
    assert store.sources.note("a") is None
    with store.transaction():
        store.sources.set_note("a", "1")
    assert store.sources.note("a") == "1"


def test_a_savepoint_takes_back_only_its_own_part(store):
    with store.transaction():
        store.sources.set_note("kept", "1")
        with pytest.raises(RuntimeError), store.savepoint():
            note_and_fail(store, "lost")
    assert (store.sources.note("kept"), store.sources.note("lost")) == ("1", None)


def test_a_rehearsal_leaves_nothing(store):
    with store.rehearsal():
        store.sources.set_note("a", "1")
        assert store.sources.note("a") == "1"
    assert store.sources.note("a") is None


def test_a_copy_is_whole_and_changing_it_changes_nothing_else(store, tmp_path):
    with store.transaction():
        store.sources.set_note("a", "1")
    before = sorted(path.name for path in store.path.parent.iterdir())
    with closing(Store.copy(store.path.parent)) as copy:
        assert (copy.sources.note("a"), copy.identity) == ("1", store.identity)
        with copy.transaction():
            copy.sources.set_note("a", "2")
        copy.checkpoint()
        with store.transaction():
            store.sources.set_note("b", "1")
        assert (copy.sources.note("a"), copy.sources.note("b")) == ("2", None)
    assert store.sources.note("a") == "1"
    assert sorted(path.name for path in store.path.parent.iterdir()) == before
    with pytest.raises(FileNotFoundError):
        Store.copy(tmp_path / "nowhere")


def test_every_database_has_its_own_identity(store, tmp_path):
    with closing(Store.open(tmp_path / "other")) as other:
        assert other.identity
        assert other.identity != store.identity


def test_threads_take_turns(store):
    def count():
        for _ in range(100):
            with store.transaction():
                known = int(store.sources.note("n") or 0)
                store.sources.set_note("n", str(known + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.sources.note("n") == "400"


@pytest.mark.fault("F72")
def test_a_reader_sees_what_is_committed_and_can_change_nothing(store):
    with store.transaction():
        store.sources.set_note("a", "1")
    reader = Store.read(store.path.parent)
    assert reader.sources.note("a") == "1"
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.sources.set_note("a", "2")
    reader.close()


def test_reading_where_there_is_nothing_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        Store.read(tmp_path)


def test_a_backup_of_a_database_in_use_is_whole_and_private(store, tmp_path):
    with store.transaction():
        store.sources.set_note("a", "1")
    store.backup(tmp_path / "copy.sqlite")
    assert notes(tmp_path / "copy.sqlite") == {"a": "1"}
    assert stat.S_IMODE((tmp_path / "copy.sqlite").stat().st_mode) == 0o600


def test_what_is_not_checkpointed_survives_a_process_that_dies(store, tmp_path):
    with store.transaction():
        store.sources.set_note("a", "1")
    for part in store.path.parent.iterdir():  # as the disk looks when the process is gone
        (tmp_path / part.name).write_bytes(part.read_bytes())
    assert notes(tmp_path / FILE_NAME) == {"a": "1"}
    store.checkpoint()
    assert notes(store.path) == {"a": "1"}


def test_arming_is_a_mark_beside_the_database(store):
    assert not store.armed
    store.arm(True)
    reader = Store.read(store.path.parent)
    assert reader.armed
    reader.close()
    store.arm(False)
    store.arm(False)
    assert not store.armed


class FullDisk:
    """Passes everything on; the next COMMIT finds no room."""

    def __init__(self, connection):
        self._connection = connection
        self.full = True

    def execute(self, statement, *more):
        if statement == "COMMIT" and self.full:
            self.full = False
            raise sqlite3.OperationalError("database or disk is full")
        return self._connection.execute(statement, *more)

    def __getattr__(self, name):
        return getattr(self._connection, name)


def test_a_commit_that_fails_takes_everything_back_and_the_next_one_works(store):
    store.connection = FullDisk(store.connection)
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
        store.sources.set_note("lost", "1")
    with store.transaction():
        store.sources.set_note("kept", "1")
    assert (store.sources.note("lost"), store.sources.note("kept")) == (None, "1")


def test_a_checkpoint_waits_for_work_that_failed_half_way_and_fails_nothing(store):
    with store.transaction():
        store.sources.set_note("a", "1")
        store.sources.set_note("b", "2")
    log = store.path.with_name(store.path.name + "-wal")
    left_over = store.connection.execute("SELECT name FROM meta ORDER BY name")
    assert left_over.fetchone()
    store.checkpoint()
    assert log.stat().st_size > 0, "there was nothing to wait for"
    left_over.close()
    store.checkpoint()
    assert log.stat().st_size == 0


def test_a_checkpoint_does_not_wait_for_a_reader(store):
    reader = Store.read(store.path.parent)
    reader.connection.execute("BEGIN")
    assert reader.sources.note("a") is None
    with store.transaction():
        store.sources.set_note("a", "1")
    before = time.monotonic()
    store.checkpoint()
    assert time.monotonic() - before < 5, "it waited for the reader"
    reader.close()
    assert store.connection.execute("PRAGMA busy_timeout").fetchone()[0] > 0
