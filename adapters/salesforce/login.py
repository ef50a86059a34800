"""Signing in: one token for all threads, renewed once per expiry, and never in a storm."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from adapters.salesforce.settings import Settings
from adapters.salesforce.wire import refuse_foreign
from connector.clock import SECOND, Clock
from connector.errors import SignInAgain
from connector.ports import Secret

MOST_LOGINS: Final = 3
WITHIN: Final = 15 * 60.0
"""Seconds. A locked-out user or a revoked app must not be hammered."""
WORTH_A_WORD: Final = 60 * SECOND
"""Clocks that differ by more, in ms, may be why a login is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A token and where it is good."""

    token: Secret
    host: str
    number: int
    """Counts logins; tells an old token from a new one."""


class Login:
    """The token of one source."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._now: SignedIn | None = None
        self._tries: deque[float] = deque(maxlen=MOST_LOGINS)
        self._number = 0

    def current(self, exchange: Callable[[Callable[[], Any]], Any], session: Any) -> SignedIn:
        """The token; signs in when there is none. `exchange` makes network errors ours."""
        with self._lock:
            if self._now is None:
                self._now = self._sign_in(exchange, session)
            return self._now

    def renewed(
        self, old: SignedIn, exchange: Callable[[Callable[[], Any]], Any], session: Any
    ) -> SignedIn:
        """A token other than `old`; of several threads with the same old one, one signs in."""
        with self._lock:
            if self._now is None or self._now.number == old.number:
                self._now = None
                self._now = self._sign_in(exchange, session)
            return self._now

    def forget(self, old: SignedIn) -> None:
        """Do not use this token again."""
        with self._lock:
            if self._now is not None and self._now.number == old.number:
                self._now = None

    def _sign_in(self, exchange: Callable[[Callable[[], Any]], Any], session: Any) -> SignedIn:
        now = self._clock.monotonic()
        if len(self._tries) == MOST_LOGINS and now - self._tries[0] < WITHIN:
            raise SignInAgain(
                f"Signing in to Salesforce was tried {MOST_LOGINS} times in 15 minutes, so it "
                "waits. Look at the External Client App and its login history."
            )
        self._tries.append(now)
        token, host = exchange(lambda: self._asked(session))
        if not isinstance(token, str) or not token or not isinstance(host, str):
            raise SignInAgain("Salesforce's login gave no token.")
        refuse_foreign(f"https://{host}")
        self._number += 1
        return SignedIn(token=Secret(token), host=host, number=self._number)

    def _asked(self, session: Any) -> tuple[Any, Any]:
        known = self._settings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns with the consumer key in the text
            if known.uses_jwt:
                return SalesforceLogin(
                    session=session,
                    username=known.username,
                    consumer_key=known.consumer_key,
                    privatekey=known.private_key.reveal(),
                    domain=known.audience,
                    instance_url=known.domain,
                )
            return SalesforceLogin(
                session=session,
                consumer_key=known.consumer_key,
                consumer_secret=known.consumer_secret.reveal(),
                domain=known.domain,
            )


def refuse_login(error: SalesforceAuthenticationFailed, skew: int = 0) -> NoReturn:
    """The library's refusal as ours: the protocol's error word, and nothing of the body.

    `skew` is how many ms Salesforce's clock is ahead of ours: a signed login is good for minutes.
    """
    word = str(error.code) if error.code else "no reason"
    shown = word if word.replace("_", "").isalnum() and len(word) < 60 else "no reason"
    raise SignInAgain(
        f"Salesforce refused the login: {shown}. Look at the External Client App, its Run-As user "
        f"and its policies.{_clock(skew)}"
    ) from None


def _clock(skew: int) -> str:
    if abs(skew) <= WORTH_A_WORD:
        return ""
    side = "behind" if skew > 0 else "ahead of"
    return (
        f" This machine's clock is {abs(skew) // SECOND} s {side} Salesforce's, which spoils "
        "signed logins: look at the time service here."
    )
