"""Real sockets: what goes wrong on the way, the deadline of a call, and what is never shown."""

from __future__ import annotations

import gzip
import json
import logging
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.hubspot.client import Broken, Client, Refused
from adapters.hubspot.settings import Settings
from connector.clock import SystemClock
from connector.errors import AdapterError, FateUnknown, TryAgain
from connector.ports import Secret
from tests.adapters.hubspot.sockets import (
    BY_THEN,
    DEADLINE,
    TOKEN,
    answering,
    client,
    dripping,
    reply,
    request_on,
    server,
    write,
)
from tests.adapters.whole_laws import all_logs

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "status": (b"", b"HTTP/1.1 200 " + b"O" * 1_000),
    "headers": (HEAD, b"X-Drip: " + b"x" * 1_000),
    "many headers": (HEAD, b"X-A: b\r\n" * 90),
    "body": (HEAD.replace(b": 2", b": 1000") + b"\r\n", b" " * 1_000),
    "chunks": (CHUNKED, b"1\r\n \r\n" * 500),
    "body without a length": (b"HTTP/1.1 200 OK\r\n\r\n{}", b" " * 1_000),
}


@pytest.mark.fault("F14")
@pytest.mark.parametrize("part", DRIPS)
def test_a_drip_ends_with_the_deadline(part):
    with dripping(*DRIPS[part]) as url:
        began = time.monotonic()
        with pytest.raises(FateUnknown):
            write(client(url))
        assert DEADLINE * 0.9 < time.monotonic() - began < BY_THEN


def test_a_read_that_drips_is_passing_trouble():
    with dripping(*DRIPS["body"]) as url, pytest.raises(TryAgain) as caught:
        client(url).get("/x")
    assert type(caught.value) is TryAgain


def test_a_slow_answer_within_the_deadline_is_taken():
    with dripping(HEAD, b"\r\n{}", gap=0.02) as url:
        assert client(url).get("/x").body == {}


def test_a_proxy_that_drips_its_consent_ends_with_the_deadline():
    with dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drip: " + b"x" * 1_000) as url:
        began = time.monotonic()
        made = Client(Settings(token=Secret(TOKEN), proxy=url, deadline=DEADLINE), SystemClock())
        with pytest.raises(TryAgain):
            write(made)
        assert time.monotonic() - began < BY_THEN


def test_a_proxy_carries_the_calls():
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(request_on(connection))
        connection.sendall(reply(b"{}"))

    with server(serve) as url:
        assert client("http://127.0.0.1:1", proxy=url).get("/x").body == {}
    assert seen[0].startswith(b"GET http://127.0.0.1:1/x ")


def test_a_proxy_that_is_not_there_means_that_nothing_was_applied():
    with pytest.raises(TryAgain):
        write(client("http://127.0.0.1:1", proxy="http://127.0.0.1:1"))


def test_only_the_setting_makes_a_proxy(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with server(answering(reply(b"{}"))) as url:
        assert client(url).get("/x").body == {}


def test_a_refused_connection_means_that_nothing_was_applied():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryAgain):
        write(client(f"http://127.0.0.1:{port}"))


