"""Marketing mail and forms over HTTP; and sources that are not allowed."""

from __future__ import annotations

import pytest

from connector.clock import DAY, HOUR, MINUTE
from connector.errors import TryAgain
from connector.model import Evidence, Kind, WriteKind
from connector.ports import Stream
from sandbox.hubspot.caller import PEOPLE
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.wild import (
    activity,
    ann,
    engaged,
    no_scope,
    only,
    paths,
    refusal,
    rows,
    told,
)
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write

NEWS = "Spring news"


# marketing e-mail


def test_events_are_read_a_thousand_at_a_time(world):
    for n in range(2_500):
        world.mail("OPEN", START - n * MINUTE, "ann@acme.example", n)
    seen, cursor = engaged(only(world, "email_events"))
    assert len(seen) == 2_500
    assert len(paths(world, "/email/")) == 3
    more, _ = engaged(only(world, "email_events"), cursor)
    assert len(more) == 11, "the overlap, both ends in it"
    assert len(paths(world, "/email/")) == 4


def test_30_events_with_one_instant_come_once(world):
    for n in range(1_200):
        world.mail("CLICK", START - HOUR, "ann@acme.example", n)
    adapter, cursor, ids = only(world, "email_events"), None, []
    while True:
        page = adapter.read(Stream.ENGAGEMENTS, cursor)
        ids += [row.id for row in page.engagements]
        cursor = page.cursor
        if not page.more:
            break
    assert len(ids) == len(set(ids)) == 1_200


def test_an_offset_that_is_refused_is_done_without(world):
    wanted = {world.mail("OPEN", START - n * MINUTE, "a@acme.example", n).id for n in range(2_500)}
    adapter = only(world, "email_events")
    page = adapter.read(Stream.ENGAGEMENTS, None)
    world.front.instead = [("/email/", refusal(400, "VALIDATION_ERROR"))]
    seen, _ = engaged(adapter, page.cursor)
    assert {row.id for row in page.engagements} | seen.keys() == wanted
    assert len(paths(world, "/email/")) <= 5


def test_an_offset_that_is_always_refused_is_no_endless_loop(world):
    for n in range(1_100):
        world.mail("OPEN", START - HOUR, "a@acme.example", n)
    adapter = only(world, "email_events")
    page = adapter.read(Stream.ENGAGEMENTS, None)
    world.front.instead = [("/email/", refusal(400, "VALIDATION_ERROR"))] * 3
    before = world.requests()
    engaged(adapter, page.cursor)
    assert world.requests() - before <= 5
    assert adapter.check().missing


@pytest.mark.parametrize(
    "body",
    [
        {"hasMore": True, "offset": "", "events": []},
        {"hasMore": True, "events": []},
        {"events": []},
        {"hasMore": False},
        {"hasMore": "no", "offset": "x", "events": []},
    ],
)
def test_a_page_that_leads_nowhere_is_no_end(world, body):
    adapter = only(world, "email_events")
    world.front.instead = [("/email/", Answer(body=body))]
    with pytest.raises(TryAgain):
        adapter.read(Stream.ENGAGEMENTS, None)


def test_30_events_that_are_shown_late_are_found(world):
    adapter = only(world, "email_events")
    _, cursor = engaged(adapter)
    late = world.mail("CLICK", START + MINUTE, "ann@acme.example", visible_from=START + 50 * MINUTE)
    found: list[int] = []
    for minutes in range(5, 100, 5):
        world.clock.move_to(START + minutes * MINUTE)
        seen, cursor = engaged(adapter, cursor)
        found += [minutes] if late.id in seen else []
    assert found
    assert found[0] <= 60 + 20


def test_filtered_events_are_machines(world):
    world.mail("CLICK", START, "ann@acme.example", 1, filtered=True)
    world.mail("CLICK", START, "ann@acme.example", 2, user_agent="Barracuda/1.0")
    world.mail("OPEN", START, "ann@acme.example", 3)
    world.mail("CLICK", START, "ann@acme.example", 4)
    seen, _ = engaged(only(world, "email_events"))
    evidence = sorted((row.kind, row.evidence) for row in rows(seen))
    assert evidence == [
        (Kind.EMAIL_CLICKED, Evidence.HUMAN),
        (Kind.EMAIL_CLICKED, Evidence.MACHINE),
        (Kind.EMAIL_CLICKED, Evidence.MACHINE),
        (Kind.EMAIL_OPENED, Evidence.UNKNOWN),
    ]


