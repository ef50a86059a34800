"""The tables, as migrations. Each is applied once, in its own transaction, after a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connector.errors import StateTooNew

if TYPE_CHECKING:
    from sqlite_utils import Database

VERSION: Final = 11
"""`PRAGMA user_version` of a database this code can work with."""

_FIRST: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    # Where reading goes on, and how the source is.
    """CREATE TABLE stream (
        source TEXT NOT NULL, stream TEXT NOT NULL, begun_at INTEGER NOT NULL, cursor TEXT,
        read_at INTEGER, loaded INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (source, stream)) STRICT""",
    """CREATE TABLE source (
        name TEXT PRIMARY KEY, first_read_at INTEGER NOT NULL, failing_since INTEGER,
        failure TEXT NOT NULL DEFAULT '', set_aside INTEGER NOT NULL DEFAULT 0) STRICT""",
    # Persons, and the records that stand for them.
    """CREATE TABLE person (
        id INTEGER PRIMARY KEY, merged_into INTEGER REFERENCES person, due_at INTEGER,
        baseline_before INTEGER, seen INTEGER NOT NULL DEFAULT 0, problem TEXT) STRICT""",
    "CREATE INDEX person_due ON person (due_at) WHERE due_at IS NOT NULL",
    """CREATE TABLE identity_key (
        address TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person) STRICT""",
    "CREATE INDEX identity_key_person ON identity_key (person)",
    """CREATE TABLE record (
        id INTEGER PRIMARY KEY, instance TEXT NOT NULL, object_type TEXT NOT NULL,
        external_id TEXT NOT NULL, role TEXT NOT NULL, person INTEGER REFERENCES person,
        account INTEGER REFERENCES record, owner INTEGER REFERENCES record,
        merged_into INTEGER REFERENCES record, created_at INTEGER, modified_at INTEGER,
        closed_at INTEGER, is_open INTEGER NOT NULL DEFAULT 0,
        deleted INTEGER NOT NULL DEFAULT 0, known INTEGER NOT NULL DEFAULT 0,
        fields TEXT NOT NULL DEFAULT '{}',
        UNIQUE (instance, object_type, external_id)) STRICT""",
    "CREATE INDEX record_person ON record (person) WHERE person IS NOT NULL",
    "CREATE INDEX record_account ON record (account, role) WHERE account IS NOT NULL",
    """CREATE TABLE opportunity_person (
        opportunity INTEGER NOT NULL REFERENCES record, person_record INTEGER NOT NULL
        REFERENCES record, PRIMARY KEY (opportunity, person_record)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX opportunity_of_person ON opportunity_person (person_record)",
    """CREATE TABLE status_change (
        record INTEGER NOT NULL REFERENCES record, at INTEGER NOT NULL, status TEXT NOT NULL,
        PRIMARY KEY (record, at, status)) STRICT, WITHOUT ROWID""",
    # Engagement, clustered as it is evaluated.
    """CREATE TABLE touchpoint (
        id INTEGER PRIMARY KEY, source TEXT NOT NULL, asset TEXT NOT NULL, link TEXT NOT NULL,
        message TEXT NOT NULL, UNIQUE (source, asset, link, message)) STRICT""",
    """CREATE TABLE engagement (
        person INTEGER NOT NULL, at INTEGER NOT NULL, id INTEGER NOT NULL,
        kind INTEGER NOT NULL, evidence INTEGER NOT NULL, touchpoint INTEGER NOT NULL,
        PRIMARY KEY (person, at, id)) STRICT, WITHOUT ROWID""",
    # What the rules saw and what was decided.
    """CREATE TABLE fit_change (
        person INTEGER NOT NULL REFERENCES person, rule TEXT NOT NULL, at INTEGER NOT NULL,
        fits INTEGER NOT NULL, PRIMARY KEY (person, rule, at)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE ineligible (
        person INTEGER NOT NULL REFERENCES person, rule TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (person, rule, at)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE episode (
        id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, rule TEXT NOT NULL,
        burst INTEGER NOT NULL, entered_at INTEGER NOT NULL, reason TEXT NOT NULL,
        score REAL NOT NULL, left_at INTEGER, left_reason TEXT,
        superseded INTEGER NOT NULL DEFAULT 0, revision TEXT NOT NULL,
        UNIQUE (person, rule, burst)) STRICT""",
    """CREATE INDEX episode_open ON episode (person)
        WHERE left_at IS NULL AND superseded = 0""",
    """CREATE TABLE transition (
        episode INTEGER NOT NULL REFERENCES episode, at INTEGER NOT NULL, change TEXT NOT NULL,
        reason TEXT NOT NULL, score REAL NOT NULL, evidence TEXT NOT NULL,
        revision TEXT NOT NULL, recorded_at INTEGER NOT NULL,
        PRIMARY KEY (episode, at, change)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE decision (
        id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, rule TEXT NOT NULL,
        burst INTEGER NOT NULL, at INTEGER NOT NULL, change TEXT NOT NULL,
        verdict TEXT NOT NULL, hold TEXT, detail TEXT NOT NULL, revision TEXT NOT NULL,
        decided_at INTEGER NOT NULL, UNIQUE (person, rule, burst, at, change)) STRICT""",
    # Writes on their way; a done row is the receipt.
    """CREATE TABLE outbox (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, instance TEXT NOT NULL,
        object_type TEXT NOT NULL, external_id TEXT NOT NULL, person INTEGER NOT NULL
        REFERENCES person, payload TEXT NOT NULL, state TEXT NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 0, next_at INTEGER, remote_id TEXT,
        reason TEXT NOT NULL DEFAULT '', revision TEXT NOT NULL, created_at INTEGER NOT NULL,
        wanted_at INTEGER NOT NULL, settled_at INTEGER) STRICT""",
    "CREATE INDEX outbox_ready ON outbox (next_at) WHERE next_at IS NOT NULL",
    """CREATE INDEX outbox_waiting ON outbox (instance, object_type, external_id)
        WHERE next_at IS NOT NULL""",
    "CREATE INDEX outbox_person ON outbox (person)",
)

