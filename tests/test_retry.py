import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import MINUTE, SECOND
from connector.errors import (
    FateUnknown,
    GrantAccess,
    Rejected,
    SignInAgain,
    SlowDown,
    TryAgain,
    Unsupported,
)
from connector.model import OutboxState, Outcome, Settled
from connector.ports import Delivery
from connector.retry import LONGEST_PAUSE, Pace, after_error, after_outcome, reading

PACE = Pace(first=5 * SECOND, most=15 * MINUTE)


def outcome(settled, **more):
    return Outcome(key="k", settled=settled, **more)


@pytest.mark.parametrize(
    ("answer", "delivery", "resend", "state"),
    [
        (outcome(Settled.APPLIED, remote_id="1"), "A", False, OutboxState.DONE),
        (outcome(Settled.ALREADY_APPLIED, remote_id="1"), "A", False, OutboxState.DONE),
        (outcome(Settled.APPLIED), "A", False, OutboxState.UNKNOWN),
        (outcome(Settled.APPLIED), "C", False, OutboxState.HELD),
        (outcome(Settled.CANCELLED), "A", False, OutboxState.CANCELLED),
        (outcome(Settled.REJECTED), "A", False, OutboxState.DEAD),
        (outcome(Settled.RETRY), "A", False, OutboxState.RETRY),
        (outcome(Settled.UNKNOWN), "A", False, OutboxState.UNKNOWN),
        (outcome(Settled.UNKNOWN), "B", False, OutboxState.UNKNOWN),
        (outcome(Settled.UNKNOWN), "C", False, OutboxState.HELD),
        (outcome(Settled.UNKNOWN), "C", True, OutboxState.UNKNOWN),
    ],
)
def test_every_answer_has_one_consequence(answer, delivery, resend, state):
    then = after_outcome(answer, attempt=1, pace=PACE, delivery=Delivery(delivery), resend=resend)
    assert then.state is state
    assert (then.wait is not None) == (state in (OutboxState.RETRY, OutboxState.UNKNOWN))


@pytest.mark.parametrize(
    ("error", "delivery", "state", "counts", "pauses"),
    [
        (SlowDown("x", retry_after=7_000), "A", OutboxState.RETRY, False, True),
        (TryAgain("x"), "A", OutboxState.RETRY, True, False),
        (SignInAgain("x"), "A", OutboxState.RETRY, False, True),
        (GrantAccess("x"), "A", OutboxState.RETRY, False, False),
        (FateUnknown("x"), "A", OutboxState.UNKNOWN, True, False),
        (FateUnknown("x"), "C", OutboxState.HELD, True, False),
        (Rejected("x"), "A", OutboxState.DEAD, True, False),
        (Unsupported("x"), "A", OutboxState.DEAD, True, False),
        (RuntimeError("a fault of ours"), "A", OutboxState.UNKNOWN, True, False),
        (RuntimeError("a fault of ours"), "C", OutboxState.HELD, True, False),
    ],
)
def test_every_error_has_one_consequence(error, delivery, state, counts, pauses):
    then = after_error(error, "k", attempt=1, pace=PACE, delivery=Delivery(delivery), resend=False)
    assert (then.state, then.counts, then.pause is not None) == (state, counts, pauses)


@pytest.mark.fault("F10")
def test_a_platform_that_asks_for_a_year_is_asked_again_after_fifteen_minutes():
    then = after_error(
        SlowDown("x", retry_after=365 * 86_400_000),
        "k",
        attempt=1,
        pace=PACE,
        delivery=Delivery.A,
        resend=False,
    )
    assert then.wait == then.pause == LONGEST_PAUSE


@given(st.integers(1, 10_000), st.text(max_size=5))
def test_waits_grow_and_stay_within_bounds(attempt, key):
    assert PACE.first * 3 // 4 <= PACE.wait(1, key) <= PACE.first
    assert PACE.first * 3 // 4 <= PACE.wait(attempt, key) <= PACE.most


def test_a_read_is_repeated_for_passing_trouble_only():
    def ask(*answers):
        asked = []

        def call():
            asked.append(1)
            answer = answers[len(asked) - 1]
            if isinstance(answer, Exception):
                raise answer
            return answer

        stop = threading.Event()
        stop.set()  # waiting ends at once
        try:
            return reading(call, stop), len(asked)
        except Exception as error:
            return error, len(asked)

    assert ask(TryAgain("a"), TryAgain("b"), "page") == ("page", 3)
    last = TryAgain("c")
    assert ask(TryAgain("a"), TryAgain("b"), last) == (last, 3)
    for final in (SlowDown("x"), Rejected("x"), SignInAgain("x"), ValueError("x")):
        assert ask(final) == (final, 1)
