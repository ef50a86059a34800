"""Failures that other connectors had in the wild; the numbers are those of the README's table.

Numbers 6 and 8 are in `test_sweep.py`, those of writing in `test_wild_writes.py`.
"""

from __future__ import annotations

import time

import pytest

from connector.clock import DAY, HOUR, MINUTE, SECOND
from connector.errors import FateUnknown, GrantAccess, SignInAgain, SlowDown, TryAgain
from connector.model import Settled, WriteKind
from connector.ports import Stream
from sandbox.salesforce import writing
from sandbox.salesforce.calls import Answer
from sandbox.salesforce.values import Row
from tests.adapters.salesforce.wild import (
    READ,
    Ticking,
    by_bulk,
    paths,
    people,
    put_leads,
    refusal,
)
from tests.adapters.salesforce.world import OWN, SalesforceWorld, give_field
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write


def test_01_rows_that_commit_late_are_read(world):
    adapter = world.adapter()
    _, cursor = people(adapter)
    kind = world.org.schema["Lead"]
    values = {"LastName": "Late", "Company": "Acme"}
    caller = world.person_at_the_screen
    world.org.transaction(
        lambda: writing.create(world.org, caller, kind, values), commits=START + 9 * MINUTE
    )
    world.clock.move_to(START + 5 * MINUTE)
    put_leads(world, 3, START + 5 * MINUTE)
    seen, cursor = people(adapter, cursor)
    assert len(seen) == 3
    world.clock.move_to(START + 9 * MINUTE)
    seen, _ = people(adapter, cursor)
    assert "Late" in {row.fields["name"] for row in seen.values()}


@pytest.mark.fault("F34")
def test_02_many_equal_stamps_come_to_an_end(world):
    wanted = put_leads(world, 60)
    seen, _ = people(world.adapter(page_size=7))
    assert seen.keys() == wanted


def test_02_a_platform_that_stands_still_is_not_asked_for_ever(world):
    put_leads(world, 5)
    adapter = world.adapter(page_size=2)
    page = adapter.read(Stream.PEOPLE, None)
    page = adapter.read(Stream.PEOPLE, page.cursor)
    [row] = [call for call in world.front.seen if "queryAll" in call.path][:1]
    again = world.made.platform.answer(row)
    world.front.instead = [("queryAll", Answer(body=again.body))]
    with pytest.raises(TryAgain):
        adapter.read(Stream.PEOPLE, page.cursor)


def test_03_equal_stamps_across_a_page_edge_are_not_skipped(world):
    adapter = world.adapter(page_size=2)
    put_leads(world, 3)
    page = adapter.read(Stream.PEOPLE, None)
    world.load("Lead", "00Q", -900, START - DAY, {"LastName": "First by id", "Company": "A"})
    seen, cursor = people(adapter, page.cursor)
    assert len({record.ref for record in page.records} | seen.keys()) == 3
    more, _ = people(adapter, cursor)
    assert len(more) == 4, "the one that came behind the reader's back, too"
    assert len(people(world.adapter())[0]) == 4


def test_04_old_rows_are_read_without_a_start_date(world):
    put_leads(world, 1, START - 4_000 * DAY)
    assert len(people(world.adapter())[0]) == 1


def test_05_a_short_result_of_a_load_is_noticed(world):
    put_leads(world, 4)
    adapter = by_bulk(world)
    csv = b'"Id","SystemModstamp","Name"\n"00QbS0000000001AAA","2026-03-01T09:00:00.000Z","x"\n'
    headers = {"Sforce-NumberOfRecords": "4", "Sforce-Locator": "null"}
    world.front.instead = [("/results", Answer(body=csv, headers=headers, content_type="text/csv"))]
    with pytest.raises(TryAgain):
        people(adapter)
    assert len(people(adapter)[0]) == 4


