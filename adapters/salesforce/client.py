"""Everything that goes to Salesforce and comes back: simple-salesforce, and errors of the contract.

simple-salesforce signs in and carries calls (`Salesforce.restful`). Its record classes, its own
renewal of tokens and its bulk readers are not used: they loop, drop headers and lose rows.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final
from urllib.parse import quote

import requests
import urllib3
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError

from adapters.salesforce.faults import (
    DAILY_PAUSE,
    Fault,
    Meaning,
    Saved,
    error_of,
    faults_of,
    is_expired,
)
from adapters.salesforce.login import Login, SignedIn, refuse_login
from adapters.salesforce.replies import Answer, Broken, Json, Refused, TooMuch, part_of
from adapters.salesforce.settings import Settings
from adapters.salesforce.wire import Count, TooLong, TooSlow, Wire, session_on
from connector.clock import SECOND, Clock, date_of, wait_of
from connector.errors import AdapterError, FateUnknown, SignInAgain, SlowDown, TryAgain

LONGEST_QUERY: Final = 12_000
"""Characters of an encoded query that still go into a URL; Salesforce takes 16,384 with headers."""
_TIMED_OUT: Final = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
_USAGE: Final = re.compile(r"api-usage=(\d+)/(\d+)")


@dataclass(slots=True)
class Usage:
    """What Sforce-Limit-Info said last."""

    used: int = 0
    total: int = 0
    seen: float = float("-inf")
    """By the clock that never steps, seconds."""


class _Line:
    """What one thread talks through."""

    def __init__(self, wire: Wire, session: Any) -> None:
        self.wire = wire
        self.session = session
        self.signed_in: SignedIn | None = None
        self.salesforce: Any = None

    def to(self, signed_in: SignedIn, version: str) -> Any:
        """The library's client for a token. It does not know how to renew it, on purpose."""
        if self.signed_in is None or self.signed_in.number != signed_in.number:
            self.salesforce = Salesforce(
                session_id=signed_in.token.reveal(),
                instance_url=f"https://{signed_in.host}",
                session=self.session,
                version=version,
                object_pairs_hook=dict,
            )
            self.signed_in = signed_in
        return self.salesforce