# forms


def submit(world: HubspotWorld, form: str, at: int, *, kind: str = "hubspot") -> None:
    with world.portal.lock:
        made = world.platform.marketing.form(form, START - DAY, kind=kind)
        ann(world)
        world.platform.activity.submit(made, {"email": "ann@acme.example"}, at)


def test_submissions_of_all_kinds_of_forms_are_read(world):
    submit(world, "Demo", START - DAY)
    submit(world, "Old page", START - HOUR, kind="captured")
    submit(world, "Chat", START - MINUTE, kind="flow")
    seen, _ = engaged(only(world, "forms"))
    assert sorted(row.asset for row in rows(seen)) == ["Chat", "Demo", "Old page"]
    assert {row.email for row in rows(seen)} == {"ann@acme.example"}
    assert {row.kind for row in rows(seen)} == {Kind.FORM_SUBMITTED}


def test_31_a_form_that_cannot_be_read_costs_only_itself(world):
    submit(world, "Demo", START - DAY)
    submit(world, "Other", START - DAY)
    forms = "/form-integrations"
    world.front.instead = [(forms, refusal(400, "VALIDATION_ERROR"))]
    seen, _ = engaged(only(world, "forms"))
    assert len(seen) == 1


def test_a_long_form_is_read_to_its_end_once_and_then_only_its_news(world):
    for n in range(130):
        submit(world, "Demo", START - n * HOUR)
    adapter = only(world, "forms")
    seen, cursor = engaged(adapter)
    assert len(seen) == 130
    assert len(paths(world, "/form-integrations")) == 3
    world.clock.move_to(START + HOUR)
    submit(world, "Demo", START + HOUR)
    seen, _ = engaged(adapter, cursor)
    assert START + HOUR in {row.at for row in rows(seen)}
    assert len(paths(world, "/form-integrations")) == 4


def test_forms_are_asked_when_a_contact_tells_of_a_submission_or_an_hour_has_passed(world):
    submit(world, "Demo", START - DAY)
    adapter = only(world, "forms")
    _, cursor = engaged(adapter)
    asked = []
    for minutes in range(1, 75):
        world.clock.move_to(START + minutes * MINUTE)
        if minutes == 20:
            submit(world, "Demo", START + 20 * MINUTE)
        before = len(paths(world, "/form-integrations"))
        seen, cursor = engaged(adapter, cursor)
        if len(paths(world, "/form-integrations")) > before:
            asked.append((minutes, START + 20 * MINUTE in {row.at for row in rows(seen)}))
    assert asked == [(20, True)]
    world.clock.move_to(START + 81 * MINUTE)
    engaged(adapter, cursor)
    assert len(paths(world, "/form-integrations")) == 3


def test_a_submission_that_no_contact_tells_of_is_found_within_the_hour(world):
    submit(world, "Demo", START - DAY)
    adapter = only(world, "forms")
    _, cursor = engaged(adapter)
    submit(world, "Demo", START + 5 * MINUTE)
    ann(world).properties.pop("recent_conversion_date")
    world.clock.move_to(START + 61 * MINUTE)
    seen, _ = engaged(adapter, cursor)
    assert START + 5 * MINUTE in {row.at for row in rows(seen)}


def test_forms_go_on_in_a_new_process(world):
    for form in ("A", "B", "C"):
        for n in range(60):
            submit(world, form, START - n * HOUR)
    cursor, ids = None, set()
    for _ in range(30):
        page = only(world, "forms").read(Stream.ENGAGEMENTS, cursor)
        ids |= {row.id for row in page.engagements}
        assert all(row.asset in ("A", "B", "C") for row in page.engagements)
        cursor = page.cursor
        if not page.more:
            break
    assert len(ids) == 180


