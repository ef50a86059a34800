"""Meetings, calls, mail of reps, and what properties of contacts tell, over HTTP."""

from __future__ import annotations

import pytest

from connector.clock import DAY, HOUR, MINUTE
from connector.ingest.page import store_page
from connector.model import Engagement, Evidence, Kind
from connector.ports import Stream
from connector.store import Store
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.kept import Kept
from tests.adapters.hubspot.wild import (
    activity,
    ann,
    engaged,
    only,
    rows,
    told,
)
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.world import START

NEWS = "Spring news"


# activities


def meeting(world: HubspotWorld, made: int, start: int, **more: str) -> Kept:
    values = {"hs_meeting_start_time": str(start), "hs_meeting_end_time": str(start + HOUR)}
    return activity(world, "meetings", made, **values, **more)


@pytest.mark.parametrize("backfill", ["list", "search"])
def test_a_meeting_is_told_when_it_is_booked_and_when_it_is_over(world, backfill):
    adapter = only(world, "meetings", backfill=backfill)
    _, cursor = engaged(adapter)
    world.clock.move_to(START + MINUTE)
    meeting(world, START + MINUTE, START + DAY)
    seen, cursor = engaged(adapter, cursor)
    assert told(seen) == [(Kind.MEETING_BOOKED, MINUTE)]
    world.clock.move_to(START + DAY + 30 * MINUTE)
    seen, cursor = engaged(adapter, cursor)
    assert Kind.MEETING_HELD not in {row.kind for row in rows(seen)}
    world.clock.move_to(START + DAY + 80 * MINUTE)
    seen, cursor = engaged(adapter, cursor)
    assert (Kind.MEETING_HELD, DAY) in told(seen)
    again, _ = engaged(adapter, cursor)
    assert again == {}


def kept(world: HubspotWorld, store: Store, adapter, cursor: str | None = None):
    """Read to the end into a store: the kinds of what stays of the seller, and the cursor."""
    more = True
    while more:
        page = adapter.read(Stream.ENGAGEMENTS, cursor)
        with store.transaction():
            store_page(store, page, world.clock.now(), careful=False)
        cursor, more = page.cursor, page.more
    with store.transaction():
        call = Engagement(
            instance="crm", id="", at=0, kind=Kind.CALL_HELD, person=world.ref(world.seller)
        )
        person = store.people.known_to(call)
        assert person is not None
        return [Kind.of_code(each.kind) for each in store.timelines.of(person)], cursor


@pytest.mark.parametrize("outcome", ["NO_SHOW", "CANCELED", "RESCHEDULED"])
def test_a_meeting_that_turns_out_not_to_have_been_held_is_taken_back(world, tmp_path, outcome):
    store = Store.open(tmp_path / "state")
    adapter = only(world, "meetings")
    made = meeting(world, START - DAY, START - 2 * HOUR)
    found, cursor = kept(world, store, adapter)
    assert sorted(found) == [Kind.MEETING_BOOKED, Kind.MEETING_HELD]
    world.clock.move_to(START + HOUR)
    with world.portal.lock:
        world.portal.change(made, {"hs_meeting_outcome": outcome}, PEOPLE)
    found, cursor = kept(world, store, adapter, cursor)
    assert found == [Kind.MEETING_BOOKED]
    world.clock.move_to(START + 2 * HOUR)
    with world.portal.lock:
        world.portal.change(made, {"hs_meeting_outcome": "COMPLETED"}, PEOPLE)
    found, _ = kept(world, store, adapter, cursor)
    assert sorted(found) == [Kind.MEETING_BOOKED, Kind.MEETING_HELD]
    store.close()


def test_a_call_in_which_nobody_was_reached_after_all_is_taken_back(world, tmp_path):
    store = Store.open(tmp_path / "state")
    adapter = only(world, "calls")
    made = activity(world, "calls", START, hs_timestamp=str(START), hs_call_status="COMPLETED")
    found, cursor = kept(world, store, adapter)
    assert found == [Kind.CALL_HELD]
    world.clock.move_to(START + HOUR)
    with world.portal.lock:
        busy = {"hs_call_disposition": "9d9162e7-6cf3-4944-bf63-4dff82258764"}
        world.portal.change(made, busy, PEOPLE)
    assert kept(world, store, adapter, cursor)[0] == []
    store.close()


