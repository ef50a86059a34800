"""Properties of contacts that stand in for a source: nothing is lost, and nothing comes twice."""

from __future__ import annotations

from adapters.hubspot import tables
from adapters.hubspot.engaged import of_history
from connector.clock import DAY, HOUR, MINUTE
from connector.model import Kind
from connector.ports import Stream
from sandbox.hubspot.caller import PEOPLE
from tests.adapters.hubspot.test_engaged import reading, row
from tests.adapters.hubspot.test_engagements import submit
from tests.adapters.hubspot.wild import ann, engaged, no_scope, paths, put_contacts, rows
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.reading_laws import Seen, identity
from tests.adapters.world import START

FORMS = "/marketing/forms"


def moments(seen: Seen, kind: Kind) -> list[int]:
    return sorted(one.at - START for one in rows(seen) if one.kind is kind)


def read_at(world: HubspotWorld, adapter, cursor: str, moment: int, seen: Seen) -> str:
    world.clock.move_to(moment)
    found, cursor = engaged(adapter, cursor)
    seen |= found
    return cursor


def test_what_a_source_told_is_not_told_again_by_its_stand_in_nor_the_other_way_round(world):
    for days in range(1, 4):
        submit(world, "Demo", START - days * DAY)
    adapter = world.adapter()
    seen, cursor = engaged(adapter)
    world.front.instead = [("forms", no_scope("forms"))] * 3
    cursor = read_at(world, adapter, cursor, START + 2 * HOUR, seen)
    lists = len(paths(world, "GET /crm/objects/2026-09/contacts"))
    submit(world, "Demo", START + 2 * HOUR + 5 * MINUTE)
    cursor = read_at(world, adapter, cursor, START + 2 * HOUR + 10 * MINUTE, seen)
    assert 2 * HOUR + 5 * MINUTE in moments(seen, Kind.FORM_SUBMITTED)
    cursor = read_at(world, adapter, cursor, START + 2 * HOUR + 20 * MINUTE, seen)
    world.front.instead = []
    cursor = read_at(world, adapter, cursor, START + 3 * HOUR, seen)
    submit(world, "Demo", START + 4 * HOUR)
    cursor = read_at(world, adapter, cursor, START + 4 * HOUR + MINUTE, seen)
    told = [-3 * DAY, -2 * DAY, -DAY, 2 * HOUR + 5 * MINUTE, 4 * HOUR]
    assert moments(seen, Kind.FORM_SUBMITTED) == told
    assert len(paths(world, "GET /crm/objects/2026-09/contacts")) == lists, "all listed again"


def mailed(world: HubspotWorld, kind: str, at: int) -> None:
    with world.portal.lock:
        ann(world)
        world.platform.activity.mail(kind, "ann@acme.example", "Spring news", at)


def test_a_source_that_comes_later_tells_only_what_no_property_did(world):
    world.platform.features.email_events = False
    for kind in ("SENT", "CLICK"):
        mailed(world, kind, START - DAY)
    adapter = world.adapter()
    seen, cursor = engaged(adapter)
    assert moments(seen, Kind.EMAIL_CLICKED) == [-DAY]
    world.platform.features.email_events = True
    cursor = read_at(world, adapter, cursor, START + 2 * HOUR, seen)
    mailed(world, "CLICK", START + 3 * HOUR)
    read_at(world, adapter, cursor, START + 3 * HOUR + MINUTE, seen)
    assert moments(seen, Kind.EMAIL_CLICKED) == [-DAY, 3 * HOUR]
    assert moments(seen, Kind.EMAIL_SENT) == [-DAY]


def test_a_stand_in_goes_to_its_end_when_its_hour_passes_on_the_way(world):
    refs = put_contacts(world, 120)
    with world.portal.lock:
        for ref in refs:
            values = {"recent_conversion_date": str(START - DAY)}
            world.portal.change(world.kept(ref), values, PEOPLE)
    adapter = world.adapter()
    world.front.instead = [("forms", no_scope("forms"))]
    page = adapter.read(Stream.ENGAGEMENTS, None)
    seen: Seen = {}
    while not page.engagements:
        page = adapter.read(Stream.ENGAGEMENTS, page.cursor)
    seen |= {identity(one): one for one in page.engagements}
    world.front.instead = [("forms", no_scope("forms"))] * 5
    cursor = read_at(world, adapter, page.cursor, START + 2 * HOUR, seen)
    read_at(world, adapter, cursor, START + 2 * HOUR, seen)
    assert len(moments(seen, Kind.FORM_SUBMITTED)) == 120


def test_an_answer_to_marketing_mail_is_told_by_its_property_alone(world):
    with world.portal.lock:
        ann(world)
    adapter = world.adapter()
    seen, cursor = engaged(adapter)
    with world.portal.lock:
        world.platform.activity.replied("ann@acme.example", "Spring news", START + HOUR)
    read_at(world, adapter, cursor, START + HOUR, seen)
    assert moments(seen, Kind.EMAIL_REPLIED) == [HOUR]


def test_a_booking_is_told_when_it_was_made_not_when_the_meeting_is(world):
    versions = [{"value": str(START + 7 * DAY), "timestamp": str(START)}]
    told = row({}, propertiesWithHistory={tables.BOOKED: versions})
    [found] = of_history(told, reading(tables.WEB), 0)
    assert (found.kind, found.at) == (Kind.MEETING_BOOKED, START)
