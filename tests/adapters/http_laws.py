"""Laws 16 to 18, for adapters of platforms that are reached by HTTP.

    class TestMyPlatform(HttpLaws, AdapterLaws): ...

whose world is an `HttpWorld`: one with a real server on the loopback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import formatdate
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar, Protocol, cast

import pytest

from connector.clock import ManualClock
from connector.errors import (
    AdapterError,
    FateUnknown,
    GrantAccess,
    Rejected,
    SignInAgain,
    SlowDown,
    TryAgain,
)
from connector.model import Outcome, Settled, WriteKind
from connector.ports import Adapter, Capabilities, Stream
from tests.adapters.law import Lawful, law
from tests.adapters.whole_laws import has_secret
from tests.adapters.world import START, World
from tests.adapters.writing_laws import some_write

MANY = 1_000
STATUSES = sorted({*(one.value for one in HTTPStatus if one >= 400), *range(400, 600, 9)})
"""All that have a name, and many that have none."""
Expected = type[AdapterError]


class Break(StrEnum):
    """How an answer can go wrong below or beside its status."""

    TIMEOUT = "timeout"
    """The request is taken, and no answer comes."""
    RESET = "reset"
    """The connection is reset instead of an answer."""
    HTML = "html"
    """200 with a page for people: a proxy, a login, maintenance."""
    TRUNCATED = "truncated"
    """200 with half of the JSON that was announced."""
    EMPTY = "empty"
    """200 with nothing in it."""
    OTHER_SHAPE = "other_shape"
    """200 with good JSON that is not an answer to the question."""


class HttpWorld(World, Protocol):
    """A world with a server whose answers can be replaced."""

    def answer_next(
        self, status: int, *, headers: Mapping[str, str], body: str, times: int = 1
    ) -> None:
        """Answer the next requests so, and do nothing for them. A stale plan is dropped."""
        ...

    def break_next(self, how: Break) -> None:
        """Let the answer to the next request go wrong; the adapter's timeout is short here."""
        ...

    def stop(self) -> None:
        """Nobody listens any more: connections are refused."""
        ...


def error_of_read(status: int) -> Expected:
    """What a failing status means for a read."""
    match status:
        case 401:
            return SignInAgain
        case 403:
            return GrantAccess
        case 429:
            return SlowDown
        case 408 | 425:
            return TryAgain
        case _:
            return TryAgain if status >= 500 else Rejected


def error_of_write(status: int) -> Expected:
    """The same for a write: when the platform failed at it, nobody knows how far it came."""
    return FateUnknown if status >= 500 else error_of_read(status)


def reads(adapter_type: type[Adapter]) -> object:
    return first_stream(adapter_type.capabilities)


def writes(adapter_type: type[Adapter]) -> object:
    return first_kind(adapter_type.capabilities)


def first_stream(declared: Capabilities) -> Stream | None:
    return next((stream for stream in Stream if declared.streams.get(stream)), None)


def first_kind(declared: Capabilities) -> WriteKind | None:
    return next((kind for kind in WriteKind if declared.writes.get(kind)), None)


def raised_by(call: Callable[[], object]) -> AdapterError:
    """The error of the contract that the call must end in."""
    with pytest.raises(AdapterError) as caught:
        raise AssertionError(f"it did not fail, it gave {call()!r}")
    return caught.value


