"""A played test decides as the daemon does: every shipped story, told to `Ingest` poll by poll.

Alerts, their reasons, the keys and every word of the writes, and the moments of all of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.memory.adapter import MemoryAdapter, Settings
from adapters.memory.client import forget, register
from adapters.memory.platform import MemoryPlatform
from connector.assess import Alerted, Assess, Assessed, Setting
from connector.clock import DAY, ManualClock
from connector.config.settings import Config, load, shipped_rules
from connector.ingest import Ingest, Polled
from connector.ruletest import Case
from connector.ruletest.play import Player
from connector.ruletest.records import News, news_of
from connector.store import Store
from tests.ruletest.test_shipped import CASES

CONFIG = """
[leadmode]
instance = "test"
rules = ["{rules}"]
dry_run = false
backfill = "0d"
storm = 0

[sources.crm]
adapter = "memory"
name = "{platform}"
"""
PLATFORM = "same-as-daemon"
Told = list[tuple[int, Alerted]]


class Daemon:
    """Ingest on a memory platform, in the time of a test."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.clock = ManualClock(0)
        self.name = PLATFORM
        self.platform = MemoryPlatform(self.clock)
        register(self.name, self.platform)
        self.config = config
        self.adapter = MemoryAdapter("crm", Settings(name=self.name, page_size=50), self.clock)
        self.store = Store.open(folder / "daemon")
        self.told: Told = []

    def tell(self, case: Case) -> Told:
        """The whole story; what was alerted, and when."""
        news = news_of(case, "crm")
        moments = {moment.at for moment in case.table.moment}
        stops = sorted({-(-each.at // 60_000) * 60_000 for each in news} | moments)
        watching = case.table.watching
        self.clock.move_to(stops[0] - DAY if watching is None else watching)
        self._put(news)
        ingest = Ingest(self.store, self.config, self.clock)
        ingest.adopt(self.config)
        self._poll(ingest)
        for stop in stops:
            if stop > self.clock.now():
                self._tick_before(ingest, stop)
                self.clock.move_to(stop)
                self._put(news)
                self._poll(ingest)
        return self.told

    def _put(self, news: list[News]) -> None:
        """What has become readable by now."""
        for each in [one for one in news if one.at <= self.clock.now()]:
            value = each.record or each.engagement
            assert value is not None
            self.platform.put(value)
            news.remove(each)

    def _tick_before(self, ingest: Ingest, stop: int) -> None:
        while (due := ingest.next_due()) is not None and due < stop:
            self.clock.move_to(max(due, self.clock.now()))
            ingest.tick(threading.Event(), self._watch)

    def _poll(self, ingest: Ingest) -> None:
        ingest.poll("crm", self.adapter, threading.Event(), self._watch)
        ingest.tick(threading.Event(), self._watch)

    def _watch(self, news: Polled | Assessed) -> None:
        if isinstance(news, Assessed):
            self.told += [(self.clock.now(), alert) for alert in news.alerts]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store.open(tmp_path_factory.mktemp("played"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(CONFIG.format(rules=shipped_rules(), platform=PLATFORM))
    return load(path)


def both(case: Case, store: Store, folder: Path, config: Config) -> tuple[Told, Told]:
    daemon = Daemon(folder, config)
    try:
        told = daemon.tell(case)
        setting = Setting(
            instance="test",
            rulebook=daemon.config.rulebook,
            authority="crm",
            zone=ZoneInfo(daemon.config.time_zone),
            dry_run=False,
        )
        played = Player(store, Assess(store, setting)).play(case)
    finally:
        daemon.store.close()
        forget(daemon.name)
    return told, [(alert.at, alert.alerted) for alert in played.alerts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_shipped_story_has_the_same_end(case: Case, store: Store, config: Config, tmp_path: Path):
    told, played = both(case, store, tmp_path, config)
    assert played == told
    wanted = any(moment.must and moment.must.alert for moment in case.table.moment)
    assert wanted <= any(alert.writes for _, alert in told)
