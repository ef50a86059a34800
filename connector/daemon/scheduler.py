"""The clock of the daemon: calls each task at its interval, one call of each at a time.

APScheduler is only a ticker here, because of what it does otherwise: a late call is dropped after
one second, its thread can die while it says that it runs, and calling it from within a task can
deadlock. So: no grace, coalesced, one instance, called from the main thread alone, supervised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Final

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from connector import log
from connector.clock import Clock, from_millis

_LOG = log.get("scheduler")
_THREADS: Final = 64
"""Started as needed; more than there are tasks, so that a hung one never keeps another waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be done again and again. It must not raise and not call the scheduler."""

    name: str
    every: float
    """Seconds from one start to the next; a call that takes longer makes the next one wait."""
    phase: float
    """Seconds after `replace` at which it is done first; fixed, so that sources stay apart."""
    do: Callable[[], None]


class Scheduler:
    """Runs tasks in threads of its own. Only the main thread may call its methods."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._overruns = log.Changes(_LOG, "schedule")
        self._overran: set[str] = set()
        self._apscheduler: Any = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(_THREADS)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._apscheduler.add_listener(
            self._noticed, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR | EVENT_JOB_EXECUTED
        )

    def start(self) -> None:
        """Begin; tasks come with `replace`."""
        self._apscheduler.start()

    def replace(self, tasks: Iterable[Task]) -> None:
        """Do these tasks from now on, and the former ones no more; running calls go on."""
        self._apscheduler.remove_all_jobs()
        now = from_millis(self._clock.now())
        for task in tasks:
            first = now + timedelta(seconds=task.phase)
            self._apscheduler.add_job(
                task.do,
                IntervalTrigger(seconds=task.every, start_date=first, timezone=UTC),
                id=task.name,
                name=task.name,
                next_run_time=first,
            )

    def catch_up(self) -> None:
        """Do every task now, whatever the clock said before: it jumped."""
        now = from_millis(self._clock.now())
        for waiting in self._apscheduler.get_jobs():
            waiting.modify(next_run_time=now)

    def pause(self) -> None:
        """Start nothing more."""
        self._apscheduler.pause()

    def close(self) -> None:
        """End, without waiting for running calls. Twice is harmless."""
        if self._apscheduler.running:
            self._apscheduler.shutdown(wait=False)

    def alive(self) -> bool:
        """Whether its thread lives; `running` stays true when it died."""
        return bool(self._apscheduler._thread.is_alive())

    def _noticed(self, notice: Any) -> None:
        """Called in APScheduler's threads; only logs."""
        task = notice.job_id
        if notice.code == EVENT_JOB_MAX_INSTANCES:
            self._overran.add(task)
            self._overruns.trouble(task, "still busy when its next turn came")
        elif notice.code == EVENT_JOB_ERROR:
            _LOG.crashed("task_failed", notice.exception, task=task)
        elif task in self._overran:
            self._overran.discard(task)
        else:
            self._overruns.fine(task)
