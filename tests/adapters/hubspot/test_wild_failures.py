"""Failures that other connectors had in the wild; the numbers are those of the README's table.

What concerns writing (13, 15, 16, 20, 35, 36) is in test_writing and test_updates, the way (17,
18) in test_wire, 24 in test_setup; 2 and 12 to 14 are in test_reading, 26, 30 and 31 in
test_engagements, 27 in test_mapping.
"""

from __future__ import annotations

import json

import pytest

from connector.clock import DAY, HOUR, MINUTE
from connector.errors import AdapterError, Rejected, SignInAgain, TryAgain
from connector.model import Record, RecordRef
from connector.ports import Stream
from sandbox.hubspot.founding import APP, SCOPES, TOKEN
from sandbox.hubspot.search.faults import SearchFaults
from sandbox.hubspot.weather import Weather
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.wild import SEARCH, engaged, paths, people, put_contacts, touch
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.reading_laws import Seen, drain, identity, rows_of, take
from tests.adapters.world import START

PILE = 10_500


def faulty(world: HubspotWorld, **faults: bool) -> None:
    weather = Weather()
    weather.searches = SearchFaults(seed=7, **faults)
    world.platform.weather = weather


def told_at(seen: Seen, refs: set[RecordRef]) -> set[int | None]:
    return {row.modified_at for ref in refs if isinstance(row := seen[ref], Record)}


@pytest.mark.parametrize("faults", ["unordered", "short_pages", "loose_window", "fresh_values"])
def test_01_03_04_06_changes_are_read_whatever_searches_do(world, faults):
    refs = put_contacts(world, 1_500)
    adapter = world.adapter()
    _, cursor = people(adapter)
    faulty(world, **{faults: True})
    world.clock.move_to(START + 30 * MINUTE)
    for n, ref in enumerate(sorted(refs)):
        touch(world, {ref}, START + 20 * MINUTE + n)
    seen, _ = people(adapter, cursor)
    assert refs <= seen.keys()
    assert told_at(seen, refs) == {START + 20 * MINUTE + n for n in range(1_500)}


def test_01_a_first_load_by_search_is_whole_in_spite_of_everything(world):
    refs = {ref for n in range(3) for ref in put_contacts(world, 900, START - n * MINUTE)}
    faulty(world, unordered=True, short_pages=True, loose_window=True, ids_as_text=True)
    seen, _ = people(world.adapter(backfill="search", page_size=100))
    assert refs <= seen.keys()


@pytest.mark.fault("F34")
def test_05_07_too_many_contacts_with_one_stamp_are_all_read(world):
    """At full size: as many as a month-end run of a large portal."""
    faulty(world)
    refs = put_contacts(world, PILE, START - DAY)
    adapter = world.adapter(deadline=30.0)
    seen, cursor = people(adapter)
    assert refs <= seen.keys()
    assert world.requests() <= 120
    pile_up(world, refs, START + HOUR)
    before = world.requests()
    seen, _ = people(adapter, cursor)
    assert refs <= seen.keys()
    assert told_at(seen, refs) == {START + HOUR}
    assert world.requests() - before <= 75, "53 pages, and finding the millisecond"


