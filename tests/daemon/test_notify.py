"""sd_notify: what systemd reads, byte for byte."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.daemon.notify import Notifier


@pytest.fixture(params=["a path", "the abstract namespace"])
def receiving(request, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A stand-in for systemd: an address as NOTIFY_SOCKET names it, and what it receives."""
    path = str(tmp_path / "notify")
    name = path if request.param == "a path" else "@" + path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        receiver.settimeout(5)
        yield name, receiver


def test_every_message(receiving):
    name, receiver = receiving
    notifier = Notifier(name, 30)
    calls: list[tuple[Callable[[], bool], str]] = [
        (lambda: notifier.ready("3 sources"), "READY=1\nSTATUS=3 sources"),
        (
            lambda: notifier.status("crm: wartet auf Müller\nREADY=1"),
            "STATUS=crm: wartet auf Müller READY=1",
        ),
        (lambda: notifier.reloading(12.5), "RELOADING=1\nMONOTONIC_USEC=12500000"),
        (notifier.ping, "WATCHDOG=1"),
        (lambda: notifier.stopping("stopping"), "STOPPING=1\nSTATUS=stopping"),
    ]
    for call, expected in calls:
        assert call() is True
        assert receiver.recv(4_096).decode() == expected


@pytest.mark.parametrize("address", [None, "", "vsock:2:1234", "relative", "/nowhere/notify"])
def test_without_systemd_nothing_happens(address):
    notifier = Notifier(address, 30)
    assert notifier.ready("x") is False
    assert notifier.ping() is False


def test_a_receiver_that_does_not_read_holds_us_up_for_seconds_at_most(receiving):
    name, _ = receiving
    notifier = Notifier(name)
    answers = {True}
    for _ in range(2_000):
        answers.add(notifier.status("x" * 1_000))
        if False in answers:
            break
    assert False in answers


@pytest.mark.parametrize(
    ("environment", "watchdog"),
    [
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "500000"}, 0.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_or_it_is_not(environment, watchdog):
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": "/run/x", **environment}, os.getpid())
    assert notifier.watchdog == watchdog


def test_no_socket_no_watchdog():
    assert Notifier.from_environment({"WATCHDOG_USEC": "30000000"}, os.getpid()).watchdog is None
