"""The parts of the daemon one by one: a source, the sender, the stop that is asked, the status."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable

import pytest

from connector import log
from connector.clock import SECOND, ManualClock, SystemClock
from connector.daemon.asked import Asked
from connector.daemon.exits import is_beyond_repair
from connector.daemon.heartbeat import Heartbeat
from connector.daemon.sender import Sender
from connector.daemon.source import Source
from connector.daemon.status import describe
from connector.daemon.timing import Timing
from connector.errors import SignInAgain, SlowDown, TryAgain
from connector.model import OutboxState

TIMING = Timing(first_wait=30, longest_wait=900, patience=10)


class Polls:
    """A source whose poll does what is asked for."""

    def __init__(self) -> None:
        self.clock = ManualClock(1_760_000_000_000)
        self.heartbeat = Heartbeat(self.clock)
        self.heartbeat.expect("source crm", TIMING.patience)
        self.alarms: list[Exception] = []
        self.calls = 0
        self.answer: Exception | None = None
        self.changes = log.Changes(log.get("test"), "poll")
        self.stop = threading.Event()
        self.source = Source(
            "crm",
            self.poll,
            stop=self.stop,
            every=60,
            timing=TIMING,
            clock=self.clock,
            heartbeat=self.heartbeat,
            changes=self.changes,
            alarm=self.alarms.append,
        )

    def poll(self) -> None:
        self.calls += 1
        if self.answer:
            raise self.answer

    def turn_after(self, seconds: float) -> bool:
        """Whether it polled when its turn came after `seconds`."""
        before = self.calls
        self.clock.move_to(self.clock.now() + int(seconds * SECOND))
        self.source.turn()
        return self.calls > before


@pytest.mark.fault("F19")
def test_a_failing_source_is_left_alone_for_longer_and_longer():
    polls = Polls()
    polls.answer = TryAgain("no answer")
    assert polls.turn_after(0)
    waits = []
    for _ in range(7):
        waited = 1
        while not polls.turn_after(1):
            waited += 1
        waits.append(waited)
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assert polls.heartbeat.late() == ()
    polls.answer = None
    assert polls.turn_after(900)
    assert polls.turn_after(1), "well again, well at once"
    assert polls.changes.open() == {}


def test_a_limit_is_obeyed_when_it_is_longer_than_our_own_pause():
    polls = Polls()
    polls.answer = SlowDown("limit", retry_after=300 * SECOND)
    assert polls.turn_after(0)
    assert not polls.turn_after(299)
    assert polls.turn_after(1)


def test_waiting_is_progress_and_a_wait_that_never_ends_is_not():
    polls = Polls()
    polls.answer = SignInAgain("refused")
    polls.turn_after(0)
    polls.clock.move_to(polls.clock.now() + 30 * SECOND + 60 * SECOND + 9 * SECOND)
    assert polls.heartbeat.late() == ()
    polls.clock.move_to(polls.clock.now() + 2 * SECOND)
    assert polls.heartbeat.late() == ("source crm",)


def test_a_fault_of_ours_stays_with_the_source_and_raises_the_alarm():
    polls = Polls()
    polls.answer = ZeroDivisionError("planted")
    assert polls.turn_after(0)
    assert polls.alarms == [polls.answer]
    assert polls.changes.open() == {"crm": "ZeroDivisionError"}


def test_after_the_clock_jumped_it_is_not_left_alone_any_longer():
    polls = Polls()
    polls.answer = TryAgain("no answer")
    polls.turn_after(0)
    polls.source.at_once()
    assert polls.turn_after(0)


def test_once_stopped_it_does_not_poll_and_does_not_claim_to_be_well():
    polls = Polls()
    polls.answer = TryAgain("no answer")
    polls.turn_after(0)
    polls.stop.set()
    assert not polls.turn_after(1_000)
    assert polls.changes.open() == {"crm": "TryAgain: no answer"}


class Drains:
    """A sender whose draining does what is asked for."""

    def __init__(self, upcoming: Callable[[], int | None] = lambda: None) -> None:
        self.calls = 0
        self.answers: list[Exception] = []
        self.alarms: list[Exception] = []
        self.meanwhile: Callable[[], None] = lambda: None
        clock = SystemClock()
        self.heartbeat = Heartbeat(clock)
        self.stop = threading.Event()
        self.sender = Sender(
            self.drain,
            upcoming,
            stop=self.stop,
            timing=Timing(first_wait=0.05, sender_wait=30),
            clock=clock,
            heartbeat=self.heartbeat,
            alarm=self.alarms.append,
        )

    def drain(self, stop: threading.Event) -> None:
        assert stop is self.stop
        self.calls += 1
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if self.answers:
            raise self.answers.pop()

    def __enter__(self) -> Drains:
        self.sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.sender.wake()
        self.sender._thread.join(10)
        assert not self.sender.alive()

    def reaches(self, calls: int, seconds: float = 10) -> bool:
        deadline = time.monotonic() + seconds
        while self.calls < calls and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.calls >= calls


def test_the_sender_sends_at_once_when_it_is_woken_and_rests_otherwise():
    with Drains() as drains:
        assert drains.reaches(1)
        assert not drains.reaches(2, seconds=0.3)
        drains.sender.wake()
        assert drains.reaches(2)


def test_what_is_queued_while_the_sender_is_busy_is_not_forgotten():
    with Drains() as drains:
        drains.meanwhile = drains.sender.wake
        drains.sender.wake()
        assert drains.reaches(3)


def test_the_sender_wakes_when_a_retry_is_due():
    due = SystemClock().now() + 700
    with Drains(lambda: due) as drains:
        assert drains.reaches(2, seconds=5)
        assert SystemClock().now() >= due


def test_what_is_due_but_cannot_go_does_not_spin():
    with Drains(lambda: 0) as drains:
        time.sleep(0.8)
        assert drains.calls <= 3


def test_an_error_of_the_sender_raises_the_alarm_and_is_tried_again():
    drains = Drains()
    drains.answers = [OSError("disk"), ValueError("planted")]
    with drains:
        assert drains.reaches(3)
    assert [type(error) for error in drains.alarms] == [ValueError, OSError]


def test_asking_whether_to_stop_is_progress_until_the_answer_is_yes():
    asked: list[int] = []
    stop = Asked(lambda: asked.append(1))
    assert not stop.is_set()
    stop.set()
    assert stop.is_set()
    assert stop.wait(0)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("content", "fatal"), [(b"not a database, far from it" * 400, True), (b"", False)]
)
def test_only_a_damaged_database_is_beyond_repair(tmp_path, content: bytes, fatal: bool):
    (tmp_path / "db").write_bytes(content)
    database = sqlite3.connect(tmp_path / "db")
    with pytest.raises(sqlite3.Error) as caught:
        database.execute("SELECT * FROM missing")
    assert is_beyond_repair(caught.value) is fatal
    assert not is_beyond_repair(RuntimeError("x"))
    database.close()


def test_the_status_says_what_matters_in_words():
    calm = describe(
        sources=3, failing={}, loading=(), writes={}, dry_run=False, stuck=(), trouble=""
    )
    assert calm == "3 sources ok; 0 writes on the way"
    busy = describe(
        sources=3,
        failing={"mail": "SignInAgain: refused"},
        loading=("crm",),
        writes={
            OutboxState.PENDING: 2,
            OutboxState.RETRY: 1,
            OutboxState.HELD: 4,
            OutboxState.DEAD: 5,
            OutboxState.DONE: 99,
        },
        dry_run=True,
        stuck=("source crm",),
        trouble="not reloaded: config.toml:3:1: Unknown key",
    )
    assert busy == (
        "not reloaded: config.toml:3:1: Unknown key; no progress: source crm; "
        "2 sources ok, 1 failing (mail: SignInAgain: refused); first load of crm; "
        "3 writes on the way; 4 held; 5 refused; "
        "dry run: nothing is written before `leadmode arm`"
    )
