"""The ticker: its own thread, one call of a task at a time, supervised."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.clock import SystemClock
from connector.daemon.scheduler import Scheduler, Task
from connector.log.lines import ROOT


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler = Scheduler(SystemClock())
    scheduler.start()
    yield scheduler
    if scheduler.alive():
        scheduler._apscheduler.shutdown(wait=False)


def until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether `holds` came true in time."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


class Busy:
    """A task that notes its calls, and blocks while told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.most_at_once = 0
        self.free = threading.Event()
        self.free.set()
        self._now = 0
        self._guard = threading.Lock()

    def __call__(self) -> None:
        with self._guard:
            self.calls += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        self.free.wait(20)
        with self._guard:
            self._now -= 1


def task(do: Callable[[], None], name: str = "a", every: float = 0.05, phase: float = 0.0) -> Task:
    return Task(name=name, every=every, phase=phase, do=do)


def test_a_task_is_done_again_and_again_and_not_after_it_was_replaced(scheduler):
    first, second = Busy(), Busy()
    scheduler.replace([task(first)])
    assert until(lambda: first.calls >= 3)
    scheduler.replace([task(second, name="b")])
    assert until(lambda: second.calls >= 2)
    seen = first.calls
    assert until(lambda: second.calls >= 6)
    assert first.calls == seen


def test_a_hung_task_is_not_started_twice_keeps_nobody_waiting_and_is_told_once(scheduler, caplog):
    caplog.set_level(logging.WARNING, logger=ROOT)  # whatever an earlier test has set
    hung, other = Busy(), Busy()
    hung.free.clear()
    scheduler.replace([task(hung, name="hung"), task(other, name="other")])
    assert until(lambda: other.calls >= 10)
    assert hung.calls == 1
    told = [r for r in caplog.records if r.getMessage() == "schedule_failing"]
    hung.free.set()
    assert len(told) == 1
    assert until(lambda: hung.calls >= 3)
    assert hung.most_at_once == 1


@pytest.mark.fault("F78")
def test_a_task_that_raises_is_called_again(scheduler):
    calls = []

    def fails() -> None:
        calls.append(1)
        raise SystemExit

    scheduler.replace([task(fails)])
    assert until(lambda: len(calls) >= 3)


@pytest.mark.fault("F75")
def test_catching_up_does_everything_now(scheduler):
    busy = Busy()
    scheduler.replace([task(busy, every=3_600, phase=3_600)])
    time.sleep(0.1)
    assert busy.calls == 0
    scheduler.catch_up()
    assert until(lambda: busy.calls == 1)


def test_paused_it_starts_nothing(scheduler):
    busy = Busy()
    scheduler.replace([task(busy)])
    assert until(lambda: busy.calls >= 1)
    scheduler.pause()
    time.sleep(0.1)
    seen = busy.calls
    time.sleep(0.2)
    assert busy.calls == seen


@pytest.mark.fault("F77")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_thread_is_noticed_although_apscheduler_says_it_runs(scheduler):
    def dies(*_: Any) -> None:
        raise RuntimeError("planted")

    assert scheduler.alive()
    scheduler._apscheduler._process_jobs = dies
    scheduler._apscheduler.wakeup()
    assert until(lambda: not scheduler.alive())
    assert scheduler._apscheduler.running


@pytest.mark.fault("F76")
def test_a_week_of_missed_turns_is_one_turn(scheduler):
    """While the machine slept no turn was taken; a beat every five seconds missed 120,000."""
    busy = Busy()
    scheduler.replace([task(busy, every=5, phase=3_600)])
    (waiting,) = scheduler._apscheduler.get_jobs()
    began = time.monotonic()
    waiting.modify(next_run_time=datetime.now(UTC) - timedelta(days=7))
    assert until(lambda: busy.calls == 1)
    time.sleep(0.1)
    assert busy.calls == 1
    assert time.monotonic() - began < 10
