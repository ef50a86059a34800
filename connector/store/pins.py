"""Which account each source belongs to: the first one that was seen, or one that was accepted."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """The account of one source."""

    source: str
    account_id: str
    """What the platform calls it for ever."""
    account: str
    """What it was called when it was pinned, for people."""
    pinned_at: int
    """UTC ms."""


class Pins:
    """One account per source, or none where the platform tells of none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, source: str) -> Pin | None:
        """The account of a source; None while it has none."""
        row = self._db.execute(
            "SELECT account_id, account, pinned_at FROM account_pin WHERE source = ?", (source,)
        ).fetchone()
        if row is None:
            return None
        account_id, account, at = row
        return Pin(source=source, account_id=account_id, account=account, pinned_at=at)

    def put(self, pin: Pin) -> None:
        """This is the account of the source from now on; without an id, it has none any more."""
        self._db.execute("DELETE FROM account_pin WHERE source = ?", (pin.source,))
        if pin.account_id:
            self._db.execute(
                "INSERT INTO account_pin VALUES (?, ?, ?, ?)",
                (pin.source, pin.account_id, pin.account, pin.pinned_at),
            )
