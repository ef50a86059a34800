"""Servers that answer byte by byte as a test says, and clients of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from adapters.hubspot.client import Client
from adapters.hubspot.settings import Settings
from connector.clock import SystemClock
from connector.ports import Secret

TOKEN = "pat-eu1-this-is-a-secret"
DEADLINE = 0.5
BY_THEN = 10.0
"""Seconds: a machine under load has ended the call by then, and every drip goes on."""
GAP = 0.05
"""Seconds between two drops; far below any timeout of a single read."""
PATH = "/crm/objects/2026-09/tasks/batch/create"
Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve, *, calls: int = 1) -> Iterator[str]:
    """A server that lets `serve` deal with that many connections, one after the other."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)
    taken: list[socket.socket] = []

    def run() -> None:
        with suppress(OSError):
            for _ in range(calls):
                connection, _ = listening.accept()
                taken.append(connection)
                with connection:
                    serve(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()
        for connection in taken:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def dripping(first: bytes, then: bytes, *, gap: float = GAP) -> Iterator[str]:
    """A server that answers one call at once with `first`, then byte by byte."""
    closing = threading.Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.recv(65_536)
            connection.sendall(first)
            for number in range(len(then)):
                if closing.wait(gap):
                    return
                connection.sendall(then[number : number + 1])

    with server(serve) as url:
        try:
            yield url
        finally:
            closing.set()


def answering(*answers: bytes) -> Serve:
    """Keeps the connection and gives an answer to each request."""

    def serve(connection: socket.socket) -> None:
        for answer in answers:
            if not request_on(connection):
                return
            connection.sendall(answer)

    return serve


def request_on(connection: socket.socket) -> bytes:
    """One whole request."""
    told = b""
    while b"\r\n\r\n" not in told:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        told += piece
    head, _, body = told.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"length" in line), 0
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def reply(
    body: bytes, status: str = "200 OK", kind: str = "application/json", extra: bytes = b""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + extra + b"\r\n" + body


def client(url: str, clock: Any = None, **given: Any) -> Client:
    settings = Settings(token=Secret(TOKEN), base_url=url, **{"deadline": DEADLINE, **given})
    return Client(settings, clock or SystemClock())


def write(made: Client) -> Any:
    return made.post(PATH, {"inputs": [{"properties": {"a": "b"}}]}, writing=True).body
