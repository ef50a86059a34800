"""What adapters say they read is what they read: rules are judged by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.clock import ManualClock
from connector.model import Record, Role
from connector.ports import Adapter, Stream
from tests.adapters.csv.world import CsvWorld
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.salesforce.world import SalesforceWorld
from tests.adapters.world import START

STREAMS = {
    Role.PERSON: Stream.PEOPLE,
    Role.ACCOUNT: Stream.ACCOUNTS,
    Role.OWNER: Stream.OWNERS,
}


def read(adapter: Adapter, stream: Stream) -> list[Record]:
    records: list[Record] = []
    cursor: str | None = None
    while True:
        page = adapter.read(stream, cursor)
        records += page.records
        cursor = page.cursor
        if not page.more:
            return records


@pytest.mark.parametrize("role", STREAMS)
@pytest.mark.parametrize("kind", [SalesforceWorld, HubspotWorld, CsvWorld])
def test_every_field_that_is_read_is_named(
    kind: type[SalesforceWorld | HubspotWorld | CsvWorld], role: Role, tmp_path: Path
):
    world = kind(tmp_path, ManualClock(START))
    try:
        world.put(STREAMS[role], 1, START)
        adapter = world.adapter()
        words = adapter.vocabulary()
        assert words is not None
        named = {one.object_type: one.fields for one in words.objects if one.role is role}
        records = [one for one in read(adapter, STREAMS[role]) if not one.deleted]
        assert records
        for record in records:
            assert record.fields.keys() <= named[record.ref.object_type].keys()
        told = {name for record in records for name in record.fields}
        seen = {record.ref.object_type for record in records}
        hidden = {name for each in seen for name in named[each]} - told
        assert kind is CsvWorld or not hidden
    finally:
        world.close()
