"""What the memory platform does beyond the laws: lag, gone records, trouble on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.memory.adapter import LATE_WINDOW, MemoryAdapter, Settings
from adapters.memory.client import Fault, MemoryPlatform, forget, register
from connector.clock import DAY, MINUTE, SECOND, ManualClock
from connector.errors import (
    AdapterError,
    FateUnknown,
    GrantAccess,
    Rejected,
    SignInAgain,
    SlowDown,
    TryAgain,
)
from connector.model import (
    Engagement,
    Kind,
    Record,
    RecordRef,
    Role,
    Settled,
    Write,
    WriteKind,
)
from connector.ports import FieldSpec, Secret, Stream
from tests.adapters.reading_laws import drain
from tests.adapters.world import START

ANN = RecordRef("crm", "Contact", "1")
BOB = RecordRef("crm", "Lead", "2")
EVE = RecordRef("crm", "User", "u1")


def person(ref: RecordRef, **fields: str | None) -> Record:
    return Record(
        ref=ref,
        role=Role.PERSON,
        fields={"status": "Open", **fields},
        emails=(f"p{ref.id}@acme.example",),
        owner=EVE,
    )


def change(key: str, expected: tuple[str, ...] | None = None, **fields: str | bool) -> Write:
    return Write(
        key=key,
        kind=WriteKind.SET_FIELDS,
        target=ANN,
        fields=fields,
        expected={} if expected is None else dict.fromkeys(fields, expected),
    )


def task(key: str, target: RecordRef = ANN, **fields: str) -> Write:
    return Write(
        key=key, kind=WriteKind.CREATE_TASK, target=target, fields={"subject": "Call", **fields}
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def platform(clock: ManualClock) -> Iterator[MemoryPlatform]:
    made = MemoryPlatform(clock)
    made.put(person(ANN), person(BOB), Record(ref=EVE, role=Role.OWNER, fields={"active": True}))
    register("test", made)
    yield made
    forget("test")


@pytest.fixture
def adapter(platform: MemoryPlatform, clock: ManualClock) -> MemoryAdapter:
    return MemoryAdapter("crm", Settings(name="test", page_size=10), clock)


def people(adapter: MemoryAdapter, cursor: str | None = None) -> tuple[dict[object, Record], str]:
    seen, cursor = drain(adapter, Stream.PEOPLE, cursor)
    return {ref: row for ref, row in seen.items() if isinstance(row, Record)}, cursor


# reading


def test_a_change_is_stamped_by_the_platform(platform, adapter, clock):
    _, cursor = people(adapter)
    clock.move_to(START + MINUTE)
    platform.edit(ANN, status="Working")
    seen, _ = people(adapter, cursor)
    assert seen[ANN].fields["status"] == "Working"
    assert seen[ANN].modified_at == START + MINUTE


def test_a_change_that_commits_late_is_told_late_and_not_lost(platform, adapter, clock):
    platform.commit_lag = LATE_WINDOW
    platform.edit(ANN, status="Working")
    clock.move_to(START + LATE_WINDOW - 1)
    platform.put(person(BOB, title="CFO"), lag=0)
    seen, cursor = people(adapter)
    assert seen[ANN].fields["status"] == "Open"
    clock.move_to(START + LATE_WINDOW)
    seen, _ = people(adapter, cursor)
    assert seen[ANN].fields["status"] == "Working"
    assert seen[ANN].modified_at == START


def test_a_lookup_is_ahead_of_the_stream(platform, adapter):
    platform.commit_lag = MINUTE
    platform.edit(ANN, status="Working")
    assert adapter.fetch([ANN], ["status"]) == {ANN: {"status": "Working"}}
    assert people(adapter)[0][ANN].fields["status"] == "Open"


def test_a_slow_commit_does_not_bring_back_an_older_version(platform, adapter, clock):
    platform.put(person(ANN, status="first"), lag=2 * MINUTE)
    clock.move_to(START + 1)
    platform.put(person(ANN, status="second"), lag=0)
    clock.move_to(START + 3 * MINUTE)
    assert people(adapter)[0][ANN].fields["status"] == "second"


def test_deleted_and_merged_records_are_told(platform, adapter, clock):
    _, cursor = people(adapter)
    clock.move_to(START + DAY)
    platform.merge(BOB, ANN)
    seen, cursor = people(adapter, cursor)
    assert seen[BOB].merged_into == ANN
    assert seen[BOB].deleted
    platform.delete(ANN)
    assert people(adapter, cursor)[0][ANN].deleted
    assert adapter.find(["P1@ACME.example"]) == {"P1@ACME.example": ()}
    assert adapter.fetch([ANN, BOB], ["status"]) == {}


def test_history_is_laid_down_with_its_own_stamps(platform, adapter):
    clicks = [
        Engagement(instance="crm", id=f"e{n}", at=START - n * DAY, kind=Kind.AD_CLICKED, email="a")
        for n in range(30)
    ]
    platform.seed(clicks)
    assert platform.values(Stream.ENGAGEMENTS) == clicks[::-1]
    assert list(drain(adapter, Stream.ENGAGEMENTS)[0].values()) == clicks[::-1]


def test_an_idle_poll_reads_the_overlap_only(platform, adapter, clock):
    platform.seed(
        replace(person(RecordRef("crm", "Lead", f"old{n}")), modified_at=START - DAY)
        for n in range(50)
    )
    seen, cursor = people(adapter)
    assert len(seen) == 52
    clock.move_to(START + DAY)
    assert people(adapter, cursor)[0].keys() == {ANN, BOB}


def test_a_foreign_cursor_is_rejected(adapter):
    for cursor in ("", "page 2", "[1,2]", '{"a": 1}', "[1,2,3,4,5]"):
        with pytest.raises(Rejected, match="not a cursor"):
            adapter.read(Stream.PEOPLE, cursor)


def test_rows_of_another_instance_are_refused(platform):
    with pytest.raises(ValueError, match="'other'"):
        platform.put(person(RecordRef("other", "Lead", "1")))


# writing


def test_a_task_is_made_and_taken_down(platform, adapter):
    [outcome] = adapter.write([task("k1", owner="u1")])
    assert outcome.settled is Settled.APPLIED
    [effect] = platform.journal
    assert (effect.id, effect.key, effect.target) == (outcome.remote_id, "k1", ANN)
    assert effect.at == START


@pytest.mark.parametrize("owner", ["nobody", "u1"])
def test_a_task_needs_an_active_owner(platform, adapter, owner):
    platform.edit(EVE, active=False)
    [outcome] = adapter.write([task("k1", owner=owner)])
    assert outcome.settled is Settled.REJECTED
    assert owner in outcome.reason


def test_a_key_seen_before_does_not_undo_a_later_edit(platform, adapter):
    adapter.write([change("k1", status="Hot")])
    platform.edit(ANN, status="Lost")
    [outcome] = adapter.write([change("k1", status="Hot")])
    assert outcome.settled is Settled.ALREADY_APPLIED
    assert platform.record(ANN).fields["status"] == "Lost"


def test_field_changes_are_all_or_none(platform, adapter):
    platform.put(person(ANN, title="CEO"))
    [outcome] = adapter.write([change("k1", ("Open",), status="Hot", title="x")])
    assert outcome.settled is Settled.CANCELLED
    assert "title" in outcome.reason
    assert platform.record(ANN).fields["status"] == "Open"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"shoe_size": "9"}, "no field shoe_size"),
        ({"opted_out": "yes"}, "opted_out is a boolean"),
        ({"stage": "lukewarm"}, "no value 'lukewarm'. Known: hot, cold"),
    ],
)
def test_a_value_that_does_not_fit_is_rejected_with_the_reason(adapter, fields, reason):
    adapter.create_field(
        FieldSpec(object_type="Contact", name="stage", type="choice", choices=("hot", "cold"))
    )
    [outcome] = adapter.write([change("k1", **fields)])
    assert outcome.settled is Settled.REJECTED
    assert reason in outcome.reason


def test_a_write_is_told_to_readers_as_a_change(platform, adapter, clock):
    _, cursor = people(adapter)
    clock.move_to(START + DAY)
    adapter.write([change("k1", status="Hot")])
    assert people(adapter, cursor)[0][ANN].modified_at == START + DAY


def test_more_writes_than_a_batch_are_refused_whole(platform, adapter):
    with pytest.raises(Rejected, match="50 writes at once, not 51"):
        adapter.write([task(f"k{n}") for n in range(51)])
    assert not platform.journal


# trouble


@pytest.mark.parametrize(
    ("fault", "read", "written"),
    [
        (Fault.TRY_AGAIN, TryAgain, TryAgain),
        (Fault.SLOW_DOWN, SlowDown, SlowDown),
        (Fault.SIGN_IN_AGAIN, SignInAgain, SignInAgain),
        (Fault.GRANT_ACCESS, GrantAccess, GrantAccess),
        (Fault.REQUEST_LOST, TryAgain, FateUnknown),
        (Fault.ANSWER_LOST, TryAgain, FateUnknown),
    ],
)
def test_trouble_comes_as_the_contract_says(platform, adapter, fault, read, written):
    platform.fail_next(fault, times=2, retry_after=7 * SECOND)
    with pytest.raises(AdapterError) as reading:
        adapter.read(Stream.PEOPLE, None)
    with pytest.raises(AdapterError) as writing:
        adapter.write([task("k1")])
    assert type(reading.value) is read
    assert type(writing.value) is written
    assert len(platform.journal) == (fault is Fault.ANSWER_LOST)
    if fault in {Fault.TRY_AGAIN, Fault.SLOW_DOWN}:
        assert isinstance(reading.value, TryAgain)
        assert reading.value.retry_after == 7 * SECOND
    adapter.read(Stream.PEOPLE, None)


def test_trouble_can_wait_for_a_certain_request(platform, adapter):
    platform.fail_next(Fault.TRY_AGAIN, call="write")
    adapter.read(Stream.PEOPLE, None)
    with pytest.raises(TryAgain):
        adapter.write([task("k1")])
    assert platform.calls == {"read people": 1, "write": 1}


def test_trouble_can_follow_a_plan(platform, adapter):
    platform.trouble = lambda call, count: Fault.SLOW_DOWN if count % 2 else None
    with pytest.raises(SlowDown):
        adapter.check()
    assert adapter.check().account == "crm"


def test_single_writes_can_go_wrong(platform, adapter):
    platform.spoil("k1", Settled.RETRY, "the row is locked", times=1)
    platform.spoil("k2", Settled.REJECTED, "no")
    platform.spoil("k3", Settled.UNKNOWN, times=1)
    writes = [task(f"k{n}") for n in range(4)]
    settled = [[outcome.settled.value for outcome in adapter.write(writes)] for _ in range(2)]
    assert settled == [
        ["applied", "retry", "rejected", "unknown"],
        ["already_applied", "applied", "rejected", "already_applied"],
    ]
    assert [effect.key for effect in platform.journal] == ["k0", "k3", "k1"]


def test_a_platform_that_is_not_there_is_named(clock):
    adapter = MemoryAdapter("crm", Settings(name="nowhere"), clock)
    with pytest.raises(Rejected, match='"nowhere"'):
        adapter.check()


def test_the_token_is_asked_for(platform, clock):
    platform.token = "right"
    wrong = MemoryAdapter("crm", Settings(name="test", token=Secret("wrong")), clock)
    with pytest.raises(SignInAgain):
        wrong.check()
    right = MemoryAdapter("crm", Settings(name="test", token=Secret("right")), clock)
    assert right.check().missing == ()


def test_an_unknown_object_is_named_with_the_nearest_one(adapter):
    with pytest.raises(Rejected, match='Did you mean "Contact"'):
        adapter.describe("Contakt")


def test_several_threads_write_each_key_once(platform, adapter, clock):
    def write_all() -> None:
        own = MemoryAdapter("crm", Settings(name="test"), clock)
        for n in range(0, 200, 10):
            own.write([task(f"k{i}") for i in range(n, n + 10)])
            own.read(Stream.PEOPLE, None)

    threads = [threading.Thread(target=write_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effect.key for effect in platform.journal) == sorted(f"k{n}" for n in range(200))
