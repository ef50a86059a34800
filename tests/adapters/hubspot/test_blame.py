"""Whom and what a refusal is about: it must cost no other write, and end none too early."""

from __future__ import annotations

import pytest

from connector.errors import FateUnknown, GrantAccess, TryAgain
from connector.model import RecordRef, Settled, WriteKind
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.world import KEY, OWN
from tests.adapters.hubspot.writes import (
    CREATE,
    READ,
    change,
    erase,
    fields_of,
    instead,
    keys,
    settled,
    tasks,
)
from tests.adapters.writing_laws import some_write

DONE, AGAIN = Settled.APPLIED, Settled.ALREADY_APPLIED


def told_of(number, **fault):
    """What a batch says when one of its inputs failed, and nothing else."""
    error = {"status": "error", "context": {"objectWriteTraceId": [f"write-{number}"]}, **fault}
    return {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}


def test_a_page_that_makes_no_sense_takes_nothing_back_that_is_settled(world):
    """Class C: sent again, the task would be there twice."""
    adapter = world.adapter(unique_keys=False)
    writes = [*tasks(world, 1), some_write(world, WriteKind.ADD_NOTE, world.target(7), 7)]
    instead(world, "/notes", {"foo": 1})
    assert settled(adapter.write(writes)) == [DONE, Settled.RETRY]


def test_a_key_that_cannot_be_looked_up_is_no_refusal(world):
    writes = tasks(world, 1)
    world.adapter().write(writes)
    taken = {"status": "error", "category": "CONFLICT", "message": "it already has that value"}
    instead(world, CREATE, taken, 409)
    instead(world, READ, {"errorType": "RATE_LIMIT", "policyName": "SECONDLY"}, 429)
    adapter = world.adapter()
    assert settled(adapter.write(writes)) == [Settled.UNKNOWN]
    assert settled(adapter.write(writes)) == [AGAIN]


@pytest.mark.parametrize("since", ["owner", "record", "rule"])
def test_what_is_there_was_made_whatever_it_is_refused_for_now(world, since):
    """The answer was lost; at the next sending something else stands against it."""
    adapter, [write] = world.adapter(), tasks(world, 1)
    world.lose_next_answer()
    with pytest.raises(FateUnknown):
        adapter.write([write])
    match since:
        case "owner":
            write = fields_of(write, owner="999")
        case "record":
            erase(world, write.target)
        case _:
            both = [
                {"code": "INVALID_OPTION", "context": {"propertyName": ["hs_task_type"]}},
                {"code": "CONFLICTING_UNIQUE_VALUE", "context": {"propertyName": [KEY]}},
            ]
            instead(world, CREATE, {"category": "VALIDATION_ERROR", "errors": both}, 400)
    assert settled(adapter.write([write])) == [AGAIN]
    assert keys(world) == [write.key]


def test_a_record_without_an_id_of_hubspot_costs_nothing_else(world):
    bad = change(world, RecordRef("crm", "contacts", "abc"), 6, **{OWN: "hot"})
    writes = [*tasks(world, 1), bad, change(world, world.target(5), 5, **{OWN: "hot"})]
    assert settled(world.adapter().write(writes)) == [DONE, Settled.REJECTED, DONE]


def test_a_look_that_is_refused_for_one_is_taken_for_each(world):
    adapter = world.adapter()
    writes = tasks(world, 1)
    writes += [change(world, world.target(n), n, **{OWN: "hot"}) for n in (5, 6)]
    instead(world, READ, {"category": "VALIDATION_ERROR", "message": "no"}, 400)
    assert settled(adapter.write(writes)) == [DONE, DONE, DONE]


