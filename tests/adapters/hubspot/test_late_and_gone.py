"""What came late, what was archived, and what was merged."""

from __future__ import annotations

import pytest

from connector.clock import HOUR, MINUTE
from connector.model import Record, RecordRef
from connector.ports import Stream
from sandbox.hubspot import merging, writing
from sandbox.hubspot.caller import PEOPLE
from tests.adapters.hubspot.wild import people, put_contacts, touch
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.reading_laws import Seen, drain
from tests.adapters.world import START


def calls(world: HubspotWorld, before: int = 0) -> int:
    return world.requests() - before


def records(seen: Seen) -> dict[RecordRef, Record]:
    return {row.ref: row for row in seen.values() if isinstance(row, Record)}


def deals(adapter, cursor=None):
    return drain(adapter, Stream.OPPORTUNITIES, cursor)


# what came late


def lagging(world: HubspotWorld, ref: RecordRef, until: int) -> None:
    """The index shows a change from this moment on."""
    kept = world.kept(ref)
    kept.indexed, kept.indexed_from = dict(kept.properties), until


@pytest.mark.fault("F35")
def test_02_what_the_index_shows_late_is_found_by_the_trailing_pass(world):
    refs = put_contacts(world, 5)
    adapter = world.adapter()
    _, cursor = people(adapter)
    [late, *_] = sorted(refs)
    lagging(world, late, START + 40 * MINUTE)
    touch(world, {late}, START + 5 * MINUTE)
    told = []
    for minutes in range(5, 100, 5):
        world.clock.move_to(START + minutes * MINUTE)
        seen, cursor = people(adapter, cursor)
        told += [minutes for ref in seen if ref == late]
    assert told, "never read"
    assert told[0] <= 5 + 60 + 15


def test_the_trailing_pass_is_rare(world):
    adapter = world.adapter()
    _, cursor = people(adapter)
    world.clock.move_to(START + 3 * HOUR)
    before = world.requests()
    for minute in range(60):
        world.clock.move_to(START + 3 * HOUR + minute * MINUTE)
        _, cursor = people(adapter, cursor)
    assert calls(world, before) == 60 + 4


def test_without_a_trailing_pass_none_is_made(world):
    adapter = world.adapter(trailing=0)
    _, cursor = people(adapter)
    world.clock.move_to(START + 3 * HOUR)
    before = world.requests()
    people(adapter, cursor)
    assert calls(world, before) == 1


# archives and merges


def test_12_what_was_archived_is_told_as_deleted(world):
    refs = sorted(put_contacts(world, 5))
    adapter = world.adapter()
    _, cursor = people(adapter)
    world.clock.move_to(START + MINUTE)
    world.remove(refs[0])
    seen, cursor = people(adapter, cursor)
    assert seen == {}, "archiving moves no stamp"
    world.clock.move_to(START + 6 * HOUR)
    seen, cursor = people(adapter, cursor)
    [told] = records(seen).values()
    assert (told.ref, told.deleted) == (refs[0], True)
    assert told.modified_at == START + MINUTE
    before = world.requests()
    people(adapter, cursor)
    assert calls(world, before) == 1, "the next look is hours away"


def test_the_recycle_bin_is_read_page_by_page(world):
    refs = put_contacts(world, 250)
    adapter = world.adapter()
    _, cursor = people(adapter)
    for ref in refs:
        world.remove(ref)
    world.clock.move_to(START + 7 * HOUR)
    page = adapter.read(Stream.PEOPLE, cursor)
    page = adapter.read(Stream.PEOPLE, page.cursor)
    gone: set[RecordRef] = set()
    for restarted in (world.adapter(), world.adapter()):
        page = restarted.read(Stream.PEOPLE, page.cursor)
        gone |= {row.ref for row in page.records if row.deleted}
    seen, _ = people(world.adapter(), page.cursor)
    assert len(gone | {ref for ref, row in records(seen).items() if row.deleted}) == 250


@pytest.mark.fault("F43")
def test_a_record_that_was_restored_is_there_again(world):
    [ref] = put_contacts(world, 1)
    adapter = world.adapter()
    _, cursor = people(adapter)
    world.remove(ref)
    world.clock.move_to(START + 7 * HOUR)
    seen, cursor = people(adapter, cursor)
    gone = records(seen)[ref]
    with world.portal.lock:
        writing.restore(world.portal, PEOPLE, world.kept(ref))
    seen, _ = people(adapter, cursor)
    back = records(seen)[ref]
    assert gone.deleted
    assert not back.deleted
    assert (back.modified_at or 0) >= (gone.modified_at or 0)


def merge(world: HubspotWorld, winner: RecordRef, loser: RecordRef) -> RecordRef:
    with world.portal.lock:
        kind = world.portal.schema[winner.object_type]
        return world.ref(merging.merge(world.portal, PEOPLE, kind, winner.id, loser.id))


@pytest.mark.parametrize("as_new", [False, True])
def test_13_merged_records_name_their_winner(world, as_new):
    world.portal.merge_makes_new = as_new
    a, b, c = sorted(put_contacts(world, 3))
    adapter = world.adapter()
    _, cursor = people(adapter)
    world.clock.move_to(START + MINUTE)
    first = merge(world, b, a)
    last = merge(world, c, first)
    for reader, at in ((adapter, cursor), (world.adapter(), None)):
        told = records(people(reader, at)[0])
        losers = {a, b, c, first} - {last}
        assert {ref for ref in losers if told[ref].deleted} == losers
        assert {told[ref].merged_into for ref in losers} == {last}
        assert set(told[last].emails) == {f"n{n}@acme.example" for n in range(3)}
        assert told[last].merged_into is None


def test_a_contact_that_comes_back_out_of_the_recycle_bin_is_read_again(world):
    [ref] = put_contacts(world, 1)
    adapter = world.adapter(archive_every=1)
    _, cursor = people(adapter)
    world.clock.move_to(START + HOUR)
    with world.portal.lock:
        writing.archive(world.portal, PEOPLE, world.kept(ref))
    world.clock.move_to(START + 3 * HOUR)
    seen, cursor = people(adapter, cursor)
    assert records(seen)[ref].deleted
    with world.portal.lock:
        writing.restore(world.portal, PEOPLE, world.kept(ref))
    world.clock.move_to(START + 4 * HOUR)
    seen, _ = people(adapter, cursor)
    assert not records(seen)[ref].deleted
    assert records(seen)[ref].emails == ("n0@acme.example",)
