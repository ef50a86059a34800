"""The one way to the network: a urllib3 pool with a total deadline, no retries and no redirects.

A read timeout alone does not stop a peer that drips a byte now and then, so the body is read here,
piece by piece, and a watch cuts the connection when the time is over.
"""

from __future__ import annotations

import io
import socket
import threading
from contextlib import suppress
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connector.clock import Clock

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of an answer; none that makes sense is larger."""
_PIECE: Final = 1 << 16
_CONNECT: Final = 10.0
_KEPT: Final = 16
"""Connections that are kept; further threads make some of their own."""


class TooSlow(Exception):
    """The deadline passed while an answer was read."""


class TooLong(Exception):
    """An answer is larger than any that makes sense."""


class Watch:
    """Cuts a connection when the time is over, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None
        self.rang = False
        self.asked = False
        """Whether anything of the request may have gone out."""
        self.untrusted = False
        """Whether it ended because nobody vouches for the peer's certificate."""

    def over(self, used: socket.socket | None) -> None:
        """Watch over this connection."""
        self._socket = used or self._socket
        if self.rang:
            self._cut()

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.rang = True
        used = self._socket
        if used is not None:
            with suppress(OSError, ValueError, AttributeError):
                used.shutdown(socket.SHUT_RDWR)


_now: Final = threading.local()
"""The watch of this thread's call."""


class _Watched:
    """A connection that tells the watch of its socket before it waits for anything.

    A proxy may drip its answer to CONNECT; a TLS handshake Python bounds in total by itself.
    """

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if watch := _watch():
            watch.over(made)
        return made

    def _tunnel(self) -> None:
        super()._tunnel()  # type: ignore[misc]
        watch = _watch()
        if watch and watch.rang:  # a consent that was cut looks like a whole one
            raise TimeoutError

    def request(self, *args: Any, **given: Any) -> None:
        if watch := _watch():
            watch.asked = True
            watch.over(self.sock)
        super().request(*args, **given)  # type: ignore[misc]

    def getresponse(self) -> Any:
        if watch := _watch():
            watch.over(self.sock)
        return super().getresponse()  # type: ignore[misc]


def _watch() -> Watch | None:
    return getattr(_now, "watch", None)


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class Exchange(threading.local):
    """What the last call of this thread came to; nothing when there was no answer."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self.headers: Any = {}
        self.asked = False
        """Whether anything of the request may have gone out."""


class Wire:
    """Stands where the library's client has its pool. All threads may use it."""

    def __init__(self, clock: Clock, *, deadline: float, proxy: str, verify: Any) -> None:
        """`deadline` in seconds; `verify` are the library's own settings for certificates."""
        self._clock = clock
        self._deadline = deadline
        self._pool: Any = (
            urllib3.ProxyManager(proxy, maxsize=_KEPT, **verify)
            if proxy
            else urllib3.PoolManager(maxsize=_KEPT, **verify)
        )
        self._pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        self._lock = threading.Lock()
        self.calls = 0
        self.last = Exchange()

    def request(self, method: str, url: str, **given: Any) -> Any:
        """One exchange, read to its end; raises TooSlow, TooLong, or what urllib3 raises."""
        last = self.last
        last.status, last.body, last.headers, last.asked = 0, b"", {}, False
        last.untrusted = False
        with self._lock:
            self.calls += 1
        ends = self._clock.monotonic() + self._deadline
        given["timeout"] = urllib3.Timeout(
            connect=min(_CONNECT, self._deadline), read=self._deadline
        )
        given |= {"preload_content": False, "retries": False, "redirect": False}
        with Watch(self._deadline) as watch:
            _now.watch = watch
            try:
                answer = self._pool.request(method, url, **given)
                body = self._drained(answer, ends)
            except Exception as error:
                if watch.rang:
                    raise TooSlow from None
                last.untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
                raise
            finally:
                _now.watch = None
                last.asked = watch.asked
        if watch.rang:  # an end without a length looks like any other end
            raise TooSlow
        last.status, last.body, last.headers = answer.status, body, answer.headers
        return self._kept(answer, body)

    def _drained(self, answer: Any, ends: float) -> bytes:
        into = io.BytesIO()
        try:
            while piece := answer.read1(_PIECE, decode_content=True):
                into.write(piece)
                self._check(into.tell(), ends)
        except BaseException:
            answer.close()  # half an answer must not stay in the connection
            raise
        answer.release_conn()
        return into.getvalue()

    def _check(self, size: int, ends: float) -> None:
        if size > MOST_BYTES:
            raise TooLong
        if self._clock.monotonic() > ends:
            raise TooSlow

    def _kept(self, answer: Any, body: bytes) -> Any:
        """The answer with its whole body; the library insists on some UTF-8 where it fails."""
        text = body if answer.status < 300 else body.decode("utf-8", "replace").encode() or b" "
        return urllib3.HTTPResponse(
            body=text, status=answer.status, headers=answer.headers, preload_content=True
        )

    def close(self) -> None:
        """End all connections; the next call makes new ones."""
        self._pool.clear()