class Client:
    """One organisation. Several threads may use it; each has a connection of its own."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._login = Login(settings, clock)
        self._own = threading.local()
        self._lines: list[_Line] = []
        self._lock = threading.Lock()
        self._count = Count()
        self.usage = Usage()
        self._skew = 0

    @property
    def calls(self) -> int:
        """Requests that went out so far, logins included."""
        return self._count.calls

    def server_now(self) -> int:
        """The server's clock, UTC ms, by what its last answer said."""
        return self._clock.now() + self._skew

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Read something below the API version."""
        return self.ask("GET", path, params=dict(params or {}))

    def query(self, text: str, *, deleted: bool = False) -> Answer:
        """Run a query; `deleted` also shows deleted and archived rows."""
        path = "queryAll/" if deleted else "query/"
        encoded = quote(text, safe="")
        if len(encoded) <= LONGEST_QUERY:
            return self.get(path, {"q": text})
        return self._long_query(path, encoded)

    def _long_query(self, path: str, encoded: str) -> Answer:
        """In the body of a composite request, where it may have 100,000 characters."""
        [found] = self.together([f"{path}?q={encoded}"])
        if isinstance(found, Refused):
            raise found
        return found

    def together(self, paths: Sequence[str]) -> list[Answer | Refused]:
        """Up to 25 reads, five of them queries, that count as one call; each answered by itself.

        Composite counts once. Its sister, the batch, counts every part.
        """
        base = f"/services/data/v{self._settings.version}/"
        parts = [
            {"method": "GET", "url": base + path, "referenceId": f"r{number}"}
            for number, path in enumerate(paths)
        ]
        body = {"allOrNone": False, "compositeRequest": parts}
        answer = self.ask("POST", "composite", json=body)
        found = answer.rows("compositeResponse")
        if len(found) != len(paths):
            raise Broken
        return [part_of(each, answer.headers) for each in found]

    def ask(self, method: str, path: str, *, writing: bool = False, **given: Any) -> Answer:
        """One call below the API version, with one renewed token if the old one is over.

        Raises Refused, Broken, or the errors of the contract for what happened on the way.
        """
        return self._renewing(
            lambda line, sf: self._restful(line, sf, method, path, given), writing
        )

    def get_outside(self, path: str) -> Answer:
        """GET outside the versions, `services/data`; it needs no version and no rights."""

        def call(line: _Line, sf: Any) -> Answer:
            url = f"https://{sf.sf_instance}/{path}"
            found = line.session.request("GET", url, headers=sf.headers, allow_redirects=False)
            if found.status_code >= 300:
                raise Refused(found.status_code, faults_of(_json_or_none(found)))
            return Answer(body=found.json(), headers=line.wire.headers)

        return self._renewing(call, False)

    def download(self, path: str, params: Mapping[str, Any], into: IO[bytes]) -> Answer:
        """Put the body of an answer, as it is, into a file."""

        def call(line: _Line, sf: Any) -> Answer:
            line.wire.sink = into
            found = line.session.request(
                "GET",
                sf.base_url + path,
                params=dict(params),
                headers={**sf.headers, "Accept": "text/csv"},
                allow_redirects=False,
            )
            if found.status_code >= 300:
                raise Refused(found.status_code, faults_of(_json_or_none(found)))
            return Answer(body=None, headers=line.wire.headers)

        return self._renewing(call, False)

    def spare(self, share: int) -> None:
        """SlowDown when `share` percent of the daily calls are used, by what was told last."""
        usage = self.usage
        if self.used(share):
            age = (self._clock.monotonic() - usage.seen) * SECOND
            if age < DAILY_PAUSE:
                raise SlowDown(
                    f"{usage.used} of the organisation's {usage.total} API calls of the day are "
                    f"used; leadmode stops at {share} %.",
                    retry_after=int(DAILY_PAUSE - age),
                )

    def used(self, share: int) -> bool:
        """Whether `share` percent of the daily calls were used when last told."""
        usage = self.usage
        return bool(usage.total) and usage.used * 100 >= usage.total * share

    def close(self) -> None:
        """End all connections; the next call makes new ones."""
        with self._lock:
            lines, self._lines = self._lines, []
            self._own = threading.local()
        for line in lines:
            line.session.close()

    # one call

    def _line(self) -> _Line:
        line: _Line | None = getattr(self._own, "line", None)
        if line is None:
            # Below INFO the library under requests logs every URL, and queries hold addresses.
            logging.getLogger("urllib3").setLevel(logging.INFO)
            settings = self._settings
            wire = Wire(
                self._clock,
                deadline=settings.deadline,
                loopback=settings.instance_url,
                count=self._count,
            )
            line = self._own.line = _Line(wire, session_on(wire, settings.proxy))
            with self._lock:
                self._lines.append(line)
        return line

    def _renewing(self, call: Callable[[_Line, Any], Answer], writing: bool) -> Answer:  # noqa: FBT001
        line = self._line()

        def sign_in(log_in: Callable[[], Any]) -> Any:
            return self._carried(line, log_in, writing=False)

        def attempt(signed_in: SignedIn) -> Answer:
            sf = line.to(signed_in, self._settings.version)
            answer: Answer = self._carried(line, lambda: call(line, sf), writing=writing)
            return answer

        signed_in = self._login.current(sign_in, line.session)
        try:
            return attempt(signed_in)
        except Refused as refused:
            if not is_expired(refused.status, refused.faults):
                raise
        signed_in = self._login.renewed(signed_in, sign_in, line.session)
        try:
            return attempt(signed_in)
        except Refused as refused:
            if not is_expired(refused.status, refused.faults):
                raise
            self._login.forget(signed_in)
            raise SignInAgain(
                f"Salesforce refuses even a new session: {refused.faults[0]}. The Run-As user "
                "may lack the API Enabled permission."
            ) from None

    def _restful(self, line: _Line, sf: Any, method: str, path: str, given: Json) -> Answer:
        try:
            body = sf.restful(path, method=method, allow_redirects=False, **given)
        except SalesforceError as error:
            # The library's error carries URL and body, which hold personal data: cut it off.
            raise Refused(int(error.status), faults_of(error.content)) from None
        if body is None and line.wire.status != 204:
            body = {}
        return Answer(body=body, headers=line.wire.headers)

    def _carried(self, line: _Line, call: Callable[[], Any], *, writing: bool) -> Any:
        """Make a call; what fails below HTTP becomes an error of the contract."""
        try:
            return call()
        except SalesforceAuthenticationFailed as error:
            self._refused_login(line, error)
        except (TooSlow, TooLong, *_TIMED_OUT):
            what = "Salesforce's answer did not come to its end"
            raise self._lost(writing, what) if writing else TooMuch(f"{what}.") from None
        except requests.exceptions.RequestException as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise TryAgain(
                    "Salesforce cannot be reached: nobody whom this machine trusts vouches for "
                    "the certificate. Where a proxy opens TLS, let SSL_CERT_FILE name the file "
                    "with its certificate."
                ) from None
            if _never_sent(error):
                raise TryAgain("Salesforce cannot be reached.") from None
            raise self._lost(writing, "Salesforce's answer was lost") from None
        except (urllib3.exceptions.HTTPError, OSError):
            raise self._lost(writing, "Salesforce's answer was lost") from None
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._lost(writing, "Salesforce's answer cannot be understood") from None
        finally:
            self._note(line.wire.headers)

    def _refused_login(self, line: _Line, error: SalesforceAuthenticationFailed) -> None:
        status = line.wire.status
        told = isinstance(error.code, str) and status in (400, 401, 403)
        if told or status == 401:
            self._note(line.wire.headers)
            refuse_login(error, self._skew)
        raise self.judged(Refused(status, []), writing=False) from None

    def _lost(self, writing: bool, what: str) -> AdapterError:  # noqa: FBT001
        if writing:
            return FateUnknown(f"{what}; nobody knows whether it was applied.")
        return TryAgain(f"{what}.")

    @contextmanager
    def contract(self, *, writing: bool) -> Iterator[None]:
        """Inside, refusals and answers that make no sense are raised as errors of the contract."""
        try:
            yield
        except Refused as refused:
            raise self.judged(refused, writing=writing) from None
        except TooMuch as error:
            raise TryAgain(str(error)) from None
        except Broken:
            raise self._lost(writing, "Salesforce's answer cannot be understood") from None

    def ask_or_refused(self, method: str, path: str, **given: Any) -> Answer | Saved:
        """As `ask`; a refusal of the one record that the call is about comes back as its answer."""
        try:
            return self.ask(method, path, writing=True, **given)
        except Refused as refused:
            one_record = refused.status in (400, 404, 412) and refused.faults
            if refused.status == 412:
                return Saved(faults=(Fault(code="PRECONDITION_FAILED"),))
            if one_record and refused.faults[0].meaning is not Meaning.LIMIT:
                return Saved(faults=tuple(refused.faults))
            raise

    def judged(self, refused: Refused, *, writing: bool) -> AdapterError:
        """The error of the contract for a refusal."""
        headers = self._line().wire.headers
        wait = wait_of(headers.get("Retry-After"), self._clock.now())
        return error_of(refused.status, refused.faults, writing=writing, retry_after=wait)

    def _note(self, headers: Mapping[str, str]) -> None:
        told = date_of(headers.get("Date"))
        if told is not None:
            self._skew = told - self._clock.now()
        found = _USAGE.search(headers.get("Sforce-Limit-Info", ""))
        if found:
            self.usage = Usage(int(found[1]), int(found[2]), self._clock.monotonic())


def _json_or_none(found: Any) -> Any:
    try:
        return found.json()
    except (ValueError, RecursionError):
        return None


def _never_sent(error: Exception) -> bool:
    """Whether a connection was not even made, so that nothing can have been applied."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    # A handshake that fails is told as an SSLError behind the failed attempts to connect.
    known = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.SSLError)
    return isinstance(reason, known)
