"""Everything that goes to HubSpot and comes back: hubspot-api-client, and errors of the contract.

One `ApiClient` of the library is kept; it signs and carries every call by its path. Its generated
methods and models are not used: they know only numbered paths, make a pool each, turn a 200 where
they expect a 201 into nothing, and lose what they do not know.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import urllib3
from hubspot.crm.objects import ApiClient, Configuration
from hubspot.crm.objects.exceptions import ApiException

from adapters.hubspot.faults import Fault, error_of, faults_of
from adapters.hubspot.limits import Limits
from adapters.hubspot.settings import Settings
from adapters.hubspot.versions import Paths
from adapters.hubspot.wire import TooLong, TooSlow, Wire
from connector.clock import Clock, date_of, wait_of
from connector.errors import AdapterError, FateUnknown, TryAgain

Json = dict[str, Any]
HOST: Final = "https://api.hubapi.com"
AGENT: Final = "leadmode"
_NOT_REACHED: Final = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)
_AUTH: Final = ["oauth2"]
"""The library's name for a bearer token."""


class Broken(Exception):
    """An answer that cannot be understood."""


class Refused(Exception):
    """An answer with a failing status, before anybody judged it."""

    def __init__(self, status: int, faults: list[Fault]) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.faults = faults

    def says(self, *words: str) -> bool:
        """Whether one of the errors has one of these categories or codes."""
        return any(fault.words & set(words) for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer."""

    body: Any
    headers: Mapping[str, str]

    @property
    def now(self) -> int | None:
        """The server's clock, UTC ms, whole seconds."""
        return date_of(self.headers.get("Date"))

    def json(self) -> Json:
        """The body as an object; Broken when it is none."""
        if not isinstance(self.body, dict):
            raise Broken
        return self.body

    def rows(self, name: str = "results") -> list[Json]:
        """A list of objects in the body; Broken when it is none."""
        found = self.json().get(name)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise Broken
        return found

    @property
    def faults(self) -> list[Fault]:
        """Errors about single inputs, in an answer that is good as a whole."""
        listed = self.body.get("errors") if isinstance(self.body, dict) else None
        return faults_of(self.body) if listed else []

    @property
    def after(self) -> str | None:
        """Where the next page begins; None behind the last one. Short pages are not the end.

        The link beside it is not followed: it may lead to another host.
        """
        paging = self.json().get("paging")
        if paging is None:
            return None
        following = paging.get("next") if isinstance(paging, dict) else None
        if following is None:
            return None
        after = following.get("after") if isinstance(following, dict) else None
        if not isinstance(after, str | int) or isinstance(after, bool) or after == "":
            raise Broken
        return str(after)


class Client:
    """One portal. Several threads may use it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.paths = Paths(settings.version)
        self.limits = Limits(settings.burst, settings.searches, clock)
        self._api: Any = None
        self._wire = Wire(clock, deadline=settings.deadline, proxy=settings.proxy, verify={})
        self._skew = 0

    @property
    def calls(self) -> int:
        """Requests that went out so far."""
        return self._wire.calls

    def server_now(self) -> int:
        """The server's clock, UTC ms, by what its last answer said."""
        return self._clock.now() + self._skew

    def get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Answer:
        """Read something; a name may come several times."""
        return self.ask("GET", path, params=params)

    def post(self, path: str, body: Json, *, writing: bool = False) -> Answer:
        """Send a body; `writing` when it changes something there."""
        return self.ask("POST", path, body=body, writing=writing)

    def search(self, object_type: str, body: Json) -> Answer:
        """A page of a search. Searches have a budget of their own."""
        self.limits.wait(search=True)
        return self._exchange("POST", f"{self.paths.objects(object_type)}/search", (), body, False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: Any = None,
        writing: bool = False,
    ) -> Answer:
        """One call. Raises Refused, Broken, or the errors of the contract."""
        self.limits.wait(search=False)
        return self._exchange(method, path, params, body, writing)

    def spare(self, share: int) -> None:
        """SlowDown when `share` percent of the daily calls are used.

        Where answers do not tell what is left of the day, it is asked for now and then; a portal
        that does not tell even then stops nothing.
        """
        if self.limits.is_old:
            try:
                self.ask_usage()
            except Refused as refused:
                if refused.status in (401, 429):
                    raise
            except Broken:
                pass
        self.limits.spare(share)

    def ask_usage(self) -> None:
        """Learn how many calls of the day all private apps have used. Raises as `ask`."""
        self.limits.asked()
        for row in self.get(self.paths.usage).rows():
            used, total = row.get("currentUsage"), row.get("usageLimit")
            if isinstance(used, int) and isinstance(total, int) and total > 0:
                self.limits.told(used, total)
                return

    def close(self) -> None:
        """End all connections; the next call makes new ones."""
        self.limits.close()
        self._wire.close()

    # one call

    def _line(self) -> Any:
        """The library's client with our pool in it."""
        if self._api is None:
            # Below INFO the library under it logs every URL, and some hold addresses.
            logging.getLogger("urllib3").setLevel(logging.INFO)
            known = Configuration(host=self._settings.base_url.rstrip("/") or HOST)
            known.access_token = self._settings.token.reveal()
            known.retries = False
            api = ApiClient(known)
            api.user_agent = AGENT
            api.rest_client.pool_manager.clear()
            vars(api.rest_client).update(pool_manager=self._wire)
            self._api = api
        return self._api

    def _exchange(
        self,
        method: str,
        path: str,
        params: Sequence[tuple[str, str]],
        body: Any,
        writing: bool,  # noqa: FBT001 - private
    ) -> Answer:
        try:
            self._line().call_api(
                path,
                method,
                query_params=list(params),
                header_params={"Accept": "application/json"},
                body=body,
                auth_settings=_AUTH,
                _preload_content=False,
                _request_timeout=self._settings.deadline,
            )
        except ApiException:
            self._refused()
        except (TooSlow, TooLong):
            raise self._lost(writing, "HubSpot's answer did not come to its end") from None
        except _NOT_REACHED:
            raise TryAgain("HubSpot cannot be reached.") from None
        except urllib3.exceptions.ProxyError as failed:
            if isinstance(failed.original_error, _NOT_REACHED):
                raise TryAgain("The proxy to HubSpot cannot be reached.") from None
            raise self._lost(writing, "HubSpot's answer was lost") from None
        except (urllib3.exceptions.HTTPError, OSError):
            raise self._lost(writing, "HubSpot's answer was lost") from None
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._lost(writing, "HubSpot's answer cannot be understood") from None
        return self._good()

    def _lost(self, writing: bool, what: str) -> AdapterError:  # noqa: FBT001 - as `lost`
        """The error for a call without an answer; what never went out was not applied.

        The library fails at its own error when a TLS handshake or a proxy says no.
        """
        if self._wire.last.untrusted:
            return TryAgain(
                "HubSpot cannot be reached: nobody whom this machine trusts vouches for the "
                "certificate. Where a proxy opens TLS, let SSL_CERT_FILE name the file with its "
                "certificate."
            )
        if not self._wire.last.asked:
            return TryAgain("HubSpot, or the proxy to it, cannot be reached.")
        return lost(writing, what)

    def _refused(self) -> NoReturn:
        """Raise what a failing status says. The library's error is dropped: it quotes the body."""
        last = self._wire.last
        self._note(last.headers)
        raise Refused(last.status, faults_of(_json_of(last.body))) from None

    def _good(self) -> Answer:
        last = self._wire.last
        self._note(last.headers)
        if last.status == 204:
            return Answer(body={}, headers=last.headers)
        try:
            return Answer(body=json.loads(last.body), headers=last.headers)
        except (ValueError, RecursionError):  # no JSON, or JSON without bottom
            raise Broken from None

    def _note(self, headers: Mapping[str, str]) -> None:
        told = date_of(headers.get("Date"))
        if told is not None:
            self._skew = told - self._clock.now()
        self.limits.note(headers)

    # errors of the contract

    @contextmanager
    def contract(self, *, writing: bool) -> Iterator[None]:
        """Inside, refusals and answers that make no sense are raised as errors of the contract."""
        try:
            yield
        except Refused as refused:
            raise self.judged(refused, writing=writing) from None
        except Broken:
            raise lost(writing, "HubSpot's answer cannot be understood") from None

    def judged(self, refused: Refused, *, writing: bool) -> AdapterError:
        """The error of the contract for a refusal."""
        wait = wait_of(self._wire.last.headers.get("Retry-After"), self._clock.now())
        return error_of(refused.status, refused.faults, writing=writing, retry_after=wait)


def lost(writing: bool, what: str) -> AdapterError:  # noqa: FBT001 - the first thing to know
    """The error for an answer that did not come, or makes no sense."""
    if writing:
        return FateUnknown(f"{what}; nobody knows whether it was applied.")
    return TryAgain(f"{what}.")


def _json_of(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