def test_a_meeting_that_was_ahead_in_the_first_load_is_told_when_it_is_over(world):
    meeting(world, START - DAY, START + HOUR)
    adapter = only(world, "meetings")
    seen, cursor = engaged(adapter)
    assert told(seen) == [(Kind.MEETING_BOOKED, -DAY)]
    world.clock.move_to(START + 3 * HOUR)
    seen, _ = engaged(adapter, cursor)
    assert (Kind.MEETING_HELD, HOUR) in told(seen)


def test_calls_and_mail_of_reps(world):
    activity(world, "calls", START, hs_timestamp=str(START), hs_call_status="COMPLETED")
    way = {"hs_timestamp": str(START), "hs_email_direction": "INCOMING_EMAIL"}
    activity(world, "emails", START, **way)
    for backfill in ("list", "search"):
        seen, _ = engaged(only(world, "calls", "emails", backfill=backfill))
        assert told(seen) == [(Kind.CALL_HELD, 0), (Kind.EMAIL_REPLIED, 0)]
        assert {row.person for row in rows(seen)} == {world.ref(world.seller)}


def test_tasks_count_only_where_the_settings_say_so_and_never_our_own(world):
    done = {"hs_task_type": "CALL", "hs_task_status": "COMPLETED", "hs_timestamp": str(START)}
    activity(world, "tasks", START, **done)
    activity(world, "tasks", START, **done, leadmode_key="k-1")
    assert engaged(only(world))[0] == {}
    seen, _ = engaged(only(world, task_kinds={"CALL": "call_held"}))
    assert told(seen) == [(Kind.CALL_HELD, 0)]


# properties


def view(world: HubspotWorld, url: str, at: int) -> None:
    with world.portal.lock:
        world.platform.activity.view(ann(world), url, at)


def test_page_views_are_read_from_the_history_of_a_property(world):
    view(world, "https://acme.example/", START - 2 * DAY)
    view(world, "https://acme.example/pricing?x=1", START - DAY)
    adapter = only(world, "web", "email_events", "forms", "meetings", "emails")
    seen, cursor = engaged(adapter)
    assert [(row.kind, row.at, row.asset) for row in rows(seen)] == [
        (Kind.PAGE_VIEWED, START - DAY, "/pricing"),
        (Kind.PAGE_VIEWED, START - 2 * DAY, "/"),
    ]
    world.clock.move_to(START + 40 * MINUTE)
    view(world, "https://acme.example/demo", START + 31 * MINUTE)
    view(world, "https://acme.example/contact", START + 35 * MINUTE)
    seen, cursor = engaged(adapter, cursor)
    assert [row.asset for row in rows(seen)] == ["/contact", "/demo"], "both, and nothing old"
    world.clock.move_to(START + 2 * HOUR)
    _, cursor = engaged(adapter, cursor)
    again, _ = engaged(adapter, cursor)
    assert again == {}


def test_properties_stand_in_for_what_a_portal_does_not_have(world):
    world.platform.features.version_1 = False
    act = world.platform.activity
    with world.portal.lock:
        ann(world)
        act.mail("OPEN", "ann@acme.example", NEWS, START - HOUR)
        act.mail("CLICK", "ann@acme.example", NEWS, START - HOUR + MINUTE)
        act.replied("ann@acme.example", NEWS, START - MINUTE)
        form = world.platform.marketing.form("Demo", START - DAY)
        act.submit(form, {"email": "ann@acme.example"}, START - 2 * MINUTE)
    adapter = world.adapter()
    seen, cursor = engaged(adapter)
    assert told(seen) == [
        (Kind.EMAIL_CLICKED, -59 * MINUTE),
        (Kind.EMAIL_OPENED, -HOUR),
        (Kind.EMAIL_REPLIED, -MINUTE),
        (Kind.FORM_SUBMITTED, -2 * MINUTE),
    ]
    [opened] = [row for row in rows(seen) if row.kind is Kind.EMAIL_OPENED]
    assert opened.evidence is Evidence.UNKNOWN
    assert [row.asset for row in rows(seen) if row.kind is Kind.FORM_SUBMITTED] == ["Demo"]
    world.clock.move_to(START + 30 * MINUTE)
    with world.portal.lock:
        act.mail("OPEN", "ann@acme.example", NEWS, START + 20 * MINUTE)
    seen, _ = engaged(adapter, cursor)
    assert (Kind.EMAIL_OPENED, 20 * MINUTE) in told(seen)