@pytest.mark.fault("F34")
def test_05_07_a_first_load_by_search_reads_a_pile_too(world, monkeypatch):
    """A twentieth of the size, at a twentieth of the most that a search gives."""
    small(monkeypatch)
    faulty(world, ids_as_text=True)
    refs = put_contacts(world, PILE // 20, START - DAY)
    seen, _ = people(world.adapter(backfill="search", page_size=10, deadline=30.0))
    assert refs <= seen.keys()
    assert world.requests() <= 120


def pile_up(world: HubspotWorld, refs: set[RecordRef], at: int) -> None:
    """All of them change in one millisecond."""
    with world.portal.lock:
        for ref in refs:
            made = world.kept(ref).created_at
            values = {"firstname": "Monthly"}
            world.portal.load("contacts", values, id=int(ref.id), created_at=made, updated_at=at)
    world.clock.move_to(at)


def small(monkeypatch) -> None:
    """A search gives 500 results here instead of 10,000."""
    monkeypatch.setattr("adapters.hubspot.windows.MOST", 500)
    monkeypatch.setattr("adapters.hubspot.windows.CAP", 480)
    monkeypatch.setattr("sandbox.hubspot.search.engine.MOST_RESULTS", 500)


@pytest.mark.parametrize(("as_text", "short_pages"), [(False, True), (True, False)])
def test_07_a_pile_is_read_each_cycle_of_the_overlap_and_then_no_more(
    world, monkeypatch, as_text, short_pages
):
    small(monkeypatch)
    faulty(world, ids_as_text=as_text, short_pages=short_pages, loose_window=True)
    refs = put_contacts(world, 700, START - DAY)
    adapter = world.adapter(page_size=100)
    _, cursor = people(adapter)
    pile_up(world, refs, START + HOUR)
    seen, cursor = people(adapter, cursor)
    assert told_at(seen, refs) == {START + HOUR}
    seen, cursor = people(adapter, cursor)
    assert told_at(seen, refs) == {START + HOUR}
    world.clock.move_to(START + 3 * HOUR)
    _, cursor = people(adapter, cursor)
    before = world.requests()
    people(adapter, cursor)
    assert world.requests() - before == 1


def test_05_searches_by_id_that_do_not_fit_together_end_in_a_list(world, monkeypatch):
    """Ids that are sorted as text and compared as numbers would skip some."""
    small(monkeypatch)
    refs = put_contacts(world, 700, START - DAY)
    adapter = world.adapter(page_size=50)
    _, cursor = people(adapter)
    pile_up(world, refs, START + HOUR)
    platform, before = world.platform, len(paths(world, "GET"))

    def sorted_as_text(call):
        by_id = b'"ASCENDING"' in call.body
        platform.weather.searches.ids_as_text = by_id and b'"GT"' not in call.body
        return type(platform).answer(platform, call)

    monkeypatch.setattr(platform, "answer", sorted_as_text)
    seen, _ = people(adapter, cursor)
    assert told_at(seen, refs) == {START + HOUR}
    assert len(paths(world, "GET")) - before == 29, "the list tells all, 25 in a page"


def test_06_a_place_to_go_on_may_be_a_number(world):
    adapter = world.adapter()
    _, cursor = people(adapter)
    row = {"id": "41", "properties": {}, "createdAt": "2026-03-01T09:00:00Z"}
    first = {"total": 2, "results": [row], "paging": {"next": {"after": 200}}}
    second = {"total": 2, "results": [{**row, "id": "42"}], "paging": {}}
    world.front.instead = [(SEARCH, Answer(body=first)), (SEARCH, Answer(body=second))]
    seen, _ = people(adapter, cursor)
    assert {ref.id for ref in seen if isinstance(ref, RecordRef)} == {"41", "42"}


def test_06_an_empty_page_is_not_the_end(world):
    adapter = world.adapter()
    _, cursor = people(adapter)
    row = {"id": "41", "properties": {}, "createdAt": "2026-03-01T09:00:00Z"}
    first = {"total": 1, "results": [], "paging": {"next": {"after": "200"}}}
    second = {"total": 1, "results": [row]}
    world.front.instead = [(SEARCH, Answer(body=first)), (SEARCH, Answer(body=second))]
    seen, _ = people(adapter, cursor)
    assert {ref.id for ref in seen if isinstance(ref, RecordRef)} == {"41"}


@pytest.mark.parametrize("backfill", ["list", "search"])
def test_08_a_platform_that_stands_still_is_not_asked_for_ever(world, backfill):
    put_contacts(world, 300)
    adapter = world.adapter(backfill=backfill, page_size=100)
    row = {"id": "41", "properties": {}, "createdAt": "2026-03-01T09:00:00Z"}
    stuck = {"total": 300, "results": [row], "paging": {"next": {"after": "50"}}}
    world.front.instead = [("contacts", Answer(body=stuck))] * 500
    with pytest.raises((TryAgain, Rejected)):
        people(adapter)
    assert world.requests() <= 10


def test_09_nothing_is_asked_for_beyond_what_a_search_gives(world, monkeypatch):
    small(monkeypatch)
    for n in range(10):
        put_contacts_in_a_row(world, 200, START - 10 * DAY + n * HOUR, n)
    adapter = world.adapter(backfill="search", page_size=50)
    seen, _ = people(adapter)
    assert len(seen) == 2_001
    bodies = [json.loads(call.body) for call in world.front.seen if call.path.endswith("/search")]
    assert 300 <= max(int(body.get("after", 0)) for body in bodies) <= 450
    assert len(bodies) <= 80


def put_contacts_in_a_row(world: HubspotWorld, count: int, at: int, batch: int) -> None:
    with world.portal.lock:
        for n in range(count):
            number = 9_100_000_000 + batch * 1_000 + n
            stamp = at + n * 1_000
            world.portal.load("contacts", {"firstname": "Row"}, id=number, updated_at=stamp)


@pytest.mark.fault("F32")
def test_09_a_refusal_in_mid_window_makes_the_window_smaller(world):
    refs = put_contacts(world, 900, START - DAY)
    adapter = world.adapter(backfill="search")
    page = adapter.read(Stream.PEOPLE, None)
    refused = {"status": "error", "category": "VALIDATION_ERROR", "message": "beyond"}
    world.front.instead = [(SEARCH, Answer(status=400, body=refused))]
    seen, _ = people(adapter, page.cursor)
    assert refs <= {row.ref for row in page.records} | seen.keys()


def test_10_the_overlap_is_on_by_default(world):
    [ref] = put_contacts(world, 1)
    adapter = world.adapter()
    _, cursor = people(adapter)
    touch(world, {ref}, START - 9 * MINUTE)
    assert ref in people(adapter, cursor)[0]


def test_11_a_window_that_gave_less_than_it_said_is_read_again(world):
    refs = put_contacts(world, 100)
    adapter = world.adapter()
    _, cursor = people(adapter)
    world.clock.move_to(START + HOUR)
    touch(world, refs, START + HOUR)
    world.front.instead = [(SEARCH, Answer(body={"total": 100, "results": []}))]
    seen, _ = people(adapter, cursor)
    assert refs == seen.keys()


@pytest.mark.fault("F1")
def test_25_a_token_that_ends_in_mid_run_costs_nothing(world):
    wanted = put_contacts(world, 250)
    adapter = world.adapter()
    page = adapter.read(Stream.PEOPLE, None)
    world.refuse_sign_in()
    with pytest.raises(SignInAgain):
        adapter.read(Stream.PEOPLE, page.cursor)
    world.platform.access.add(APP, TOKEN, SCOPES)
    seen, _ = people(adapter, page.cursor)
    assert wanted <= {row.ref for row in page.records} | seen.keys()


@pytest.mark.fault("F15")
def test_28_a_page_for_people_is_passing_trouble(world):
    put_contacts(world, 250)
    adapter = world.adapter()
    page = adapter.read(Stream.PEOPLE, None)
    html = Answer(status=200, body=b"<html>Back soon</html>", content_type="text/html")
    world.front.instead = [("contacts", html)]
    with pytest.raises(TryAgain):
        adapter.read(Stream.PEOPLE, page.cursor)
    people(adapter, page.cursor)


def test_29_activities_are_not_capped(world):
    with world.portal.lock:
        values = {"hs_timestamp": str(START - DAY), "hs_call_status": "COMPLETED"}
        for n in range(PILE):
            kept = world.portal.load(
                "calls",
                values,
                id=9_200_000_000 + n,
                created_at=START - DAY,
                updated_at=START - DAY,
            )
            world.portal.link(kept, world.seller)
    seen, _ = engaged(world.adapter(activity=("calls",), deadline=20.0))
    assert len(seen) == PILE


def test_32_the_cursor_moves_by_the_platforms_clock_and_not_by_ours(world):
    [ref] = put_contacts(world, 1)
    adapter, cursor = world.adapter(), None
    behind = START - 3 * HOUR
    world.portal.clock.shift(-3 * HOUR)  # our clock is three hours ahead
    for minutes in (1, 40, 80):
        _, cursor = people(adapter, cursor)
        touch(world, {ref}, behind + minutes * MINUTE)
        world.clock.move_to(START + minutes * MINUTE)
        assert ref in people(adapter, cursor)[0]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_33_34_all_is_read_in_hostile_weather_with_a_restart_after_each_failure(world, seed):
    """Limits, locks, pages of proxies, cut answers, lagging and lying searches, all at once."""
    wanted: Seen = {}
    for stream in Stream:
        for number in range(40):
            row = world.put(stream, number, START - (40 - number) * HOUR)
            wanted[identity(row)] = row
    hostile = Weather.hostile(seed)
    hostile.drip_pause, hostile.slowest_index = 0.0, 15_000
    hostile.rates = {kind: rate * 4 for kind, rate in hostile.rates.items() if kind != "drip"}
    hostile.rates["200_instead"] = 0.0
    world.platform.weather = hostile
    seen: Seen = {}
    cursors: dict[Stream, str | None] = dict.fromkeys(Stream)
    failures = 0
    for turn in range(8):
        at = START + turn * 7 * MINUTE
        world.clock.move_to(at)
        for stream in Stream:
            changed = [] if stream is Stream.ENGAGEMENTS else [turn, turn + 1]
            for number in [*changed, 40 + turn]:
                row = world.put(stream, number, at)
                wanted[identity(row)] = row
        for stream in Stream:
            failures += read_on(world, stream, cursors, seen)
    world.clock.move_to(START + 2 * HOUR)
    for stream in Stream:
        failures += read_on(world, stream, cursors, seen)
    assert failures > 10
    missing = wanted.keys() - seen.keys()
    assert not missing
    assert {key: seen[key] for key in wanted} == wanted


def read_on(
    world: HubspotWorld, stream: Stream, cursors: dict[Stream, str | None], seen: Seen
) -> int:
    """Read a stream to its end, in a new process after each failure; how many there were."""
    failures, adapter = 0, world.adapter(page_size=20)
    for _ in range(400):
        try:
            page = adapter.read(stream, cursors[stream])
        except AdapterError:
            failures, adapter = failures + 1, world.adapter(page_size=20)
            continue
        for row in rows_of(page):
            take(seen, row)
        cursors[stream] = page.cursor
        if not page.more:
            return failures
    pytest.fail(f"{stream} came to no end")


def test_a_text_that_is_no_cursor_is_refused(world):
    adapter = world.adapter()
    for stream in Stream:
        with pytest.raises(Rejected):
            drain(adapter, stream, '{"v":1')
