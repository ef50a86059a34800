"""Everything is read again, slowly: failures 6 and 8 of the README's table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from adapters.salesforce.adapter import SalesforceAdapter
from adapters.salesforce.sweep import Pace, Sweep
from connector.clock import DAY, HOUR, MINUTE, ManualClock
from connector.model import Engagement, Record, RecordRef
from connector.ports import Page, Stream
from connector.store import Store
from sandbox.salesforce.calls import Answer
from sandbox.salesforce.values import Row
from tests.adapters.law import Lawful
from tests.adapters.reading_laws import ReadingLaws, Seen, drain, take
from tests.adapters.salesforce.wild import people, put_leads, refusal
from tests.adapters.salesforce.world import SalesforceWorld, give_field
from tests.adapters.world import START

OLD = START - 300 * DAY
EXTRA = {"people": {"segment": "Segment__c"}}
WEEK = 7 * DAY


def lead(world: SalesforceWorld, number: int, **values: str) -> RecordRef:
    """A lead stored as it is, with a stamp far below every floor."""
    row: Row = {"LastName": f"Lead {number}", "Company": "Acme", **values}
    return world.load("Lead", "00Q", number, OLD, row)


def old_leads(world: SalesforceWorld, count: int) -> set[RecordRef]:
    """So many, and a new one, so that no overlap reaches down to them."""
    wanted = put_leads(world, count, OLD)
    world.put(Stream.PEOPLE, 998, START)
    return wanted


def polls(
    world: SalesforceWorld,
    adapter: SalesforceAdapter,
    cursor: str,
    count: int,
    apart: int = 15 * MINUTE,
) -> tuple[list[Record], str]:
    """Read to the end so often, some time apart: what old was told, and the last cursor."""
    told: list[Record] = []
    for _ in range(count):
        world.clock.move_to(world.clock.now() + apart)
        more = True
        while more:
            page: Page = adapter.read(Stream.PEOPLE, cursor)
            told += old_of(page)
            cursor, more = page.cursor, page.more
    return told, cursor


def old_of(page: Page) -> list[Record]:
    return [record for record in page.records if (record.modified_at or 0) < START]


def sweep_queries(world: SalesforceWorld) -> int:
    """How many pages of sweeps were asked for: they alone are in the order of the id."""
    whole = [call.path + call.body.decode() for call in world.front.seen]
    return sum("ORDER%20BY%20Id%20" in text or "ORDER+BY+Id+" in text for text in whole)


def test_06_a_row_that_reading_missed_arrives_with_the_sweep(world):
    put_leads(world, 3)
    adapter = world.adapter()
    _, cursor = people(adapter)
    missed = lead(world, 500)
    told, cursor = polls(world, adapter, cursor, 4, apart=DAY)
    assert missed not in {record.ref for record in told}
    told, _ = polls(world, adapter, cursor, 4, apart=DAY)
    assert missed in {record.ref for record in told}


def test_06_an_update_that_reading_missed_arrives_with_the_sweep(world):
    """The one record of airbyte#42490: changed there, and old here for ever."""
    ref = lead(world, 500, Title="Buyer")
    adapter = world.adapter()
    seen, cursor = people(adapter)
    stale = seen[ref]
    world.clock.move_to(START + DAY)
    put_leads(world, 1, START + DAY)
    _, cursor = people(adapter, cursor)
    row: Row = {"LastName": "Lead 500", "Company": "Acme", "Title": "Director"}
    world.load("Lead", "00Q", 500, START - DAY, row)  # below the floor by now
    told, _ = polls(world, adapter, cursor, 9, apart=DAY)
    [fresh] = [record for record in told if record.ref == ref]
    assert (stale.fields["title"], fresh.fields["title"]) == ("Buyer", "Director")


@pytest.mark.fault("F40")
def test_08_a_formula_that_changed_without_a_stamp_arrives_and_is_stored(world, tmp_path: Path):
    give_field(world.made, "Lead", "Segment__c", {"type": "Text", "length": 9, "label": "S"})
    ref = lead(world, 500, Segment__c="Bronze")
    adapter = world.adapter(extra=EXTRA)
    seen, cursor = people(adapter)
    before = seen[ref]
    lead(world, 500, Segment__c="Gold")
    told, _ = polls(world, adapter, cursor, 8, apart=DAY)
    after = next(record for record in told if record.ref == ref)
    assert (before.fields["segment"], after.fields["segment"]) == ("Bronze", "Gold")
    assert after.modified_at == before.modified_at == OLD
    store = Store.open(tmp_path / "state")
    with store.transaction():
        assert store.people.put(before, now=START)
        assert not store.people.put(before, now=START)
        assert store.people.put(after, now=START), "an equal stamp with another value is taken"
        assert not store.people.put(after, now=START)
    store.close()


