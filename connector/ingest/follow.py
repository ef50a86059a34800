"""Reading back what becomes of our tasks: the ripest ones with each poll, a hundred per request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector import log
from connector.clock import DAY
from connector.config.rulebook import Rulebook
from connector.config.sla import Sla
from connector.ingest.census import AT_ONCE, DOUBT, FEW
from connector.model import Fields, RecordRef, TaskNow
from connector.ports import TASK_FIELDS, Adapter
from connector.store import Store

MOST: Final = 10
"""Requests with one poll; what is left over is the ripest of the next one."""
AGEING: Final = 50
"""An old task is looked at again after this part of its age, if that is more than the interval."""
LONGEST: Final = 180 * DAY
"""A task that was open for so long is not looked at any more."""
AFTERWARDS: Final = DAY
"""A task that is done is looked at once more after so long: results are often told late."""

_LOG = log.get("follow")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a platform told of one task."""

    key: str
    person: int
    opened_at: int
    told: TaskNow | None
    """None: it is gone."""
    unknown: bool = False
    """Whether nothing was learned."""


class Following:
    """The tasks of one source."""

    def __init__(self, store: Store, name: str, rulebook: Rulebook) -> None:
        self._store = store
        self._name = name
        self._wanted = rulebook.follows
        self._every = (rulebook.sla or Sla()).look_every

    def is_possible(self, adapter: Adapter) -> bool:
        """Whether the rules want to know, and the platform can tell."""
        able = adapter.capabilities
        return bool(self._wanted and able.task_type and able.fetch)

    def read(self, adapter: Adapter, now: int) -> list[Reading]:
        """Ask about the tasks whose turn it is. Raises what `fetch` raises; nothing is noted."""
        with self._store.steady():
            due = self._store.followed.due(self._name, now, AT_ONCE * MOST)
        found: list[Reading] = []
        for first in range(0, len(due), AT_ONCE):
            found += self._batch(adapter, due[first : first + AT_ONCE])
        return found

    def _batch(self, adapter: Adapter, due: Sequence[tuple[str, int, str, int]]) -> list[Reading]:
        kind = adapter.capabilities.task_type
        refs = {key: RecordRef(self._name, kind, remote_id) for key, _, remote_id, _ in due}
        told = adapter.fetch(list(refs.values()), TASK_FIELDS)
        missing = sum(ref not in told for ref in refs.values())
        doubtful = missing > max(FEW, len(due) * DOUBT)
        if doubtful:  # a lost permission looks the same
            _LOG.warning("doubted", source=self._name, asked=len(due), missing=missing)
        return [
            Reading(
                key,
                person,
                opened_at,
                _task(told.get(refs[key])),
                unknown=_says_nothing(told.get(refs[key]), doubtful=doubtful),
            )
            for key, person, _, opened_at in due
        ]

    def note(self, readings: Sequence[Reading], now: int) -> set[int]:
        """Note them, within a transaction; the persons for whom something is new."""
        self._store.followed.put_off(
            [each.key for each in readings if each.unknown], now + self._every
        )
        return {
            each.person
            for each in readings
            if not each.unknown
            and self._store.followed.read(
                each.key, each.told, now=now, next_at=self._next(each, now)
            )
        }

    def _next(self, reading: Reading, now: int) -> int | None:
        age = now - reading.opened_at
        told = reading.told
        if told is not None and told.is_closed:
            again = (told.closed_at or now) + AFTERWARDS
            return again if again > now else None
        return now + max(self._every, age // AGEING) if age < LONGEST else None


def _says_nothing(told: Fields | None, *, doubtful: bool) -> bool:
    return doubtful if told is None else "status" not in told


def _task(told: Mapping[str, object] | None) -> TaskNow | None:
    if told is None:
        return None
    return TaskNow(
        status=str(told.get("status") or ""),
        result=str(told.get("result") or ""),
        owner=str(told["owner"] or "") if "owner" in told else None,
        is_closed=bool(told.get("is_closed")),
        changed_at=_moment(told.get("modified_at")),
        closed_at=_moment(told.get("closed_at")),
    )


def _moment(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