@pytest.mark.fault("F51")
def test_07_a_changed_schema_loses_nothing_that_was_read(world):
    wanted = put_leads(world, 5)
    seen, cursor = people(world.adapter())
    assert seen.keys() == wanted
    adapter = world.adapter()
    world.org.access.hide(world.made.integration, "Lead", "Title")
    world.clock.move_to(START + MINUTE)
    [new] = put_leads(world, 1, START + MINUTE)
    seen, cursor = people(adapter, cursor)
    assert seen[new].modified_at == START + MINUTE
    assert "title" not in seen[new].fields
    assert not any(row.deleted for row in seen.values())
    world.org.access.unhide(world.made.integration, "Lead", "Title")
    world.clock.move_to(START + 2 * HOUR)
    seen, _ = people(adapter, cursor)
    assert seen.keys() == wanted, "old rows tell what the field says, and none is missing"
    assert all(row.fields["title"] is None for row in seen.values())


@pytest.mark.fault("F53")
def test_09_a_new_field_is_read_without_a_restart_for_old_rows_too(world):
    adapter = world.adapter(extra={"people": {"segment": "Segment__c"}})
    put_leads(world, 3)
    seen, cursor = people(adapter)
    assert all("segment" not in row.fields for row in seen.values())
    give_field(world.made, "Lead", "Segment__c", {"type": "Text", "length": 20, "label": "S"})
    [some, *_] = seen
    world.org.fill(world.org.schema["Lead"], {"Segment__c": "Gold"})
    world.clock.move_to(START + HOUR)
    seen, _ = people(adapter, cursor)
    assert {row.fields["segment"] for row in seen.values()} == {"Gold"}
    assert some in seen


@pytest.mark.fault("F1")
def test_10_a_load_signs_in_again_when_the_session_ends(world):
    wanted = put_leads(world, 9)
    adapter = by_bulk(world, page_size=4)
    page = adapter.read(Stream.PEOPLE, None)
    world.made.platform.auth.end_sessions()
    seen, _ = people(adapter, page.cursor)
    read = {row.ref for row in page.records} | seen.keys()
    assert read == wanted
    assert len(world.made.platform.auth.logins) == 2


def test_11_a_400_invalid_session_in_mid_download_means_sign_in_again(world):
    wanted = put_leads(world, 3)
    world.front.instead = [("/results", refusal(400, "InvalidSessionId"))]
    assert people(by_bulk(world))[0].keys() == wanted
    assert len(world.made.platform.auth.logins) == 2


@pytest.mark.parametrize("code", ["INVALID_JWT_FORMAT", "INVALID_AUTH_HEADER"])
def test_12_other_words_for_an_ended_session(world, code):
    put_leads(world, 1)
    world.front.instead = [(READ, refusal(401, code))]
    assert len(people(world.adapter())[0]) == 1
    assert len(world.made.platform.auth.logins) == 2


@pytest.mark.fault("F2")
def test_13_a_session_that_is_refused_for_good_does_not_loop(world):
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    message = "This session is not valid for use with the REST API"
    world.front.instead = [(READ, refusal(401, "INVALID_SESSION_ID", message))] * 9
    with pytest.raises(SignInAgain, match="API Enabled"):
        people(adapter)
    assert world.requests() - before <= 4


@pytest.mark.fault("F5")
def test_14_a_revoked_app_is_not_hammered_with_logins(world):
    adapter = world.adapter()
    adapter.check()
    world.refuse_sign_in()
    for _ in range(30):
        with pytest.raises(SignInAgain):
            adapter.check()
    assert len(world.made.platform.auth.logins) <= 3
    world.clock.move_to(START + 16 * MINUTE)
    with pytest.raises(SignInAgain):
        adapter.check()
    assert len(world.made.platform.auth.logins) == 4


@pytest.mark.parametrize("status", [406, 420, 502, 503])
def test_15_what_passes_is_passing_trouble(world, status):
    adapter = world.adapter()
    adapter.check()
    world.front.instead = [(READ, Answer(status=status, body=b""))]
    with pytest.raises(TryAgain):
        people(adapter)
    people(adapter)


