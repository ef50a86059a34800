"""Tells systemd how the daemon is: the sd_notify protocol, without a library.

The libraries swallow errors or send Latin-1 (a status with an umlaut is then lost); the protocol
is one datagram of UTF-8 lines. See sd_notify(3).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Self

_PATIENCE = 1.0
"""Seconds to wait for a receiver whose queue is full; the work is worth more than a message."""


class Notifier:
    """Speaks to the service manager; without one, every call is harmless and says False."""

    def __init__(self, address: str | None, watchdog: float | None = None) -> None:
        self._address = address if address and address[0] in "/@" else None
        self.watchdog = watchdog if self._address else None
        """Seconds without a `ping` after which the service manager kills us; None: never."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], pid: int) -> Self:
        """As the service manager asks for it; a watchdog meant for another process is not ours."""
        usec = environment.get("WATCHDOG_USEC", "")
        meant_for = environment.get("WATCHDOG_PID", str(pid))
        ours = usec.isascii() and usec.isdigit() and int(usec) > 0 and meant_for == str(pid)
        return cls(environment.get("NOTIFY_SOCKET"), int(usec) / 1_000_000 if ours else None)

    def ready(self, status: str) -> bool:
        """Started, or done with reloading."""
        return self._send("READY=1", _status(status))

    def reloading(self, monotonic: float) -> bool:
        """Reloading since `monotonic` seconds on CLOCK_MONOTONIC; `ready` ends it."""
        return self._send("RELOADING=1", f"MONOTONIC_USEC={int(monotonic * 1_000_000)}")

    def stopping(self, status: str) -> bool:
        """Going to end."""
        return self._send("STOPPING=1", _status(status))

    def status(self, text: str) -> bool:
        """What `systemctl status` shows, in words."""
        return self._send(_status(text))

    def ping(self) -> bool:
        """The daemon makes progress."""
        return self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> bool:
        if self._address is None:
            return False
        address = self._address.encode()
        if address.startswith(b"@"):  # the abstract namespace of Linux
            address = b"\0" + address[1:]
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:  # close-on-exec (PEP 446)
                out.settimeout(_PATIENCE)
                out.sendto("\n".join(lines).encode("utf-8", "replace"), address)
        except OSError:
            return False
        return True


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())
