"""Who is late, and when the clock jumped; no waiting here, time is moved."""

from __future__ import annotations

import pytest

from connector.clock import HOUR, SECOND, ManualClock
from connector.daemon.heartbeat import Heartbeat, Jumps


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_700_000_000_000)


def later(clock: ManualClock, seconds: float) -> None:
    clock.move_to(clock.now() + int(seconds * SECOND))


def test_a_part_is_late_when_it_did_nothing_for_longer_than_agreed(clock):
    heartbeat = Heartbeat(clock)
    heartbeat.expect("sender", 30)
    later(clock, 30)
    assert heartbeat.late() == ()
    later(clock, 0.001)
    assert heartbeat.late() == ("sender",)
    heartbeat.progress("sender")
    assert heartbeat.late() == ()


def test_waiting_on_purpose_is_progress_until_the_wait_is_over(clock):
    heartbeat = Heartbeat(clock)
    heartbeat.expect("source crm", 10)
    heartbeat.progress("source crm", wait=900)
    later(clock, 905)
    assert heartbeat.late() == ()
    later(clock, 6)
    assert heartbeat.late() == ("source crm",)


def test_one_part_does_not_speak_for_another(clock):
    heartbeat = Heartbeat(clock)
    for part in ("sender", "scheduler", "source a"):
        heartbeat.expect(part, 10)
    later(clock, 11)
    heartbeat.progress("scheduler")
    assert heartbeat.late() == ("sender", "source a")


def test_a_part_that_is_gone_is_neither_late_nor_brought_back(clock):
    heartbeat = Heartbeat(clock)
    heartbeat.expect("source a", 10)
    heartbeat.forget("source a")
    heartbeat.progress("source a")
    later(clock, 100)
    assert heartbeat.late() == ()


class TwoClocks:
    """A wall clock and a monotonic clock that can part."""

    def __init__(self) -> None:
        self.wall = 1_700_000_000_000
        self.seconds = 0.0

    def now(self) -> int:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds


@pytest.mark.fault("F75")
@pytest.mark.parametrize(
    ("wall", "seconds", "jumped"),
    [
        (60 * SECOND, 60, 0),
        (60 * SECOND + 900, 60, 0),
        (8 * HOUR, 10, 8 * HOUR - 10 * SECOND),
        (-HOUR, 10, -HOUR - 10 * SECOND),
    ],
)
def test_a_jump_is_seen_once_in_either_direction(wall, seconds, jumped):
    clock = TwoClocks()
    jumps = Jumps(clock, tolerance=5 * SECOND)
    clock.wall += wall
    clock.seconds += seconds
    assert jumps.check() == jumped
    clock.wall += 10 * SECOND
    clock.seconds += 10
    assert jumps.check() == 0
