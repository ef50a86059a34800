"""The durable queue of writes. A row that is done is the receipt."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.model import Fields, OutboxState, RecordRef, Write, WriteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One write on its way."""

    write: Write
    state: OutboxState
    attempt: int
    """How often it was sent."""
    next_at: int | None
    """When it may be claimed; for one in flight: when its lease ends. UTC ms."""
    remote_id: str | None
    reason: str
    created_at: int
    wanted_at: int
    """When it was queued, or released by a person since: it expires so long after this. UTC ms."""
    settled_at: int | None
    person: int
    revision: str
    was: Fields | None = None
    """What it found in the fields that it changed, or {} for what it made; None: not known."""
    undoes: str | None = None
    """The key of the write that it takes back."""


class Outbox:
    """Writes from the decision until their fate is known."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(
        self,
        write: Write,
        *,
        person: int,
        revision: str,
        now: int,
        held: str = "",
        undoes: str | None = None,
        why: str = "",
    ) -> bool:
        """Queue a write; False when its key was queued before, which changes nothing.

        `undoes` is the key of the write that it takes back, and `why` what is then said of that;
        without one, what a write is for that no rule asked for.
        """
        added = self._db.execute(
            "INSERT OR IGNORE INTO outbox (key, kind, instance, object_type, external_id, person, "
            "payload, state, next_at, reason, revision, created_at, wanted_at, undoes, why) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                write.key,
                write.kind.value,
                write.target.instance,
                write.target.object_type,
                write.target.id,
                person,
                _pack(write),
                (OutboxState.HELD if held else OutboxState.PENDING).value,
                None if held else now,
                held,
                revision,
                now,
                now,
                undoes,
                why,
            ),
        )
        return added.rowcount > 0

    def claim(
        self, instance: str, most: int, *, lease_until: int, now: int, undoing: bool = False
    ) -> list[Queued]:
        """Take up to `most` writes that are ready; longest ready first, at most one per record.

        One per record keeps a record's writes in order; longest ready first keeps writes that fail
        again and again from being all that is ever tried. They are given as they were before:
        one that is in flight was claimed by a sender whose lease has ended. `undoing`: only what
        takes something back, whatever else waits.
        """
        own, other = (f"{name}.undoes IS NOT NULL AND " if undoing else "" for name in "oe")
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM outbox o WHERE {own}instance = ? AND next_at <= ? "
            f"AND NOT EXISTS (SELECT 1 FROM outbox e WHERE {other}e.next_at IS NOT NULL AND "
            "(e.instance, e.object_type, e.external_id) = "
            "(o.instance, o.object_type, o.external_id) AND e.rowid < o.rowid) "
            "ORDER BY next_at, rowid LIMIT ?",
            (instance, now, most),
        ).fetchall()
        claimed = [_queued(row) for row in rows]
        self._db.executemany(
            "UPDATE outbox SET state = 'inflight', attempt = attempt + 1, next_at = ? "
            "WHERE key = ?",
            [(lease_until, each.write.key) for each in claimed],
        )
        return claimed

    def settle(
        self,
        key: str,
        state: OutboxState,
        *,
        now: int,
        next_at: int | None = None,
        remote_id: str | None = None,
        reason: str = "",
        attempt: int | None = None,
        was: Fields | None = None,
    ) -> None:
        """Note what became of a write. `attempt` overrides the count of sendings.

        A receipt stands: an answer that comes after it changes nothing. What takes another write
        back makes that one undone with its own receipt.
        """
        final = next_at is None
        self._db.execute(
            "UPDATE outbox SET state = ?, next_at = ?, remote_id = coalesce(?, remote_id), "
            "reason = ?, settled_at = ?, attempt = coalesce(?, attempt) "
            "WHERE key = ? AND state <> 'done'",
            (state.value, next_at, remote_id, reason, now if final else None, attempt, key),
        )
        if was is not None:
            packed = json.dumps(dict(was), sort_keys=True)
            self._db.execute("UPDATE outbox SET was = ? WHERE key = ?", (packed, key))
        if state is OutboxState.DONE:
            self._db.execute(
                "UPDATE outbox SET state = 'undone', settled_at = :now, "
                "reason = (SELECT why FROM outbox WHERE key = :key) "
                "WHERE key = (SELECT undoes FROM outbox WHERE key = :key) AND state = 'done'",
                {"key": key, "now": now},
            )

    def release(self, keys: Iterable[str], now: int) -> int:
        """Let held or dead writes go; returns how many there were."""
        changed = self._db.executemany(
            "UPDATE outbox SET state = 'pending', next_at = :now, wanted_at = :now, reason = '', "
            "settled_at = NULL WHERE key = :key AND state IN ('held', 'dead')",
            [{"now": now, "key": key} for key in keys],
        )
        return changed.rowcount

    def doubt(self) -> None:
        """Note of what was never sent that a leadmode which forgot it may have sent it."""
        self._db.execute("UPDATE outbox SET attempt = 1 WHERE attempt = 0 AND next_at IS NOT NULL")

    def hold(self, instance: str, reason: str) -> int:
        """Have every write to an instance that is not settled wait for a person; how many."""
        changed = self._db.execute(
            "UPDATE outbox SET state = 'held', next_at = NULL, reason = ? "
            "WHERE instance = ? AND next_at IS NOT NULL",
            (reason, instance),
        )
        return changed.rowcount

    def discard(self, keys: Iterable[str], now: int) -> int:
        """Give up held or dead writes; returns how many there were."""
        changed = self._db.executemany(
            "UPDATE outbox SET state = 'cancelled', next_at = NULL, "
            "reason = ?, settled_at = ? WHERE key = ? AND state IN ('held', 'dead')",
            [(_DISCARDED, now, key) for key in keys],
        )
        return changed.rowcount

    def late_tasks(self, instance: str, wanted_before: int) -> list[Queued]:
        """Tasks that were wanted before a moment (UTC ms) and surely are not there; oldest first.

        Those that were made in the place of such (see `add`) are left out.
        """
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM outbox WHERE instance = ? AND kind = ? AND wanted_at < ? "
            "AND next_at IS NOT NULL AND state IN ('pending', 'retry') AND why = '' ORDER BY rowid",
            (instance, WriteKind.CREATE_TASK.value, wanted_before),
        )
        return [_queued(row) for row in rows]

    def undo_unsent(self, keys: Iterable[str], reason: str, now: int) -> int:
        """Give up for good what had no effect yet; returns how many there were."""
        changed = self._db.executemany(
            "UPDATE outbox SET state = 'undone', next_at = NULL, reason = ?, settled_at = ? "
            "WHERE key = ? AND (state IN ('pending', 'retry', 'dead') "
            "OR (state = 'held' AND attempt = 0))",
            [(reason, now, key) for key in keys],
        )
        return changed.rowcount

    def written_by(self, revision: str, since: int, until: int) -> list[Queued]:
        """What a rule revision queued from one moment until before another; newest first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM outbox WHERE revision = ? AND undoes IS NULL "
            "AND created_at >= ? AND created_at < ? ORDER BY rowid DESC",
            (revision, since, until),
        )
        return [_queued(row) for row in rows]

    def follow(self, person: int | None, gone: RecordRef, survivor: RecordRef, now: int) -> None:
        """Writes for a record that was merged away go to the one it became; keys stay.

        With `person`, those about that person alone. So do tasks that the platform refused because
        the record was gone before we heard of it.
        """
        new = (survivor.object_type, survivor.id)
        place = (person, gone.instance, gone.object_type, gone.id)
        where = (
            "WHERE person = coalesce(?, person) AND instance = ? AND object_type = ? "
            "AND external_id = ? AND"
        )
        self._db.execute(
            f"UPDATE outbox SET object_type = ?, external_id = ?, state = 'pending', next_at = ?, "
            f"reason = '', settled_at = NULL {where} state = 'cancelled' AND kind = ? "
            "AND reason <> ?",
            (*new, now, *place, WriteKind.CREATE_TASK.value, _DISCARDED),
        )
        self._db.execute(
            f"UPDATE outbox SET object_type = ?, external_id = ? {where} "
            "(next_at IS NOT NULL OR state IN ('held', 'dead'))",
            (*new, *place),
        )

    def send_again(self, person: int, back: RecordRef, now: int) -> None:
        """Tasks that the platform refused because the record was gone: it is there after all.

        Those of the episode that goes on: what nobody has looked at when it was due may be over.
        """
        place = (back.instance, back.object_type, back.id)
        self._db.execute(
            "UPDATE outbox SET state = 'pending', next_at = ?, reason = '', settled_at = NULL "
            "WHERE person = ? AND instance = ? AND object_type = ? AND external_id = ? "
            "AND state = 'cancelled' AND kind = ? AND reason <> ? AND EXISTS (SELECT 1 "
            "FROM episode e JOIN person p ON p.id = e.person WHERE e.person = outbox.person "
            "AND e.left_at IS NULL AND e.superseded = 0 AND e.entered_at <= outbox.created_at "
            "AND p.due_at > ?)",
            (now, person, *place, WriteKind.CREATE_TASK.value, _DISCARDED, now),
        )

    def next_moment(self, instances: Sequence[str] = ()) -> int | None:
        """When the next write may be claimed (UTC ms), for some instances or for all."""
        marks = ", ".join("?" * len(instances))
        where = f"AND instance IN ({marks})" if instances else ""
        row = self._db.execute(
            f"SELECT min(next_at) FROM outbox WHERE next_at IS NOT NULL {where}",
            tuple(instances),
        )
        found = row.fetchone()[0]
        return None if found is None else int(found)

    def begun_at(self) -> int | None:
        """When the first write was queued, UTC ms."""
        row = self._db.execute("SELECT min(created_at) FROM outbox").fetchone()
        return None if row[0] is None else int(row[0])

    def tasks_gone(self, from_at: int, until: int) -> int:
        """The tasks queued from one moment until before another, less those that were held."""
        row = self._db.execute(
            "SELECT count(*) FROM outbox WHERE created_at >= ? AND created_at < ? "
            "AND kind = ? AND state <> 'held' AND wanted_at = created_at",
            (from_at, until, WriteKind.CREATE_TASK.value),
        ).fetchone()
        return int(row[0])

    def counts(self) -> dict[OutboxState, int]:
        """How many writes are in each state; states without any are left out."""
        rows = self._db.execute("SELECT state, count(*) FROM outbox GROUP BY state")
        return {OutboxState(state): count for state, count in rows}

    def all(self, states: Sequence[OutboxState] = (), most: int = -1) -> list[Queued]:
        """Writes, newest first; of some states or of all."""
        marks = ", ".join("?" * len(states))
        where = f"WHERE state IN ({marks})" if states else ""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM outbox {where} ORDER BY rowid DESC LIMIT ?",
            (*[state.value for state in states], most),
        )
        return [_queued(row) for row in rows]

    def get(self, key: str) -> Queued | None:
        """The write with this key."""
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM outbox WHERE key = ?",
            (key,),
        ).fetchone()
        return _queued(row) if row else None


