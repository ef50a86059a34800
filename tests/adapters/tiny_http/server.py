"""A small HTTP server in front of a memory platform, whose answers can be replaced."""

from __future__ import annotations

import dataclasses
import json
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from adapters.memory.client import Connection, MemoryPlatform
from adapters.memory.mapping import Position
from connector.errors import AdapterError, FateUnknown, SignInAgain
from connector.model import RecordRef, Write, WriteKind
from connector.ports import Secret, Stream
from tests.adapters.http_laws import Break


class TinyServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def __init__(self, platform: MemoryPlatform) -> None:
        super().__init__(("127.0.0.1", 0), TinyExchange)
        self.platform = platform
        self.count = 0
        self.planned: list[tuple[int, dict[str, str], str]] = []
        self.broken: Break | None = None
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class TinyExchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer, else each waits for a delayed ACK
    disable_nagle_algorithm = True
    server: TinyServer

    def log_message(self, *args: object) -> None:
        return None

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.count += 1
        if self.server.planned:
            status, headers, body = self.server.planned.pop(0)
            self._reply(status, body, headers)
            return
        status, answer = self._answer(sent)
        how, self.server.broken = self.server.broken, None
        if how:
            self._break(how)
        elif status == 0:
            self._break(Break.RESET)
        else:
            self._reply(status, json.dumps(answer))

    def _answer(self, sent: bytes) -> tuple[int, object]:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        connection = Connection(self.server.platform, Secret(token))
        where = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        try:
            if where.path == "/me":
                return 200, {"account": connection.who()[0]}
            if where.path == "/people":
                after = Position(int(query["stamp"]), query.get("id", ""))
                answer = connection.rows(Stream.PEOPLE, after, int(query["limit"]))
                rows = [[r.stamp, r.id, dataclasses.asdict(r.value)] for r in answer.rows]
                return 200, {"now": answer.now, "more": answer.more, "rows": rows}
            writes = [write_of(item) for item in json.loads(sent)]
            return 200, [dataclasses.asdict(outcome) for outcome in connection.apply(writes)]
        except SignInAgain:
            return 401, {"message": "who are you?"}
        except FateUnknown:
            return 0, None
        except AdapterError as error:
            return 400, {"message": str(error)}

    def _reply(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _break(self, how: Break) -> None:
        match how:
            case Break.TIMEOUT:
                self.server.closing.wait(1)
            case Break.RESET:
                now_and_hard = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now_and_hard)
            case Break.HTML:
                self._reply(200, "<html>Back soon</html>", {"Content-Type": "text/html"})
            case Break.TRUNCATED:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b'{"rows": [')
            case Break.EMPTY:
                self._reply(200, "")
            case Break.OTHER_SHAPE:
                self._reply(200, '{"status": "ok"}')
        self.close_connection = how in {Break.TIMEOUT, Break.RESET, Break.TRUNCATED}


def write_of(item: dict[str, Any]) -> Write:
    return Write(
        key=item["key"],
        kind=WriteKind(item["kind"]),
        target=RecordRef(*item["target"]),
        fields=item["fields"],
    )
