"""Every key once: what proves success, lost answers, known keys, and all faults at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from connector.clock import DAY
from connector.errors import AdapterError, FateUnknown, TryAgain
from connector.model import Settled, WriteKind
from sandbox.hubspot import writing as portal_writing
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.weather import HOSTILE, Weather
from tests.adapters.hubspot.world import KEY
from tests.adapters.hubspot.writes import (
    CREATE,
    READ,
    asked,
    calls,
    instead,
    keys,
    made,
    row,
    settled,
    tasks,
)
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write

DONE, AGAIN = Settled.APPLIED, Settled.ALREADY_APPLIED
VERSIONS = ("v3", "2026-03", "2026-09")
MIXED = [*[WriteKind.CREATE_TASK] * 40, *[WriteKind.ADD_NOTE] * 20, *[WriteKind.SET_FIELDS] * 20]


def test_20_a_200_for_a_creation_is_proved_by_its_ids(world):
    world.platform.weather.force("200_instead", matching=CREATE)
    assert settled(world.adapter().write(tasks(world, 3))) == [DONE] * 3


@pytest.mark.fault("F22")
@pytest.mark.parametrize("version", VERSIONS)
def test_answers_with_fewer_rows_than_inputs_leave_the_others_unknown(world, version):
    writes = tasks(world, 3)
    adapter = world.adapter(version=version)
    adapter.check()
    rows = [row(77, objectWriteTraceId="write-2"), row(78, objectWriteTraceId="write-0")]
    instead(world, CREATE, {"status": "COMPLETE", "results": rows})
    outcomes = adapter.write(writes)
    assert settled(outcomes) == [DONE, Settled.UNKNOWN, DONE]
    assert [outcome.remote_id for outcome in outcomes] == ["78", None, "77"]


@pytest.mark.parametrize("status", [200, 201, 207])
def test_results_that_name_no_input_prove_nothing(world, status):
    adapter, writes = world.adapter(), tasks(world, 2)
    adapter.check()
    instead(world, CREATE, {"status": "COMPLETE", "results": [row(1), row(2)]}, status)
    assert settled(adapter.write(writes)) == [Settled.UNKNOWN] * 2


@pytest.mark.fault("F21")
def test_no_results_and_no_errors_prove_nothing(world):
    adapter, writes = world.adapter(), tasks(world, 2)
    adapter.check()
    instead(world, CREATE, {"status": "COMPLETE", "results": [], "errors": []})
    assert settled(adapter.write(writes)) == [Settled.UNKNOWN] * 2


@pytest.mark.parametrize("fault", ["lost", "truncated", "504_after", "drip"])
@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.ADD_NOTE])
def test_a_lost_answer_doubles_nothing(world, fault, kind):
    writes = [some_write(world, kind, world.target(n), n) for n in range(3)]
    adapter = world.adapter(deadline=0.6)
    world.platform.weather.force(fault, matching=CREATE)
    with pytest.raises(FateUnknown):
        adapter.write(writes)
    assert settled(adapter.write(writes)) == [AGAIN] * 3
    assert keys(world, object_of(kind)) == sorted(write.key for write in writes)


def test_a_late_commit_doubles_nothing(world):
    [write] = tasks(world, 1)
    adapter = world.adapter()
    adapter.check()
    world.platform.weather.force("late", matching=CREATE)
    with pytest.raises(FateUnknown):
        adapter.write([write])
    world.clock.move_to(START + DAY)
    assert settled(adapter.write([write])) == [AGAIN]
    assert keys(world) == [write.key]


@pytest.mark.fault("F38")
@pytest.mark.parametrize("status", [400, 409])
def test_a_known_key_is_looked_up_by_itself_and_never_searched(world, status):
    world.portal.conflict_status = status
    writes = tasks(world, 3)
    first = world.adapter().write(writes[:2])
    outcomes = world.adapter().write(writes)
    assert settled(outcomes) == [AGAIN, AGAIN, DONE]
    assert [o.remote_id for o in outcomes[:2]] == [o.remote_id for o in first]
    assert not calls(world, "/search")
    assert asked(world, READ)[-1]["idProperty"] == KEY


@pytest.mark.fault("F92")
def test_a_key_in_the_recycle_bin_is_not_made_again(world):
    """If HubSpot keeps a key taken there; here it does not."""
    [write] = tasks(world, 1)
    adapter = world.adapter()
    adapter.check()
    code = {"code": "CONFLICTING_UNIQUE_VALUE", "context": {"propertyName": [KEY]}}
    taken = {"category": "VALIDATION_ERROR", "errors": [code]}
    named = taken | {"context": {"objectWriteTraceId": ["write-0"]}}
    instead(world, CREATE, {"status": "COMPLETE", "results": [], "errors": [named]})
    missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": [write.key]}}
    instead(world, READ, {"status": "COMPLETE", "results": [], "errors": [missing]})
    binned = row(77, archived=True) | {"properties": {KEY: write.key}}
    instead(world, READ, {"status": "COMPLETE", "results": [binned]})
    [outcome] = adapter.write([write])
    assert (outcome.settled, outcome.remote_id) == (AGAIN, "77")
    assert "archived" in outcome.reason
    assert [call.query for call in world.front.seen if READ in call.path] == [
        {},
        {"archived": "true"},
    ]


def test_a_known_key_without_an_id_is_unknown(world):
    [write] = tasks(world, 1)
    adapter = world.adapter()
    adapter.write([write])
    for _ in range(2):
        instead(world, READ, {"status": "COMPLETE", "results": []})
    [outcome] = adapter.write([write])
    assert outcome.settled is Settled.UNKNOWN
    instead(world, READ, {"category": "INTERNAL_ERROR"}, 500)
    assert settled(adapter.write([write])) == [Settled.UNKNOWN]
    assert settled(adapter.write([write])) == [AGAIN]


def test_a_completed_task_is_not_opened_again(world):
    [write] = tasks(world, 1)
    world.adapter().write([write])
    [kept] = made(world)
    with world.portal.lock:
        portal_writing.update(world.portal, PEOPLE, kept, {"hs_task_status": "COMPLETED"})
    assert settled(world.adapter().write([write])) == [AGAIN]
    assert kept.properties["hs_task_status"] == "COMPLETED"


@pytest.mark.fault("F20")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lead_objects", [False, True])
def test_in_hostile_weather_nothing_is_doubled_and_nothing_is_missing(world, seed, lead_objects):
    """Sent as the outbox does it: what is not settled is sent again under its key."""
    writes = [some_write(world, kind, world.target(n), n) for n, kind in enumerate(MIXED)]
    world.platform.weather = Weather.hostile(seed)
    world.platform.weather.rates = {kind: 3 * rate for kind, rate in HOSTILE.items()}
    open_writes = {write.key: write for write in writes}
    for _ in range(60):
        adapter = world.adapter(deadline=0.4, lead_objects=lead_objects)
        batch = list(open_writes.values())[:30]
        with suppress(AdapterError):
            for outcome in adapter.write(batch):
                assert outcome.settled in (DONE, AGAIN, Settled.RETRY, Settled.UNKNOWN)
                if outcome.settled in (DONE, AGAIN):
                    del open_writes[outcome.key]
        world.clock.move_to(world.clock.now() + 2_000)
        if not open_writes:
            break
    assert not open_writes
    of_kind = {kind: [w.key for w in writes if w.kind is kind] for kind in WriteKind}
    assert keys(world) == sorted(of_kind[WriteKind.CREATE_TASK])
    assert keys(world, "notes") == sorted(of_kind[WriteKind.ADD_NOTE])
    assert keys(world, "leads") == sorted(of_kind[WriteKind.CREATE_TASK] * lead_objects)
    changed = [effect.target for effect in world.landed(WriteKind.SET_FIELDS)]
    assert sorted(changed) == sorted(
        write.target for write in writes if write.kind is WriteKind.SET_FIELDS
    )


@pytest.mark.parametrize("kind", [WriteKind.CREATE_TASK, WriteKind.ADD_NOTE])
@pytest.mark.parametrize("lead_objects", [False, True])
def test_what_was_archived_before_the_next_sending_is_not_made_again(world, kind, lead_objects):
    """Archiving frees the key here: no refusal tells that it was made once."""
    writes = [some_write(world, kind, world.target(n), n) for n in range(3)]
    adapter = world.adapter(lead_objects=lead_objects)
    world.platform.weather.force("lost", matching=f"{object_of(kind)}{CREATE}")
    with pytest.raises(FateUnknown):
        adapter.write(writes)
    first = made(world, object_of(kind))
    with world.portal.lock:
        portal_writing.archive(world.portal, PEOPLE, first[1])
    outcomes = adapter.write([replace(write, sent_before=True) for write in writes])
    assert settled(outcomes) == [AGAIN] * 3
    assert [outcome.remote_id for outcome in outcomes] == [str(kept.id) for kept in first]
    assert [outcome.reason != "" for outcome in outcomes] == [False, True, False]
    assert keys(world, object_of(kind)) == sorted(write.key for write in writes)


def test_nobody_looks_into_the_recycle_bin_for_a_first_sending(world):
    adapter = world.adapter()
    adapter.write(tasks(world, 3))
    assert not [call for call in world.front.seen if call.query.get("archived") == "true"]


def test_a_recycle_bin_of_many_pages_is_read_to_its_end(world):
    for number in range(1, 121):
        world.load("tasks", 9_000_040_000 + number, START, {"hs_timestamp": str(START)})
        world.portal.place(
            world.portal.tables["tasks"].kept[9_000_040_000 + number], archived_at=START
        )
    [write] = tasks(world, 1)
    adapter = world.adapter()
    adapter.write([write])
    [kept] = [each for each in made(world) if each.properties.get(KEY) == write.key]
    with world.portal.lock:
        portal_writing.archive(world.portal, PEOPLE, kept)
    [outcome] = adapter.write([replace(write, sent_before=True)])
    assert (outcome.settled, outcome.remote_id) == (AGAIN, str(kept.id))
    assert len([call for call in world.front.seen if call.query.get("archived") == "true"]) == 2


def test_where_the_recycle_bin_cannot_be_looked_into_nothing_is_sent(world):
    [write] = tasks(world, 1)
    adapter = world.adapter()
    adapter.check()
    instead(world, "/tasks", {"category": "INTERNAL_ERROR"}, 500)
    with pytest.raises(TryAgain):
        adapter.write([replace(write, sent_before=True)])
    assert keys(world) == []
    assert settled(adapter.write([replace(write, sent_before=True)])) == [DONE]


def object_of(kind: WriteKind) -> str:
    return "notes" if kind is WriteKind.ADD_NOTE else "tasks"
