"""What became of the tasks of hand-offs, and what sales said, as far as it is stored."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from connector.config.rulebook import Rulebook
from connector.engine.condition import folded
from connector.measure.known import Stay
from connector.plan.disposition import Disposition

_Episode = tuple[int, str, int]
_Word = tuple[int, Disposition, str]
_ENDINGS = frozenset(each.value for each in Disposition)


class FollowedReading:
    """Looked up once for all episodes: most companies have few tasks that are followed."""

    def __init__(self, connection: sqlite3.Connection, rulebook: Rulebook, until: int) -> None:
        self._db, self._book, self._until = connection, rulebook, until
        self._done: defaultdict[_Episode, list[int]] = defaultdict(list)
        self._values: defaultdict[_Episode, list[tuple[int, str]]] = defaultdict(list)
        self._steps: defaultdict[_Episode, list[tuple[str, int, str]]] = defaultdict(list)
        self._load()

    def _load(self) -> None:
        for person, rule, burst, at in self._db.execute(
            "SELECT person, rule, burst, closed_at FROM followed WHERE closed_at <= ?",
            (self._until,),
        ):
            self._done[person, rule, burst].append(at)
        for person, rule, burst, at, value in self._db.execute(
            "SELECT f.person, f.rule, f.burst, v.at, v.value FROM task_value v "
            "JOIN followed f ON f.key = v.task WHERE v.at <= ? ORDER BY v.at, v.value",
            (self._until,),
        ):
            self._values[person, rule, burst].append((at, value))
        for person, rule, burst, what, at, note in self._db.execute(
            "SELECT person, rule, burst, what, at, note FROM sla_step WHERE at <= ? ORDER BY at",
            (self._until,),
        ):
            self._steps[person, rule, burst].append((what, at, note))

    def done_at(self, stay: Stay, handed: int, end: int) -> int | None:
        """When a task of the episode was first done, up to `end` (UTC ms)."""
        found = self._done.get((stay.person, stay.rule, stay.burst), ())
        return min((at for at in found if handed < at <= end), default=None)

    def say(self, stay: Stay, handed: int) -> None:
        """Note the last word of sales about a hand-off, and the steps that followed it."""
        stay.steps = tuple(self._steps.get((stay.person, stay.rule, stay.burst), ()))
        words = [each for each in self._words(stay, handed) if handed < each[0] <= self._until]
        last = max(words, key=lambda each: (each[0], _rank(each[1])), default=None)
        if last is not None:
            stay.disposed_at, stay.disposition, stay.said = last[0], last[1].value, last[2]

    def _words(self, stay: Stay, handed: int) -> Iterator[_Word]:
        for at, value in self._values.get((stay.person, stay.rule, stay.burst), ()):
            way = self._way(self._book.task_ending(value), value, self._book.task_accepted)
            if way is not None:
                yield at, way, f'the task was set to "{value}"'
        for at, status in self._statuses(stay, handed):
            way = self._way(self._book.ending(status), status, self._book.accepted)
            if way is not None:
                yield at, way, f'the status was set to "{status}"'
        if stay.left_at is not None and stay.left_reason in _ENDINGS:
            yield stay.left_at, Disposition(stay.left_reason), "the episode ended so"
        for sale in stay.sales:
            yield sale.opened_at, Disposition.CONVERTED, f"an opportunity was opened: {sale.name}"
            if sale.closed_at is not None:
                how = Disposition.WON if sale.won else Disposition.LOST
                yield sale.closed_at, how, f"the opportunity was {how.value}: {sale.name}"

    def _statuses(self, stay: Stay, handed: int) -> list[tuple[int, str]]:
        if not (self._book.dispositions or self._book.accepted):
            return []
        until = self._until if stay.left_at is None else min(self._until, stay.left_at)
        return self._db.execute(
            "SELECT s.at, s.status FROM status_change s JOIN record p ON p.id = s.record "
            "WHERE p.person = ? AND s.at > ? AND s.at <= ?",
            (stay.person, handed, until),
        ).fetchall()

    @staticmethod
    def _way(ending: object, value: str, accepted: frozenset[str]) -> Disposition | None:
        if folded(value) in accepted:
            return Disposition.ACCEPTED
        return Disposition(str(ending)) if ending is not None and str(ending) in _ENDINGS else None


def _rank(way: Disposition) -> int:
    return list(Disposition).index(way)