def test_nothing_is_told_twice_where_a_source_is_there(world):
    with world.portal.lock:
        ann(world)
        world.platform.activity.mail("OPEN", "ann@acme.example", NEWS, START - HOUR)
    seen, _ = engaged(world.adapter())
    assert told(seen) == [(Kind.EMAIL_OPENED, -HOUR)]


def test_a_source_that_is_refused_later_is_replaced_and_old_values_are_read(world):
    adapter = world.adapter()
    _, cursor = engaged(adapter)
    with world.portal.lock:
        ann(world)
        world.platform.activity.mail("OPEN", "ann@acme.example", NEWS, START + MINUTE)
    world.platform.features.email_events = False
    world.clock.move_to(START + 2 * MINUTE)
    seen, cursor = engaged(adapter, cursor)
    assert told(seen) == [(Kind.EMAIL_OPENED, MINUTE)]
    world.clock.move_to(START + 2 * HOUR)
    before = world.requests()
    engaged(adapter, cursor)
    assert world.requests() - before < 20, "no history is read from its beginning again"


# a mail of several


def incoming(world: HubspotWorld, **values: str) -> Kept:
    way = {"hs_timestamp": str(START), "hs_email_direction": "INCOMING_EMAIL", **values}
    mail = activity(world, "emails", START, **way)
    with world.portal.lock:
        world.portal.link(mail, ann(world))
    return mail


@pytest.mark.parametrize("backfill", ["list", "search"])
def test_a_mail_of_several_is_an_answer_of_the_one_who_wrote_it(world, backfill):
    incoming(world, hs_email_from_email="ann@acme.example")
    seen, _ = engaged(only(world, "emails", backfill=backfill))
    assert [(row.kind, row.email, row.person) for row in rows(seen)] == [
        (Kind.EMAIL_REPLIED, "ann@acme.example", None)
    ]


def test_where_nobody_says_who_wrote_it_nobody_surely_did(world):
    incoming(world)
    seen, _ = engaged(only(world, "emails"))
    assert {row.evidence for row in rows(seen)} == {Evidence.UNKNOWN}
    assert {row.person for row in rows(seen)} == {world.ref(world.seller), world.ref(ann(world))}


# what becomes readable later


def test_what_becomes_readable_later_says_that_it_is_a_first_load(world):
    world.mail("CLICK", START, "ann@acme.example")
    world.platform.features.email_events = False
    adapter = only(world, "email_events", "calls")
    _, cursor = engaged(adapter)
    activity(world, "calls", START, hs_timestamp=str(START), hs_call_status="COMPLETED")
    world.platform.features.email_events = True
    world.clock.move_to(START + 2 * HOUR)
    told_as: dict[Kind, int | None] = {}
    for _ in range(2):
        page = adapter.read(Stream.ENGAGEMENTS, cursor)
        while page.more:
            told_as |= {row.kind: page.first_load for row in page.engagements}
            page = adapter.read(Stream.ENGAGEMENTS, page.cursor)
        told_as |= {row.kind: page.first_load for row in page.engagements}
        cursor = page.cursor
    assert told_as[Kind.CALL_HELD] is None
    assert told_as[Kind.EMAIL_CLICKED] == START + 2 * HOUR
    world.mail("CLICK", START + 2 * HOUR, "ann@acme.example")
    world.clock.move_to(START + 3 * HOUR)
    page = adapter.read(Stream.ENGAGEMENTS, cursor)
    assert page.first_load is None
