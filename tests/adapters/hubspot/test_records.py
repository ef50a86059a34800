"""Single records as they are now, through the adapter: fetched by id, and found by address."""

from __future__ import annotations

import json

import pytest

from connector.errors import GrantAccess, Rejected, TryAgain
from connector.model import RecordRef
from connector.ports import Stream
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.writes import (
    READ,
    calls,
    erase,
    instead,
    merge,
    row,
)
from tests.adapters.world import START

VERSIONS = ("v3", "2026-03", "2026-09")


# fetch: who is left out would be erased here


def test_fetch_leaves_out_who_is_gone(world):
    there, archived, erased, loser = (world.target(n) for n in range(1, 5))
    world.remove(archived)
    erase(world, erased)
    merge(world, there, loser)
    never = RecordRef("crm", "contacts", "77")
    refs = [there, archived, erased, loser, never]
    for version in VERSIONS:
        assert world.adapter(version=version).fetch(refs, []) == {there: {}}


def test_fetch_of_nothing_but_the_gone(world):
    gone = [RecordRef("crm", "contacts", str(n)) for n in range(70, 75)]
    assert world.adapter().fetch(gone, []) == {}
    assert world.adapter().fetch([], ["status"]) == {}


def test_fetch_tells_what_readers_tell(world):
    told = world.put(Stream.PEOPLE, 3, START)
    company = world.put(Stream.ACCOUNTS, 4, START)
    deal = world.put(Stream.OPPORTUNITIES, 5, START)
    adapter = world.adapter()
    for record in (told, company, deal):
        names = list(record.fields)
        assert adapter.fetch([record.ref], names) == {record.ref: record.fields}
    assert adapter.fetch([told.ref], ["owner", "colour"]) == {told.ref: {"owner": world.made.rep}}


def test_fetch_of_several_types(world):
    person, company = world.target(1), world.put(Stream.ACCOUNTS, 4, START).ref
    found = world.adapter().fetch([company, person], ["name", "status"])
    assert set(found) == {person, company}
    assert found[person]["status"] == "OPEN"
    assert "status" not in found[company]


GAPS = {
    "no word about one": {"status": "COMPLETE", "results": []},
    "an error that names nobody": {
        "status": "COMPLETE",
        "results": [],
        "errors": [{"category": "OBJECT_NOT_FOUND", "message": "some"}],
    },
    "an error of another kind": {
        "status": "COMPLETE",
        "results": [],
        "errors": [{"category": "INTERNAL_ERROR", "context": {"ids": ["{id}"]}}],
    },
    "another record": {"status": "COMPLETE", "results": [row(5)]},
}


@pytest.mark.parametrize("what", GAPS)
def test_fetch_asks_again_about_whom_hubspot_said_nothing(world, what):
    there, adapter = world.target(1), world.adapter()
    instead(world, READ, json.loads(json.dumps(GAPS[what]).replace("{id}", there.id)))
    assert adapter.fetch([there], []) == {there: {}}
    assert calls(world, f"/contacts/{there.id}")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"<html>404</html>"),
        (404, {"message": "no route matched"}),
        (404, {"status": "error", "category": "ROUTE_NOT_KNOWN"}),
        (500, {"category": "INTERNAL_ERROR"}),
        (200, {"status": "COMPLETE"}),
        (200, b""),
    ],
)
def test_fetch_takes_no_other_word_for_gone(world, status, body):
    there, adapter = world.target(1), world.adapter()
    instead(world, READ, body, status)
    with pytest.raises((TryAgain, Rejected)):
        adapter.fetch([there], [])
    instead(world, READ, {"status": "COMPLETE", "results": []})
    instead(world, f"/contacts/{there.id}", body, status)
    with pytest.raises((TryAgain, Rejected)):
        adapter.fetch([there], [])


def test_fetch_with_many_gaps_is_tried_again(world):
    refs = [world.target(n) for n in range(60)]
    adapter = world.adapter()
    instead(world, READ, {"status": "COMPLETE", "results": []})
    with pytest.raises(TryAgain, match="60"):
        adapter.fetch(refs, [])
    assert len(adapter.fetch(refs, [])) == 60


def test_fetch_finds_each_of_many_when_the_whole_is_404(world):
    there, gone = world.target(1), RecordRef("crm", "contacts", "77")
    adapter = world.adapter()
    instead(world, READ, {"category": "OBJECT_NOT_FOUND", "message": "some"}, 404)
    assert adapter.fetch([there, gone], []) == {there: {}}


def test_fetch_without_the_right_is_no_deletion(world):
    there = world.target(1)
    instead(world, READ, {"category": "MISSING_SCOPES"}, 403)
    with pytest.raises(GrantAccess):
        world.adapter().fetch([there], [])


def test_an_id_that_is_none_is_a_mistake(world):
    with pytest.raises(Rejected):
        world.adapter().fetch([RecordRef("crm", "contacts", "ann")], [])


# find


def test_find_knows_first_and_further_addresses(world):
    one = world.put(Stream.PEOPLE, 1, START, email="ann@acme.example").ref
    two = world.put(Stream.PEOPLE, 2, START, email="ann@acme.example").ref
    other = world.put(Stream.PEOPLE, 3, START, email="Bob@Acme.example").ref
    asked_for = ["Ann@ACME.example", "bob@acme.example", "nobody@acme.example", ""]
    found = world.adapter().find(asked_for)
    assert list(found) == asked_for
    assert set(found["Ann@ACME.example"]) == {one, two}
    assert found["bob@acme.example"] == (other,)
    assert found["nobody@acme.example"] == found[""] == ()


def test_find_takes_no_look_alike(world):
    world.put(Stream.PEOPLE, 1, START, email="x@acme.example")
    world.put(Stream.PEOPLE, 2, START, email="ann.x@acme.example")
    world.edit(
        world.target(3), "hs_additional_emails", "big-ann@acme.example;ann@acme.example.example"
    )
    assert world.adapter().find(["ann@acme.example"]) == {"ann@acme.example": ()}


def test_find_of_many_is_bounded(world):
    emails = [f"p{n}@acme.example" for n in range(120)]
    refs = [world.put(Stream.PEOPLE, n, START).ref for n in range(120)]
    found = world.adapter().find(emails)
    assert [found[email] for email in emails] == [(ref,) for ref in refs]
    assert len(calls(world, READ)) == 2
    assert len(calls(world, "/search")) == 24


def test_36_one_bad_address_does_not_fail_the_others(world):
    ref = world.put(Stream.PEOPLE, 1, START, email="ann@acme.example").ref
    answer = world.platform.answer

    def strict(call):
        if READ in call.path and b"bad" in call.body:
            return Answer(status=400, body={"category": "VALIDATION_ERROR", "message": "no"})
        return answer(call)

    world.platform.answer = strict
    emails = ["bad@@acme.example", "x@acme.example", "ann@acme.example", "*@acme.example", "none"]
    found = world.adapter().find(emails)
    assert found == {**dict.fromkeys(emails, ()), "ann@acme.example": (ref,)}


def test_find_of_the_archived_finds_nobody(world):
    ref = world.put(Stream.PEOPLE, 1, START, email="ann@acme.example").ref
    world.remove(ref)
    assert world.adapter().find(["ann@acme.example"]) == {"ann@acme.example": ()}
