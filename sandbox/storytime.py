"""The daemon's three hops on one thread, in story time: poll, evaluate, deliver."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from connector.assess import Assessed
from connector.cli.brief import show as show_brief
from connector.cli.explanation import show
from connector.cli.page import Page
from connector.clock import ManualClock
from connector.config.settings import Config
from connector.deliver import Deliver
from connector.ingest import Ingest, Polled
from connector.model import OutboxState, Write
from connector.planned.undo import plan_undo, undo
from connector.ports import Stream
from connector.registry import load_all, open_adapters
from connector.report.brief import brief_of
from connector.report.explain import explain
from connector.store import Store

Progress = Callable[[Polled], None]
"""Told of every page, as soon as it is stored."""


@dataclass(slots=True)
class Cycle:
    """What one round of the three hops brought."""

    read: Counter[Stream] = field(default_factory=Counter)
    """Rows taken in per stream."""
    set_aside: int = 0
    """Rows that could not be understood."""
    news: list[Assessed] = field(default_factory=list)
    """Persons of whom there is something to tell, in the order in which it was found."""
    sent: list[tuple[Write, OutboxState, str]] = field(default_factory=list)
    """Writes that were settled, with the new state and the reason."""


class StoryTime:
    """leadmode as the daemon runs it, but the clock stands still until it is moved.

    Uses the same public parts as the daemon: `load_all`, `open_adapters`, `Ingest`, `Deliver`.
    """

    def __init__(self, config: Path | Config, now: int) -> None:
        """`config`: where it is, or what was read there."""
        self.config = load_all(config) if isinstance(config, Path) else config
        self.clock = ManualClock(now)
        self.config.state.mkdir(parents=True, exist_ok=True)
        self.store = Store.open(self.config.state)
        self._adapters = open_adapters(self.config, self.clock)
        self._ingest = Ingest(self.store, self.config, self.clock)
        self._ingest.adopt(self.config)
        self._deliver = Deliver(self.store, self._adapters, self.config, self.clock)
        self._stop = threading.Event()

    def cycle(self, now: int, progress: Progress | None = None) -> Cycle:
        """Move the clock to `now` (UTC ms), read everything new, evaluate, deliver."""
        self.clock.move_to(now)
        done = Cycle()

        def watch(told: Polled | Assessed) -> None:
            if isinstance(told, Assessed):
                done.news.append(told)
            elif told.stream is not None:
                done.read[told.stream] += told.records + told.engagements
                done.set_aside += told.set_aside
                if progress is not None:
                    progress(told)

        for name, adapter in self._adapters.items():
            self._ingest.poll(name, adapter, self._stop, watch)
        self._ingest.tick(self._stop, watch)
        self._deliver.drain(self._stop, lambda *settled: done.sent.append(settled))
        return done

    def undo(self, now: int) -> dict[str, OutboxState]:
        """Take back what the newest rules wrote; where each of its writes is then, by key."""
        self.clock.move_to(now)
        store, adapters = self.store, self._adapters
        run = self.config.rulebook.revision
        plan = plan_undo(store, self.config, adapters, run, since=0, until=now + 1)
        return undo(store, self.config, adapters, self.clock, plan, reason="a story")

    def read(self, now: int, progress: Progress | None = None) -> None:
        """Only the first hop: read and store everything new, and evaluate nobody yet."""
        self.clock.move_to(now)

        def watch(told: Polled | Assessed) -> None:
            if progress is not None and isinstance(told, Polled):
                progress(told)

        for name, adapter in self._adapters.items():
            self._ingest.poll(name, adapter, self._stop, watch)

    def explain(self, person: int, at: int | None = None, *, last: int | None = None) -> None:
        """Print what `leadmode explain` prints of a person; only the last entries if so wished."""
        told = explain(self.store, self.config, person, at, self.clock.now())
        story = told.story if last is None else told.story[-last:]
        show(Page(), dataclasses.replace(told, story=story), everything=False)

    def brief(self, person: int, at: int) -> None:
        """Print what `leadmode brief` prints of a person as of `at`."""
        show_brief(Page(), brief_of(self.store, self.config, person, at, self.clock.now()))

    def close(self) -> None:
        """Release files and the database; twice is harmless."""
        for adapter in self._adapters.values():
            adapter.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
