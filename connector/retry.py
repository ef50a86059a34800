"""What to do next after an answer, decided in one place; and the one retry of reads.

Writes are never repeated by a library: the outbox is their only retry layer.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)
from tenacity.nap import sleep_using_event

from connector.clock import MINUTE
from connector.errors import (
    AdapterError,
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

LONGEST_PAUSE: Final = 15 * MINUTE
"""A platform that asks for more is asked again after this long: it may have erred."""
_SIGN_IN_PAUSE: Final = 5 * MINUTE

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait between sendings, in ms."""

    first: int
    most: int

    def wait(self, attempt: int, key: str) -> int:
        """After sending number `attempt` (from 1): doubling, spread by up to a quarter by key."""
        length = min(self.most, self.first << min(attempt - 1, 30))
        return length - length * (zlib.crc32(f"{key}:{attempt}".encode()) % 256) // 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where a write goes after an answer."""

    state: OutboxState
    wait: int | None = None
    """ms until it is sent again; None: not."""
    counts: bool = True
    """Whether the sending counts as an attempt."""
    pause: int | None = None
    """ms for which nothing at all is sent to the platform."""


def after_outcome(
    outcome: Outcome, *, attempt: int, pace: Pace, delivery: Delivery, resend: bool
) -> Next:
    """What follows from the answer to one write.

    Success is proved by an id; an answer that claims it without one is an unknown fate.
    """
    if outcome.settled in (Settled.APPLIED, Settled.ALREADY_APPLIED):
        if outcome.remote_id:
            return Next(state=OutboxState.DONE)
        return _unknown(outcome.key, attempt, pace, delivery, resend=resend)
    if outcome.settled is Settled.CANCELLED:
        return Next(state=OutboxState.CANCELLED)
    if outcome.settled is Settled.REJECTED:
        return Next(state=OutboxState.DEAD)
    if outcome.settled is Settled.RETRY:
        wait = outcome.retry_after or pace.wait(attempt, outcome.key)
        return Next(state=OutboxState.RETRY, wait=min(wait, LONGEST_PAUSE))
    return _unknown(outcome.key, attempt, pace, delivery, resend=resend)


def after_error(
    error: Exception, key: str, *, attempt: int, pace: Pace, delivery: Delivery, resend: bool
) -> Next:
    """What follows for one write when the whole call failed."""
    wait = pace.wait(attempt, key)
    match error:
        case SlowDown():
            pause = min(error.retry_after or wait, LONGEST_PAUSE)
            return Next(state=OutboxState.RETRY, wait=pause, counts=False, pause=pause)
        case TryAgain():
            pause = min(error.retry_after or wait, LONGEST_PAUSE)
            return Next(state=OutboxState.RETRY, wait=pause)
        case SignInAgain() | GrantAccess():
            # A permission may be needed for notes only: whatever else there is goes on.
            of_all = _SIGN_IN_PAUSE if isinstance(error, SignInAgain) else None
            return Next(state=OutboxState.RETRY, wait=_SIGN_IN_PAUSE, counts=False, pause=of_all)
        case FateUnknown():
            return _unknown(key, attempt, pace, delivery, resend=resend)
        case Rejected() | Unsupported() | AdapterError():
            return Next(state=OutboxState.DEAD)
    return _unknown(key, attempt, pace, delivery, resend=resend)


def _unknown(key: str, attempt: int, pace: Pace, delivery: Delivery, *, resend: bool) -> Next:
    if delivery is Delivery.C and not resend:
        return Next(state=OutboxState.HELD)
    return Next(state=OutboxState.UNKNOWN, wait=pace.wait(attempt, key))


def reading(call: Callable[[], T], stop: threading.Event) -> T:
    """Make an idempotent read, up to three times within 20 s when the trouble is passing.

    Setting `stop` ends the waiting. The last error is raised as it came.
    """
    attempts = Retrying(
        retry=retry_if_exception(_worth_repeating),
        stop=stop_after_attempt(3) | stop_before_delay(20),
        wait=wait_random_exponential(multiplier=0.5, max=5),
        sleep=sleep_using_event(stop),
        reraise=True,
    )
    return attempts(call)


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, TryAgain) and not isinstance(error, SlowDown)
