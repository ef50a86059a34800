"""Joining campaigns beyond the laws: who can, and records that went elsewhere."""

import pytest

from connector.model import RecordRef, Settled, Write, WriteKind


def member(target: RecordRef, campaign: str, key: str = "k1") -> Write:
    return Write(key=key, kind=WriteKind.ADD_MEMBER, target=target, fields={"list": campaign})


def test_a_status_that_a_person_gave_stays(world):
    target, campaign = world.target(1), world.list_id()
    [first] = world.adapter().write([member(target, campaign)])
    row = world.org.row(first.remote_id)
    row["Status"] = "Responded"
    [again] = world.adapter().write([member(target, campaign, "k2")])
    assert (again.settled, again.remote_id) == (Settled.ALREADY_APPLIED, first.remote_id)
    assert world.org.row(first.remote_id)["Status"] == "Responded"


def test_a_campaign_that_is_not_there_is_named(world):
    [outcome] = world.adapter().write([member(world.target(1), "701000000000099AAA")])
    assert outcome.settled is Settled.REJECTED
    assert outcome.reason.startswith("There is no Campaign 701000000000099AAA")


@pytest.mark.parametrize(
    ("object_type", "campaign", "reason"),
    [
        ("Account", "701000000000001AAA", "Account joins no campaign"),
        ("Lead", "newsletter", "'newsletter' is not the id of a Campaign"),
    ],
)
def test_what_cannot_be_is_refused_without_a_request(world, object_type, campaign, reason):
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    [outcome] = adapter.write([member(RecordRef("crm", object_type, "x"), campaign)])
    assert outcome.settled is Settled.REJECTED
    assert reason in outcome.reason
    assert world.requests() == before


def test_campaigns_that_are_not_there_are_told_when_asked(world):
    told = world.adapter().lists_amiss([world.list_id(), "701000000000099AAA", "newsletter"])
    assert told == {
        "701000000000099AAA": "there is no such Campaign, or it is hidden.",
        "newsletter": "it is not the id of a Campaign (701...).",
    }
