"""Reading sources into the store and bringing the persons they touch up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from connector import log
from connector.clock import Clock
from connector.config.settings import Config
from connector.errors import AdapterError, SignInAgain, TryAgain
from connector.ingest.census import Census
from connector.ingest.follow import Following
from connector.ingest.judge import Cycle, Judge, carefully_if_needed
from connector.ingest.news import Polled, Watch, trouble_told
from connector.ingest.page import Stored, store_page
from connector.model import Write
from connector.ports import Adapter, Page, Stream
from connector.retry import reading
from connector.store import Store
from connector.store.connection import is_own_trouble
from connector.store.recovery import read_to_the_end, reconciling_since, remembered_until

AT_ONCE: Final = 500
"""Most persons evaluated in the transaction of a page; more than that become due and follow."""
MOST_LOG: Final = 64 * 2**20
"""Bytes of write-ahead log after which a long poll stops to move it into the database."""
_ADOPTED: Final = "revision_at"
"""The note of when the present rules were adopted, UTC ms: the moment of their baseline."""
_BATCH: Final = 200
_BREATH: Final = 0.001
"""Seconds between two batches of a long tick, in which polls get their turn."""
_OF_THE_WHOLE_SOURCE: Final = (TryAgain, SignInAgain)
"""Trouble with one stream that the others would have as well."""

_LOG = log.get("ingest")


class Ingest:
    """Hops 1 and 2: a platform's page becomes stored, evaluated, decided and queued.

    Every source may be polled by a thread of its own, and a further one ticks.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        clock: Clock,
        *,
        agreed: Mapping[str, Write] | None = None,
    ) -> None:
        """`agreed` holds writes, by their keys, that are queued as they are when they come out."""
        self._store = store
        self._clock = clock
        self._agreed = agreed or {}
        self._work_by(config)
        self._one_at_a_time = threading.RLock()
        self._failing: set[str] = set()
        """Sources whose trouble is noted in the database."""
        self._answering: set[str] = set()
        """Sources that gave a page after their last trouble."""

    def adopt(self, config: Config) -> bool:
        """Work by this configuration from now on; True when its rules are new to the store.

        What already matches new rules is recorded as the baseline and not alerted. When the
        database does not take that, the former configuration stays and the error is raised.
        """
        with self._one_at_a_time:
            revision = config.rulebook.revision
            with self._store.steady():
                is_new = self._store.sources.note("revision") != revision
            now = self._clock.now()
            with self._store.transaction():
                if is_new:
                    self._store.people.wake_all(0, baseline_before=now)
                    self._store.sources.set_note("revision", revision)
                    self._store.sources.set_note(_ADOPTED, str(now))
                self._store.revisions.begin(config.rulebook, now, goes_on=not is_new)
            self._work_by(config)
        if is_new:
            _LOG.info("rules_adopted", revision=revision)
        return is_new

    def poll(
        self, name: str, adapter: Adapter, stop: threading.Event, watch: Watch | None = None
    ) -> Polled:
        """Read every stream of a source to its end, or until `stop`.

        Raises the first error after noting it; pages stored before it stay stored, and streams
        that it does not concern are read all the same.
        """
        now = self._clock.now()
        streams = self._streams(name, adapter)
        self._begin(name, streams, now)
        total, cycle, trouble = Polled(source=name), Cycle(), None
        for stream in streams:
            try:
                for page in self._read(name, adapter, stream, stop):
                    total = total.plus(self._take_in(name, stream, page, cycle, watch))
            except Exception as error:
                if is_own_trouble(error):
                    raise
                trouble = trouble or error
                if isinstance(error, _OF_THE_WHOLE_SOURCE):
                    break
        if trouble is not None:
            self._answering.discard(name)
        if not isinstance(trouble, _OF_THE_WHOLE_SOURCE) and not stop.is_set():
            gone = self._look_for_the_gone(name, adapter, cycle, watch)
            trouble = trouble or gone or self._follow(name, adapter, cycle, watch)
        if trouble is None and not stop.is_set():
            self._note_the_end(name, now)
        self._note(name, total, trouble, now)
        if trouble is not None:
            raise trouble
        return total

    def _look_for_the_gone(
        self, name: str, adapter: Adapter, cycle: Cycle, watch: Watch | None
    ) -> Exception | None:
        """A step of the census, where the adapter needs one; the trouble there was with it."""
        if adapter.capabilities.deletions or not adapter.capabilities.fetch or self.loading():
            return None
        census, now = Census(self._store, name), self._clock.now()
        try:
            note = census.begin(now)
            gone, note = ([], note) if note else census.gone(adapter, now)
        except Exception as error:
            if is_own_trouble(error):
                raise
            return error
        if note is None:
            return None

        def store(*, careful: bool) -> set[int]:
            page = Page(cursor="", records=tuple(gone))
            self._store.sources.set_note(census.key, note)
            return store_page(self._store, page, now, careful=careful).touched

        self._store_beside(store, cycle, watch)
        return None

    def _follow(
        self, name: str, adapter: Adapter, cycle: Cycle, watch: Watch | None
    ) -> Exception | None:
        """Read back the tasks of ours whose turn it is; the trouble there was with it."""
        following, now = Following(self._store, name, self._config.rulebook), self._clock.now()
        if not following.is_possible(adapter) or self.loading():
            return None
        try:
            readings = following.read(adapter, now)
        except Exception as error:
            if is_own_trouble(error):
                raise
            return error
        if readings:
            self._store_beside(lambda **_: following.note(readings, now), cycle, watch)
        return None

    def _store_beside(
        self, store: Callable[..., set[int]], cycle: Cycle, watch: Watch | None
    ) -> None:
        """Store what was learned beside the streams, and look at the persons it is about."""

        def one_transaction(cycle: Cycle, *, careful: bool) -> None:
            with self._store.transaction():
                persons = sorted(store(careful=careful))
                self._judge.bring_up_to_date(persons, cycle, careful=careful)

        with self._one_at_a_time:
            carefully_if_needed(cycle, one_transaction)
        cycle.tell(watch)

    def tick(self, stop: threading.Event | None = None, watch: Watch | None = None) -> int:
        """Evaluate everybody whose due moment has come, and tidy the database; returns how many.

        Then those who wait for a free place have their turn, and are counted too.

        Waits, and returns 0, while a source is in its first load: half a history would be judged.
        """
        if self.loading():
            return 0
        stop = stop or threading.Event()
        done, cycle = 0, Cycle()
        while not stop.is_set():
            with self._one_at_a_time:
                persons = self._evaluate_due(cycle)
            done += persons
            cycle.tell(watch)
            if persons < _BATCH:
                break
            stop.wait(_BREATH)
        if not stop.is_set():
            done += self._admit(cycle)
            cycle.tell(watch)
        self._store.checkpoint()
        return done

    def _admit(self, cycle: Cycle) -> int:
        """The end of a cycle: the best of those who wait for a place go through."""

        def one_transaction(cycle: Cycle, *, careful: bool) -> int:
            with self._store.transaction():
                return self._judge.admit(cycle, careful=careful)

        with self._one_at_a_time:
            with self._store.steady():
                if not self._judge.has_waiting():
                    return 0
            return carefully_if_needed(cycle, one_transaction)

    def _evaluate_due(self, cycle: Cycle) -> int:
        def one_transaction(cycle: Cycle, *, careful: bool) -> int:
            with self._store.transaction():
                now = self._clock.now()
                persons = self._store.people.due(now, _BATCH)
                accounts = self._judge.due_accounts(now, _BATCH)
                self._store.revisions.seen(now)
                self._judge.bring_up_to_date(persons, cycle, careful=careful, accounts=accounts)
            return max(len(persons), len(accounts))

        return carefully_if_needed(cycle, one_transaction)

    def next_due(self) -> int | None:
        """When `tick` has something to do next, UTC ms."""
        with self._store.steady():
            moments = (
                self._store.people.next_due(),
                self._store.accounts.next_due(),
                self._store.waiting.next_digest(),
            )
            return min((each for each in moments if each is not None), default=None)

    def loading(self) -> list[str]:
        """The sources whose first load is not done, less those that do not get on with it."""
        names = [name for name in self._config.sources if name not in self._loaded]
        if not names:
            return []
        with self._store.steady():
            states = {state.name: state for state in self._store.sources.states()}
        self._loaded |= {name for name in names if name in states and not states[name].loading}
        return [
            name
            for name in names
            if name not in states
            or (
                states[name].loading
                and (states[name].failing_since is None or name in self._answering)
            )
        ]

    def _work_by(self, config: Config) -> None:
        self._config = config
        self._judge = Judge(self._store, config, self._clock, self._agreed)
        self._loaded: set[str] = set()
        self._expected: dict[str, list[Stream]] = {}

    def _begin(self, name: str, streams: list[Stream], now: int) -> None:
        """Note what is read from the source, once per configuration."""
        if self._expected.get(name) == streams:
            return
        with self._store.transaction():
            self._store.sources.begin(name, now)
            self._store.sources.expect(name, [stream.value for stream in streams], now)
            if self._store.sources.is_failing(name):
                self._failing.add(name)
        self._loaded.discard(name)
        self._expected[name] = streams

    def _note_the_end(self, name: str, begun: int) -> None:
        """A source was read to its end; that counts while leadmode reconciles."""
        with self._store.steady():
            if reconciling_since(self._store) is None:
                return
        with self._store.transaction():
            read_to_the_end(self._store, name, begun)

    def _streams(self, name: str, adapter: Adapter) -> list[Stream]:
        wanted = self._config.sources[name].streams
        return [
            stream
            for stream in Stream
            if adapter.capabilities.streams.get(stream) and (not wanted or stream in wanted)
        ]

    def _note(self, name: str, total: Polled, trouble: Exception | None, now: int) -> None:
        """How the poll went, where that is news."""
        sources = self._store.sources
        if trouble is None and not total.set_aside and name not in self._failing:
            return
        with self._store.transaction():
            sources.set_aside(name, total.set_aside)
            if trouble is None:
                sources.answered(name)
            else:
                sources.failed(name, trouble_told(trouble), now)
        if trouble is None:
            self._failing.discard(name)
        else:
            self._failing.add(name)
            self._answering.discard(name)

    def _read(
        self, name: str, adapter: Adapter, stream: Stream, stop: threading.Event
    ) -> Iterator[Page]:
        more = True
        while more and not stop.is_set():
            with self._store.steady():
                cursor = self._store.sources.cursor(name, stream.value)
            page = reading(lambda at=cursor: adapter.read(stream, at), stop)  # type: ignore[misc]
            if page.more and page.cursor == cursor:
                raise AdapterError(
                    f"{name}: reading {stream.value} does not get on: the same place twice. "
                    "Nothing is lost; this is a fault of the adapter."
                )
            more = page.more
            yield page

    def _take_in(
        self, name: str, stream: Stream, page: Page, cycle: Cycle, watch: Watch | None
    ) -> Polled:
        """Store, evaluate, queue and advance, all or nothing."""

        def one_transaction(cycle: Cycle, *, careful: bool) -> Stored:
            with self._store.transaction():
                return self._store_page(name, stream, page, cycle, careful=careful)

        with self._one_at_a_time:
            stored = carefully_if_needed(cycle, one_transaction)
        self._answering.add(name)
        self._store.checkpoint(above=MOST_LOG)
        told = Polled(
            source=name,
            stream=stream,
            records=len(page.records),
            engagements=len(page.engagements),
            set_aside=page.set_aside + stored.unusable,
            pages=1,
        )
        if watch:
            watch(told)
        cycle.tell(watch)
        return told

    def _store_page(
        self, name: str, stream: Stream, page: Page, cycle: Cycle, *, careful: bool
    ) -> Stored:
        now, sources, people = self._clock.now(), self._store.sources, self._store.people
        if not sources.loaded(name, stream.value) or page.first_load is not None:
            began = page.first_load if sources.loaded(name, stream.value) else None
            began = began or sources.begun_at(name, stream.value) or now
            before = min(began - self._config.backfill, remembered_until(self._store) or began)
            stored = self._store_first_load(page, now, before, cycle, careful=careful)
        elif self.loading():
            stored = store_page(self._store, page, now, careful=careful)
            people.wake(stored.touched, 0)
        else:
            stored = self._store_after_baseline(page, now, cycle, careful=careful)
            if len(stored.touched) > AT_ONCE:
                people.wake(stored.touched, 0)
            else:
                self._judge.bring_up_to_date(sorted(stored.touched), cycle, careful=careful)
        sources.advance(name, stream.value, page.cursor, at_end=not page.more, now=now)
        return stored

    def _store_first_load(
        self, page: Page, now: int, before: int, cycle: Cycle, *, careful: bool
    ) -> Stored:
        """Store a page of a first load; what it shows up to `before` (UTC ms) is the baseline.

        Only persons who were judged in the middle of it, because the source failed, can wait for
        the baseline of new rules; the others wait for that of the first load.
        """
        adopted = self._store.sources.note(_ADOPTED)
        of = int(adopted) if adopted else -1
        stored = self._store_after_baseline(page, now, cycle, careful=careful, first=True, of=of)
        self._store.people.wake(stored.touched, 0, baseline_before=before)
        return stored

    def _store_after_baseline(
        self,
        page: Page,
        now: int,
        cycle: Cycle,
        *,
        careful: bool,
        first: bool = False,
        of: int | None = None,
    ) -> Stored:
        """Store a page; persons who wait for their baseline get it first, without the page.

        Otherwise what happened shortly before new rules, and is read after them, would be taken
        for something that had always been so. With `of`, those whose baseline is of that moment.
        """
        with self._store.attempt() as take_back:
            stored = store_page(self._store, page, now, careful=careful, first=first)
            waiting = self._store.people.awaiting_baseline(stored.touched, of=of)
            if not waiting or len(waiting) > AT_ONCE:
                return stored
            merged = self._store.people.merged_into(waiting)
            take_back()
        # Of two who turn out to be one, each waits for a baseline of their own.
        waiting = self._store.people.awaiting_baseline({*waiting, *merged}, of=of)
        self._judge.bring_up_to_date(waiting, cycle, careful=careful)
        return store_page(self._store, page, now, careful=careful, first=first)
