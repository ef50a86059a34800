"""Laws 19 to 25: secrets, refusals, health, closing, the folder, looking people up."""

from __future__ import annotations

import io
import logging
import traceback
import typing
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from functools import partial

import pytest

from connector.clock import DAY, MINUTE
from connector.errors import SignInAgain, Unsupported
from connector.model import Record, RecordRef, Write, WriteKind
from connector.ports import Adapter, FieldSpec, Secret, Stream
from tests.adapters.folders import problems_of
from tests.adapters.law import Lawful, law
from tests.adapters.reading_laws import put_many
from tests.adapters.world import START, World
from tests.adapters.writing_laws import some_write

Call = Callable[[Adapter], object]


def has_secret(adapter_type: type[Adapter]) -> bool:
    hints = typing.get_type_hints(adapter_type.settings_type)
    return any(hint is Secret or Secret in typing.get_args(hint) for hint in hints.values())


def undeclared(adapter_type: type[Adapter]) -> dict[str, Call]:
    """A call for everything that the adapter says it does not do."""
    declared = adapter_type.capabilities
    target = RecordRef("crm", "Person", "1")
    calls: dict[str, Call] = {}
    for stream in Stream:
        if not declared.streams.get(stream):
            calls[f"read {stream}"] = partial(read_from_start, stream=stream)
    for kind in WriteKind:
        if not declared.writes.get(kind):
            write = Write(key=f"k-{kind}", kind=kind, target=target, fields={})
            calls[f"write {kind}"] = partial(write_one, write=write)
    if not declared.find:
        calls["find"] = lambda adapter: adapter.find(["ann@acme.example"])
    if not declared.fetch:
        calls["fetch"] = lambda adapter: adapter.fetch([target], ["status"])
    if not declared.describe:
        calls["describe"] = lambda adapter: adapter.describe("Task")
    if not declared.create_field:
        spec = FieldSpec(object_type="Task", name="lm_key", type="text")
        calls["create_field"] = lambda adapter: adapter.create_field(spec)
    return calls


def read_from_start(adapter: Adapter, stream: Stream) -> object:
    return adapter.read(stream, None)


def write_one(adapter: Adapter, write: Write) -> object:
    return adapter.write([write])


@contextmanager
def all_logs() -> Iterator[io.StringIO]:
    """Everything that is logged anywhere, down to debug."""
    text = io.StringIO()
    watcher, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(watcher)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(watcher)
        root.setLevel(level)


