"""Everything that works by one configuration: the sources, the tick, the sender, the adapters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from connector import log
from connector.clock import DAY, HOUR, Clock
from connector.config.settings import Config
from connector.daemon.asked import Asked
from connector.daemon.heartbeat import Heartbeat
from connector.daemon.scheduler import Task
from connector.daemon.sender import PART as SENDER
from connector.daemon.sender import Sender
from connector.daemon.source import Source
from connector.daemon.timing import Timing
from connector.deliver import Deliver
from connector.ingest import Ingest
from connector.pinned import pinned
from connector.ports import Adapter
from connector.store import Store
from connector.store.backups import backup_is_due, make_daily_backup
from connector.store.requests import take_requests

PULSE: Final = "scheduler"
TICK: Final = "tick"
BACKUP: Final = "backup"
_LOG: Final = log.get("daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration with the adapters it names, none of them connected yet."""

    config: Config
    adapters: Mapping[str, Adapter]


class Crew:
    """The working parts of the daemon under one configuration. Built, started and stopped once.

    `alarm` hears of every unexpected error; it decides whether the daemon can go on.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        store: Store,
        ingest: Ingest,
        clock: Clock,
        heartbeat: Heartbeat,
        timing: Timing,
        alarm: Callable[[Exception], None],
    ) -> None:
        self.loaded = loaded
        self.config = config = loaded.config
        self.failing = log.Changes(log.get("source"), "poll")
        self._store = store
        self._adapters = pinned(loaded.adapters, store, clock)
        self._ingest = ingest
        self._clock = clock
        self._heartbeat = heartbeat
        self._timing = timing
        self._alarm = alarm
        self._tick_fails = log.Changes(_LOG, TICK)
        self._backup_fails = log.Changes(_LOG, BACKUP)
        self._tick_busy = threading.Lock()
        self._stops: list[Asked] = []
        self._sources = [self._source(name) for name in config.sources]
        self._tick_stop = self._stop_for(TICK)
        deliver = Deliver(store, self._adapters, config, clock)
        self._sender = Sender(
            deliver.drain,
            deliver.next_moment,
            stop=self._stop_for(SENDER),
            timing=timing,
            clock=clock,
            heartbeat=heartbeat,
            alarm=alarm,
        )

    def start(self) -> list[Task]:
        """Begin to send; returns what the scheduler has to do."""
        parts = [PULSE, TICK, SENDER, *(source.part for source in self._sources)]
        for part in parts:
            self._heartbeat.expect(part, self._timing.patience)
        self._sender.start()
        pulse = Task(name=PULSE, every=self._timing.beat, phase=0.0, do=self._pulse)
        every = self.config.tick / 1_000
        tick = Task(name=TICK, every=every, phase=min(every, self._timing.stagger), do=self._tick)
        polls = [
            Task(
                name=source.part,
                every=source.every,
                phase=number * min(self._timing.stagger, source.every / len(self._sources)),
                do=source.turn,
            )
            for number, source in enumerate(self._sources)
        ]
        hour = HOUR / 1_000
        keep = Task(
            name=BACKUP, every=hour, phase=min(hour, self._timing.stagger), do=self._back_up
        )
        return [pulse, tick, *polls, *([keep] if self.config.backups else [])]

    def stop(self) -> None:
        """Read, evaluate and claim nothing more; what is going on comes to its end."""
        for stop in self._stops:
            stop.set()
        self._sender.wake()

    def busy(self) -> list[str]:
        """The parts that are in the middle of something."""
        busy = [source.part for source in self._sources if source.busy]
        if self._tick_busy.locked():
            busy.append(TICK)
        if self._sender.alive():
            busy.append(SENDER)
        return busy

    def dismiss(self) -> None:
        """After `stop`: nothing is expected of it any more."""
        for part in (PULSE, TICK, SENDER, *(source.part for source in self._sources)):
            self._heartbeat.forget(part)

    def close(self) -> None:
        """Close the adapters. Not while it is busy."""
        for name, adapter in self.loaded.adapters.items():
            try:
                adapter.close()
            except Exception as error:  # it is thrown away; nothing depends on it
                _LOG.crashed("close_failed", error, source=name)

    def at_once(self) -> None:
        """Leave nothing alone any longer: the clock jumped."""
        for source in self._sources:
            source.at_once()
        self._sender.wake()

    def sender_alive(self) -> bool:
        """Whether the delivery thread lives."""
        return self._sender.alive()

    def _source(self, name: str) -> Source:
        stop = self._stop_for(f"source {name}")

        def poll() -> None:
            self._ingest.poll(name, self._adapters[name], stop)
            self._sender.wake()

        return Source(
            name,
            poll,
            stop=stop,
            every=self.config.sources[name].poll / 1_000,
            timing=self._timing,
            clock=self._clock,
            heartbeat=self._heartbeat,
            changes=self.failing,
            alarm=self._alarm,
        )

    def _stop_for(self, part: str) -> Asked:
        stop = Asked(lambda: self._heartbeat.progress(part))
        self._stops.append(stop)
        return stop

    def _back_up(self) -> None:
        """Once a day; a copy that cannot be made is told and tried again."""
        if self._tick_stop.is_set():
            return
        database, now = self._store.path, self._clock.now()
        try:
            if backup_is_due(database.parent, now, DAY):
                make_daily_backup(database, now, self.config.backups)
        except Exception as error:  # leadmode goes on without it
            if self._backup_fails.trouble(BACKUP, type(error).__name__):
                _LOG.crashed("backup_failed", error)
        else:
            self._backup_fails.fine(BACKUP)

    def _pulse(self) -> None:
        self._heartbeat.progress(PULSE)

    def _tick(self) -> None:
        if self._tick_stop.is_set():
            return
        with self._tick_busy:
            try:
                released = take_requests(self._store, self._clock.now())
                if self._ingest.tick(self._tick_stop) or released:
                    self._sender.wake()
            except Exception as error:  # told once; the next tick tries again
                if self._tick_fails.trouble(TICK, type(error).__name__):
                    _LOG.crashed("tick_crashed", error)
                self._alarm(error)
            else:
                self._tick_fails.fine(TICK)
        self._heartbeat.progress(TICK, wait=self.config.tick / 1_000)
