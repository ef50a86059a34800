"""Joining lists beyond the laws: which lists, and contacts that went elsewhere."""

import pytest

from connector.model import RecordRef, Settled, Write, WriteKind
from sandbox.hubspot import merging
from sandbox.hubspot.caller import PEOPLE


def member(target: RecordRef, name: str, key: str = "k1") -> Write:
    return Write(key=key, kind=WriteKind.ADD_MEMBER, target=target, fields={"list": name})


def test_one_request_for_the_members_of_a_list(world):
    name = world.list_id()
    writes = [member(world.target(n), name, f"k{n}") for n in range(5)]
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    outcomes = adapter.write(writes)
    assert {each.settled for each in outcomes} == {Settled.APPLIED}
    assert world.requests() == before + 1
    assert outcomes[0].remote_id == f"{name}:{writes[0].target.id}"


def test_two_writes_for_one_contact_add_it_once(world):
    name, target = world.list_id(), world.target(1)
    outcomes = world.adapter().write([member(target, name), member(target, name, "k2")])
    assert [each.settled for each in outcomes] == [Settled.APPLIED, Settled.ALREADY_APPLIED]


@pytest.mark.parametrize("processing", ["DYNAMIC", None])
def test_a_list_that_takes_nobody_is_named(world, processing):
    name = world.portal.lists.make("All", processing).id if processing else "77"
    [outcome] = world.adapter().write([member(world.target(1), name)])
    assert outcome.settled is Settled.REJECTED
    assert f"List {name} is not there, or is not a static list" in outcome.reason


def test_a_merged_contact_joins_as_the_one_it_became(world):
    loser, winner, name = world.target(1), world.target(2), world.list_id()
    with world.portal.lock:
        contacts = world.portal.kind("contacts")
        merging.merge(world.portal, PEOPLE, contacts, winner.id, loser.id)
    [outcome] = world.adapter().write([member(loser, name)])
    assert outcome.settled is Settled.APPLIED
    assert world.portal.lists.find(name).members == {int(winner.id)}


@pytest.mark.parametrize(
    ("object_type", "record_id", "name"),
    [("companies", "1", "1"), ("contacts", "x/y", "1"), ("contacts", "1", "")],
)
def test_what_no_list_takes_is_refused_without_a_request(world, object_type, record_id, name):
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    target = RecordRef("crm", object_type, record_id)
    [outcome] = adapter.write([member(target, name)])
    assert outcome.settled is Settled.REJECTED
    assert outcome.reason
    assert world.requests() == before


def test_lists_that_take_nobody_are_told_when_asked(world):
    lists = world.portal.lists
    static, dynamic = lists.make("Static").id, lists.make("All", "DYNAMIC").id
    told = world.adapter().lists_amiss([static, dynamic, "77"])
    assert told == {
        dynamic: "HubSpot fills it by itself; only a static list takes contacts.",
        "77": "there is no such list.",
    }
