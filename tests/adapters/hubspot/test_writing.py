"""Tasks, notes and leads through the adapter; numbers are those of the README's table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.clock import DAY
from connector.errors import (
    FateUnknown,
    GrantAccess,
    Rejected,
    SlowDown,
    TryAgain,
)
from connector.model import RecordRef, Settled, WriteKind
from connector.ports import Delivery, Stream
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.world import KEY
from tests.adapters.hubspot.writes import (
    CREATE,
    asked,
    calls,
    erase,
    fields_of,
    instead,
    keys,
    linked,
    made,
    merge,
    row,
    settled,
    tasks,
)
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write

VERSIONS = ("v3", "2026-03", "2026-09")
DONE, AGAIN = Settled.APPLIED, Settled.ALREADY_APPLIED


@pytest.mark.parametrize("version", VERSIONS)
def test_a_hundred_tasks_are_one_call_and_again_none_is_made(world, version):
    writes = tasks(world, 100)
    adapter = world.adapter(version=version)
    outcomes = adapter.write(writes)
    assert settled(outcomes) == [DONE] * 100
    assert len({outcome.remote_id for outcome in outcomes}) == 100
    assert len(calls(world, CREATE)) == 1
    again = world.adapter(version=version).write(writes)
    assert settled(again) == [AGAIN] * 100
    assert [o.remote_id for o in again] == [o.remote_id for o in outcomes]
    assert keys(world) == sorted(write.key for write in writes)


def test_a_task_is_what_a_rep_expects(world):
    [write] = tasks(world, 1)
    world.adapter().write([write])
    [kept] = made(world)
    told = kept.properties
    assert told["hs_task_subject"] == "Call back"
    assert told["hs_task_status"] == "NOT_STARTED"
    assert told["hs_task_priority"] == "HIGH"
    assert told["hs_task_type"] == "TODO"
    assert told["hubspot_owner_id"] == world.made.rep
    assert told["hs_task_reminders"] == str(START + DAY)
    assert linked(world, kept) == [write.target.id]


def test_nobody_is_reminded_when_that_is_switched_off(world):
    world.adapter(remind=False).write(tasks(world, 1))
    assert "hs_task_reminders" not in made(world)[0].properties


@pytest.mark.parametrize("object_type", ["companies", "deals"])
@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.ADD_NOTE])
def test_tasks_and_notes_can_be_about_companies_and_deals(world, object_type, kind):
    stream = {"companies": Stream.ACCOUNTS, "deals": Stream.OPPORTUNITIES}[object_type]
    target = world.put(stream, 1, START).ref
    [outcome] = world.adapter().write([some_write(world, kind, target)])
    assert outcome.settled is DONE
    [kept] = made(world, "notes" if kind is WriteKind.ADD_NOTE else "tasks")
    assert linked(world, kept, object_type) == [target.id]


def test_what_no_task_can_be_about_is_refused_before_anything_is_sent(world):
    write, other = tasks(world, 2)
    write = replace(write, target=RecordRef("crm", "owners", world.made.rep))
    outcomes = world.adapter().write([write, other])
    assert settled(outcomes) == [Settled.REJECTED, DONE]
    assert "owners" in outcomes[0].reason
    [body] = asked(world, CREATE)
    assert len(body["inputs"]) == 1


def test_kinds_may_be_mixed_and_answers_keep_their_order(world):
    target = world.target(1)
    kinds = [WriteKind.ADD_NOTE, WriteKind.SET_FIELDS, WriteKind.CREATE_TASK, WriteKind.ADD_NOTE]
    writes = [some_write(world, kind, target, n) for n, kind in enumerate(kinds)]
    outcomes = world.adapter().write(writes)
    assert [outcome.key for outcome in outcomes] == [write.key for write in writes]
    assert settled(outcomes) == [DONE] * 4


def test_a_batch_that_is_too_large_is_refused(world):
    write = tasks(world, 1)[0]
    with pytest.raises(Rejected):
        world.adapter().write([replace(write, key=f"k{n}") for n in range(101)])


def test_the_same_key_twice_in_one_call_is_sent_once(world):
    [write] = tasks(world, 1)
    outcomes = world.adapter().write([write, write])
    assert settled(outcomes) == [DONE, DONE]
    assert keys(world) == [write.key]


# one bad input


def refusal(*names: str) -> dict[str, object]:
    told = [{"code": "INVALID_OPTION", "context": {"propertyName": list(names)}}]
    return {"status": "error", "category": "VALIDATION_ERROR", "message": "ann@acme.example no"} | (
        {"errors": told} if names else {}
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_36_one_bad_input_does_not_fail_its_batch(world, version):
    writes = tasks(world, 4)
    writes[1] = fields_of(writes[1], owner="12345")
    outcomes = world.adapter(version=version).write(writes)
    assert settled(outcomes) == [DONE, Settled.REJECTED, DONE, DONE]
    assert "INVALID_OWNER_ID" in outcomes[1].reason
    assert len(calls(world, CREATE)) == 1


@pytest.mark.fault("F23")
def test_36_a_batch_that_is_refused_as_a_whole_is_halved(world):
    """Some errors of HubSpot's batches come without a trace id, for all of them at once."""
    writes = tasks(world, 16)
    bad = {writes[3].key, writes[11].key}
    answer = world.platform.answer

    def whole(call):
        told = call.body.decode()
        if CREATE in call.path and any(f'"{key}"' in told for key in bad):
            return Answer(status=400, body=refusal())
        return answer(call)

    world.platform.answer = whole
    outcomes = world.adapter().write(writes)
    expected = [Settled.REJECTED if write.key in bad else DONE for write in writes]
    assert settled(outcomes) == expected
    assert "VALIDATION_ERROR" in outcomes[3].reason
    assert "ann@" not in outcomes[3].reason
    assert keys(world) == sorted({write.key for write in writes} - bad)
    assert len(calls(world, CREATE)) <= 17


