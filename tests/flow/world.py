"""A whole leadmode on a memory platform, in story time."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from pathlib import Path
from typing import Any

from adapters.memory.adapter import MemoryAdapter, Settings
from adapters.memory.client import forget, register
from adapters.memory.platform import Effect, MemoryPlatform
from connector.assess import Assessed
from connector.clock import DAY, HOUR, ManualClock
from connector.config.settings import Config, load
from connector.deliver import Deliver
from connector.errors import AdapterError
from connector.ingest import Ingest, Polled
from connector.model import (
    Decision,
    Engagement,
    Evidence,
    Hold,
    Kind,
    Record,
    RecordRef,
    Role,
    WriteKind,
)
from connector.store import Store
from connector.store.persons import find_person

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
RULES = Path(__file__).with_name("rules")
CONFIG = """
[leadmode]
instance = "acme"
state = "state"
rules = ["rules"]
dry_run = false
{more}

[sources.crm]
adapter = "memory"
name = "{platform}"
"""


class Hurried(threading.Event):
    """A stop signal that is not set, and on which nobody waits in real time."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class World:
    """What a test moves: the platform, the clock, and leadmode, which it can crash."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.folder = folder
        self.clock = ManualClock(NOW)
        self.platform = MemoryPlatform(self.clock)
        self.name = str(folder)
        register(self.name, self.platform)
        self.platform.put(Record(ref=RecordRef("crm", "User", "manager"), role=Role.OWNER))
        shutil.copytree(RULES, folder / "rules", dirs_exist_ok=True)
        (folder / "config.toml").write_text(CONFIG.format(more=more, platform=self.name))
        self.config: Config = load(folder / "config.toml")
        self.news: list[Assessed] = []
        self.start()

    def start(self) -> None:
        self.adapter = MemoryAdapter("crm", Settings(name=self.name, page_size=3), self.clock)
        self.store = Store.open(self.config.state)
        self.ingest = Ingest(self.store, self.config, self.clock)
        self.ingest.adopt(self.config)
        self.deliver = Deliver(self.store, {"crm": self.adapter}, self.config, self.clock)

    def stop(self) -> None:
        self.store.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        forget(self.name)

    def reload(self, **changes: Any) -> None:
        self.config = dataclasses.replace(self.config, **changes)
        self.ingest.adopt(self.config)
        self.deliver = Deliver(self.store, {"crm": self.adapter}, self.config, self.clock)

    def cycle(self, after: int = 0) -> None:
        """Some time later: poll, tick, deliver."""
        self.clock.move_to(self.clock.now() + after)
        stop = Hurried()
        self.ingest.poll("crm", self.adapter, stop, self._watch)
        self.ingest.tick(stop, self._watch)
        self.deliver.drain(stop)

    def cycles(self, number: int, apart: int = HOUR) -> None:
        """Go on until quiet, whatever fails on the way."""
        for _ in range(number):
            try:
                self.cycle(apart)
            except AdapterError:
                self.deliver.drain(Hurried())

    def person(self, name: str = "ada", **more: Any) -> RecordRef:
        ref = RecordRef("crm", "Contact", name)
        fields = {
            "name": name.title(),
            "title": "Buyer",
            "status": "Open",
            **more.pop("fields", {}),
        }
        known: dict[str, Any] = {
            "emails": (f"{name}@mill.example",),
            "created_at": NOW - 1_000 * DAY,
        }
        self.platform.put(Record(ref=ref, role=Role.PERSON, fields=fields, **(known | more)))
        return ref

    def engaged(
        self,
        name: str,
        kind: Kind = Kind.EMAIL_CLICKED,
        at: int | None = None,
        asset: str = "",
        evidence: Evidence = Evidence.HUMAN,
        number: str = "",
    ) -> None:
        at = self.clock.now() if at is None else at
        self.platform.put(
            Engagement(
                instance="crm",
                id=number or f"{name}-{kind}-{at}-{asset}",
                at=at,
                kind=kind,
                email=f"{name}@mill.example",
                evidence=evidence,
                asset=asset,
            )
        )

    def returns(self, name: str = "ada") -> None:
        """A click and a page view now: 60 points of two kinds."""
        self.engaged(name)
        self.engaged(name, Kind.PAGE_VIEWED, asset="pricing")

    def tasks(self) -> list[Effect]:
        return [each for each in self.platform.journal if each.kind is WriteKind.CREATE_TASK]

    def subjects(self) -> list[str]:
        return [str(each.fields["subject"]) for each in self.tasks()]

    def decisions(self, name: str = "ada") -> list[Decision]:
        (person,) = find_person(self.store.connection, f"{name}@mill.example")
        return self.store.episodes.decisions(person)

    def holds(self, name: str = "ada") -> list[Hold | None]:
        return [decision.hold for decision in self.decisions(name)]

    def _watch(self, news: Polled | Assessed) -> None:
        if isinstance(news, Assessed):
            self.news.append(news)
