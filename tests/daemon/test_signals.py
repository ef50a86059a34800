"""Signals wait in a pipe until the main thread fetches them."""

from __future__ import annotations

import os
import signal
import threading
import time

from connector.daemon.signals import Signals


def test_signals_come_in_order_and_are_given_back():
    before = signal.getsignal(signal.SIGHUP)
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        came: list[signal.Signals] = []
        while len(came) < 2:
            came += signals.wait(5)
        assert came == [signal.SIGHUP, signal.SIGTERM]
        assert signals.wait(0) == ()
    assert signal.getsignal(signal.SIGHUP) == before


def test_another_thread_can_end_the_wait():
    with Signals() as signals:
        threading.Timer(0.05, signals.wake).start()
        start = time.monotonic()
        assert list(signals.wait(20)) == []
        assert time.monotonic() - start < 10


def test_many_wakes_neither_block_nor_hide_a_later_signal():
    with Signals() as signals:
        for _ in range(100_000):
            signals.wake()
        for _ in range(1_000):
            assert list(signals.wait(0)) == []
        os.kill(os.getpid(), signal.SIGTERM)
        assert list(signals.wait(5)) == [signal.SIGTERM]
