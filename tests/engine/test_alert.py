"""The cool-down, by example."""

from __future__ import annotations

from connector.engine.alert import alerts, within_cooldown
from connector.engine.result import Change, Reason, Transition


def entered(at: int, reason: Reason = Reason.SCORE) -> Transition:
    return Transition(at=at, change=Change.ENTERED, reason=reason, burst=at, score=1.0)


def left(at: int) -> Transition:
    return Transition(at=at, change=Change.LEFT, reason=Reason.IDLE, burst=at, score=1.0)


def raised(at: int) -> Transition:
    return Transition(at=at, change=Change.RAISED, reason=Reason.HAND_RAISE, burst=at, score=1.0)


def test_the_cool_down_ends_with_its_last_millisecond():
    assert within_cooldown(109, 100, 10)
    assert not within_cooldown(110, 100, 10)


def test_without_an_earlier_hand_off_or_a_cool_down_nothing_is_held_back():
    assert not within_cooldown(100, None, 10)
    assert not within_cooldown(100, 100, 0)


def test_entries_alert_and_leaving_does_not():
    assert alerts([entered(0), left(5), entered(10)], 0) == (True, False, True)


def test_an_entry_within_the_cool_down_does_not_alert():
    assert alerts([entered(0), left(5), entered(9)], 10) == (True, False, False)


def test_an_entry_that_did_not_alert_starts_no_cool_down():
    told = [entered(0), left(1), entered(9), left(10), entered(11)]
    assert alerts(told, 10) == (True, False, False, False, True)


def test_raised_hands_always_alert_and_count_for_later_entries():
    told = [entered(0), raised(1), raised(2), left(3), entered(11)]
    assert alerts(told, 10) == (True, True, True, False, False)
    by_hand = [entered(0), left(1), entered(2, Reason.HAND_RAISE), left(3), entered(11)]
    assert alerts(by_hand, 10) == (True, False, True, False, False)


def test_nothing_told_nothing_alerts():
    assert alerts([], 10) == ()
