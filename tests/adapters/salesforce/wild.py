"""Arrangements that the tests of failures in the wild share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.salesforce.adapter import SalesforceAdapter
from connector.clock import DAY, ManualClock
from connector.model import Fields, Outcome, Record, RecordRef, Write
from connector.ports import Stream
from sandbox.salesforce.calls import Answer
from sandbox.salesforce.founding import add_user
from tests.adapters.reading_laws import drain
from tests.adapters.salesforce.world import SalesforceWorld
from tests.adapters.world import START

READ = "/composite"
"""In the path of the call that reads the walks of a stream side by side."""


class Ticking(ManualClock):
    """The story's date, and seconds that really pass."""

    def monotonic(self) -> float:
        return time.monotonic()


def refusal(status: int, code: str, message: str = "no") -> Answer:
    return Answer(status=status, body=[{"errorCode": code, "message": message, "fields": []}])


def people(adapter: SalesforceAdapter, cursor: str | None = None) -> tuple[dict[Any, Any], str]:
    return drain(adapter, Stream.PEOPLE, cursor)


def put_leads(world: SalesforceWorld, count: int, at: int = START - DAY) -> set[RecordRef]:
    told = [world.put(Stream.PEOPLE, 2 * number, at) for number in range(count)]
    return {each.ref for each in told if isinstance(each, Record)}


def paths(world: SalesforceWorld, part: str) -> list[str]:
    return [path for path in world.front.paths() if part in path]


def by_bulk(world: SalesforceWorld, **settings: Any) -> SalesforceAdapter:
    return world.adapter(bulk_from=0, **settings)


def replace_fields(write: Write, fields: Fields) -> Write:
    return replace(write, fields=fields)


def write_one(adapter: SalesforceAdapter, *writes) -> Sequence[Outcome]:
    return adapter.write(list(writes))


def left_the_company(world: SalesforceWorld) -> str:
    return add_user(
        world.org, first="Lea", last="Gone", username="lea@acme.example",
        profile=str(world.org.get(world.made.admin, "ProfileId")), active=False,
    )  # fmt: skip
