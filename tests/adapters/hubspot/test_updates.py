"""Changes of properties through the adapter, and single records as they are now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.errors import FateUnknown, TryAgain
from connector.model import RecordRef, Settled, WriteKind
from connector.ports import Stream
from tests.adapters.hubspot.world import OWN, give_property
from tests.adapters.hubspot.writes import (
    READ,
    UPDATE,
    asked,
    calls,
    change,
    erase,
    instead,
    merge,
    row,
    settled,
)
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write

DONE, AGAIN = Settled.APPLIED, Settled.ALREADY_APPLIED
VERSIONS = ("v3", "2026-03", "2026-09")


def one(world, write, **changes):
    [outcome] = world.adapter(**changes).write([write])
    return outcome


@pytest.mark.parametrize("version", VERSIONS)
def test_only_what_differs_is_sent(world, version):
    target = world.target(1)
    write = change(world, target, hs_lead_status="OPEN", jobtitle="Head of IT")
    assert one(world, write, version=version).settled is DONE
    [body] = asked(world, UPDATE)
    assert [each["properties"] for each in body["inputs"]] == [{"jobtitle": "Head of IT"}]
    assert one(world, write, version=version).settled is AGAIN
    assert len(calls(world, UPDATE)) == 1


def test_a_hundred_changes_are_one_look_and_one_call(world):
    writes = [change(world, world.target(n), n, **{OWN: f"s{n}"}) for n in range(100)]
    assert set(settled(world.adapter().write(writes))) == {DONE}
    assert (len(calls(world, READ)), len(calls(world, UPDATE))) == (1, 1)


def test_names_of_ours_are_understood(world):
    target = world.target(1)
    assert one(world, change(world, target, status="CONNECTED")).settled is DONE
    assert one(world, change(world, target, owner=world.made.admin)).settled is DONE
    told = world.look()[target]
    assert told["hs_lead_status"] == "CONNECTED"
    assert told["hubspot_owner_id"] == world.made.admin


def test_companies_are_changed_too_and_other_things_not(world):
    company = world.put(Stream.ACCOUNTS, 1, START).ref
    assert one(world, change(world, company, city="Halden")).settled is DONE
    owner = RecordRef("crm", "owners", world.made.rep)
    assert one(world, change(world, owner, name="x")).settled is Settled.REJECTED


def test_what_a_person_changed_stays(world):
    target = world.target(1)
    world.edit(target, "hs_lead_status", "CONNECTED")
    write = change(world, target, status="IN_PROGRESS")
    write = replace(write, expected={"status": ("OPEN", "NEW", None)})
    outcome = one(world, write)
    assert (outcome.settled, outcome.reason) == (
        Settled.CANCELLED,
        "A person has changed status since.",
    )
    assert world.look()[target]["hs_lead_status"] == "CONNECTED"
    assert not calls(world, UPDATE)


def test_values_go_out_as_hubspot_keeps_them(world):
    give_property(world.made, "contacts", "seen_at", "datetime")
    give_property(world.made, "contacts", "is_hot", "bool")
    give_property(world.made, "contacts", "points", "number")
    target = world.target(1)
    write = change(world, target, seen_at=START, is_hot=True, points=4.0, jobtitle=None)
    assert one(world, write).settled is DONE
    [body] = asked(world, UPDATE)
    assert body["inputs"][0]["properties"] == {
        "seen_at": str(START),
        "is_hot": "true",
        "points": "4",
    }
    assert one(world, write).settled is AGAIN
    fetched = world.adapter().fetch([target], ["seen_at", "is_hot", "points", "jobtitle"])
    assert fetched == {
        target: {"seen_at": START, "is_hot": True, "points": 4, "jobtitle": None},
    }


def test_clearing_is_an_empty_text_and_is_read_back(world):
    target = world.target(1)
    world.edit(target, OWN, "old")
    assert one(world, change(world, target, **{OWN: None})).settled is DONE
    assert asked(world, UPDATE)[0]["inputs"][0]["properties"] == {OWN: ""}
    assert OWN not in world.look()[target]


def test_35_a_lifecycle_stage_goes_forward(world):
    target = world.target(1)
    world.edit(target, "lifecyclestage", "lead")
    assert one(world, change(world, target, lifecyclestage="salesqualifiedlead")).settled is DONE
    assert world.look()[target]["lifecyclestage"] == "salesqualifiedlead"


@pytest.mark.parametrize("version", VERSIONS)
def test_35_a_lifecycle_stage_that_would_go_back_is_cancelled(world, version):
    target = world.target(1)
    world.edit(target, "lifecyclestage", "customer")
    outcome = one(world, change(world, target, lifecyclestage="lead"), version=version)
    assert outcome.settled is Settled.CANCELLED
    assert "forward only" in outcome.reason
    assert world.look()[target]["lifecyclestage"] == "customer"


@pytest.mark.parametrize("wanted", ["lead", "customer", "evangelist"])
def test_35_what_the_answer_does_not_show_is_read_back(world, wanted):
    target = world.target(1)
    world.edit(target, "lifecyclestage", "salesqualifiedlead")
    adapter = world.adapter()
    answer = world.platform.answer

    def brief(call):
        told = answer(call)
        if UPDATE in call.path:
            told.body["results"] = [row(target.id)]
        return told

    world.platform.answer = brief
    [outcome] = adapter.write([change(world, target, lifecyclestage=wanted)])
    assert outcome.settled is (Settled.CANCELLED if wanted == "lead" else DONE)


def test_35_what_moved_counts_when_something_else_did_not(world):
    target = world.target(1)
    world.edit(target, "lifecyclestage", "customer")
    outcome = one(world, change(world, target, lifecyclestage="lead", jobtitle="CTO"))
    assert outcome.settled is DONE
    assert "lifecyclestage did not move" in outcome.reason
    assert world.look()[target]["jobtitle"] == "CTO"


@pytest.mark.fault("F54")
def test_a_value_that_is_not_among_the_options_names_the_nearest(world):
    outcome = one(world, change(world, world.target(1), hs_lead_status="IN_PROGRES"))
    assert outcome.settled is Settled.REJECTED
    assert '"IN_PROGRESS"' in outcome.reason
    assert not calls(world, UPDATE)


@pytest.mark.fault("F53")
def test_what_an_administrator_added_within_the_hour_is_known(world):
    adapter, target = world.adapter(), world.target(1)
    adapter.describe("contacts")
    known = world.portal.schema["contacts"].properties
    status = known["hs_lead_status"]
    hot = replace(status.options[0], value="HOT", label="Hot")
    known["hs_lead_status"] = replace(status, options=(*status.options, hot))
    give_property(world.made, "contacts", "stage_of_ours")
    fields = {"hs_lead_status": "HOT", "stage_of_ours": "x"}
    assert settled(adapter.write([change(world, target, 1, **fields)])) == [DONE]


def test_a_value_that_no_description_knows_is_asked_about_once(world):
    adapter, target = world.adapter(), world.target(1)
    adapter.describe("contacts")
    write = change(world, target, 1, hs_lead_status="NEVER")
    before = len(calls(world, "/properties/"))
    assert settled(adapter.write([write])) == [Settled.REJECTED]
    assert len(calls(world, "/properties/")) == before + 1


def test_several_options_have_no_order_and_can_be_added_to(world):
    kind = world.portal.schema["contacts"]
    status = kind.properties["hs_lead_status"]
    options = tuple(replace(status.options[0], value=each, label=each) for each in "abc")
    topics = replace(status, name="topics", label="Topics", field_type="checkbox", options=options)
    world.portal.put_property(kind, topics)
    adapter, target = world.adapter(), world.target(1)
    world.edit(target, "topics", "a;b")
    assert settled(adapter.write([change(world, target, 1, topics="b;a")])) == [AGAIN]
    assert settled(adapter.write([change(world, target, 2, topics=";c")])) == [DONE]
    assert settled(adapter.write([change(world, target, 3, topics=";b")])) == [AGAIN]
    assert world.kept(target).properties["topics"] == "a;b;c"


def test_options_may_be_spelled_otherwise_where_a_change_begins(world):
    target = world.target(1)
    write = replace(change(world, target, 1, status="connected"), expected={"status": ("open",)})
    assert settled(world.adapter().write([write])) == [DONE]
    assert world.kept(target).properties["hs_lead_status"] == "CONNECTED"


def test_what_hubspot_sets_itself_and_what_it_does_not_have(world):
    target = world.target(1)
    outcomes = world.adapter().write(
        [
            change(world, target, 1, createdate=START),
            change(world, world.target(2), 2, colour="blue"),
            change(world, world.target(3), 3, jobtitle="CTO"),
        ]
    )
    assert settled(outcomes) == [Settled.REJECTED, Settled.REJECTED, DONE]
    assert "createdate" in outcomes[0].reason
    assert "colour" in outcomes[1].reason


def test_two_changes_of_one_record_follow_each_other(world):
    target = world.target(1)
    writes = [change(world, target, n, **{OWN: text}) for n, text in enumerate("abb")]
    assert settled(world.adapter().write(writes)) == [DONE, DONE, AGAIN]
    assert world.look()[target][OWN] == "b"


def test_trouble_with_the_second_change_says_nothing_about_the_first(world):
    target = world.target(1)
    writes = [change(world, target, n, **{OWN: text}) for n, text in enumerate("ab")]
    adapter = world.adapter()
    answer, sent = world.platform.answer, []

    def second_is_lost(call):
        told = answer(call)
        if UPDATE in call.path:
            sent.append(call)
            told.delivery = "lost" if len(sent) == 2 else ""
        return told

    world.platform.answer = second_is_lost
    assert settled(adapter.write(writes)) == [DONE, Settled.UNKNOWN]
    assert settled(adapter.write(writes[1:])) == [AGAIN]


@pytest.mark.parametrize("new", [False, True])
def test_13_a_merged_contact_is_followed(world, new):
    world.portal.merge_makes_new = new
    loser, fellow = world.target(1), world.target(2)
    at = merge(world, world.target(9), loser)
    writes = [change(world, loser, 1, **{OWN: "hot"}), change(world, fellow, 2, **{OWN: "hot"})]
    assert settled(world.adapter().write(writes)) == [DONE, DONE]
    assert world.look()[at][OWN] == "hot"


def test_13_two_records_that_became_one_are_changed_one_after_the_other(world):
    winner, loser = world.target(1), world.target(2)
    merge(world, winner, loser)
    writes = [change(world, winner, 1, **{OWN: "a"}), change(world, loser, 2, jobtitle="CTO")]
    adapter = world.adapter()
    assert settled(adapter.write(writes)) == [DONE, Settled.RETRY]
    assert settled(adapter.write(writes[1:])) == [DONE]


@pytest.mark.parametrize("how", ["archived", "erased", "never there"])
def test_a_record_that_is_gone_cancels_its_change(world, how):
    target = world.target(1)
    match how:
        case "archived":
            world.remove(target)
        case "erased":
            erase(world, target)
        case _:
            target = RecordRef("crm", "contacts", "77")
    writes = [
        change(world, target, 1, **{OWN: "hot"}),
        change(world, world.target(2), 2, status="NEW"),
    ]
    assert settled(world.adapter().write(writes)) == [Settled.CANCELLED, DONE]


def test_a_record_that_goes_while_we_look_is_tried_again(world):
    target, fellow = world.target(1), world.target(2)
    adapter = world.adapter()
    answer = world.platform.answer

    def meanwhile(call):
        if UPDATE in call.path:
            world.platform.answer = answer
            world.remove(target)
        return answer(call)

    world.platform.answer = meanwhile
    writes = [change(world, target, 1, **{OWN: "hot"}), change(world, fellow, 2, **{OWN: "hot"})]
    assert settled(adapter.write(writes)) == [Settled.RETRY, DONE]
    assert settled(adapter.write(writes)) == [Settled.CANCELLED, AGAIN]


@pytest.mark.parametrize("fault", ["lost", "504_after", "truncated"])
def test_a_lost_answer_to_a_change_is_found_out(world, fault):
    write = change(world, world.target(1), **{OWN: "hot"})
    adapter = world.adapter()
    world.platform.weather.force(fault, matching=UPDATE)
    with pytest.raises(FateUnknown):
        adapter.write([write])
    assert settled(adapter.write([write])) == [AGAIN]


def test_20_changes_are_proved_by_their_ids(world):
    world.platform.weather.force("200_instead", matching=UPDATE)
    writes = [change(world, world.target(n), n, **{OWN: "hot"}) for n in (1, 2)]
    adapter = world.adapter()
    adapter.write(writes[:1])
    instead(world, UPDATE, {"status": "COMPLETE", "results": [row(5)]})
    assert settled(adapter.write(writes)) == [AGAIN, Settled.UNKNOWN]


def test_36_a_bad_change_does_not_fail_its_batch(world):
    writes = [some_write(world, WriteKind.SET_FIELDS, world.target(n), n) for n in range(5)]
    world.spoil(writes[2])
    outcomes = world.adapter().write(writes)
    assert settled(outcomes) == [DONE, DONE, Settled.REJECTED, DONE, DONE]
    assert "VALIDATION_RULE" in outcomes[2].reason


def test_a_look_that_fails_changes_nothing(world):
    write = change(world, world.target(1), **{OWN: "hot"})
    adapter = world.adapter()
    adapter.describe("contacts")
    instead(world, READ, {"category": "INTERNAL_ERROR"}, 500)
    with pytest.raises(TryAgain):
        adapter.write([write])
    assert not calls(world, UPDATE)
