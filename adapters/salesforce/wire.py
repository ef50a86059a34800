"""The one way to the network: a mounted HTTPAdapter with a total deadline and allowed hosts.

A read timeout alone does not stop a peer that drips a byte now and then, so every read of a socket,
of headers and body alike, is given only what is left of the call's time. Nothing is retried, and a
redirect is never followed.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Mapping
from typing import IO, Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from adapters.salesforce.timed import pools
from connector.clock import Clock
from connector.errors import Rejected

ALLOWED: Final = (".salesforce.com", ".force.com")
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of an answer that is kept in memory."""
SLOWER: Final = 4
"""How many times as long an answer may take that goes into a file: it can be very large."""
_PIECE: Final = 1 << 16
_CONNECT: Final = 10.0


class TooSlow(Exception):
    """The deadline passed while an answer was read."""


class TooLong(Exception):
    """An answer is larger than any that makes sense."""


class Count:
    """How many requests went out, for all threads together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls = 0

    def one(self) -> None:
        """One more."""
        with self._lock:
            self.calls += 1


class Wire(HTTPAdapter):
    """Sends one request at a time for one thread, and keeps the last answer's headers."""

    def __init__(self, clock: Clock, *, deadline: float, loopback: str, count: Count) -> None:
        """`deadline` in seconds; `loopback` is where everything goes instead, or empty."""
        self._ends = float("inf")
        self._clock = clock
        super().__init__(max_retries=0, pool_maxsize=4)
        self._deadline = deadline
        self._loopback = loopback.rstrip("/")
        self._count = count
        self.status = 0
        self.headers: Mapping[str, str] = {}
        """Of the last answer; empty when there was none."""
        self.sink: IO[bytes] | None = None
        """Where the body of the next good answer goes instead of into memory."""

    def init_poolmanager(self, *args: Any, **given: Any) -> None:
        """As the library does it, with connections that keep to the time that is left."""
        super().init_poolmanager(*args, **given)
        self.poolmanager.pool_classes_by_scheme = pools(self._left)

    def proxy_manager_for(self, proxy: Any, **given: Any) -> Any:
        """The same behind a proxy."""
        manager = super().proxy_manager_for(proxy, **given)
        manager.pool_classes_by_scheme = pools(self._left)
        return manager

    def _left(self) -> float:
        """Seconds that the call still has."""
        return self._ends - self._clock.monotonic()

    def send(self, request: Any, *_: Any, **given: Any) -> Any:
        """One exchange, read to its end; raises TooSlow, TooLong, or what requests raises."""
        self.status, self.headers = 0, {}
        refuse_foreign(request.url)
        self._redirect(request)
        self._count.one()
        deadline = self._deadline * (SLOWER if self.sink is not None else 1)
        self._ends = self._clock.monotonic() + deadline
        timeouts = (min(_CONNECT, self._deadline), deadline)
        answer = super().send(
            request,
            stream=True,
            timeout=timeouts,
            verify=given.get("verify", True),
            cert=given.get("cert"),
            proxies=given.get("proxies"),
        )
        self.status, self.headers = answer.status_code, answer.headers
        sink, self.sink = self.sink, None
        into: IO[bytes] = sink if sink is not None and answer.ok else io.BytesIO()
        try:
            self._drain(answer.raw, into, None if into is sink else MOST_BYTES)
        except BaseException:
            answer.raw.close()  # half an answer must not stay in the connection
            raise
        answer.raw.release_conn()
        answer.raw = io.BytesIO() if into is sink else into
        answer.raw.seek(0)
        return answer

    def _redirect(self, request: Any) -> None:
        """To a sandbox on this machine, if one is configured; the Host header stays."""
        if not self._loopback:
            return
        parts = urlsplit(request.url)
        request.headers["Host"] = parts.netloc
        query = f"?{parts.query}" if parts.query else ""
        request.url = f"{self._loopback}{parts.path}{query}"

    def _drain(self, raw: Any, into: IO[bytes], most: int | None) -> None:
        size = 0
        while piece := raw.read1(_PIECE, decode_content=True):
            size += len(piece)
            into.write(piece)
            if most is not None and size > most:
                raise TooLong
            if self._left() < 0:
                raise TooSlow


def refuse_foreign(url: str) -> None:
    """Rejected for a host that is not Salesforce's; before anything, least of all a token, goes."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not host.endswith(ALLOWED):
        raise Rejected(f"Salesforce named the host {host!r}, which is none of its own.")


def session_on(wire: Wire, proxy: str) -> Any:
    """A requests session all of whose calls take this wire.

    The environment is left out: a .netrc would replace the token, and proxies are a setting. Only
    SSL_CERT_FILE counts, as it does for every other program that uses OpenSSL.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    session.max_redirects = 0
    if proxy:
        session.proxies = {"https": proxy}
    session.mount("https://", wire)
    session.mount("http://", wire)
    return session
