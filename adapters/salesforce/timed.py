"""Connections that give each read of their socket only what is left of the call's time.

The timeout of a socket begins anew with every byte, so a peer that drips headers would be waited
for without an end. What is sent, and a TLS handshake, Python bounds in total by itself.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Left = Callable[[], float]
"""Seconds that are left; less than zero when time is over."""


class _Timed(io.RawIOBase):
    """Reads a socket until time is over."""

    def __init__(self, sock: Any, left: Left) -> None:
        self._sock = sock
        self._inner = sock.makefile("rb", buffering=0)
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int | None:
        left = self._left()
        if left <= 0:
            raise TimeoutError("The call took too long.")
        known = self._sock.gettimeout()
        self._sock.settimeout(left if known is None else min(known, left))
        try:
            found: int | None = self._inner.readinto(into)
        finally:
            self._sock.settimeout(known)
        return found

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def pools(left: Left) -> dict[str, type]:
    """The pools of urllib3 by scheme, with such connections."""

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **given: Any) -> None:
            super().__init__(sock, *args, **given)
            self.fp.close()
            self.fp = io.BufferedReader(_Timed(sock, left))

    class Plain(HTTPConnection):
        response_class = Response

    class Secure(HTTPSConnection):
        response_class = Response

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
