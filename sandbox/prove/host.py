"""One leadmode in this process: the real store, ingest, delivery; it crashes where it is told."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from connector.clock import Clock
from connector.config.settings import Config
from connector.daemon.cycle import cycle
from connector.deliver import Deliver
from connector.ingest import Ingest
from connector.model import OutboxState
from connector.planned import undo
from connector.store import FILE_NAME, Store
from connector.store.episodes import Episodes
from connector.store.nurture import Enrolments
from connector.store.outbox import Outbox
from connector.store.people import People
from connector.store.ranks import Ranks
from connector.store.recovery import open_state, reconciling_since
from connector.store.revisions import Revisions
from connector.store.sources import Sources
from connector.store.timelines import Timelines
from connector.store.waiting import Waiting
from sandbox.prove import setup
from sandbox.prove.adapter import CrmAdapter
from sandbox.prove.crm import Crm
from sandbox.prove.fate import Crash, Doomed, Fate


class Hurried(threading.Event):
    """A stop signal that is not set, and on which nobody waits in real time."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - the signature of waiting
        return self.is_set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a daemon is made of; a mutant has one faulty part."""

    ingest: type[Ingest] = Ingest
    deliver: type[Deliver] = Deliver
    adapter: type[CrmAdapter] = CrmAdapter


SOUND: Final = Parts()


class Host:
    """A machine with a state folder and, most of the time, a running daemon."""

    def __init__(
        self,
        state: Path,
        crm: Crm,
        clock: Clock,
        parts: Parts,
        extras: tuple[str, ...] = (),
    ) -> None:
        self.state = state
        self.extras = extras
        self.crm = crm
        self.clock = clock
        self.parts = parts
        self.edition = 0
        self.used = False
        self.forgot_at: list[int] = []
        """When its database was lost or set back, UTC ms."""
        self.whole_at: list[int] = []
        """When a cycle went through without any trouble, UTC ms."""
        self.adopted_at: list[int] = []
        """When it took up rules that were new to its database, UTC ms."""
        self.taken_back: set[str] = set()
        """The keys of the writes that an admin wanted to be undone."""
        self.begun_at: list[int] = []
        """When every cycle began, UTC ms."""
        self._whole = True
        """Whether the last cycle went through."""
        self._store: Store | None = None
        self._started = False

    def cycle(self, fate: Fate) -> None:
        """Poll, evaluate, deliver; after a crash the daemon is down until the next cycle."""
        self.used = True
        begun = self.clock.now()
        self._whole = False
        self.begun_at.append(begun)
        try:
            self._start(fate)
            adapters = {"crm": self._adapter}
            done = cycle(self._ingest, self._deliver, adapters, stop=Hurried())
        except Crash:
            self.stop()
            return
        except sqlite3.OperationalError:  # the daemon tells it, goes on, and tries again
            if not self._started:  # or ends, and is started again
                self.stop()
            return
        if not fate.struck and not done.failed:
            self.whole_at.append(begun)
            self._whole = True

    @property
    def went_through(self) -> bool:
        """Whether its last cycle went through, and its database knows of it."""
        return self._whole and (not self.forgot_at or self.forgot_at[-1:] < self.begun_at[-1:])

    @property
    def is_quiet(self) -> bool:
        """Whether its last cycle went through, and it has nothing to send and nothing to mend."""
        if self._store is None or not self.went_through:
            return False
        outbox = self._store.outbox
        waits = outbox.next_moment() is not None or OutboxState.HELD in outbox.counts()
        return not waits and reconciling_since(self._store) is None

    def undo(self, number: int, fate: Fate) -> None:
        """An admin stops the daemon and takes back one write, or all of one revision of the rules.

        The planning reads the platform, and that goes well: troubles of it would only be told.
        """
        self.stop()
        if not (self.state / FILE_NAME).exists():
            return
        try:
            store = self._open(fate)
            written = [each for each in store.outbox.all() if each.undoes is None]
            if written:
                chosen = written[number % len(written)]
                self._take_back(store, chosen.revision if number % 3 else chosen.write.key)
        except Crash:
            pass
        finally:
            self.stop()

    def release(self, number: int, fate: Fate) -> None:
        """An admin lets writes go that the brake holds: all of them, or one."""
        self.stop()
        if not (self.state / FILE_NAME).exists():
            return
        try:
            store = self._open(fate)
            held = [each.write.key for each in store.outbox.all((OutboxState.HELD,))]
            if held:
                chosen = held[number % len(held) :][:1] if number % 3 else held
                with store.transaction():
                    store.outbox.release(chosen, self.clock.now())
        except Crash:
            pass
        finally:
            self.stop()

    def _take_back(self, store: Store, run: str) -> None:
        adapters = {"crm": self._adapter}
        config = setup.at(self.edition, self.state, self.extras)
        plan = undo.plan_undo(store, config, adapters, run, since=0, until=1 << 62)
        self.taken_back |= {row.key for row in plan.rows if row.does is not undo.Does.NOTHING}
        undo.undo(store, config, adapters, self.clock, plan, reason="by an admin")

    def stop(self) -> None:
        """End the daemon; what was not committed is gone."""
        if self._store is not None:
            cast("Doomed", self._store.connection).real.close()
            self._store = None
        self._started = False

    def lose(self) -> None:
        """The database is deleted."""
        self.stop()
        for left in self.state.glob(f"{FILE_NAME}*"):
            left.unlink()
        self.forgot_at.append(self.clock.now())

    def backup(self) -> None:
        """Keep a copy of the database."""
        if self._store is not None:
            self._tell(Fate())
            self._store.backup(self._saved)

    def restore(self) -> None:
        """Put the kept copy in the place of the database."""
        if self._saved.exists():
            self.lose()
            shutil.copy(self._saved, self.state / FILE_NAME)

    def look(self) -> Store | None:
        """The state, for reading; None: there is none."""
        self.stop()
        return Store.read(self.state) if (self.state / FILE_NAME).exists() else None

    def reload(self, edition: int) -> None:
        """An admin edited the rules; the running daemon is told, or the next start finds them."""
        self.edition = edition
        if self._store is not None:
            self._tell(Fate())
            self._adopt(setup.at(edition, self.state, self.extras))

    def _adopt(self, config: Config) -> None:
        if self._ingest.adopt(config):
            self.adopted_at.append(self.clock.now())

    @property
    def _saved(self) -> Path:
        return self.state / "saved.sqlite"

    def _start(self, fate: Fate) -> None:
        if self._store is None:
            path = self.state / FILE_NAME
            if not path.exists():
                self.state.mkdir(parents=True, exist_ok=True)
                path.write_bytes(setup.empty_database(len(self.forgot_at)))
            store = self._open(fate)
            found = setup.at(self.edition, self.state, self.extras)
            self._ingest = self.parts.ingest(store, found, self.clock)
            self._adopt(found)
            adapters = {"crm": self._adapter}
            self._deliver = self.parts.deliver(store, adapters, found, self.clock)
            self._started = True
        self._tell(fate)

    def _open(self, fate: Fate) -> Store:
        self._store = _doomed(open_state(self.state, self.clock.now()).store)
        self._adapter = self.parts.adapter(self.crm, self.clock)
        self._tell(fate)
        return self._store

    def _tell(self, fate: Fate) -> None:
        self._adapter.fate = fate
        if self._store is not None:
            cast("Doomed", self._store.connection).fate = fate


def _doomed(store: Store) -> Store:
    """The store on a connection that can die."""
    connection = cast("Any", Doomed(store.connection))
    store.connection = connection
    store.people, store.timelines = People(connection), Timelines(connection)
    store.episodes, store.outbox = Episodes(connection), Outbox(connection)
    store.sources, store.enrolments = Sources(connection), Enrolments(connection)
    store.revisions, store.ranks = Revisions(connection), Ranks(connection)
    store.waiting = Waiting(connection)
    return store
