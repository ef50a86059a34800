"""The deadline of one call holds whatever part of the answer drips."""

from __future__ import annotations

import io
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
import requests
import urllib3

from adapters.salesforce.client import Client
from adapters.salesforce.settings import Settings
from adapters.salesforce.wire import Count, TooSlow, Wire, session_on
from connector.clock import SystemClock
from connector.errors import TryAgain
from connector.ports import Secret

DEADLINE = 0.5
BY_THEN = 10.0
"""Seconds: a machine under load has ended the call by then, and every drip goes on."""
GAP = 0.05
"""Seconds between two drops; far below any timeout of a single read."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
TOO_SLOW = (TooSlow, requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError)
DRIPS = {
    "status": (b"", b"HTTP/1.1 200 " + b"O" * 1_000),
    "headers": (HEAD, b"X-Drip: " + b"x" * 1_000),
    "many headers": (HEAD, b"X-A: b\r\n" * 90),
    "body": (HEAD.replace(b": 2", b": 1000") + b"\r\n", b" " * 1_000),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 500),
}


@contextmanager
def dripping(first: bytes, then: bytes, *, gap: float = GAP) -> Iterator[str]:
    """A server that answers one call at once with `first`, then byte by byte."""
    closing = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(first)
            for number in range(len(then)):
                if closing.wait(gap):
                    return
                connection.sendall(then[number : number + 1])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        closing.set()
        thread.join()
        server.close()


def ask(url: str, proxy: str = "") -> requests.Response:
    wire = Wire(SystemClock(), deadline=DEADLINE, loopback="" if proxy else url, count=Count())
    session = session_on(wire, proxy)
    with session:
        answer: requests.Response = session.get("https://acme.my.salesforce.com/services/data/")
        return answer


@pytest.mark.fault("F14")
@pytest.mark.parametrize("part", DRIPS)
def test_a_drip_ends_with_the_deadline(part):
    with dripping(*DRIPS[part]) as url:
        began = time.monotonic()
        with pytest.raises(TOO_SLOW):
            ask(url)
        assert DEADLINE * 0.9 < time.monotonic() - began < BY_THEN


def test_a_proxy_that_drips_ends_with_the_deadline():
    with dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drip: " + b"x" * 1_000) as url:
        began = time.monotonic()
        with pytest.raises(TOO_SLOW):
            ask(url, proxy=url)
        assert time.monotonic() - began < BY_THEN


def test_what_goes_into_a_file_has_more_time_and_ends_too():
    for length, ends in ((24, True), (1_000, False)):  # 0.6 s, and 25 s
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length
        with dripping(head, b" " * length, gap=0.025) as url:
            wire = Wire(SystemClock(), deadline=DEADLINE, loopback=url, count=Count())
            wire.sink = into = io.BytesIO()
            began = time.monotonic()
            with (
                session_on(wire, "") as session,
                nullcontext() if ends else pytest.raises(TOO_SLOW),
            ):
                session.get("https://acme.my.salesforce.com/services/data/")
            assert (len(into.getvalue()) == length) is ends
            assert time.monotonic() - began < BY_THEN


def test_a_slow_answer_within_the_deadline_is_taken():
    with dripping(HEAD, b"\r\n{}", gap=0.02) as url:
        assert ask(url).json() == {}


@contextmanager
def encrypted(folder: Path) -> Iterator[str]:
    """A server whose certificate only `folder`/cert.pem vouches for."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {folder}/key.pem"
    subprocess.run(
        [*command.split(), "-out", f"{folder}/cert.pem"], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            connection.settimeout(5)
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(HEAD + b"Connection: close\r\n\r\n[]")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        thread.join()
        listening.close()


def client_of(url: str) -> Client:
    settings = Settings(
        domain="acme.my",
        consumer_key="key",
        consumer_secret=Secret("secret"),
        instance_url=url,
        deadline=5,
    )
    return Client(settings, SystemClock())


@pytest.mark.fault("F26")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with it")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    with encrypted(tmp_path) as url, pytest.raises(TryAgain, match=r"certificate.*SSL_CERT_FILE"):
        client_of(url).get("limits")


@pytest.mark.fault("F26")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with it")
def test_a_certificate_that_the_machine_is_told_to_trust_is_taken(tmp_path, monkeypatch):
    with encrypted(tmp_path) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        wire = Wire(SystemClock(), deadline=5, loopback=url, count=Count())
        with session_on(wire, "") as session:
            answer = session.get("https://acme.my.salesforce.com/services/data/")
        assert answer.json() == []
