"""A folder of exports for tests, written by hand, and adapters on it."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.csv.adapter import CsvAdapter, Settings
from connector.clock import DAY, ManualClock
from connector.model import Engagement, Record
from connector.ports import Page, Stream
from tests.adapters.csv.writes import NOW

PEOPLE = Stream.PEOPLE
ENGAGEMENTS = Stream.ENGAGEMENTS


@dataclass
class Exports:
    """A folder at NOW, and the adapter on it."""

    folder: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    def put(self, name: str, text: str | bytes, *, age: int = DAY) -> Path:
        """Write a whole file in place, last changed `age` ms ago."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.rest(name, age)
        return path

    def add(self, name: str, text: str | bytes) -> None:
        """Append to a file."""
        with (self.folder / name).open("ab") as file:
            file.write(text.encode() if isinstance(text, str) else text)

    def rest(self, name: str, age: int) -> None:
        """Make a file as old as this, by the clock of the test."""
        at = (self.clock.now() - age) / 1_000
        os.utime(self.folder / name, (at, at))

    def adapter(self, **settings: Any) -> CsvAdapter:
        return CsvAdapter("crm", Settings(folder=self.folder, **settings), self.clock)

    def rejects(self, name: str) -> list[dict[str, str]]:
        path = self.folder / "rejects" / f"{name}.rejects.csv"
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def out(self, name: str) -> list[dict[str, str]]:
        with (self.folder / "out" / name).open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))


def walk(adapter: CsvAdapter, stream: Stream, cursor: str | None = None) -> tuple[list[Page], str]:
    """All pages to the end, and the last cursor."""
    pages = []
    for _ in range(1_000):
        page = adapter.read(stream, cursor)
        pages.append(page)
        cursor = page.cursor
        if not page.more:
            return pages, cursor
    pytest.fail("no end")


def records(adapter: CsvAdapter, stream: Stream = PEOPLE) -> list[Record]:
    return [record for page in walk(adapter, stream)[0] for record in page.records]


def engagements(adapter: CsvAdapter) -> list[Engagement]:
    return [one for page in walk(adapter, ENGAGEMENTS)[0] for one in page.engagements]


def ids(pages: list[Page]) -> list[str]:
    return [
        name
        for page in pages
        for name in (*(r.ref.id for r in page.records), *(e.id for e in page.engagements))
    ]
