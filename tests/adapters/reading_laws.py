"""Laws 1 to 7: what is read, and that nothing is missed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import DAY, MINUTE
from connector.model import Engagement, Kind, Record, RecordRef, Role, WriteKind
from connector.ports import Adapter, Page, Stream
from tests.adapters.law import Lawful, law
from tests.adapters.world import START, Row, World
from tests.depth import depth

MOST_PAGES = 1_000
ROLES = {
    Stream.OWNERS: Role.OWNER,
    Stream.ACCOUNTS: Role.ACCOUNT,
    Stream.PEOPLE: Role.PERSON,
    Stream.OPPORTUNITIES: Role.OPPORTUNITY,
}
Seen = dict[RecordRef | str, Row]


def readable(adapter_type: type[Adapter], stream: Stream) -> object:
    return adapter_type.capabilities.streams.get(stream)


def rows_of(page: Page) -> tuple[Row, ...]:
    return (*page.records, *page.engagements)


def identity(row: Row) -> RecordRef | str:
    """An engagement has one id for all persons who did it together."""
    if isinstance(row, Engagement):
        return row.id if row.person is None else f"{row.id} of {row.person}"
    return row.ref


def take(seen: Seen, row: Row) -> None:
    """Keep a reading as the core does: an older reading never replaces a newer one."""
    known = seen.get(identity(row))
    if (
        isinstance(row, Record)
        and isinstance(known, Record)
        and (row.modified_at or 0) < (known.modified_at or 0)
    ):
        return
    seen[identity(row)] = row


def drain(adapter: Adapter, stream: Stream, cursor: str | None = None) -> tuple[Seen, str]:
    """Read until there is no more: the rows, and the last cursor."""
    seen: Seen = {}
    for _ in range(MOST_PAGES):
        page = adapter.read(stream, cursor)
        for row in rows_of(page):
            take(seen, row)
        cursor = page.cursor
        if not page.more:
            return seen, cursor
    pytest.fail(f"{stream} has not come to its end after {MOST_PAGES} pages")


def put_many(world: World, stream: Stream, numbers: range, at: int) -> Seen:
    rows = [world.put(stream, number, at) for number in numbers]
    return {identity(row): row for row in rows}


def put_days_apart(world: World, stream: Stream, count: int) -> Seen:
    """Old rows, so far apart that no overlap reaches from one to the next."""
    wanted: Seen = {}
    for number in range(count):
        wanted |= put_many(world, stream, range(number, number + 1), START - (90 - number) * DAY)
    return wanted


def assert_told(seen: Seen, wanted: Seen) -> None:
    """Every wanted row was told, as it is now."""
    missing = sorted(map(str, wanted.keys() - seen.keys()))
    assert not missing, f"never read: {missing}"
    for key, row in wanted.items():
        assert seen[key] == row


@dataclass
class Reader:
    """A core that stores each page together with its cursor, and may be set back to any of them."""

    world: World
    stream: Stream
    adapter: Adapter
    saved: list[tuple[str | None, Seen]] = field(default_factory=lambda: [(None, {})])

    def read(self) -> bool:
        """Read one page; whether there is more."""
        cursor, seen = self.saved[-1]
        page = self.adapter.read(self.stream, cursor)
        now_seen = dict(seen)
        for row in rows_of(page):
            take(now_seen, row)
        self.saved.append((page.cursor, now_seen))
        return page.more

    def restart(self, back: int, page_size: int) -> None:
        """A new process that finds the state of `back` pages ago."""
        self.saved = self.saved[: max(1, len(self.saved) - back)]
        self.adapter = self.world.adapter(page_size)

    def finish(self) -> Seen:
        for _ in range(MOST_PAGES):
            if not self.read():
                return self.saved[-1][1]
        pytest.fail(f"{self.stream} has not come to its end after {MOST_PAGES} pages")


Step = tuple[str, int, float]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 4), st.floats(0, 1)),
        st.tuples(st.just("change"), st.integers(0, 30), st.just(0.0)),
        st.tuples(st.just("read"), st.integers(1, 3), st.just(0.0)),
        st.tuples(st.just("wait"), st.sampled_from([1, 1_000, MINUTE, DAY]), st.just(0.0)),
        st.tuples(st.just("restart"), st.integers(0, 4), st.just(0.0)),
    ),
    min_size=3,
    max_size=14,
)


class ReadingLaws(Lawful):
    @law(1, each="stream", of=Stream, needs=readable)
    def test_01_everything_is_read_as_it_is(self, stream):
        with self.world() as world:
            before, _ = drain(world.adapter(), stream)
            wanted = put_many(world, stream, range(5), START - DAY)
            wanted |= put_many(world, stream, range(5, 12), START - MINUTE)
            seen, _ = drain(world.adapter(page_size=4), stream)
            assert_told(seen, wanted)
            assert seen.keys() == before.keys() | wanted.keys()

    @law(2, each="stream", of=Stream, needs=readable)
    def test_02_every_cursor_can_be_gone_back_to(self, stream):
        for page_size in (1, 2, 3):
            with self.world() as world:
                wanted = put_days_apart(world, stream, depth(5, 7))
                whole = Reader(world, stream, world.adapter(page_size))
                whole.finish()
                for stop in range(len(whole.saved)):
                    reader = Reader(world, stream, whole.adapter, whole.saved[: stop + 1])
                    reader.read()
                    reader.restart(1, page_size)
                    assert_told(reader.finish(), wanted)

    @law(2, each="stream", of=Stream, needs=readable)
    def test_02_stopping_anywhere_loses_nothing(self, stream):
        @self.examples
        @given(old=st.integers(0, 6), steps=STEPS, page_size=st.integers(1, 5))
        def run(old, steps, page_size):
            with self.world() as world:
                wanted = put_days_apart(world, stream, old)
                reader = Reader(world, stream, world.adapter(page_size))
                wanted = self._live(world, reader, steps, page_size, wanted)
                reader.finish()  # what came behind the reader's back comes the next time
                assert_told(reader.finish(), wanted)

        run()

    def _live(
        self, world: World, reader: Reader, steps: list[Step], page_size: int, wanted: Seen
    ) -> Seen:
        """Let things happen on the platform while it is read, stopped and read again."""
        numbers = list(range(len(wanted)))
        for step, count, lateness in steps:
            if step == "put":
                late = int(self.declared.late_window * lateness)
                fresh = range(len(numbers), len(numbers) + count)
                wanted |= put_many(world, reader.stream, fresh, world.clock.now() - late)
                numbers.extend(fresh)
            elif step == "change" and numbers and reader.stream is not Stream.ENGAGEMENTS:
                world.clock.move_to(world.clock.now() + 1)
                number = numbers[count % len(numbers)]
                row = world.put(reader.stream, number, world.clock.now())
                wanted[identity(row)] = row
            elif step == "read":
                for _ in range(count):
                    reader.read()
            elif step == "wait":
                world.clock.move_to(world.clock.now() + count)
            elif step == "restart":
                reader.restart(count, page_size)
        return wanted

    @pytest.mark.fault("F33")
    @law(3, each="stream", of=Stream, needs=readable)
    def test_03_equal_stamps_across_a_page_edge_all_arrive(self, stream):
        for page_size in (1, 2, 3, 5):
            with self.world() as world:
                wanted = put_many(world, stream, range(10, 17), START)
                reader = Reader(world, stream, world.adapter(page_size))
                reader.read()
                wanted |= put_many(world, stream, range(5), START)
                reader.finish()
                wanted |= put_many(world, stream, range(5, 9), START)
                assert_told(reader.finish(), wanted)

    @law(4, each="stream", of=Stream, needs=readable)
    def test_04_the_end_is_stable(self, stream):
        with self.world() as world:
            put_many(world, stream, range(9), START)
            adapter = world.adapter(page_size=3)
            seen, end = drain(adapter, stream)
            for again in (adapter, world.adapter(page_size=3)):
                more, cursor = drain(again, stream, end)
                assert cursor == end
                assert more.items() <= seen.items()

    @pytest.mark.fault("F35")
    @law(5, each="stream", of=Stream, needs=readable)
    def test_05_late_records_inside_the_window_arrive(self, stream):
        with self.world() as world:
            put_many(world, stream, range(4), START)
            reader = Reader(world, stream, world.adapter(page_size=3))
            reader.finish()
            wanted = put_many(world, stream, range(4, 7), START - self.declared.late_window)
            assert_told(reader.finish(), wanted)

    @pytest.mark.fault("F37")
    @law(5, each="stream", of=Stream, needs=readable)
    def test_05_late_records_behind_a_reader_under_way_arrive(self, stream):
        with self.world() as world:
            put_many(world, stream, range(10, 15), START)
            reader = Reader(world, stream, world.adapter(page_size=2))
            reader.read()
            wanted = put_many(world, stream, range(3), START - self.declared.late_window)
            world.clock.move_to(START + MINUTE)
            put_many(world, stream, range(15, 18), START + MINUTE)
            reader.finish()
            assert_told(reader.finish(), wanted)

    @pytest.mark.fault("F36", "F49")
    @law(5, each="stream", of=Stream, needs=readable)
    def test_05_a_stamp_in_the_future_hides_nothing(self, stream):
        with self.world() as world:
            wanted = put_many(world, stream, range(2), START + 365 * DAY)
            reader = Reader(world, stream, world.adapter(page_size=3))
            reader.finish()
            world.clock.move_to(START + MINUTE)
            wanted |= put_many(world, stream, range(2, 6), START + MINUTE)
            seen = reader.finish()
            assert_told(seen, wanted)

    @pytest.mark.fault("F16")
    @law(6, each="stream", of=Stream, needs=readable)
    def test_06_rows_are_whole(self, stream):
        with self.world() as world:
            put_many(world, stream, range(6), START - MINUTE)
            seen, cursor = drain(world.adapter(page_size=4), stream)
            assert isinstance(cursor, str)
            for row in seen.values():
                if isinstance(row, Engagement):
                    assert stream is Stream.ENGAGEMENTS
                    assert_whole_engagement(row, world.instance)
                else:
                    assert_whole_record(row, world.instance, ROLES[stream])

    @law(7, each="stream", of=Stream, needs=readable)
    def test_07_reading_changes_nothing_there(self, stream):
        with self.world() as world:
            put_many(world, stream, range(6), START - MINUTE)
            before = world.look(), [world.landed(kind) for kind in WriteKind]
            drain(world.adapter(page_size=4), stream)
            assert before == (world.look(), [world.landed(kind) for kind in WriteKind])


def assert_instant(value: object) -> None:
    """UTC milliseconds: a whole number in a range that seconds or microseconds would leave."""
    assert type(value) is int
    assert 10**11 < value < 10**14


def assert_whole_engagement(row: Engagement, instance: str) -> None:
    assert row.instance == instance
    assert row.id
    assert isinstance(row.kind, Kind)
    assert row.person or row.email
    assert_instant(row.at)
    if row.person:
        assert row.person.instance == instance


def assert_whole_record(row: Record, instance: str, role: Role) -> None:
    assert row.role is role
    assert row.ref.object_type
    assert row.ref.id
    refs = (row.ref, row.account, row.owner, row.merged_into, *row.people)
    assert {ref.instance for ref in refs if ref} == {instance}
    for instant in (row.created_at, row.modified_at, row.closed_at):
        if instant is not None:
            assert_instant(instant)
    assert all(isinstance(value, str | int | float | None) for value in row.fields.values())