def test_a_reset_leaves_the_fate_of_a_write_unknown():
    def serve(connection: socket.socket) -> None:
        request_on(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with server(serve, calls=2) as url:
        made = client(url)
        with pytest.raises(FateUnknown):
            write(made)
        with pytest.raises(TryAgain):
            made.get("/x")


BROKEN = {
    "html": reply(b"<html>Back soon</html>", kind="text/html"),
    "truncated json": reply(b'{"results": ['),
    "half of what was announced": reply(b"{}").replace(b": 2", b": 900"),
    "empty": reply(b""),
    "no utf-8": reply(b'{"a": "\xff"}'),
    "no http": b"220 smtp.acme.example ESMTP\r\n",
    "zipped by a liar": reply(b"{}", extra=b"Content-Encoding: gzip\r\n"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_answer_is_no_answer(what):
    with server(answering(BROKEN[what]), calls=2) as url:
        made = client(url)
        with pytest.raises(FateUnknown), made.contract(writing=True):
            write(made)
        with pytest.raises(TryAgain), made.contract(writing=False):
            made.get("/x").rows()


def test_a_zipped_answer_is_unpacked():
    body = gzip.compress(json.dumps({"results": [{"id": "1"}] * 5_000}).encode())
    with server(answering(reply(body, extra=b"Content-Encoding: gzip\r\n"))) as url:
        assert len(client(url).get("/x").rows()) == 5_000


@pytest.mark.fault("F29")
def test_an_answer_that_never_ends_is_cut(monkeypatch):
    monkeypatch.setattr("adapters.hubspot.wire.MOST_BYTES", 1_000)
    with server(answering(reply(b" " * 5_000))) as url, pytest.raises(TryAgain):
        client(url).get("/x")


@pytest.mark.fault("F17")
@pytest.mark.parametrize(
    "body", ["Pr\xe9nom".encode("latin-1"), b"<html>\xa9 gateway</html>", b"", b"[1, 2]", b'"x"']
)
def test_an_error_in_any_spelling_keeps_its_status(body):
    with server(answering(reply(body, "400 Bad Request", "text/plain;charset=latin-1"))) as url:
        with pytest.raises(Refused) as caught:
            client(url).get("/x")
        assert (caught.value.status, caught.value.faults) == (400, [])


def test_no_content_is_an_empty_object():
    with server(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as url:
        assert client(url).get("/x").json() == {}


@pytest.mark.fault("F27")
def test_a_redirect_is_not_followed():
    moved = reply(b"", "302 Found", extra=b"Location: http://127.0.0.1:1/\r\n")
    with server(answering(moved)) as url, pytest.raises(Refused) as caught:
        client(url).get("/x")
    assert caught.value.status == 302


@pytest.mark.fault("F28")
def test_the_connection_is_kept_and_a_stale_one_replaced():
    count = []

    def serve(connection: socket.socket) -> None:
        count.append(1)
        answering(reply(b"{}"), reply(b"{}"))(connection)

    with server(serve, calls=2) as url:
        made = client(url)
        for _ in range(4):
            assert write(made) == {}
            time.sleep(0.01)
        made.close()
    assert len(count) == 2


@pytest.mark.fault("F30")
def test_eight_threads_share_a_client_and_mix_nothing_up():
    def serve(connection: socket.socket) -> None:
        with connection:
            while asked := request_on(connection):
                number = json.loads(asked.partition(b"\r\n\r\n")[2])["number"]
                status = "400 Bad Request" if number % 3 == 0 else "200 OK"
                told = {"category": f"N{number}", "number": number}
                connection.sendall(reply(json.dumps(told).encode(), status))

    wrong: list[object] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    made = client(f"http://127.0.0.1:{listening.getsockname()[1]}", burst=100_000, deadline=5.0)

    def ask(first: int) -> None:
        for number in range(first, first + 50):
            try:
                found = made.post("/x", {"number": number}).json()["number"]
            except Refused as refused:
                found = int(refused.faults[0].category[1:])
                wrong.extend([number] * (number % 3 != 0))
            wrong.extend([(number, found)] * (number != found))

    threads = [threading.Thread(target=ask, args=(n * 1_000,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    made.close()
    listening.close()
    assert wrong == []
    assert made.calls == 400


def test_the_token_goes_out_and_is_shown_nowhere():
    seen: list[bytes] = []
    echo = json.dumps({"message": f"bad Bearer {TOKEN}", "category": f"X {TOKEN}"}).encode()

    def serve(connection: socket.socket) -> None:
        for answer in (reply(b"{}"), reply(echo, "400 Bad"), reply(echo, "401 No"), b"x"):
            seen.append(request_on(connection))
            connection.sendall(answer)

    with server(serve) as url, all_logs() as logs:
        made = client(url)
        shown = [repr(made.get("/x")), repr(made), repr(vars(made))]
        for _ in range(3):
            try:
                write(made)
            except (Refused, AdapterError) as error:
                shown += [repr(error), *traceback.format_exception(error)]
                if isinstance(error, Refused):
                    shown.append(repr(made.judged(error, writing=True)))
        shown.append(logs.getvalue())
    assert all(f"Bearer {TOKEN}".encode() in asked for asked in seen)
    assert not [text for text in shown if TOKEN in text]


def test_no_address_of_a_call_is_logged():
    with server(answering(reply(b"{}"))) as url, all_logs() as logs:
        logging.getLogger("urllib3").setLevel(logging.DEBUG)
        client(url).get("/x", [("email", "ann@acme.example")])
    assert "ann" not in logs.getvalue()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    made = tmp_path / "made.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {made} -out {tmp_path}/cert.pem"
    subprocess.run(command.split(), check=True, capture_output=True)
    with made.open("a") as file:
        file.write((tmp_path / "cert.pem").read_text())
    return made


@pytest.mark.fault("F26")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with it")
def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            asked.append(request_on(secure))

    with server(serve) as url, pytest.raises(TryAgain, match=r"certificate.*SSL_CERT_FILE"):
        write(client(url.replace("http:", "https:")))
    assert not any(asked)


@pytest.mark.fault("F26")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with it")
def test_a_certificate_that_the_machine_is_told_to_trust_is_taken(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            request_on(secure)
            secure.sendall(reply(b"{}"))

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("cert.pem")))
    with server(serve) as url:
        assert client(url.replace("http:", "https:"), deadline=5).get("/x").body == {}


def test_a_broken_answer_has_a_name_of_its_own():
    with server(answering(reply(b"[1]"))) as url, pytest.raises(Broken):
        client(url).get("/x").json()


@pytest.mark.fault("F12")
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_the_library_repeats_nothing(status):
    taken: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        while request := request_on(connection):
            taken.append(request)
            connection.sendall(reply(b"{}", status, extra=b"Retry-After: 0\r\n"))

    with server(serve) as url, pytest.raises(Refused):
        write(client(url))
    assert len(taken) == 1


@pytest.mark.fault("F29")
def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut(monkeypatch):
    monkeypatch.setattr("adapters.hubspot.wire.MOST_BYTES", 100_000)
    packed = gzip.compress(b" " * 10_000_000)
    assert len(packed) < 100_000
    answer = reply(packed, extra=b"Content-Encoding: gzip\r\n")
    with server(answering(answer)) as url, pytest.raises(TryAgain):
        client(url).get("/x")


@pytest.mark.fault("F64")
@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b'{"a": 1' + b"0" * 5_000])
def test_json_without_bottom_is_an_answer_that_makes_no_sense(body):
    with server(answering(reply(body))) as url, pytest.raises((Broken, TryAgain)):
        client(url).get("/x")
    with server(answering(reply(body, "400 Bad Request"))) as url, pytest.raises(Refused):
        client(url).get("/x")


@pytest.mark.fault("F30")
def test_calls_leave_no_file_and_no_thread_behind():
    with server(answering(*[reply(b"{}")] * 82)) as url:
        made = client(url, deadline=5)
        made.get("/x")
        files, threads = left_open()
        for _ in range(80):
            made.get("/x")
        after = left_open()
        assert after[0] < files + 10
        assert after[1] < threads + 10
        made.close()


def left_open() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