class WholeLaws(Lawful):
    @law(19, needs=has_secret)
    def test_19_no_secret_is_ever_shown(self):
        printed = io.StringIO()
        with (
            self.world() as world,
            all_logs() as logs,
            redirect_stdout(printed),
            redirect_stderr(printed),
        ):
            secret, shown = world.secret(), []
            assert len(secret) >= 8, "a secret this short may turn up by chance"
            adapter = world.adapter()
            shown += [repr(adapter), str(adapter), repr(adapter.check())]
            for attribute in vars(adapter).values() if hasattr(adapter, "__dict__") else ():
                shown += [repr(attribute), str(attribute)]
            world.refuse_sign_in()
            for call in self._declared_calls(world):
                with pytest.raises(SignInAgain) as caught:
                    call(adapter)
                shown += [repr(caught.value), *traceback.format_exception(caught.value)]
            shown += [logs.getvalue(), printed.getvalue()]
        assert not [text for text in shown if secret in text]

    def _declared_calls(self, world: World) -> list[Call]:
        calls: list[Call] = [lambda adapter: adapter.check()]
        if self.declared.streams.get(Stream.PEOPLE):
            calls.append(lambda adapter: adapter.read(Stream.PEOPLE, None))
        if self.declared.writes.get(WriteKind.CREATE_TASK):
            write = some_write(world, WriteKind.CREATE_TASK, world.target(1))
            calls.append(lambda adapter: adapter.write([write]))
        if self.declared.find:
            calls.append(lambda adapter: adapter.find(["ann@acme.example"]))
        return calls

    @law(20, needs=undeclared)
    def test_20_what_is_not_declared_is_refused_before_any_request(self):
        with self.world() as world:
            calls = undeclared(self.adapter_type)
            adapter = world.adapter()
            before = world.requests()
            for name, call in calls.items():
                with pytest.raises(Unsupported):
                    raise AssertionError(f"{name} gave {call(adapter)!r}")
            assert world.requests() == before

    @law(21)
    def test_21_check_is_cheap_and_writes_nothing(self):
        with self.world() as world:
            world.target(1)
            before = world.look(), [world.landed(kind) for kind in WriteKind], world.requests()
            adapter = world.adapter()
            assert world.requests() == before[2], "building an adapter made a request"
            health = adapter.check()
            assert world.requests() - before[2] <= 3
            assert health.account
            asked = world.requests()
            again = adapter.identify()
            assert world.requests() - asked <= 1
            assert (again.account, again.account_id) == (health.account, health.account_id)
            assert world.adapter().identify().account_id == health.account_id
            assert before[:2] == (world.look(), [world.landed(kind) for kind in WriteKind])

    @law(22)
    def test_22_closing_twice_is_harmless(self):
        with self.world() as world:
            world.adapter().close()
            adapter = world.adapter()
            with closing(adapter):
                adapter.check()
                adapter.close()

    @law(23, needs=lambda adapter_type: adapter_type.__module__.startswith("adapters."))
    def test_23_the_folder_is_complete_and_true(self):
        assert problems_of(self.adapter_type) == []

    @law(24, needs=lambda adapter_type: adapter_type.capabilities.find)
    def test_24_find_tells_every_hit(self):
        with self.world() as world:
            one = world.put(Stream.PEOPLE, 1, START - DAY, email="ann@acme.example")
            two = world.put(Stream.PEOPLE, 2, START - DAY, email="ann@acme.example")
            other = world.put(Stream.PEOPLE, 3, START - DAY, email="bob@acme.example")
            assert isinstance(one, Record)
            assert isinstance(two, Record)
            assert isinstance(other, Record)
            found = world.adapter().find(
                ["ann@acme.example", "bob@acme.example", "nobody@acme.example"]
            )
            assert set(found["ann@acme.example"]) == {one.ref, two.ref}
            assert found["bob@acme.example"] == (other.ref,)
            assert found.get("nobody@acme.example", ()) == ()

    @law(25, needs=lambda adapter_type: adapter_type.capabilities.fetch)
    def test_25_fetch_tells_what_is_so_now(self):
        with self.world() as world:
            put_many(world, Stream.PEOPLE, range(3), START - MINUTE)
            refs, field = [world.target(n) for n in (10, 11, 12)], world.own_field()
            world.edit(refs[0], field, "first")
            world.edit(refs[1], field, "second")
            adapter = world.adapter()
            assert adapter.fetch(refs[:2], [field]) == {
                refs[0]: {field: "first"},
                refs[1]: {field: "second"},
            }
            world.edit(refs[0], field, "changed")
            world.remove(refs[1])
            assert adapter.fetch(refs[:2], [field]) == {refs[0]: {field: "changed"}}

    def test_99_only_what_is_not_declared_was_left_out(self) -> None:
        """Compares what happened in this process; each law wraps its own skipping."""
        allowed, all_cases = set(), set()
        for known in self.laws():
            for case, chosen in known.cases():
                all_cases.add(case)
                if not known.needs(self.adapter_type, **chosen):
                    allowed.add(case)
        ran = self.kept | self.left_out
        assert ran <= all_cases
        assert self.left_out == allowed & ran
        for known in self.laws():
            method = getattr(type(self), known.name)
            assert getattr(method, "law", None) is known, f"{known.name} was rewritten"