class HttpLaws(Lawful):
    read_differs: ClassVar[Mapping[int, Expected]] = {}
    """Statuses that mean something else on this platform when reading; say why beside each."""
    write_differs: ClassVar[Mapping[int, Expected]] = {}

    def new_world(self, folder: Path, clock: ManualClock) -> HttpWorld:
        raise NotImplementedError

    @contextmanager
    def served(self) -> Iterator[HttpWorld]:
        with self.world() as world:
            yield cast("HttpWorld", world)

    @pytest.mark.fault("F17")
    @law(16, needs=reads)
    def test_16_every_status_of_a_read_is_understood(self):
        wrong = {}
        with self.served() as world:
            read = self._reader(world)
            for status in STATUSES:
                world.answer_next(status, headers={}, body=f'{{"message": "no: {status}"}}')
                expected = self.read_differs.get(status, error_of_read(status))
                error = raised_by(read)
                if type(error) is not expected:
                    wrong[status] = type(error).__name__
            world.answer_next(500, headers={}, body="", times=0)
            read()
        assert not wrong

    @pytest.mark.fault("F20")
    @law(16, needs=writes)
    def test_16_every_status_of_a_write_is_understood(self):
        wrong = {}
        with self.served() as world:
            write = self._writer(world)
            for status in STATUSES:
                world.answer_next(status, headers={}, body=f'{{"message": "no: {status}"}}')
                expected = self.write_differs.get(status, error_of_write(status))
                told = self._told(write)
                if told is not expected:
                    wrong[status] = str(told)
            assert not world.landed(self._kind())
        assert not wrong

    @pytest.mark.fault("F13", "F16")
    @law(16, each="how", of=Break, needs=lambda adapter_type, how: reads(adapter_type))
    def test_16_a_broken_answer_to_a_read_is_passing_trouble(self, how):
        with self.served() as world:
            read = self._reader(world)
            world.break_next(how)
            assert type(raised_by(read)) is TryAgain
            read()

    @pytest.mark.fault("F13")
    @law(16, each="how", of=Break, needs=lambda adapter_type, how: writes(adapter_type))
    def test_16_a_broken_answer_to_a_write_leaves_its_fate_unknown(self, how):
        with self.served() as world:
            write = self._writer(world)
            world.break_next(how)
            assert self._told(write) is FateUnknown
            assert self._told(write) is None

    @pytest.mark.fault("F25")
    @law(16)
    def test_16_when_nobody_listens_nothing_was_applied(self):
        with self.served() as world:
            calls = self._calls(world)
            world.stop()
            for call in calls:
                assert type(raised_by(call)) is TryAgain

    @pytest.mark.fault("F18")
    @law(17, needs=reads)
    def test_17_retry_after_is_read_in_seconds_and_as_a_date(self):
        now = START // 1_000
        told = {
            "7": 7_000,
            "0": 0,
            formatdate(now + 90, usegmt=True): 90_000,
            formatdate(now - 90, usegmt=True): 0,
            "soon": None,
        }
        with self.served() as world:
            read = self._reader(world)
            for status in (429, 503):
                for header, wait in told.items():
                    world.answer_next(status, headers={"Retry-After": header}, body="{}")
                    error = raised_by(read)
                    assert isinstance(error, TryAgain)
                    assert error.retry_after == wait, header

    @pytest.mark.fault("F2")
    @law(18, needs=reads)
    def test_18_a_lasting_401_is_told_once_and_not_looped(self):
        with self.served() as world:
            read = self._reader(world)
            world.answer_next(401, headers={}, body="{}", times=MANY)
            before = world.requests()
            assert type(raised_by(read)) is SignInAgain
            assert world.requests() - before <= 3, "one request, one new token, one repeat"

    @law(19, needs=has_secret)
    def test_19_an_answer_that_echoes_the_secret_does_not_show_it(self):
        with self.served() as world:
            shown: list[str] = []
            calls = self._calls(world)
            for status in (400, 401, 403, 429, 500, 503):
                for call in calls:
                    body = f'{{"message": "bad header Authorization: Bearer {world.secret()}"}}'
                    world.answer_next(status, headers={}, body=body)
                    try:
                        shown.append(repr(call()))
                    except AdapterError as error:
                        shown.append(repr(error))
        assert not [text for text in shown if world.secret() in text]

    def _reader(self, world: World) -> Callable[[], object]:
        stream = first_stream(self.declared)
        assert stream is not None
        adapter = world.adapter()
        return lambda: adapter.read(stream, None)

    def _calls(self, world: World) -> list[Callable[[], object]]:
        """A read and a write, as far as they are declared."""
        made: list[Callable[[], object]] = []
        if reads(self.adapter_type):
            made.append(self._reader(world))
        if writes(self.adapter_type):
            made.append(self._writer(world))
        return made

    def _kind(self) -> WriteKind:
        kind = first_kind(self.declared)
        assert kind is not None
        return kind

    def _writer(self, world: World) -> Callable[[], Sequence[Outcome]]:
        adapter, write = world.adapter(), some_write(world, self._kind(), world.target(1))
        return lambda: adapter.write([write])

    def _told(self, write: Callable[[], Sequence[Outcome]]) -> Expected | None:
        """What a write is said to have come to, by an error or by its outcome; None: done."""
        try:
            [outcome] = write()
        except AdapterError as error:
            return type(error)
        return {
            Settled.REJECTED: Rejected,
            Settled.UNKNOWN: FateUnknown,
            Settled.RETRY: TryAgain,
        }.get(outcome.settled)