# what is not allowed


def test_26_a_source_that_is_refused_does_not_stop_the_others(world):
    world.mail("OPEN", START, "ann@acme.example")
    activity(world, "calls", START, hs_timestamp=str(START), hs_call_status="COMPLETED")
    world.platform.features.email_events = False
    adapter = world.adapter()
    seen, cursor = engaged(adapter)
    assert told(seen) == [(Kind.CALL_HELD, 0)]
    assert "read email_events (content)" in adapter.check().missing
    asked = len(paths(world, "/email/"))
    engaged(adapter, cursor)
    assert len(paths(world, "/email/")) == asked, "not asked each time"
    restarted = world.adapter()
    engaged(restarted, cursor)
    assert "read email_events" in restarted.check().missing
    world.platform.features.email_events = True
    world.clock.move_to(START + HOUR + MINUTE)
    seen, _ = engaged(adapter, cursor)
    assert Kind.EMAIL_OPENED in {row.kind for row in rows(seen)}
    assert adapter.check().missing == ()


def test_every_source_can_be_refused(world):
    world.front.instead = [
        (part, no_scope("crm.objects.contacts.read"))
        for part in ("meetings", "calls", "emails", "/email/", "forms", "contacts", "contacts")
    ]
    adapter = world.adapter()
    seen, _ = engaged(adapter)
    assert seen == {}
    assert len(adapter.check().missing) == 7


def test_trouble_is_no_refusal(world):
    adapter = world.adapter()
    world.front.instead = [("/email/", Answer(status=503, body=b""))]
    with pytest.raises(TryAgain):
        engaged(adapter)
    engaged(adapter)
    assert adapter.check().missing == ()


@pytest.mark.parametrize("status", [405, 410, 501])
def test_a_source_that_is_gone_for_good_does_not_stop_the_others(world, status):
    world.front.instead = [("/email/", Answer(status=status, body=b"<html>"))]
    activity(world, "calls", START, hs_timestamp=str(START), hs_call_status="COMPLETED")
    adapter = world.adapter()
    assert told(engaged(adapter)[0]) == [(Kind.CALL_HELD, 0)]
    assert f"read email_events (HTTP {status})" in adapter.check().missing


def test_a_log_that_fails_all_the_time_does_not_stop_the_others(world):
    world.front.instead = [("/email/", Answer(status=500, body=b""))] * 100
    adapter, cursor, told = world.adapter(), None, set()
    for hour in range(5):
        world.clock.move_to(START + hour * HOUR)
        submit(world, "Demo", START + hour * HOUR)
        failures = 0
        for _ in range(30):
            try:
                page = adapter.read(Stream.ENGAGEMENTS, cursor)
            except TryAgain:
                failures += 1
                continue
            told |= {(row.kind, row.at) for row in page.engagements}
            cursor = page.cursor
        assert failures > 5, "the trouble is hidden, or reading goes in circles"
    assert told == {(Kind.FORM_SUBMITTED, START + hour * HOUR) for hour in range(5)}
    world.front.instead = []
    world.mail("OPEN", START - DAY, "ann@acme.example")
    assert Kind.EMAIL_OPENED in {row.kind for row in rows(engaged(adapter, cursor)[0])}


def test_our_own_writes_wake_nobody(world):
    target = world.target(1)
    adapter = world.adapter()
    _, cursor = engaged(adapter)
    world.clock.move_to(START + 30 * MINUTE)
    for kind in WriteKind:
        adapter.write([some_write(world, kind, target, 7)])
    for minutes in range(31, 200, 20):
        world.clock.move_to(START + minutes * MINUTE)
        seen, cursor = engaged(adapter, cursor)
        assert seen == {}


def test_a_rep_who_edits_a_contact_is_no_engagement(world):
    adapter = world.adapter()
    _, cursor = engaged(adapter)
    world.clock.move_to(START + 30 * MINUTE)
    with world.portal.lock:
        world.portal.change(ann(world), {"jobtitle": "Boss"}, PEOPLE)
    assert engaged(adapter, cursor)[0] == {}