_REVISIONS: Final = (
    # The rules of each revision, and when leadmode worked by them.
    """CREATE TABLE rule_text (
        revision TEXT NOT NULL, folder INTEGER NOT NULL, name TEXT NOT NULL, packed BLOB NOT NULL,
        PRIMARY KEY (revision, folder, name)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE rule_spell (
        id INTEGER PRIMARY KEY, revision TEXT NOT NULL, from_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL) STRICT""",
    # Every wish to take the rules up anew, and what was in the way of it.
    """CREATE TABLE reload (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, asked TEXT NOT NULL, revision TEXT NOT NULL,
        problem TEXT NOT NULL, problems INTEGER NOT NULL) STRICT""",
    "CREATE INDEX outbox_created ON outbox (created_at)",
    "INSERT INTO meta VALUES ('database', lower(hex(randomblob(8))))",
)

_LATE: Final = (
    # How much later than it happened engagement arrived, where that was an hour or more.
    """CREATE TABLE late (
        person INTEGER NOT NULL, at INTEGER NOT NULL, id INTEGER NOT NULL, ms INTEGER NOT NULL,
        PRIMARY KEY (person, at, id)) STRICT, WITHOUT ROWID""",
)

_CAPACITY: Final = (
    # Who got, or would get, a hand-off, and whether one that waits for a place is to be looked at.
    "ALTER TABLE decision ADD COLUMN receiver TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE decision ADD COLUMN ripe INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX decision_waiting ON decision (person) WHERE verdict = 'waiting'",
    "CREATE INDEX decision_taken ON decision (decided_at) WHERE verdict = 'handed_off'",
    # Where whoever is in lead mode stands in the order of their rep, as of the last look at them.
    """CREATE TABLE ranked (
        person INTEGER NOT NULL REFERENCES person, rule TEXT NOT NULL, receiver TEXT NOT NULL,
        record TEXT NOT NULL, entered_at INTEGER NOT NULL, points REAL NOT NULL,
        score REAL NOT NULL, stars INTEGER NOT NULL, flames INTEGER NOT NULL,
        amount REAL NOT NULL, PRIMARY KEY (person, rule)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX ranked_receiver ON ranked (receiver)",
    # Weekly digests that are to be written, and those that were.
    """CREATE TABLE digest (
        receiver TEXT NOT NULL, week INTEGER NOT NULL, due_at INTEGER,
        PRIMARY KEY (receiver, week)) STRICT, WITHOUT ROWID""",
)

_NURTURE: Final = (
    # Who runs through which nurture program, and every touch that was made.
    """CREATE TABLE enrolment (
        person INTEGER NOT NULL REFERENCES person, program TEXT NOT NULL, anchor INTEGER NOT NULL,
        entry TEXT NOT NULL, enrolled_at INTEGER NOT NULL, starts_at INTEGER NOT NULL,
        ended_at INTEGER, reason TEXT NOT NULL DEFAULT '', exhausted_at INTEGER,
        PRIMARY KEY (person, program, anchor)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX enrolment_start ON enrolment (program, entry, starts_at)",
    """CREATE TABLE touch (
        key TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, program TEXT NOT NULL,
        anchor INTEGER NOT NULL, number INTEGER NOT NULL, offer TEXT NOT NULL,
        at INTEGER NOT NULL, persona TEXT NOT NULL, phase TEXT NOT NULL,
        revision TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX touch_person ON touch (person, at)",
)

_OWNERS: Final = (
    # Users are few and are asked for by their ids all the time.
    "CREATE INDEX record_owner ON record (external_id) WHERE role = 'owner'",
)

_OWNED: Final = (
    # NULL for records of before: their owners are first seen at the next reading.
    "ALTER TABLE record ADD COLUMN owned_since INTEGER",
)

_ACCOUNTS: Final = (
    # Which accounts surged, what was decided about it once, and when to look again.
    """CREATE TABLE account_surge (
        account INTEGER NOT NULL REFERENCES record, anchor INTEGER NOT NULL,
        began_at INTEGER NOT NULL, ended_at INTEGER, superseded INTEGER NOT NULL DEFAULT 0,
        people INTEGER NOT NULL, weight REAL NOT NULL, verdict TEXT NOT NULL, hold TEXT,
        detail TEXT NOT NULL, receiver TEXT NOT NULL, key TEXT NOT NULL, revision TEXT NOT NULL,
        decided_at INTEGER NOT NULL, PRIMARY KEY (account, anchor)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE account_look (
        account INTEGER PRIMARY KEY REFERENCES record, due_at INTEGER, problem TEXT) STRICT""",
    "CREATE INDEX account_look_due ON account_look (due_at) WHERE due_at IS NOT NULL",
)

_FOLLOWED: Final = (
    # Tasks of ours as they were last read, and every value that was seen on them.
    """CREATE TABLE followed (
        key TEXT PRIMARY KEY, clock TEXT NOT NULL, person INTEGER NOT NULL REFERENCES person,
        rule TEXT NOT NULL, burst INTEGER NOT NULL, raised INTEGER NOT NULL,
        handed_at INTEGER NOT NULL, owner TEXT NOT NULL, status TEXT NOT NULL DEFAULT '',
        result TEXT NOT NULL DEFAULT '', is_closed INTEGER NOT NULL DEFAULT 0,
        gone INTEGER NOT NULL DEFAULT 0, changed_at INTEGER, closed_at INTEGER,
        seen_at INTEGER, next_at INTEGER) STRICT, WITHOUT ROWID""",
    "CREATE INDEX followed_next ON followed (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX followed_person ON followed (person)",
    """CREATE TABLE task_value (
        task TEXT NOT NULL REFERENCES followed, at INTEGER NOT NULL, value TEXT NOT NULL,
        seen_at INTEGER NOT NULL, PRIMARY KEY (task, at, value)) STRICT, WITHOUT ROWID""",
    # Reminders and whatever else followed because nobody had done something in time.
    """CREATE TABLE sla_step (
        clock TEXT NOT NULL, id TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL,
        person INTEGER NOT NULL REFERENCES person, rule TEXT NOT NULL, burst INTEGER NOT NULL,
        key TEXT NOT NULL, receiver TEXT NOT NULL, note TEXT NOT NULL, revision TEXT NOT NULL,
        PRIMARY KEY (clock, id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX sla_step_person ON sla_step (person)",
)

_UNDO: Final = (
    # What fields had before a write changed them, and which write another one takes back.
    "ALTER TABLE outbox ADD COLUMN was TEXT",
    "ALTER TABLE outbox ADD COLUMN undoes TEXT",
    "ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX outbox_revision ON outbox (revision)",
)

_PINS: Final = (
    # The account of each source, so that another one's credentials are noticed.
    """CREATE TABLE account_pin (
        source TEXT PRIMARY KEY, account_id TEXT NOT NULL, account TEXT NOT NULL,
        pinned_at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
)

_STEPS: Final = (
    ("first", _FIRST),
    ("revisions", _REVISIONS),
    ("late", _LATE),
    ("capacity", _CAPACITY),
    ("nurture", _NURTURE),
    ("owners", _OWNERS),
    ("owned", _OWNED),
    ("accounts", _ACCOUNTS),
    ("followed", _FOLLOWED),
    ("undo", _UNDO),
    ("pins", _PINS),
)
"""What each version adds, the first one first, by the lasting name of the migration."""


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to `VERSION`, with a backup beside it before anything is changed.

    Raises StateTooNew when the database was written by a newer leadmode.
    """
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise StateTooNew(
            f"{path} has schema {found}; this leadmode knows schema {VERSION}. "
            "Install the newer leadmode again, or restore a backup made before the upgrade."
        )
    if found == VERSION:
        return
    if found:
        backup(connection, path.with_suffix(f".before-schema-{VERSION}.sqlite"))
    _migrate(connection)


def backup(connection: sqlite3.Connection, target: Path) -> None:
    """Write a whole, consistent copy of the database to `target`."""
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    target.chmod(0o600)


def _migrate(connection: sqlite3.Connection) -> None:
    # Half a second of import that only an upgrade pays.
    from sqlite_utils import Database, Migrations  # noqa: PLC0415

    migrations = Migrations("leadmode")
    for version, (name, statements) in enumerate(_STEPS, start=1):
        migrations(name=f"{version:04}_{name}")(_step(version, statements))
    migrations.apply(Database(connection))


def _step(version: int, statements: tuple[str, ...]) -> Callable[[Database], None]:
    def step(db: Database) -> None:
        _apply(db.conn, version, statements)

    return step


def _apply(connection: sqlite3.Connection, version: int, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {version:d}")