_COLUMNS = (
    "key, kind, instance, object_type, external_id, payload, state, attempt, next_at, remote_id, "
    "reason, created_at, wanted_at, settled_at, person, revision, was, undoes"
)
_DISCARDED = "discarded by an admin"


def _pack(write: Write) -> str:
    expected = {name: list(values) for name, values in write.expected.items()}
    return json.dumps({"fields": dict(write.fields), "expected": expected}, sort_keys=True)


def _queued(row: tuple[object, ...]) -> Queued:
    value = dict(zip(_COLUMNS.split(", "), row, strict=True))
    payload = json.loads(str(value["payload"]))
    write = Write(
        key=str(value["key"]),
        kind=WriteKind(str(value["kind"])),
        target=RecordRef(
            str(value["instance"]), str(value["object_type"]), str(value["external_id"])
        ),
        fields=payload["fields"],
        expected={name: tuple(values) for name, values in payload["expected"].items()},
        sent_before=bool(value["attempt"]),
    )
    return Queued(
        write=write,
        state=OutboxState(str(value["state"])),
        attempt=_whole(value["attempt"]) or 0,
        next_at=_whole(value["next_at"]),
        remote_id=None if value["remote_id"] is None else str(value["remote_id"]),
        reason=str(value["reason"]),
        created_at=_whole(value["created_at"]) or 0,
        wanted_at=_whole(value["wanted_at"]) or 0,
        settled_at=_whole(value["settled_at"]),
        person=_whole(value["person"]) or 0,
        revision=str(value["revision"]),
        was=None if value["was"] is None else json.loads(str(value["was"])),
        undoes=None if value["undoes"] is None else str(value["undoes"]),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