def test_36_halving_comes_to_an_end(world):
    writes = tasks(world, 100)
    adapter = world.adapter()
    adapter.check()
    for _ in range(400):
        instead(world, CREATE, refusal(), 400)
    outcomes = adapter.write(writes)
    assert set(settled(outcomes)) == {Settled.REJECTED, Settled.RETRY}
    assert len(calls(world, CREATE)) <= 60
    world.front.instead.clear()


def test_36_a_lost_answer_to_a_half_says_nothing_about_the_other(world):
    writes = tasks(world, 4)
    adapter = world.adapter()
    adapter.check()
    instead(world, CREATE, refusal(), 400)
    instead(world, CREATE, "<html>", 200)
    outcomes = adapter.write(writes)
    assert settled(outcomes) == [Settled.UNKNOWN, Settled.UNKNOWN, Settled.RETRY, Settled.RETRY]
    assert settled(adapter.write(writes)) == [DONE] * 4
    assert keys(world) == sorted(write.key for write in writes)


@pytest.mark.fault("F15")
def test_a_page_of_a_proxy_is_no_refusal(world):
    adapter, writes = world.adapter(), tasks(world, 2)
    adapter.check()
    instead(world, CREATE, b"<html>404</html>", 404)
    with pytest.raises(TryAgain):
        adapter.write(writes)


def test_trouble_with_one_input_is_tried_again(world):
    adapter, writes = world.adapter(), tasks(world, 2)
    adapter.check()
    locked = {"category": "OBJECT_LOCKED", "context": {"objectWriteTraceId": ["write-1"]}}
    rows = [row(77, objectWriteTraceId="write-0")]
    instead(world, CREATE, {"status": "COMPLETE", "results": rows, "errors": [locked]}, 207)
    outcomes = adapter.write(writes)
    assert settled(outcomes) == [DONE, Settled.RETRY]


# mending


