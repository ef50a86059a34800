"""Histories to be measured: one lived through by the daemon's parts, one laid down by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connector.clock import DAY
from connector.config.settings import Config
from connector.measure import Asked
from connector.registry import load_all
from connector.store import Store
from sandbox.demos import acts
from sandbox.demos.files import prepare
from sandbox.story.stages import Exports
from sandbox.story.telling import tell
from sandbox.storytime import StoryTime
from tests.cli.company import ms

UNTIL = ms("2026-11-20T00:00:00+00:00")
FEWEST = 2
DAYS = (230, 160, 80, 7, 0)
"""Before the end: when leadmode looked."""


@dataclass(frozen=True)
class Lived:
    """A demo history with where it is stored."""

    folder: Path
    config: Config

    def read(self) -> Store:
        return Store.read(self.config.state)

    def asked(self, days: int = 365) -> Asked:
        """With fewer rows than usual, so that a small story claims something."""
        book = self.config.rulebook
        counting = replace(book.measuring.counting, fewest=FEWEST)
        return Asked(
            rulebook=replace(book, measuring=replace(book.measuring, counting=counting)),
            authority=self.config.authority.name,
            start_at=UNTIL - days * DAY,
            until_at=UNTIL,
        )


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The demo's story, small, read and decided about at some moments. Only to be read."""
    folder = tmp_path_factory.mktemp("lived") / "demo"
    world = tell(acts.SEED, UNTIL, companies=25, people=130, opportunities=45)
    config = prepare(folder)
    exports = Exports(world, folder / "exports")
    with StoryTime(config, UNTIL - DAYS[0] * DAY) as leadmode:
        leadmode.store.connection.execute("PRAGMA synchronous = OFF")
        for days in DAYS:
            exports.write_until(UNTIL - days * DAY)
            leadmode.cycle(UNTIL - days * DAY)
    return Lived(folder, load_all(config))


@pytest.fixture
def store(lived: Lived) -> Iterator[Store]:
    opened = lived.read()
    yield opened
    opened.close()
