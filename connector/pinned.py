"""Adapters that are held to one account: what the wrong credentials reach is not touched."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from connector import log
from connector.clock import DAY, Clock, iso
from connector.config.settings import Config
from connector.errors import ConfirmAccount, TryAgain, WaitForClock
from connector.model import Fields, Outcome, RecordRef, Write
from connector.ports import (
    Adapter,
    FieldInfo,
    FieldSpec,
    Health,
    Page,
    RecordKind,
    Stream,
    Vocabulary,
)
from connector.registry import open_adapters
from connector.store import Store
from connector.store.pins import Pin

ASTRAY: Final = DAY
"""Clocks that differ by more, in ms: what is new and what is old cannot be told by ours."""
_LOG: Final = log.get("pinned")


@contextmanager
def opened(
    config: Config, clock: Clock, store: Store | None, *, keep: bool = True
) -> Iterator[Mapping[str, Adapter]]:
    """The adapters of a configuration, each held to its account, until the block ends.

    Without `keep` an account that was not seen before is not noted: for a store that is only read.
    Without a store there is none to hold to.
    """
    adapters = open_adapters(config, clock)
    try:
        yield adapters if store is None else pinned(adapters, store, clock, keep=keep)
    finally:
        for adapter in adapters.values():
            adapter.close()


def pinned(
    adapters: Mapping[str, Adapter], store: Store, clock: Clock, *, keep: bool = True
) -> dict[str, Adapter]:
    """The same adapters by source, each behind a look at whose account it is."""
    return {
        name: Pinned(name, adapter, store, clock, keep=keep) for name, adapter in adapters.items()
    }


def other_account(source: str, pin: Pin | None, seen: Health) -> str:
    """Why a source must not be worked with, in words; empty: it is the account it was, or new."""
    if pin is None or pin.account_id == seen.account_id:
        return ""
    now = "do not tell which account they belong to"
    if seen.account_id:
        now = f"are those of {_named(seen.account, seen.account_id)}"
    return (
        f'The credentials of "{source}" {now}; since {iso(pin.pinned_at)[:10]} leadmode has worked '
        f"with {_named(pin.account, pin.account_id)}. Nothing is read and nothing written there. "
        "Put the former credentials back; or, if this account is meant (a refreshed Salesforce "
        f"sandbox has a new id too): leadmode doctor --accept-account {source}"
    )


def _named(account: str, account_id: str) -> str:
    return account if account_id in account else f"{account} ({account_id})"


def _astray(source: str, skew: int | None) -> str:
    """Why its clock and ours make no sense together; empty: they do, or its is not known."""
    if skew is None or abs(skew) <= ASTRAY:
        return ""
    side = "ahead of" if skew > 0 else "behind"
    return (
        f'The clock of "{source}" is {abs(skew) // DAY} days {side} the one here, so that what is '
        "new there cannot be told. Nothing is read and nothing written before they agree: look at "
        "the time service of this machine."
    )


class Pinned(Adapter):
    """Another adapter, of which nothing is asked before it is known whose account it is.

    That is looked at once, and again as long as it is the wrong one: `ConfirmAccount`, or a clock
    that is a day and more from ours: `WaitForClock`.
    """

    def __init__(
        self, source: str, inner: Adapter, store: Store, clock: Clock, *, keep: bool = True
    ) -> None:
        self.capabilities = inner.capabilities  # type: ignore[misc] # of the one it stands for
        self._source = source
        self._inner = inner
        self._store = store
        self._clock = clock
        self._keep = keep
        self._asking = threading.Lock()
        self._is_known = False

    @property
    def _known(self) -> Adapter:
        """The adapter itself, once it is known to be where it was before."""
        with self._asking:
            if not self._is_known:
                self._look(self._inner.identify())
                self._is_known = True
        return self._inner

    def _look(self, seen: Health) -> None:
        if astray := _astray(self._source, seen.clock_skew):
            raise WaitForClock(astray)
        with self._store.steady():
            pin = self._store.pins.of(self._source)
        if refused := other_account(self._source, pin, seen):
            raise ConfirmAccount(refused)
        if pin is None and seen.account_id and self._keep:
            self._note(seen.account, seen.account_id)

    def _note(self, account: str, account_id: str) -> None:
        now = self._clock.now()
        pin = Pin(source=self._source, account_id=account_id, account=account, pinned_at=now)
        try:
            with self._store.transaction():
                self._store.pins.put(pin)
        except sqlite3.Error as error:  # nothing was sent yet, which is for a write to know
            raise TryAgain("The account cannot be written down in the database.") from error
        _LOG.info("account_pinned", source=self._source, account=account)

    def check(self) -> Health:
        return self._inner.check()

    def identify(self) -> Health:
        return self._inner.identify()

    def read(self, stream: Stream, cursor: str | None) -> Page:
        return self._known.read(stream, cursor)

    def find(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        return self._known.find(emails)

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        return self._known.fetch(refs, fields)

    def describe(self, object_type: str) -> Sequence[FieldInfo]:
        return self._known.describe(object_type)

    def create_field(self, spec: FieldSpec) -> None:
        self._known.create_field(spec)

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        return self._known.write(writes)

    def close(self) -> None:
        self._inner.close()

    def needed_fields(self) -> Sequence[FieldSpec]:
        return self._inner.needed_fields()

    def vocabulary(self) -> Vocabulary | None:
        return self._inner.vocabulary()

    def record_kinds(self, object_type: str) -> Sequence[RecordKind]:
        return self._known.record_kinds(object_type)

    @property
    def calls(self) -> int:
        return self._inner.calls

    def lacking_to_write(self) -> Sequence[str]:
        return self._known.lacking_to_write()

    def lists_amiss(self, ids: Sequence[str]) -> Mapping[str, str] | None:
        return self._known.lists_amiss(ids)

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:
        return self._known.kept_because(writes) if writes else {}