def test_16_a_slow_drip_comes_to_an_end(tmp_path):
    world = SalesforceWorld(tmp_path, Ticking(START))
    adapter = world.adapter(deadline=1.0)
    adapter.check()
    world.front.drip = READ
    began = time.monotonic()
    with pytest.raises(TryAgain, match="did not come to its end"):
        people(adapter)
    assert time.monotonic() - began < 10
    world.front.drip = "composite/sobjects"
    with pytest.raises(FateUnknown):
        adapter.write([some_write(world, WriteKind.CREATE_TASK, world.target(1))])
    world.close()


def test_17_a_long_query_goes_in_the_body(world):
    names = {f"f{n}": f"A_rather_long_name_of_a_field_{n}__c" for n in range(400)}
    for theirs in names.values():
        give_field(world.made, "Lead", theirs, {"type": "Text", "length": 20, "label": "F"})
    wanted = put_leads(world, 2)
    adapter = world.adapter(extra={"people": names}, deadline=5.0)
    seen, _ = people(adapter)
    assert seen.keys() == wanted
    assert all(len(row.fields) > 400 for row in seen.values())
    assert "POST /services/data/v67.0/composite" in world.front.paths()
    assert not paths(world, "GET /services/data/v67.0/query/")


@pytest.mark.fault("F6")
def test_18_and_33_no_locator_is_ever_followed(world):
    wanted = put_leads(world, 450)
    world.made.platform.page_size = 200
    adapter = world.adapter()
    first = adapter.read(Stream.PEOPLE, None)
    assert len(first.records) == 200
    seen, _ = people(adapter, first.cursor)
    assert {row.ref for row in first.records} | seen.keys() == wanted
    assert not [path for path in world.front.paths() if "/query/0r8" in path]


def test_19_a_load_is_streamed_to_disk(world, monkeypatch):
    wanted = put_leads(world, 3_000)
    adapter = by_bulk(world, deadline=10.0)
    adapter.check()
    monkeypatch.setattr("adapters.salesforce.wire.MOST_BYTES", 100_000)
    assert people(adapter)[0].keys() == wanted


NASTY = 'one\ntwo\r\nthree\u2028four "quoted", and; then\ttab'


def test_20_line_ends_inside_cells_survive_a_load(world):
    ref = world.target(1)
    world.edit(ref, OWN, NASTY)
    adapter = by_bulk(world, extra={"people": {"story": OWN}})
    seen, _ = people(adapter)
    assert seen[ref].fields["story"] == NASTY


@pytest.mark.fault("F62")
def test_20_nul_in_a_cell_does_not_break_a_load(world):
    put_leads(world, 1)
    csv = b'"Id","Name","SystemModstamp"\n"00QbS0000000001AAA",'
    csv += b'"a\x00b\nc","2026-03-01T09:00:00.000Z"\n'
    headers = {"Sforce-NumberOfRecords": "1", "Sforce-Locator": "null"}
    world.front.instead = [("/results", Answer(body=csv, headers=headers, content_type="text/csv"))]
    seen, _ = people(by_bulk(world))
    assert [row.fields["name"] for row in seen.values()] == ["ab\nc"]


def test_22_what_bulk_refuses_is_read_page_by_page(world):
    wanted = put_leads(world, 3)
    world.org.schema["Lead"].bulk = False
    assert people(by_bulk(world))[0].keys() == wanted


def test_23_a_field_that_only_bulk_does_not_know_costs_no_rows(world):
    wanted = put_leads(world, 3)
    world.front.instead = [("jobs/query", refusal(400, "INVALID_FIELD", "No such column 'X'"))]
    assert people(by_bulk(world))[0].keys() == wanted


def test_26_a_load_goes_on_after_an_outage_and_a_restart(world, monkeypatch):
    monkeypatch.setattr("adapters.salesforce.bulk._FIRST_WAIT", 0.01)
    wanted = put_leads(world, 3)
    world.made.platform.bulk.patience = 1
    first = by_bulk(world)
    page = first.read(Stream.PEOPLE, None)  # the contacts, of which there are none
    page = first.read(Stream.PEOPLE, page.cursor)
    assert page.more
    assert not page.records
    world.front.instead = [("jobs/query/", Answer(status=503, body=b"<html>"))]
    with pytest.raises(TryAgain):
        first.read(Stream.PEOPLE, page.cursor)
    assert people(by_bulk(world), page.cursor)[0].keys() == wanted
    created = [path for path in world.front.paths() if path.endswith("/jobs/query")]
    assert len(created) == 1


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_27_a_load_that_fails_is_read_page_by_page(world, state):
    wanted = put_leads(world, 3)
    answer = Answer(
        body={"id": "750x", "state": state, "errorMessage": "Retried more than 15 times"}
    )
    world.front.instead = [("jobs/query/", answer)]
    assert people(by_bulk(world))[0].keys() == wanted