def test_a_sweep_reads_every_row_once_a_page_at_a_time(world):
    wanted = old_leads(world, 7)
    adapter = world.adapter(page_size=3)
    _, cursor = people(adapter)
    world.clock.move_to(START + WEEK - 15 * MINUTE)
    pages = []
    for _ in range(6):
        told, cursor = polls(world, adapter, cursor, 1)
        pages.append([record.ref for record in told])
    # Eight leads in three pages, contacts (there are none) in one, and then rest.
    assert [len(page) for page in pages] == [3, 3, 1, 0, 0, 0]
    assert {ref for page in pages for ref in page} == wanted
    assert sweep_queries(world) == 4
    told, _ = polls(world, adapter, cursor, 1, apart=WEEK)
    assert len(told) == 3, "the next week's sweep has begun"


def test_a_sweep_goes_on_after_a_restart_and_from_any_cursor(world):
    wanted = old_leads(world, 7)
    _, cursor = people(world.adapter(page_size=3))
    world.clock.move_to(START + WEEK)
    told, second = polls(world, world.adapter(page_size=3), cursor, 1)
    again, third = polls(world, world.adapter(page_size=3), second, 1)
    repeated, _ = polls(world, world.adapter(page_size=3), second, 1)
    assert [record.ref for record in again] == [record.ref for record in repeated]
    rest, _ = polls(world, world.adapter(page_size=3), third, 1)
    assert {record.ref for record in (*told, *again, *rest)} == wanted


@pytest.mark.parametrize("after", [0, WEEK, WEEK + HOUR, 100 * DAY])
def test_the_end_is_stable_whenever_it_is_read_twice(world, after):
    old_leads(world, 7)
    adapter = world.adapter(page_size=3)
    _, cursor = people(adapter)
    world.clock.move_to(START + after)
    _, end = people(adapter, cursor)
    for again in (adapter, world.adapter(page_size=3)):
        seen, cursor = people(again, end)
        assert cursor == end
        assert {record.modified_at for record in seen.values()} <= {START}


def test_rows_that_change_under_a_sweep_are_neither_lost_nor_made_old(world):
    wanted = old_leads(world, 6)
    adapter = world.adapter(page_size=2)
    _, cursor = people(adapter)
    world.clock.move_to(START + WEEK - 15 * MINUTE)
    seen: Seen = {}
    for number in range(6):
        now = world.clock.now() + 15 * MINUTE
        world.clock.move_to(now)
        changed = world.put(Stream.PEOPLE, 2 * number, now)
        assert isinstance(changed, Record)
        more = True
        while more:
            page = adapter.read(Stream.PEOPLE, cursor)
            for record in page.records:
                take(seen, record)
            cursor, more = page.cursor, page.more
        assert seen[changed.ref] == changed
    assert seen.keys() >= wanted
    assert sweep_queries(world) == 5


def test_a_sweep_costs_no_call_where_the_walks_leave_room(world):
    old_leads(world, 3)
    adapter = world.adapter()
    _, cursor = people(adapter)
    adapter.check()
    world.clock.move_to(START + WEEK)
    adapter.check()
    before = world.requests()
    page = adapter.read(Stream.PEOPLE, cursor)
    assert (len(old_of(page)), page.more) == (3, False)
    assert world.requests() == before + 1


def test_a_stream_with_five_walks_pays_one_call_for_a_page_of_the_sweep(world):
    told = world.put(Stream.ENGAGEMENTS, 1, OLD)
    adapter = world.adapter()
    cursor, more = None, True
    while more:
        page = adapter.read(Stream.ENGAGEMENTS, cursor)
        cursor, more = page.cursor, page.more
    world.clock.move_to(START + WEEK)
    found: list[Engagement] = []
    for _ in range(4):  # tasks, events, places in campaigns, e-mails
        world.clock.move_to(world.clock.now() + 15 * MINUTE)
        adapter.check()
        before = world.requests()
        page = adapter.read(Stream.ENGAGEMENTS, cursor)
        assert page.more
        page = adapter.read(Stream.ENGAGEMENTS, page.cursor)
        assert (world.requests() - before, page.more) == (2, False)
        cursor, found = page.cursor, [*found, *page.engagements]
    assert found == [told]


