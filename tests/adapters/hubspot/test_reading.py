"""Records over HTTP: first loads, increments, and what they cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.clock import DAY, HOUR, MINUTE
from connector.errors import GrantAccess, SlowDown, TryAgain
from connector.model import Record, RecordRef
from connector.ports import Stream
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.wild import paths, people, put_contacts, refusal, touch
from tests.adapters.hubspot.world import FIRST, HubspotWorld, give_property
from tests.adapters.reading_laws import Seen, drain
from tests.adapters.world import START


def calls(world: HubspotWorld, before: int = 0) -> int:
    return world.requests() - before


def records(seen: Seen) -> dict[RecordRef, Record]:
    return {row.ref: row for row in seen.values() if isinstance(row, Record)}


def deals(adapter, cursor=None):
    return drain(adapter, Stream.OPPORTUNITIES, cursor)


# what it costs


def test_a_first_load_lists_a_hundred_in_one_call(world):
    wanted = put_contacts(world, 1_000)
    seen, _ = people(world.adapter())
    assert wanted <= seen.keys()
    assert calls(world) == 11, "1,001 contacts"
    assert not paths(world, "/search")


def test_a_first_load_by_search_takes_half_the_calls(world):
    wanted = put_contacts(world, 1_000)
    seen, _ = people(world.adapter(backfill="search"))
    assert wanted <= seen.keys()
    assert calls(world) == 6
    assert len(paths(world, "/search")) == 6


def test_the_next_run_after_500_changes_is_three_searches(world):
    refs = put_contacts(world, 2_000)
    adapter = world.adapter()
    _, cursor = people(adapter)
    world.clock.move_to(START + HOUR // 2)
    touch(world, set(sorted(refs)[:500]), START + HOUR // 2)
    before = world.requests()
    seen, _ = people(adapter, cursor)
    assert len(seen) == 500
    assert calls(world, before) == 3


def test_a_quiet_cycle_costs_a_search_for_each_kind_of_record(world):
    adapter, cursors = world.adapter(), {}
    for stream in Stream:
        _, cursors[stream] = drain(adapter, stream)
    costs = {}
    for stream in Stream:
        before = world.requests()
        drain(adapter, stream, cursors[stream])
        costs[stream] = calls(world, before)
    assert costs == {
        Stream.OWNERS: 2,
        Stream.ACCOUNTS: 1,
        Stream.PEOPLE: 1,
        Stream.OPPORTUNITIES: 1,
        Stream.ENGAGEMENTS: 6,
    }


def test_what_changed_within_the_overlap_is_read_again_and_then_no_more(world):
    put_contacts(world, 5, START - MINUTE)
    adapter = world.adapter()
    _, cursor = people(adapter)
    again, cursor = people(adapter, cursor)
    assert len(again) == 5
    world.clock.move_to(START + 20 * MINUTE)
    _, cursor = people(adapter, cursor)
    more, _ = people(adapter, cursor)
    assert more == {}


# first loads


def test_a_first_load_goes_on_where_it_stopped(world):
    wanted = put_contacts(world, 450)
    first = world.adapter()
    page = first.read(Stream.PEOPLE, None)
    assert page.more
    seen, _ = people(world.adapter(), page.cursor)
    assert wanted <= {row.ref for row in page.records} | seen.keys()
    assert len(paths(world, "GET")) == 5, "no page twice"


def test_what_changes_during_a_first_load_is_read_after_it(world):
    refs = sorted(put_contacts(world, 250))
    adapter = world.adapter()
    page = adapter.read(Stream.PEOPLE, None)
    world.clock.move_to(START + 3 * DAY)
    touch(world, {refs[0]}, START + 2 * DAY)
    _, cursor = people(adapter, page.cursor)
    seen, _ = people(adapter, cursor)
    assert records(seen)[refs[0]].modified_at == START + 2 * DAY


def test_other_settings_begin_anew(world):
    put_contacts(world, 3)
    _, cursor = people(world.adapter())
    seen, _ = people(world.adapter(status_property="lifecyclestage"), cursor)
    assert len(seen) == 4


def test_a_refused_place_in_a_list_is_an_error_and_no_end(world):
    put_contacts(world, 250)
    adapter = world.adapter()
    page = adapter.read(Stream.PEOPLE, None)
    world.front.instead = [("objects", refusal(403, "MISSING_SCOPES"))]
    with pytest.raises(GrantAccess):
        adapter.read(Stream.PEOPLE, page.cursor)


# deals and their people


def test_a_list_tells_the_people_of_deals_without_further_calls(world):
    told = [world.put(Stream.OPPORTUNITIES, n, START - DAY) for n in range(30)]
    seen, _ = deals(world.adapter())
    assert list(seen.values()) == told
    assert calls(world) == 1


def test_a_search_is_completed_by_one_call_for_people(world):
    adapter = world.adapter()
    _, cursor = deals(adapter)
    told = [world.put(Stream.OPPORTUNITIES, n, START + MINUTE) for n in range(30)]
    world.clock.move_to(START + MINUTE)
    before = world.requests()
    seen, _ = deals(adapter, cursor)
    assert [seen[row.ref] for row in told if isinstance(row, Record)] == told
    assert calls(world, before) == 2, "the property tells the company"


def test_a_deal_without_people_and_company(world):
    adapter = world.adapter()
    _, cursor = deals(adapter)
    kept = world.load("deals", FIRST["deals"], START, {"dealname": "Nobody's"})
    seen, _ = deals(adapter, cursor)
    [row] = records(seen).values()
    assert (row.ref, row.people, row.account) == (world.ref(kept), (), None)


def test_a_deal_with_more_people_than_a_list_shows(world):
    told = world.put(Stream.OPPORTUNITIES, 1, START)
    assert isinstance(told, Record)
    crowd = put_contacts(world, 700)
    with world.portal.lock:
        for ref in crowd:
            world.portal.link(world.kept(told.ref), world.kept(ref))
    for adapter in (world.adapter(), world.adapter(backfill="search")):
        seen, _ = deals(adapter)
        assert set(records(seen)[told.ref].people) == {*crowd, world.ref(world.seller)}


# leads


def lead(world: HubspotWorld, **values: str) -> RecordRef:
    number = FIRST["deals"] + 500 + len(world.portal.tables["leads"].kept)
    kept = world.load("leads", number, START, {"hs_lead_name": "Lead", **values})
    world.portal.link(kept, world.seller)
    return world.ref(kept)


def test_leads_of_others_are_opportunities_where_that_is_wanted(world):
    theirs = lead(world, hs_pipeline_stage="new-stage-id")
    ours = lead(world, hs_pipeline_stage="new-stage-id", leadmode_key="k-1")
    assert deals(world.adapter())[0] == {}
    for adapter in (
        world.adapter(read_leads=True),
        world.adapter(read_leads=True, backfill="search"),
    ):
        seen, _ = deals(adapter)
        assert ours not in seen
        told = records(seen)[theirs]
        assert told.people == (world.ref(world.seller),)
        assert told.fields["is_closed"] is False


def test_a_portal_without_leads_still_has_deals(world):
    world.platform.features.leads = False
    told = world.put(Stream.OPPORTUNITIES, 1, START)
    adapter = world.adapter(read_leads=True)
    seen, cursor = deals(adapter)
    assert list(seen.values()) == [told]
    assert adapter.check().missing == ("read leads (crm.objects.leads.read)",)
    before = world.requests()
    deals(adapter, cursor)
    assert calls(world, before) - 1 <= 1, "it is not asked for each time"


# many properties


def many(world: HubspotWorld) -> dict[str, str]:
    names = {f"f{n}": f"a_rather_long_name_of_a_property_{n}" for n in range(400)}
    for name in names.values():
        give_property(world.made, "contacts", name)
    return names


@pytest.mark.parametrize("backfill", ["list", "search"])
def test_14_many_properties_go_into_a_body(world, backfill):
    names = many(world)
    wanted = put_contacts(world, 150, a_rather_long_name_of_a_property_7="seven")
    adapter = world.adapter(extra={"people": names}, backfill=backfill, deadline=5.0)
    seen, cursor = people(adapter)
    told = records(seen)
    assert wanted <= told.keys()
    assert {told[ref].fields["f7"] for ref in wanted} == {"seven"}
    assert all(len(told[ref].fields) > 400 for ref in wanted)
    longest = max(len(call.path) + sum(len(v) for _, v in call.pairs) for call in world.front.seen)
    assert longest < 7_000
    bodies = [len(call.body) for call in world.front.seen if "/search" in call.path]
    assert max(bodies, default=0) < 3_000
    touch(world, {min(wanted)}, START + MINUTE)
    again, _ = people(adapter, cursor)
    assert records(again)[min(wanted)].fields["f7"] == "seven"


def test_further_fields_have_the_types_of_their_properties(world):
    kinds = {"score": "number", "since": "datetime", "vip": "bool", "note": "string"}
    for name, kind in kinds.items():
        give_property(world.made, "contacts", name, kind)
    values = {"score": "7.5", "since": str(START), "vip": "true", "note": ""}
    [ref] = put_contacts(world, 1, START - DAY, **values)
    adapter = world.adapter(extra={"people": {name: name for name in (*kinds, "gone")}})
    fields = records(people(adapter)[0])[ref].fields
    assert {name: fields[name] for name in kinds} == {
        "score": 7.5,
        "since": START,
        "vip": True,
        "note": None,
    }
    assert "gone" not in fields


# owners


def test_owners_who_left_are_told_as_inactive(world):
    seen, _ = drain(world.adapter(), Stream.OWNERS)
    active = {ref.id: row.fields["active"] for ref, row in records(seen).items()}
    assert active == {world.made.admin: True, world.made.rep: True, world.made.former: False}


# versions


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_all_versions_read_the_same(world, version):
    put_contacts(world, 3)
    world.put(Stream.OPPORTUNITIES, 1, START)
    world.put(Stream.ENGAGEMENTS, 2, START)
    adapter, newest = world.adapter(version=version), world.adapter()
    for stream in Stream:
        seen, cursor = drain(adapter, stream)
        assert seen == drain(newest, stream)[0]
        assert drain(adapter, stream, cursor)[0] == drain(newest, stream, cursor)[0]
    mine = [
        path for path in world.front.paths() if "/email/" not in path and "form-int" not in path
    ]
    assert any(f"/{version}/" in f"{path}/" for path in mine)


# limits


@pytest.mark.fault("F11")
def test_reading_stops_at_its_share_of_the_day(world):
    quota = world.platform.quota
    quota.used_elsewhere(quota.daily * 85 // 100)
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    with pytest.raises(SlowDown):
        people(adapter)
    assert calls(world, before) == 0


def test_a_search_that_tells_no_total_is_no_answer(world):
    adapter = world.adapter()
    _, cursor = people(adapter)
    bodies: list[Any] = [{"results": []}, {"total": "3", "results": []}, {"total": 0}, [], "x"]
    bodies.append({"total": 1, "results": [{"properties": {}}]})
    for body in bodies:
        world.front.instead = [("/search", Answer(body=json.loads(json.dumps(body))))]
        with pytest.raises(TryAgain):
            adapter.read(Stream.PEOPLE, cursor)


def test_rows_that_failed_to_come_are_not_taken_for_gone(world):
    put_contacts(world, 3)
    adapter = world.adapter(extra={"people": {f"x{n}": f"a_long_name_{n:090}" for n in range(30)}})
    _, cursor = people(adapter)
    world.clock.move_to(START + HOUR)
    touch(world, put_contacts(world, 3), START + HOUR)
    failed = {"status": "error", "category": "INTERNAL_ERROR", "message": "no"}
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [failed]}
    world.front.instead = [("batch/read", Answer(status=207, body=body))]
    with pytest.raises(TryAgain):
        people(adapter, cursor)
    assert len(people(adapter, cursor)[0]) == 3