@pytest.mark.fault("F55")
@pytest.mark.parametrize("owner", ["12345", "former"])
def test_an_owner_who_is_not_there_is_replaced_under_the_same_key(world, owner):
    one, two = tasks(world, 2)
    one = fields_of(one, owner=world.made.former if owner == "former" else owner)
    adapter = world.adapter(fallback_owner=world.made.admin)
    outcomes = adapter.write([one, two])
    assert settled(outcomes) == [DONE, DONE]
    assert "fallback owner" in outcomes[0].reason
    kept = world.portal.tables["tasks"].kept[int(outcomes[0].remote_id or 0)]
    assert kept.properties["hubspot_owner_id"] == world.made.admin
    assert settled(adapter.write([one])) == [AGAIN]


def test_a_lost_answer_after_mending_says_nothing_about_what_is_settled(world):
    one, two = tasks(world, 2)
    two = fields_of(two, owner="12345")
    adapter = world.adapter(fallback_owner=world.made.admin)
    answer, sent = world.platform.answer, []

    def second_is_lost(call):
        told = answer(call)
        if CREATE in call.path:
            sent.append(call)
            told.delivery = "lost" if len(sent) == 2 else ""
        return told

    world.platform.answer = second_is_lost
    assert settled(adapter.write([one, two])) == [DONE, Settled.UNKNOWN]
    assert settled(adapter.write([one, two])) == [AGAIN, AGAIN]


@pytest.mark.fault("F56")
def test_a_conflict_about_something_else_is_a_refusal(world):
    adapter, [write] = world.adapter(), tasks(world, 1)
    adapter.check()
    conflict = {"category": "CONFLICT", "context": {"objectWriteTraceId": ["write-0"]}}
    instead(world, CREATE, {"status": "COMPLETE", "results": [], "errors": [conflict]})
    [outcome] = adapter.write([write])
    assert outcome.settled is Settled.REJECTED
    assert "CONFLICT" in outcome.reason


def test_without_the_right_to_see_properties_class_c_goes_on_with_defaults(world):
    adapter, [write] = world.adapter(unique_keys=False), tasks(world, 1)
    instead(world, "/properties/2026-09/tasks", {"category": "MISSING_SCOPES"}, 403)
    assert settled(adapter.write([write])) == [DONE]
    assert made(world)[0].properties["hs_task_subject"] == "Call back"
    instead(world, "/properties/2026-09/tasks", {"category": "MISSING_SCOPES"}, 403)
    with pytest.raises(GrantAccess):
        world.adapter().write([write])


def test_a_fallback_owner_who_is_gone_too_ends_in_a_refusal(world):
    [write] = tasks(world, 1)
    write = fields_of(write, owner="12345")
    [outcome] = world.adapter(fallback_owner="54321").write([write])
    assert outcome.settled is Settled.REJECTED
    assert len(calls(world, CREATE)) == 2


@pytest.mark.parametrize("new", [False, True])
def test_13_a_merged_contact_is_followed_to_the_winner(world, new):
    world.portal.merge_makes_new = new
    write, fellow = tasks(world, 2)
    middle, winner = world.target(8), world.target(9)
    merge(world, middle, write.target)
    at = merge(world, winner, middle)
    outcomes = world.adapter().write([write, fellow])
    assert settled(outcomes) == [DONE, DONE]
    kept = world.portal.tables["tasks"].kept[int(outcomes[0].remote_id or 0)]
    assert linked(world, kept) == [at.id]
    assert settled(world.adapter().write([write])) == [AGAIN]


@pytest.mark.parametrize("how", ["archived", "erased", "never there"])
def test_a_record_that_is_gone_cancels_its_task(world, how):
    write, fellow = tasks(world, 2)
    match how:
        case "archived":
            world.remove(write.target)
        case "erased":
            erase(world, write.target)
        case _:
            write = replace(write, target=RecordRef("crm", "contacts", "77"))
    outcomes = world.adapter().write([write, fellow])
    assert settled(outcomes) == [Settled.CANCELLED, DONE]


