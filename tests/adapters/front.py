"""A socket in front of the sandbox's platform, whose answers can be replaced and broken."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox.loopback.calls import Answer, Call, call_to
from sandbox.loopback.server import Platform
from tests.adapters.http_laws import Break


class Front(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def __init__(self, platform: Platform, writes: Callable[[Call], bool]) -> None:
        """`writes` tells which calls change records."""
        super().__init__(("127.0.0.1", 0), Exchange)
        self.platform = platform
        self.writes = writes
        self.count = 0
        self.seen: list[Call] = []
        self.planned: list[tuple[int, Mapping[str, str], str]] = []
        self.broken: Break | None = None
        self.lose_next_write = False
        self.instead: list[tuple[str, Answer]] = []
        """(part of the path, answer): each answers one call, for which nothing is done."""
        self.drip = ""
        """Calls to such a path are answered by a byte now and then, without an end."""
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self) -> list[str]:
        """What was asked for, oldest first."""
        return [f"{call.method} {call.path}" for call in self.seen]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 5
    server: Front

    def log_message(self, *args: object) -> None:
        return None

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.platform.http_date()

    def _serve(self) -> None:
        front = self.server
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        front.count += 1
        headers = dict(self.headers.items())
        call = call_to(
            front.platform.call_type,
            self.command,
            self.path,
            headers,
            sent,
            self.headers.get("Host", ""),
        )
        front.seen.append(call)
        if front.planned:
            status, extra, body = front.planned.pop(0)
            self._reply(Answer(status=status, body=body.encode(), headers=dict(extra)))
            return
        if self._answered_instead(call):
            return
        answer = front.platform.answer(call)
        how, front.broken = front.broken, None
        if front.lose_next_write and front.writes(call):
            how, front.lose_next_write = Break.RESET, False
        if how is None:
            self._deliver(answer)
        else:
            self._break(how)

    def _deliver(self, answer: Answer) -> None:
        """Send an answer the way that the platform's weather wants it."""
        match answer.delivery:
            case "":
                self._reply(answer)
            case "drip":
                self._drip()
            case "truncated":
                self._break(Break.TRUNCATED)
            case _:
                self._break(Break.RESET)

    def _answered_instead(self, call: Call) -> bool:
        front = self.server
        if front.drip and front.drip in call.path:
            self._drip()
            return True
        found = next((plan for plan in front.instead if plan[0] in call.path), None)
        if found is None:
            return False
        front.instead.remove(found)
        self._reply(found[1])
        return True

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        with suppress(OSError):
            while not self.server.closing.wait(0.02):
                self.wfile.write(b" ")
                self.wfile.flush()
        self.close_connection = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _reply(self, answer: Answer) -> None:
        data = answer.payload()
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _break(self, how: Break) -> None:
        match how:
            case Break.TIMEOUT:
                self.server.closing.wait(3)
            case Break.RESET:
                now_and_hard = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now_and_hard)
            case Break.HTML:
                self._reply(Answer(body=b"<html>Back soon</html>", content_type="text/html"))
            case Break.TRUNCATED:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b'{"records": [')
            case Break.EMPTY:
                self._reply(Answer(body=b""))
            case Break.OTHER_SHAPE:
                self._reply(Answer(body=json.dumps({"status": "ok"}).encode()))
        self.close_connection = how in {Break.TIMEOUT, Break.RESET, Break.TRUNCATED}