def test_27_a_load_that_is_gone_is_read_page_by_page(world):
    wanted = put_leads(world, 3)
    world.front.instead = [("jobs/query/", refusal(404, "NOT_FOUND"))]
    assert people(by_bulk(world))[0].keys() == wanted


def test_31_more_than_ten_thousand_rows_are_all_read(world):
    row: Row = {"LastName": "x", "Company": "y", "CreatedDate": START - DAY}
    row |= {"SystemModstamp": START - DAY, "LastModifiedDate": START - DAY}
    world.org.load("Lead", [dict(row) for _ in range(10_500)])
    adapter = world.adapter(bulk_from=1_000_000, deadline=10.0)
    assert len(people(adapter)[0]) == 10_500


def test_32_pages_of_a_result_come_one_after_the_other(world):
    wanted = put_leads(world, 50)
    world.made.platform.bulk.page_rows = 8
    seen, cursor = people(by_bulk(world, page_size=3))
    assert seen.keys() == wanted
    assert len(paths(world, "/results")) == 7
    more, _ = people(by_bulk(world), cursor)
    assert more == {}


@pytest.mark.fault("F11")
def test_34_reading_stops_before_the_quota_is_used_up_and_writing_goes_on(world):
    adapter = world.adapter()
    adapter.check()
    quota = world.made.platform.quota
    quota.used_elsewhere(quota.daily * 85 // 100)
    adapter.check()
    before = world.requests()
    with pytest.raises(SlowDown) as caught:
        people(adapter)
    assert caught.value.retry_after
    assert world.requests() == before
    write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
    assert [o.settled for o in adapter.write([write])] == [Settled.APPLIED]
    quota.used_elsewhere(quota.daily * 11 // 100)
    adapter.check()
    with pytest.raises(SlowDown):
        adapter.write([write])
    world.clock.move_to(START + 25 * HOUR)
    people(adapter)


def test_34_a_used_up_quota_is_told_as_such(world):
    adapter = world.adapter()
    adapter.check()
    message = "TotalRequests Limit exceeded."
    world.front.instead = [(READ, refusal(403, "REQUEST_LIMIT_EXCEEDED", message))]
    with pytest.raises(SlowDown) as caught:
        people(adapter)
    assert caught.value.retry_after == 15 * MINUTE
    message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    world.front.instead = [(READ, refusal(403, "REQUEST_LIMIT_EXCEEDED", message))]
    with pytest.raises(SlowDown) as caught:
        people(adapter)
    assert caught.value.retry_after == 10 * SECOND


@pytest.mark.fault("F58")
@pytest.mark.parametrize("code", ["TXN_SECURITY_METERING_ERROR", "INSUFFICIENT_ACCESS_OR_READONLY"])
def test_35_a_missing_right_is_named(world, code):
    adapter = world.adapter()
    adapter.check()
    world.front.instead = [(READ, refusal(403, code))]
    with pytest.raises(GrantAccess, match=code):
        people(adapter)


@pytest.mark.fault("F64")
@pytest.mark.parametrize("body", ["[" * 200_000, '{"a":' * 200_000])
@pytest.mark.parametrize("status", [200, 500])
def test_json_without_bottom_is_passing_trouble(world, body, status):
    adapter = world.adapter()
    adapter.check()
    world.answer_next(status, headers={}, body=body)
    with pytest.raises(TryAgain):
        adapter.read(Stream.PEOPLE, None)
    adapter.read(Stream.PEOPLE, None)
