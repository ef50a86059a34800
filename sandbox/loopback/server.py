"""A platform behind a socket on loopback."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol, Self

from sandbox.loopback.calls import Answer, call_to
from sandbox.loopback.weather import Weather

HOST: Final = "127.0.0.1"
LONGEST_HEAD: Final = 16_384
"""Bytes of an address, and of all headers; more is 414 or 431."""
_COMPRESS_FROM: Final = 2_048


class Platform(Protocol):
    """What answers."""

    name: str
    """What the Server header says."""
    call_type: Any
    """The class of its calls."""

    @property
    def weather(self) -> Weather:
        """How an answer drips."""
        ...

    def answer(self, call: Any) -> Answer:
        """What it says to one request."""
        ...

    def http_date(self) -> str:
        """The Date header."""
        ...


class _Exchange(BaseHTTPRequestHandler):
    """One connection; keep-alive, chunked bodies accepted."""

    protocol_version = "HTTP/1.1"
    server: _Listener
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the base's
        return self.server.platform.http_date()

    def version_string(self) -> str:
        return self.server.platform.name

    def _respond(self) -> None:
        body = self._body()
        if len(self.path) > LONGEST_HEAD:
            self._send(Answer(status=414, body=b"<h1>URI Too Long</h1>", content_type="text/html"))
            return
        if sum(len(name) + len(text) for name, text in self.headers.items()) > LONGEST_HEAD:
            self._send(
                Answer(status=431, body=b"<h1>Header Too Large</h1>", content_type="text/html")
            )
            return
        if self.headers.get("Content-Encoding", "").lower() == "gzip":
            body = gzip.decompress(body)
        host = self.headers.get("Host", "")
        platform = self.server.platform
        headers = dict(self.headers.items())
        call = call_to(platform.call_type, self.command, self.path, headers, body, host)
        self._send(platform.answer(call))

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _send(self, answer: Answer) -> None:
        if answer.delivery in ("reset", "lost"):
            self._hang_up()
            return
        payload = answer.payload()
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        zipped = accepts and len(payload) > _COMPRESS_FROM
        if zipped:
            payload = gzip.compress(payload, 1)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        if payload:
            self.send_header("Content-Type", answer.content_type)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self._write(payload, answer.delivery)
        self.wfile.flush()

    def _hang_up(self) -> None:
        """End the connection with a reset, as a broken load balancer does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _write(self, payload: bytes, delivery: str) -> None:
        if delivery == "truncated":
            self.wfile.write(payload[: len(payload) // 2])
            self.close_connection = True
            return
        if delivery != "drip":
            self.wfile.write(payload)
            return
        weather = self.server.platform.weather
        for start in range(0, len(payload), weather.drip_bytes):
            self.wfile.write(payload[start : start + weather.drip_bytes])
            self.wfile.flush()
            if self.server.closing.wait(weather.drip_pause):
                return

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _respond  # noqa: N815 - as the base calls them


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    platform: Platform
    closing: threading.Event

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class Server:
    """Serves a platform on 127.0.0.1 until it is closed; port 0 takes a free one."""

    def __init__(self, platform: Platform, port: int = 0) -> None:
        self.platform = platform
        self._listener = _Listener((HOST, port), _Exchange)
        self._listener.platform = platform
        self._listener.closing = threading.Event()
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.02,), name="sandbox", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """Where it is: http://127.0.0.1:PORT."""
        return f"http://{HOST}:{self.port}"

    def close(self) -> None:
        """Stop listening; twice is harmless."""
        self._listener.closing.set()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join()
        self._listener.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
