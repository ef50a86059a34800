"""Tasks of ours that are read back, the values that were seen on them, and the steps after them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from connector.model import Followed, SlaStep, TaskNow, Write

_TASK = (
    "key, clock, rule, burst, raised, handed_at, owner, status, result, is_closed, gone, "
    "changed_at, closed_at, seen_at"
)
_STEP = "clock, id, what, at, rule, burst, key, receiver, note"


class FollowedTasks:
    """Which tasks are read back, and how they stand."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def begin(
        self,
        write: Write,
        *,
        clock: str,
        person: int,
        rule: str,
        burst: int,
        raised: bool,
        now: int,
    ) -> None:
        """Follow a task from when it is confirmed on; one that is followed already stays so."""
        self._db.execute(
            "INSERT OR IGNORE INTO followed "
            "(key, clock, person, rule, burst, raised, handed_at, owner, next_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                write.key,
                clock,
                person,
                rule,
                burst,
                int(raised),
                now,
                str(write.fields.get("owner") or ""),
                now,
            ),
        )

    def of(self, person: int) -> list[Followed]:
        """The tasks of a person, oldest first."""
        names = ", ".join(f"f.{name}" for name in _TASK.split(", "))
        rows = self._db.execute(
            f"SELECT {names}, CASE o.state WHEN 'done' THEN o.settled_at END "
            "FROM followed f LEFT JOIN outbox o ON o.key = f.key "
            "WHERE f.person = ? ORDER BY f.handed_at, f.key",
            (person,),
        )
        return [_followed(row) for row in rows]

    def due(self, instance: str, now: int, most: int) -> list[tuple[str, int, str, int]]:
        """Key, person, remote id and moment of opening of confirmed tasks to be read, ripest first.

        Only of one platform instance; at most `most`.
        """
        return self._db.execute(
            "SELECT f.key, f.person, o.remote_id, o.settled_at "
            "FROM followed f JOIN outbox o ON o.key = f.key "
            "WHERE f.next_at <= ? AND o.instance = ? AND o.state = 'done' "
            "AND o.remote_id IS NOT NULL ORDER BY f.next_at, f.key LIMIT ?",
            (now, instance, most),
        ).fetchall()

    def read(self, key: str, told: TaskNow | None, *, now: int, next_at: int | None) -> bool:
        """Note a reading; None: the task was deleted. True when it is news, or the first one."""
        known = self._db.execute(
            "SELECT status, result, owner, is_closed, gone, seen_at, changed_at, closed_at "
            "FROM followed WHERE key = ?",
            (key,),
        ).fetchone()
        if known is None:
            return False
        if told is None:
            self._db.execute(
                "UPDATE followed SET gone = 1, changed_at = ?, seen_at = ?, next_at = NULL "
                "WHERE key = ?",
                (now, now, key),
            )
            return not known[4]
        owner = known[2] if told.owner is None else told.owner
        at = min(told.changed_at or now, now)
        closed_at = (told.closed_at or known[7] or at) if told.is_closed else None
        self._db.execute(
            "UPDATE followed SET status = ?, result = ?, owner = ?, is_closed = ?, gone = 0, "
            "changed_at = ?, closed_at = ?, seen_at = ?, next_at = ? WHERE key = ?",
            (
                told.status,
                told.result,
                owner,
                int(told.is_closed),
                at if told.changed_at is not None else known[6],
                closed_at,
                now,
                next_at,
                key,
            ),
        )
        for old, new in ((known[0], told.status), (known[1], told.result)):
            if new and new != old:
                self._db.execute(
                    "INSERT OR IGNORE INTO task_value VALUES (?, ?, ?, ?)", (key, at, new, now)
                )
        now_known = (told.status, told.result, owner, int(told.is_closed), 0)
        return known[5] is None or tuple(known[:5]) != now_known

    def put_off(self, keys: Iterable[str], next_at: int) -> None:
        """Read these again at a moment (UTC ms); nothing was learned about them."""
        self._db.executemany(
            "UPDATE followed SET next_at = ? WHERE key = ?", [(next_at, key) for key in keys]
        )

    def look_at_once(self, keys: Sequence[str]) -> None:
        """Read these with the next poll, unless they are done with."""
        self._db.executemany(
            "UPDATE followed SET next_at = 0 WHERE key = ? AND next_at IS NOT NULL",
            [(key,) for key in keys],
        )

    def status_moves(self, person: int) -> list[tuple[int, str]]:
        """(UTC ms, status) of a person's records, less what each had when it was first seen."""
        return self._db.execute(
            "SELECT s.at, s.status FROM status_change s JOIN record p ON p.id = s.record "
            "WHERE p.person = ? AND EXISTS (SELECT 1 FROM status_change e "
            "WHERE e.record = s.record AND e.at < s.at) ORDER BY s.at, s.status",
            (person,),
        ).fetchall()

    def steps(self, person: int) -> list[SlaStep]:
        """Every step that was made about a person, oldest first."""
        rows = self._db.execute(
            f"SELECT {_STEP} FROM sla_step WHERE person = ? ORDER BY at, clock, id", (person,)
        )
        return [_step(row) for row in rows]

    def put_step(self, person: int, step: SlaStep, *, revision: str) -> bool:
        """Record a step; False when it was recorded before, which changes nothing."""
        added = self._db.execute(
            f"INSERT OR IGNORE INTO sla_step ({_STEP}, person, revision) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                step.clock,
                step.id,
                step.what,
                step.at,
                step.rule,
                step.burst,
                step.key,
                step.receiver,
                step.note,
                person,
                revision,
            ),
        )
        return added.rowcount > 0


def _followed(row: Sequence[object]) -> Followed:
    value = dict(zip((*_TASK.split(", "), "opened_at"), row, strict=True))
    flags = {name: bool(value[name]) for name in ("raised", "is_closed", "gone")}
    return Followed(**(value | flags))  # type: ignore[arg-type] # as the STRICT table has them


def _step(row: Sequence[object]) -> SlaStep:
    return SlaStep(**dict(zip(_STEP.split(", "), row, strict=True)))  # type: ignore[arg-type] # as the STRICT table has them
