"""Who runs through which nurture program, and which touches were made."""

from __future__ import annotations

import sqlite3

from connector.clock import DAY
from connector.model import Enrolment, Touch


class Enrolments:
    """Runs of persons through programs, and their touches."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, person: int) -> list[Enrolment]:
        """The person's runs through all programs, oldest first."""
        rows = self._db.execute(
            f"SELECT {_RUN} FROM enrolment WHERE person = ? ORDER BY enrolled_at, program, anchor",
            (person,),
        )
        return [_enrolment(row) for row in rows]

    def touches(self, person: int) -> list[Touch]:
        """Every touch of the person, oldest first."""
        rows = self._db.execute(
            f"SELECT {_TOUCH} FROM touch WHERE person = ? ORDER BY at, number", (person,)
        )
        return [_touch(row) for row in rows]

    def put(self, person: int, run: Enrolment) -> None:
        """Record a run, or how it stands now."""
        self._db.execute(
            "INSERT INTO enrolment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (person, program, anchor) DO UPDATE SET ended_at = excluded.ended_at, "
            "reason = excluded.reason, exhausted_at = excluded.exhausted_at",
            (
                person,
                run.program,
                run.anchor,
                run.entry,
                run.enrolled_at,
                run.starts_at,
                run.ended_at,
                run.reason,
                run.exhausted_at,
            ),
        )

    def put_touch(self, person: int, touch: Touch, *, revision: str) -> bool:
        """Record a touch; False when it was recorded before, which changes nothing."""
        added = self._db.execute(
            "INSERT OR IGNORE INTO touch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                touch.key,
                person,
                touch.program,
                touch.anchor,
                touch.number,
                touch.offer,
                touch.at,
                touch.persona,
                touch.phase,
                revision,
            ),
        )
        return added.rowcount > 0

    def first_room(
        self, program: str, entry: str, *, per_day: int, now: int, days: int
    ) -> int | None:
        """From when on a further run may start (UTC ms): a day takes `per_day`.

        None when the next `days` days, today counted, are full. A run that ended before its day
        came takes no room.
        """
        today = now // DAY
        rows = self._db.execute(
            "SELECT starts_at / :day, count(*) FROM enrolment WHERE program = :program "
            "AND entry = :entry AND starts_at >= :from "
            "AND (ended_at IS NULL OR ended_at >= starts_at) GROUP BY 1",
            {"day": DAY, "program": program, "entry": entry, "from": today * DAY},
        )
        taken = dict(rows.fetchall())
        free = (day for day in range(today, today + days) if taken.get(day, 0) < per_day)
        day = next(free, None)
        return None if day is None else max(now, day * DAY)

    def running(self) -> list[tuple[int, Enrolment]]:
        """Every run that is not over, with its person, by program and start."""
        rows = self._db.execute(
            f"SELECT person, {_RUN} FROM enrolment WHERE ended_at IS NULL "
            "ORDER BY program, starts_at, person"
        )
        return [(person, _enrolment(row)) for person, *row in rows]

    def started(self, since: int, until: int) -> list[tuple[int, Enrolment]]:
        """Every run that was begun between two moments (UTC ms), with its person, oldest first."""
        rows = self._db.execute(
            f"SELECT person, {_RUN} FROM enrolment WHERE enrolled_at BETWEEN ? AND ? "
            "ORDER BY enrolled_at, person, program",
            (since, until),
        )
        return [(person, _enrolment(row)) for person, *row in rows]

    def ended(self) -> dict[tuple[str, str], int]:
        """How many runs of each program ended for each reason."""
        rows = self._db.execute(
            "SELECT program, reason, count(*) FROM enrolment WHERE ended_at IS NOT NULL "
            "GROUP BY program, reason ORDER BY program, count(*) DESC, reason"
        )
        return {(program, reason): count for program, reason, count in rows}

    def delivered(self) -> list[tuple[int, Touch]]:
        """Every touch that reached its platform, with its person, by person and moment."""
        names = ", ".join(f"t.{name}" for name in _TOUCH.split(", "))
        rows = self._db.execute(
            f"SELECT t.person, {names} FROM touch t JOIN outbox o ON o.key = t.key "
            "WHERE o.state = 'done' ORDER BY t.person, t.at, t.number"
        )
        return [(person, _touch(row)) for person, *row in rows]


_RUN = "program, anchor, entry, enrolled_at, starts_at, ended_at, reason, exhausted_at"
_TOUCH = "key, program, anchor, number, offer, at, persona, phase"


def _enrolment(row: list[object] | tuple[object, ...]) -> Enrolment:
    return Enrolment(**dict(zip(_RUN.split(", "), row, strict=True)))  # type: ignore[arg-type] # as the STRICT table has them


def _touch(row: list[object] | tuple[object, ...]) -> Touch:
    return Touch(**dict(zip(_TOUCH.split(", "), row, strict=True)))  # type: ignore[arg-type] # as the STRICT table has them