def test_a_property_of_the_keys_that_goes_meanwhile_is_waited_for(world):
    adapter, (one, two) = world.adapter(), tasks(world, 2)
    adapter.write([one])
    known = world.portal.schema["tasks"].properties
    gone = known.pop(KEY)
    [outcome] = adapter.write([two])
    assert outcome.settled is Settled.RETRY
    assert f"tasks.{KEY}" in outcome.reason
    with pytest.raises(GrantAccess, match="leadmode provision"):
        adapter.write([two])
    known[KEY] = gone
    assert settled(adapter.write([two])) == [DONE]
    assert keys(world) == [one.key, two.key]


@pytest.mark.parametrize("status", [302, 404, 405, 407, 410, 451])
def test_a_page_of_something_in_between_refuses_nothing_for_good(world, status):
    adapter, writes = world.adapter(), tasks(world, 2)
    page = Answer(status=status, body=b"<html></html>", content_type="text/html")
    world.front.instead.append((CREATE, page))
    with pytest.raises(TryAgain, match=f"HTTP {status}"):
        adapter.write(writes)
    assert settled(adapter.write(writes)) == [DONE, DONE]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"message": "internal error"}, Settled.UNKNOWN),
        ({"category": "MISSING_SCOPES", "message": "no"}, Settled.RETRY),
        ({"category": "INVALID_AUTHENTICATION", "message": "no"}, Settled.RETRY),
        ({"category": "VALIDATION_ERROR", "message": "no"}, Settled.REJECTED),
    ],
)
def test_what_one_input_failed_of(world, fault, expected):
    adapter, writes = world.adapter(), tasks(world, 1)
    instead(world, CREATE, told_of(0, **fault), 207)
    assert settled(adapter.write(writes)) == [expected]


def test_a_lone_refusal_without_a_word_is_one_all_the_same(world):
    adapter, writes = world.adapter(), tasks(world, 1)
    instead(world, CREATE, {"message": "ann@acme.example is bad"}, 400)
    [outcome] = adapter.write(writes)
    assert outcome.settled is Settled.REJECTED
    assert outcome.reason == "HubSpot refused: HTTP_400."


def test_an_error_about_one_input_says_nothing_about_another(world):
    adapter, writes = world.adapter(), tasks(world, 2)
    body = told_of(0, category="VALIDATION_ERROR", message="no")
    body["results"] = [{"id": "5", "objectWriteTraceId": "write-0", "properties": {}}]
    instead(world, CREATE, body, 207)
    assert settled(adapter.write(writes)) == [DONE, Settled.UNKNOWN]


NO_SUCH = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "resource not found"}


@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.SET_FIELDS])
def test_a_type_that_is_not_found_as_a_whole_ends_no_write(world, kind):
    writes = [some_write(world, kind, world.target(n), n) for n in range(3)]
    adapter = world.adapter()
    adapter.write([some_write(world, kind, world.target(9), 9)])
    object_type = "tasks" if kind is WriteKind.CREATE_TASK else "contacts"
    world.front.instead = [(f"/{object_type}", Answer(status=404, body=NO_SUCH))] * 20
    with pytest.raises(TryAgain, match=f"no {object_type} at all"):
        adapter.write(writes)
    assert len(world.front.instead) == 18  # halving would not tell more
    world.front.instead = []
    assert settled(adapter.write(writes)) == [DONE] * 3


def test_records_of_a_type_that_is_not_found_as_a_whole_are_not_gone(world):
    adapter, target = world.adapter(), world.target(1)
    assert set(adapter.fetch([target], [])) == {target}
    world.front.instead = [("/contacts", Answer(status=404, body=NO_SUCH))] * 20
    with pytest.raises(TryAgain, match="no contacts at all"):
        adapter.fetch([target], [])
    world.front.instead = []
    erase(world, target)
    assert set(adapter.fetch([target], [])) == set()


def test_something_that_is_not_found_beside_a_record_that_is_there_ends_no_task(world):
    writes = tasks(world, 1)
    adapter = world.adapter()
    adapter.check()
    instead(world, CREATE, NO_SUCH, 404)
    assert settled(adapter.write(writes)) == [Settled.RETRY]
    assert settled(adapter.write(writes)) == [DONE]