def test_where_a_record_went_may_stay_unanswered(world):
    [write] = tasks(world, 1)
    world.remove(write.target)
    adapter = world.adapter()
    adapter.check()
    instead(world, f"/contacts/{write.target.id}", b"<html>404</html>", 404)
    assert settled(adapter.write([write])) == [Settled.RETRY]
    assert settled(adapter.write([write])) == [Settled.CANCELLED]


# the class


def test_without_a_unique_property_nothing_is_sent(world):
    del world.portal.schema["tasks"].properties[KEY]
    with pytest.raises(GrantAccess, match=r"unique_keys = false.*class C"):
        world.adapter().write(tasks(world, 1))
    assert not calls(world, CREATE)


def test_a_property_that_is_not_unique_is_not_trusted(world):
    known = world.portal.schema["notes"].properties
    known[KEY] = replace(known[KEY], unique=False)
    note = some_write(world, WriteKind.ADD_NOTE, world.target(1))
    with pytest.raises(GrantAccess, match="not unique"):
        world.adapter().write([note])
    assert not calls(world, CREATE)
    assert settled(world.adapter().write(tasks(world, 1))) == [DONE]


def test_the_property_is_looked_at_once_and_again_after_it_was_mended(world):
    known = world.portal.schema["tasks"].properties
    key = known.pop(KEY)
    adapter = world.adapter()
    with pytest.raises(GrantAccess):
        adapter.write(tasks(world, 1))
    known[KEY] = key
    for first in (1, 2, 3):
        adapter.write(tasks(world, 1, first))
    assert len(calls(world, "/properties/")) == 2


def test_without_unique_keys_it_is_class_c_and_says_so(world):
    for object_type in ("tasks", "notes"):
        del world.portal.schema[object_type].properties[KEY]
    adapter = world.adapter(unique_keys=False)
    assert adapter.capabilities.delivery is Delivery.C
    assert "unique_keys = false" in adapter.capabilities.delivery_reason
    assert type(adapter).capabilities.delivery is Delivery.A
    assert world.adapter().capabilities.delivery is Delivery.A
    writes = tasks(world, 3)
    writes = [fields_of(write, subject=f"Call {n}") for n, write in enumerate(writes)]
    for version in VERSIONS:
        told = world.adapter(unique_keys=False, version=version).write(writes)
        assert settled(told) == [DONE] * 3
    assert keys(world) == [""] * 9
    world.platform.weather.force("lost", matching=CREATE)
    with pytest.raises(FateUnknown):
        adapter.write(writes)


# limits


def test_writing_stops_at_its_share_of_the_day(world):
    world.platform.quota.used_elsewhere(240_000)
    adapter = world.adapter(read_share=50, write_share=95)
    adapter.check()
    with pytest.raises(SlowDown, match="95 %"):
        adapter.write(tasks(world, 1))
    assert not calls(world, CREATE)
    assert settled(world.adapter(write_share=99).write(tasks(world, 1))) == [DONE]


@pytest.mark.parametrize(
    ("policy", "wait"), [("429", 10_000), ("429_daily", 900_000), ("423", 2_000), ("477", 30_000)]
)
def test_15_16_limits_and_locks_say_how_long_to_wait(world, policy, wait):
    adapter, writes = world.adapter(), tasks(world, 1)
    adapter.check()
    world.platform.weather.force(policy, matching=CREATE)
    with pytest.raises(TryAgain) as caught:
        adapter.write(writes)
    assert caught.value.retry_after == wait
    assert settled(adapter.write(writes)) == [DONE]


def test_texts_with_mark_up_are_shown_as_they_are(world):
    note = some_write(world, WriteKind.ADD_NOTE, world.target(1))
    note = fields_of(note, subject="<b>&</b>", body="1 < 2\n<script>alert(1)</script>")
    world.adapter().write([note])
    assert made(world, "notes")[0].properties["hs_note_body"] == (
        "<strong>&lt;b&gt;&amp;&lt;/b&gt;</strong><br>1 &lt; 2<br>"
        "&lt;script&gt;alert(1)&lt;/script&gt;"
    )