def test_no_sweep_while_half_of_the_calls_are_used_or_when_it_is_off(world):
    old_leads(world, 3)
    adapter, off = world.adapter(), world.adapter(sweep=0)
    (_, cursor), (_, other) = people(adapter), people(off)
    quota = world.made.platform.quota
    world.clock.move_to(START + WEEK)
    quota.used_elsewhere(quota.daily // 2)
    adapter.check()
    assert polls(world, adapter, cursor, 2)[0] == []
    assert polls(world, off, other, 2, apart=WEEK)[0] == []
    world.clock.move_to(START + WEEK + 30 * HOUR)
    adapter.check()
    assert len(polls(world, adapter, cursor, 1)[0]) == 3


def standing_still(world: SalesforceWorld, body: Any, cursor: str) -> None:
    """The page of the sweep ends where it began."""
    [*_, last] = body["compositeResponse"][-1]["body"]["records"]
    last["Id"] = json.loads(cursor)["z"][1]


def refused(world: SalesforceWorld, body: Any, cursor: str) -> None:
    part = body["compositeResponse"][-1]
    part["httpStatusCode"] = 400
    part["body"] = [{"errorCode": "OPERATION_TOO_LARGE", "message": "no"}]


@pytest.mark.parametrize("wrong", [standing_still, refused])
def test_a_page_of_a_sweep_that_fails_comes_later_and_stops_nothing(world, wrong):
    wanted = old_leads(world, 5)
    adapter = world.adapter(page_size=2, sweep=1)
    _, cursor = people(adapter)
    world.clock.move_to(START + DAY)
    told, cursor = polls(world, adapter, cursor, 1)
    world.clock.move_to(START + DAY + HOUR)
    adapter.check()
    adapter.read(Stream.PEOPLE, cursor)
    [same] = [call for call in world.front.seen if call.path.endswith("/composite")][-1:]
    body: Any = world.made.platform.answer(same).body
    wrong(world, body, cursor)
    world.front.instead = [("/composite", Answer(body=body))]
    page = adapter.read(Stream.PEOPLE, cursor)
    assert not old_of(page)
    assert page.records, "the walks go on"
    assert not page.more
    told += old_of(adapter.read(Stream.PEOPLE, page.cursor))
    rest, _ = polls(world, adapter, page.cursor, 3)
    assert {record.ref for record in (*told, *rest)} == wanted


def test_a_page_of_a_sweep_that_fails_alone_stops_nothing_either(world):
    world.put(Stream.ENGAGEMENTS, 1, OLD)
    adapter = world.adapter()
    _, cursor = drain(adapter, Stream.ENGAGEMENTS)
    world.clock.move_to(START + WEEK)
    page = adapter.read(Stream.ENGAGEMENTS, cursor)
    assert page.more
    world.front.instead = [("queryAll", refusal(400, "INVALID_FIELD"))]
    page = adapter.read(Stream.ENGAGEMENTS, page.cursor)
    assert not page.more
    assert drain(adapter, Stream.ENGAGEMENTS, page.cursor)[1] == page.cursor


class TestStoppingASweepAnywhere(Lawful):
    """The law of reading, while everything is read again every day."""

    adapter_type = SalesforceAdapter
    examples = settings(Lawful.examples, max_examples=5)
    _live = ReadingLaws._live
    test_02_stopping_anywhere_loses_nothing = ReadingLaws.test_02_stopping_anywhere_loses_nothing

    def new_world(self, folder: Path, clock: ManualClock) -> SalesforceWorld:
        return SalesforceWorld(folder, clock, sweep=1, sweep_pause=1)


def test_the_rhythm():
    pace, names = Pace(every=WEEK, pause=MINUTE), ["a", "b"]
    rest = Sweep().rested(1_000, pace)
    assert rest == Sweep(due=1_000 + WEEK)
    assert rest.rested(2_000, pace) == rest
    assert not rest.is_due(999 + WEEK, pace)
    assert rest.is_due(1_000 + WEEK, pace)
    began = 1_000 + WEEK
    first = rest.onward(names, "x", now=began, pace=pace)
    assert first == Sweep(at="a", behind="x", due=began + MINUTE, began=began)
    assert first.place(names) == ("a", "x")
    second = first.onward(names, None, now=began + MINUTE, pace=pace)
    assert second == Sweep(at="b", due=began + 2 * MINUTE, began=began)
    last = second.onward(names, None, now=began + 2 * MINUTE, pace=pace)
    assert last == Sweep(due=began + WEEK)
    late = second.onward(names, None, now=began + 9 * WEEK, pace=pace)
    assert late == Sweep(due=began + 9 * WEEK + MINUTE), "one sweep after the other"
    gone = second.onward(["c"], None, now=began + WEEK, pace=pace)
    assert gone.due == began + 2 * WEEK, "a walk that is gone: it begins with those there are"
    assert second.rested(0, Pace(every=0, pause=MINUTE)) == Sweep()
    shorter = Pace(every=DAY, pause=MINUTE)
    assert rest.rested(2_000, shorter) == Sweep(due=2_000 + DAY)
