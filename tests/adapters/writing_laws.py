"""Laws 8 to 15: what is written, once, and only where it may be; and the fields it needs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import DAY
from connector.errors import Conflict, FateUnknown
from connector.model import (
    Outcome,
    Record,
    RecordRef,
    Scalar,
    Settled,
    Write,
    WriteKind,
    withdrawal,
)
from connector.ports import TASK_FIELDS, Adapter, Delivery, FieldSpec, Stream
from tests.adapters.law import Lawful, law
from tests.adapters.world import START, AnswerLost, World

KEYED = (WriteKind.CREATE_TASK, WriteKind.ADD_NOTE)
WORDED = (*KEYED, WriteKind.SET_FIELDS)
"""Kinds that carry texts."""
MADE = (*KEYED, WriteKind.ADD_MEMBER)
WRITTEN = (*WORDED, WriteKind.ADD_MEMBER)
"""Everything but taking back, which needs something to take back."""
TEXTS = (
    "Zoë Müller-Ångström · 山田太郎 · 👩‍🔬 · مرحبا",
    '<b onclick="x()">bold</b> &amp; <script>1</script>',
    "=HYPERLINK(1)",
    "+49 1234",
    "-1+2",
    "@SUM(A1)",
    "\tindented",
    "'quoted",
    'she said "yes", and; then|left\\n',
    "one\ntwo\n\nthree",
    "  spaces around  ",
    "null",
    "{{subject}} %s ${x}",
)
LONG = "A long story. " * 3_000


def writable(adapter_type: type[Adapter], kind: WriteKind) -> object:
    return adapter_type.capabilities.writes.get(kind)


def withdrawable(adapter_type: type[Adapter], kind: WriteKind) -> object:
    return writable(adapter_type, kind) and writable(adapter_type, WriteKind.WITHDRAW)


def tells_touched(adapter_type: type[Adapter]) -> object:
    told = adapter_type.kept_because is not Adapter.kept_because
    return told and withdrawable(adapter_type, WriteKind.CREATE_TASK)


def repeatable(adapter_type: type[Adapter], kind: WriteKind) -> object:
    """A repeat can be known: every field change, and what a class A or B target creates."""
    known = kind not in KEYED or adapter_type.capabilities.delivery is not Delivery.C
    return known and writable(adapter_type, kind)


def of_companies(adapter_type: type[Adapter], kind: WriteKind) -> object:
    """As `repeatable`, for a platform that has companies."""
    return repeatable(adapter_type, kind) and adapter_type.capabilities.streams.get(Stream.ACCOUNTS)


def tells_of_tasks(adapter_type: type[Adapter]) -> object:
    return adapter_type.capabilities.task_type


def makes_fields(adapter_type: type[Adapter]) -> object:
    return adapter_type.capabilities.create_field and adapter_type.capabilities.describe


def some_write(
    world: World, kind: WriteKind, target: RecordRef, number: int = 1, text: str = "Call back"
) -> Write:
    """A plain write to the target."""
    task: dict[str, Scalar] = {"subject": text, "body": f"{text} {number}"}
    if kind is WriteKind.CREATE_TASK:
        task |= {"due_at": START + DAY, "priority": "high", "owner": world.owner()}
    if kind is WriteKind.SET_FIELDS:
        task = {world.own_field(): text}
    if kind is WriteKind.ADD_MEMBER:
        task = {"list": world.list_id()}
    if kind is WriteKind.WITHDRAW:
        task |= {"what": WriteKind.CREATE_TASK.value, "made": "7", "by": "key-0"}
    return Write(key=f"key-{number}", kind=kind, target=target, fields=task)


def send(adapter: Adapter, writes: list[Write]) -> list[Outcome]:
    """Write in batches as the core does; one outcome per write in order is checked always."""
    outcomes: list[Outcome] = []
    for first in range(0, len(writes), adapter.capabilities.max_batch):
        batch = writes[first : first + adapter.capabilities.max_batch]
        answers = adapter.write(batch)
        assert [outcome.key for outcome in answers] == [write.key for write in batch]
        outcomes.extend(answers)
    return outcomes


def settled(outcomes: list[Outcome]) -> list[Settled]:
    return [outcome.settled for outcome in outcomes]


def assert_landed(world: World, *writes: Write) -> None:
    """Exactly these writes had an effect, each once, with their fields."""
    kind = writes[0].kind
    found = world.landed(kind)
    stored = [
        {n: world.as_stored(n, v) if isinstance(v, str) else v for n, v in write.fields.items()}
        for write in writes
    ]
    assert [effect.target for effect in found] == [write.target for write in writes]
    for effect, fields in zip(found, stored, strict=True):
        assert fields.items() <= dict(effect.fields).items()
    if kind in KEYED:
        assert [effect.key for effect in found] == [write.key for write in writes]


class WritingLaws(Lawful):
    @pytest.mark.fault("F66")
    @law(8, each="kind", of=WRITTEN, needs=repeatable)
    def test_08_the_same_key_twice_has_one_effect(self, kind):
        with self.world() as world:
            write = some_write(world, kind, world.target(1))
            adapter = world.adapter()
            [first] = send(adapter, [write])
            assert first.settled is Settled.APPLIED
            assert first.remote_id
            for again in (adapter, world.adapter()):
                assert settled(send(again, [write])) == [Settled.ALREADY_APPLIED]
            assert_landed(world, write)

    @law(8, each="kind", of=KEYED, needs=of_companies)
    def test_08_a_company_gets_tasks_and_notes_as_people_do(self, kind):
        with self.world() as world:
            rows = [world.put(Stream.ACCOUNTS, n, world.clock.now()) for n in (2, 4)]
            companies = [row.ref for row in rows if isinstance(row, Record)]
            targets = [companies[0], world.target(1), companies[1]]
            writes = [some_write(world, kind, target, n) for n, target in enumerate(targets)]
            assert settled(send(world.adapter(), writes)) == [Settled.APPLIED] * 3
            again = send(world.adapter(), writes)
            assert settled(again) == [Settled.ALREADY_APPLIED] * 3
            assert_landed(world, *writes)

    @pytest.mark.fault("F12")
    @law(9, each="kind", of=WRITTEN, needs=repeatable)
    def test_09_a_lost_answer_does_not_double_the_effect(self, kind):
        with self.world() as world:
            writes = [some_write(world, kind, world.target(n), n) for n in (1, 2, 3)]
            writes = writes[: self.declared.max_batch]
            adapter = world.adapter()
            world.lose_next_answer()
            with suppress(FateUnknown, AnswerLost):
                assert set(settled(list(adapter.write(writes)))) == {Settled.UNKNOWN}
            outcomes = send(world.adapter(), writes)
            assert settled(outcomes) == [Settled.ALREADY_APPLIED] * len(writes)
            assert_landed(world, *writes)

    @pytest.mark.fault("F23")
    @law(10, each="kind", of=WRITTEN, needs=writable)
    def test_10_one_bad_write_leaves_its_neighbours_alone(self, kind):
        with self.world() as world:
            writes = [some_write(world, kind, world.target(n), n) for n in range(5)]
            writes[2] = world.spoil(writes[2])
            outcomes = send(world.adapter(), writes)
            assert settled(outcomes) == [
                Settled.REJECTED if n == 2 else Settled.APPLIED for n in range(5)
            ]
            assert outcomes[2].reason
            assert_landed(world, *(write for n, write in enumerate(writes) if n != 2))

    @pytest.mark.fault("F42")
    @law(10, each="kind", of=WRITTEN, needs=writable)
    def test_10_a_record_that_is_gone_cancels_its_own_write_only(self, kind):
        with self.world() as world:
            writes = [some_write(world, kind, world.target(n), n) for n in range(3)]
            world.remove(writes[1].target)
            outcomes = send(world.adapter(), writes)
            assert settled(outcomes) == [Settled.APPLIED, Settled.CANCELLED, Settled.APPLIED]
            assert_landed(world, writes[0], writes[2])

    @law(11, each="kind", of=WRITTEN, needs=writable)
    def test_11_only_the_named_fields_change(self, kind):
        with self.world() as world:
            target, _ = world.target(1), world.target(2)
            write = some_write(world, kind, target)
            before = world.look()
            send(world.adapter(), [write])
            after = world.look()
            if kind is WriteKind.SET_FIELDS:
                stored = world.as_stored(world.own_field(), "Call back")
                before[target] = {**before[target], world.own_field(): stored}
            assert after == before

    @law(11, needs=lambda adapter_type: writable(adapter_type, WriteKind.SET_FIELDS))
    def test_11_what_a_person_changed_is_not_undone(self):
        with self.world() as world:
            field, target = world.own_field(), world.target(1)
            world.edit(target, field, "as leadmode saw it")
            expected = {field: ("as leadmode saw it", None)}
            write = Write(
                key="cas",
                kind=WriteKind.SET_FIELDS,
                target=target,
                fields={field: "new"},
                expected=expected,
            )
            world.edit(target, field, "a person was here")
            [outcome] = send(world.adapter(), [write])
            assert outcome.settled is Settled.CANCELLED
            assert outcome.reason
            assert world.look()[target][field] == "a person was here"
            assert not world.landed(WriteKind.SET_FIELDS)
            world.edit(target, field, "as leadmode saw it")
            [outcome] = send(world.adapter(), [write])
            assert outcome.settled is Settled.APPLIED
            assert world.look()[target][field] == "new"

    @law(12, each="kind", of=WORDED, needs=writable)
    def test_12_text_survives(self, kind):
        with self.world() as world:
            writes = [
                some_write(world, kind, world.target(n), n, text)
                for n, text in enumerate((*TEXTS, LONG))
            ]
            assert set(settled(send(world.adapter(), writes))) == {Settled.APPLIED}
            assert_landed(world, *writes)

    @pytest.mark.fault("F59")
    @law(12, each="kind", of=WORDED, needs=writable)
    def test_12_any_text_survives(self, kind):
        letters = st.characters(exclude_categories=("Cs", "Cc"))

        @self.examples
        @given(text=st.text(letters, min_size=1, max_size=40))
        def run(text):
            with self.world() as world:
                write = some_write(world, kind, world.target(1), 1, text)
                assert settled(send(world.adapter(), [write])) == [Settled.APPLIED]
                assert_landed(world, write)

        run()

    @law(10, needs=lambda adapter_type: writable(adapter_type, WriteKind.ADD_MEMBER))
    def test_10_who_is_a_member_already_stays_one(self):
        with self.world() as world:
            first = some_write(world, WriteKind.ADD_MEMBER, world.target(1), 1)
            second = some_write(world, WriteKind.ADD_MEMBER, world.target(1), 2)
            known = self.declared.delivery is Delivery.A
            assert settled(send(world.adapter(), [first])) == [Settled.APPLIED]
            [outcome] = send(world.adapter(), [second])
            assert outcome.settled in (Settled.ALREADY_APPLIED, Settled.APPLIED)
            assert outcome.remote_id
            if known:
                assert len({each.target for each in world.landed(WriteKind.ADD_MEMBER)}) == 1

    @law(26, needs=tells_of_tasks)
    def test_26_what_becomes_of_a_task_is_told(self):
        with self.world() as world:
            writes = [
                some_write(world, WriteKind.CREATE_TASK, world.target(n), n) for n in (1, 2, 3)
            ]
            adapter, owner = world.adapter(), world.owner()
            made = [str(outcome.remote_id) for outcome in send(adapter, writes)]
            refs = [RecordRef(world.instance, self.declared.task_type, each) for each in made]
            world.clock.move_to(START + DAY)
            world.change_task(made[1], done=True)
            world.change_task(made[2], owner=owner)
            told = adapter.fetch(refs, TASK_FIELDS)
            assert [bool(told[ref].get("is_closed")) for ref in refs] == [False, True, False]
            assert [told[ref]["owner"] for ref in refs] == [owner] * 3
            assert told[refs[0]]["status"] != told[refs[1]]["status"]
            assert told[refs[1]]["closed_at"] == START + DAY
            assert told[refs[1]]["modified_at"] == START + DAY
            world.remove_task(made[1])
            left = world.adapter().fetch(refs, TASK_FIELDS)
            assert left.keys() == {refs[0], refs[2]}, "one that is deleted is left out"

    @law(27, each="kind", of=MADE, needs=withdrawable)
    def test_27_what_was_made_is_taken_back_once(self, kind):
        with self.world() as world:
            adapter = world.adapter()
            writes = [some_write(world, kind, world.target(n), n) for n in (1, 2)]
            made = send(adapter, writes)
            back = withdrawal("back-1", writes[0], str(made[0].remote_id))
            assert world.standing(kind) == {write.target for write in writes}
            [first] = send(adapter, [back])
            assert first.settled is Settled.APPLIED
            assert first.remote_id
            assert world.standing(kind) == {writes[1].target}
            for again in (adapter, world.adapter()):
                assert settled(send(again, [back])) == [Settled.ALREADY_APPLIED]
            assert world.standing(kind) == {writes[1].target}

    @law(27, each="kind", of=MADE, needs=withdrawable)
    def test_27_a_lost_answer_takes_nothing_else_back(self, kind):
        with self.world() as world:
            adapter = world.adapter()
            writes = [some_write(world, kind, world.target(n), n) for n in (1, 2)]
            made = send(adapter, writes)
            back = withdrawal("back-1", writes[0], str(made[0].remote_id))
            world.lose_next_answer()
            with suppress(FateUnknown, AnswerLost):
                adapter.write([back])
            [again] = send(world.adapter(), [back])
            assert again.settled in (Settled.APPLIED, Settled.ALREADY_APPLIED)
            assert world.standing(kind) == {writes[1].target}

    @law(27, needs=tells_touched)
    def test_27_what_a_person_touched_stays(self):
        with self.world() as world:
            adapter, kind = world.adapter(), WriteKind.CREATE_TASK
            writes = [some_write(world, kind, world.target(n), n) for n in (1, 2)]
            made = [str(each.remote_id) for each in send(adapter, writes)]
            backs = [withdrawal(f"back-{n}", writes[n], made[n]) for n in (0, 1)]
            assert not adapter.kept_because(backs)
            world.touch(made[0])
            assert adapter.kept_because(backs).keys() == {"back-0"}
            kept, gone = send(world.adapter(), backs)
            assert (kept.settled, gone.settled) == (Settled.CANCELLED, Settled.APPLIED)
            assert kept.reason

    @law(27, needs=lambda adapter_type: writable(adapter_type, WriteKind.SET_FIELDS))
    def test_27_what_fields_had_before_is_told(self):
        with self.world() as world:
            field, target = world.own_field(), world.target(1)
            world.edit(target, field, "a person wrote this")
            write = some_write(world, WriteKind.SET_FIELDS, target)
            [outcome] = send(world.adapter(), [write])
            assert outcome.before == {field: "a person wrote this"}

    @law(13, needs=makes_fields)
    def test_13_a_made_field_is_described(self):
        with self.world() as world:
            adapter, object_type = world.adapter(), world.object_type()
            specs = all_types(object_type)
            before = {info.name for info in adapter.describe(object_type)}
            for spec in specs:
                adapter.create_field(spec)
            described = {info.name: info for info in world.adapter().describe(object_type)}
            assert described.keys() == before | {spec.name for spec in specs}
            for spec in specs:
                assert described[spec.name].type == spec.type
                assert described[spec.name].choices == spec.choices
                assert described[spec.name].writable

    @law(14, needs=makes_fields)
    def test_14_making_a_field_twice_is_harmless(self):
        with self.world() as world:
            object_type = world.object_type()
            for spec in all_types(object_type):
                world.adapter().create_field(spec)
            once = sorted(world.adapter().describe(object_type), key=lambda info: info.name)
            for spec in all_types(object_type):
                world.adapter().create_field(spec)
            assert sorted(world.adapter().describe(object_type), key=lambda i: i.name) == once

    @law(15, needs=makes_fields)
    def test_15_a_field_of_another_type_is_a_conflict(self):
        with self.world() as world:
            adapter, object_type = world.adapter(), world.object_type()
            adapter.create_field(FieldSpec(object_type=object_type, name="lm_one", type="text"))
            before = adapter.describe(object_type)
            with pytest.raises(Conflict, match="lm_one"):
                adapter.create_field(
                    FieldSpec(object_type=object_type, name="lm_one", type="number")
                )
            assert adapter.describe(object_type) == before


def all_types(object_type: str) -> list[FieldSpec]:
    plain = [
        FieldSpec(object_type=object_type, name=f"lm_{kind}", type=kind, label=f"A {kind}")
        for kind in ("text", "number", "boolean", "instant")
    ]
    return [
        *plain,
        FieldSpec(object_type=object_type, name="lm_choice", type="choice", choices=("hot", "not")),
    ]
