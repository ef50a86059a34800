"""Walks are read side by side, quiet streams ahead: as few calls as can be, and nothing missed."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.salesforce.adapter import SalesforceAdapter
from adapters.salesforce.ahead import FRESH, Ahead
from connector.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from connector.errors import GrantAccess, TryAgain
from connector.ports import Page, Stream
from sandbox.salesforce.calls import Answer
from tests.adapters.http_laws import Break
from tests.adapters.reading_laws import drain, put_many
from tests.adapters.salesforce.wild import READ, paths, put_leads, refusal
from tests.adapters.salesforce.world import SalesforceWorld
from tests.adapters.world import START

Cursors = dict[Stream, str]


def loaded(world: SalesforceWorld, **settings: Any) -> tuple[SalesforceAdapter, Cursors]:
    """An adapter that has read every stream to its end, and where they end."""
    for stream in Stream:
        put_many(world, stream, range(4), START - DAY)
    adapter = world.adapter(**settings)
    return adapter, {stream: drain(adapter, stream)[1] for stream in Stream}


def cycle(adapter: SalesforceAdapter, cursors: Cursors) -> dict[Stream, list[Page]]:
    """Every stream to its end, in the order of the core; the cursors go forward."""
    told: dict[Stream, list[Page]] = {}
    for stream in Stream:
        more = True
        while more:
            page = adapter.read(stream, cursors[stream])
            told.setdefault(stream, []).append(page)
            cursors[stream], more = page.cursor, page.more
    return told


def plan(
    world: SalesforceWorld, *parts: int, code: str = "INSUFFICIENT_ACCESS_OR_READONLY"
) -> None:
    """The next composite request comes back with these parts refused."""

    def answered() -> Answer:
        call: Any
        [*_, call] = [call for call in world.front.seen if call.path.endswith(READ)]
        body: Any = world.made.platform.answer(call).body
        for part in parts:
            told = body["compositeResponse"][part]
            told["httpStatusCode"] = 400
            told["body"] = [{"errorCode": code, "message": "no"}]
        return Answer(body=body)

    world.front.instead = [(READ, answered())]


def test_a_quiet_cycle_takes_three_calls_and_moves_nothing(world):
    adapter, cursors = loaded(world)
    before, ends = world.requests(), dict(cursors)
    told = cycle(adapter, cursors)
    assert cursors == ends
    assert [len(told[stream]) for stream in Stream] == [1] * 5
    # owners, accounts and people together; opportunities; engagements
    assert world.requests() - before == 3


def test_a_fresh_start_in_quiet_times_takes_five_calls(world):
    _, cursors = loaded(world)
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    cycle(adapter, cursors)
    assert world.requests() - before == len(Stream)


def test_what_is_new_comes_through_a_page_that_was_read_ahead(world):
    adapter, cursors = loaded(world)
    world.clock.move_to(START + HOUR // 2)
    wanted = put_leads(world, 3, START + HOUR // 2)
    before = world.requests()
    told = cycle(adapter, cursors)
    assert {record.ref for record in told[Stream.PEOPLE][0].records} >= wanted
    assert world.requests() - before == 3
    world.clock.move_to(START + 50 * MINUTE)
    wanted = put_leads(world, 6, START + 50 * MINUTE)
    assert {r.ref for r in cycle(adapter, cursors)[Stream.PEOPLE][0].records} >= wanted


def test_a_page_read_ahead_is_given_once_and_soon_and_for_its_cursor_alone(world):
    adapter, cursors = loaded(world)
    people = cursors[Stream.PEOPLE]
    adapter.read(Stream.OWNERS, cursors[Stream.OWNERS])
    before = world.requests()
    page = adapter.read(Stream.PEOPLE, people)
    assert world.requests() == before
    assert adapter.read(Stream.PEOPLE, people) == page
    assert world.requests() == before + 1, "given once"
    adapter.read(Stream.OWNERS, cursors[Stream.OWNERS])
    whole, _ = drain(adapter, Stream.PEOPLE)
    assert len(whole) == 4, "another cursor is answered by Salesforce"
    before = world.requests()
    adapter.read(Stream.PEOPLE, people)
    assert world.requests() == before + 1, "what was read ahead is gone"
    adapter.read(Stream.OWNERS, cursors[Stream.OWNERS])
    world.clock.move_to(START + int(FRESH) * SECOND + 1)
    [late] = put_leads(world, 1, START + SECOND)
    page = adapter.read(Stream.PEOPLE, people)
    assert late in {record.ref for record in page.records if record.modified_at != START - DAY}


def test_what_is_put_in_after_a_page_was_read_ahead_comes_the_next_time(world):
    adapter, cursors = loaded(world)
    adapter.read(Stream.OWNERS, cursors[Stream.OWNERS])
    world.clock.move_to(START + SECOND)
    late = put_leads(world, 1, START - 9 * MINUTE)  # it commits late, too
    told = cycle(adapter, cursors)
    assert {r.ref for page in told[Stream.PEOPLE] for r in page.records}
    told = cycle(adapter, cursors)
    assert late <= {
        r.ref for page in told[Stream.PEOPLE] for r in page.records if r.modified_at != START - DAY
    }


def test_trouble_with_a_stream_read_ahead_is_that_streams_own(world):
    adapter, cursors = loaded(world)
    adapter.read(Stream.OWNERS, cursors[Stream.OWNERS])
    adapter.read(Stream.ACCOUNTS, cursors[Stream.ACCOUNTS])
    adapter.read(Stream.PEOPLE, cursors[Stream.PEOPLE])
    plan(world, 2)  # users, accounts, leads, contacts
    page = adapter.read(Stream.OWNERS, cursors[Stream.OWNERS])
    assert not page.more
    before = world.requests()
    adapter.read(Stream.ACCOUNTS, cursors[Stream.ACCOUNTS])
    assert world.requests() == before
    adapter.read(Stream.PEOPLE, cursors[Stream.PEOPLE])
    assert world.requests() == before + 1
    plan(world, 0)
    with pytest.raises(GrantAccess):
        adapter.read(Stream.PEOPLE, cursors[Stream.PEOPLE])


def test_several_long_walks_take_as_many_calls_as_the_longest(world):
    adapter, cursors = loaded(world, page_size=10)
    world.clock.move_to(START + HOUR // 2)
    wanted = put_many(world, Stream.PEOPLE, range(10, 62), START + HOUR // 2)
    before = world.requests()
    seen, _ = drain(adapter, Stream.PEOPLE, cursors[Stream.PEOPLE])
    assert seen.keys() >= wanted.keys()
    # 26 of each, and two that are read again: three pages of leads, and three of contacts
    assert world.requests() - before == 3


def queries(world: SalesforceWorld) -> list[int]:
    """Queries per call, of the calls since the last look."""
    calls, world.front.seen = world.front.seen, []
    return [call.body.count(b"queryAll") or 1 for call in calls]


@pytest.mark.fault("F32")
def test_answers_that_come_too_slowly_make_the_next_call_smaller(world):
    adapter, cursors = loaded(world)
    end = cursors[Stream.ENGAGEMENTS]
    queries(world)
    for _ in range(2):
        world.front.broken = Break.TIMEOUT
        with pytest.raises(TryAgain):
            adapter.read(Stream.ENGAGEMENTS, end)
    for _ in range(3):
        assert drain(adapter, Stream.ENGAGEMENTS, end)[1] == end
    assert queries(world) == [5, 5, 2, 3, 4, 1, 5]


@pytest.mark.fault("F32")
@pytest.mark.parametrize("count", [1, 2])
def test_a_query_that_times_out_does_so_too(world, count):
    adapter, cursors = loaded(world)
    end = cursors[Stream.ENGAGEMENTS]
    adapter.read(Stream.ENGAGEMENTS, end)
    plan(world, 3, code="QUERY_TIMEOUT")
    world.front.instead *= count
    for _ in range(count):
        with pytest.raises(TryAgain):
            adapter.read(Stream.ENGAGEMENTS, end)
    queries(world)
    assert drain(adapter, Stream.ENGAGEMENTS, end)[1] == end
    assert queries(world) == ([5] if count == 1 else [2, 3])


def test_walks_stay_together_in_other_trouble(world):
    """What is read in two halves is decided on in two halves."""
    adapter, cursors = loaded(world)
    end = cursors[Stream.ENGAGEMENTS]
    queries(world)
    for how in (Break.RESET, Break.TRUNCATED, Break.HTML):
        world.front.broken = how
        with pytest.raises(TryAgain):
            adapter.read(Stream.ENGAGEMENTS, end)
    world.front.instead = [(READ, Answer(status=503, body=b""))] * 3
    for _ in range(3):
        with pytest.raises(TryAgain):
            adapter.read(Stream.ENGAGEMENTS, end)
    drain(adapter, Stream.ENGAGEMENTS, end)
    assert queries(world) == [5] * 7


def test_a_first_load_counts_large_objects_with_its_describes(world):
    for stream in Stream:
        put_many(world, stream, range(4), START - DAY)
    put_many(world, Stream.PEOPLE, range(10, 31), START - DAY)
    adapter = world.adapter(bulk_from=6)
    told = {stream: drain(adapter, stream)[0] for stream in Stream}
    assert len(told[Stream.PEOPLE]) == 25
    asked = [path.split("/v67.0/")[-1].split("?")[0] for path in world.front.paths()]
    kinds = [path.split("jobs/query")[0] + "jobs/query" * ("jobs" in path) for path in asked]
    # Contacts and leads by Bulk, three calls each; describes and counts in one call.
    assert kinds.count("jobs/query") == 6
    assert len(asked) == 1 + 1 + 1 + 1 + 6 + 1 + 1


def test_a_large_object_that_was_not_counted_goes_to_bulk_after_its_first_page(world):
    wanted = put_many(world, Stream.ACCOUNTS, range(12), START - DAY)
    adapter = world.adapter(bulk_from=10, page_size=5)
    seen, _ = drain(adapter, Stream.ACCOUNTS)
    assert seen.keys() == wanted.keys()
    assert len([path for path in paths(world, "POST") if path.endswith("jobs/query")]) == 1
    small = world.adapter(bulk_from=12, page_size=5)
    world.front.seen = []
    assert drain(small, Stream.ACCOUNTS)[0].keys() == wanted.keys()
    assert not paths(world, "jobs/query")


def test_who_may_not_count_reads_page_by_page(world):
    wanted = put_leads(world, 7)
    adapter = world.adapter(bulk_from=3, page_size=2)
    adapter.check()
    adapter._catalog.sizes = {}
    world.front.instead = [("queryAll", refusal(403, "INSUFFICIENT_ACCESS"))]
    seen, _ = drain(adapter, Stream.PEOPLE)
    assert seen.keys() == wanted
    assert not world.front.instead
    assert not paths(world, "jobs/query")


def test_pages_wait_for_one_question():
    clock = ManualClock(START)
    ahead, page = Ahead(clock), Page(cursor="b")
    assert ahead.end_of(Stream.PEOPLE) is None
    ahead.given(Stream.PEOPLE, Page(cursor="a"))
    assert ahead.end_of(Stream.PEOPLE) == "a"
    ahead.put(Stream.PEOPLE, "a", page)
    assert ahead.take(Stream.OWNERS, "a") is None
    assert ahead.take(Stream.PEOPLE, "a") is page
    assert ahead.take(Stream.PEOPLE, "a") is None
    ahead.put(Stream.PEOPLE, "a", page)
    assert ahead.take(Stream.PEOPLE, None) is None
    assert ahead.take(Stream.PEOPLE, "a") is None
    ahead.put(Stream.PEOPLE, "a", page)
    clock.move_to(START + int(FRESH * SECOND) + 1)
    assert ahead.take(Stream.PEOPLE, "a") is None
    ahead.given(Stream.PEOPLE, Page(cursor="c", more=True))
    assert ahead.end_of(Stream.PEOPLE) is None
