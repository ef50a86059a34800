"""Evaluating many persons in one transaction, so that one of them never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from connector import log
from connector.assess import Admission, Assess, Assessed, Begun, Setting
from connector.clock import HOUR, Clock
from connector.config.settings import Config
from connector.ingest.brake import room
from connector.ingest.news import Watch
from connector.model import Write
from connector.store import Store
from connector.store.connection import is_own_trouble

_LOOK_AGAIN: Final = HOUR
"""A person whose evaluation failed is tried again after this long."""

_LOG = log.get("ingest")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(slots=True)
class Cycle:
    """One poll or tick: how many writes it made, and what is to be told afterwards."""

    handed_off: int = 0
    marked: int = 0
    """Beginnings and ends of episodes that set fields."""
    news: list[Assessed] = field(default_factory=list)

    def tell(self, watch: Watch | None) -> None:
        """Tell the news, once they are safely stored."""
        if watch:
            for news in self.news:
                watch(news)
        self.news.clear()


class Work(Protocol[T_co]):
    """A piece of work in one transaction, quick or step by step."""

    def __call__(self, cycle: Cycle, *, careful: bool) -> T_co: ...


def carefully_if_needed(cycle: Cycle, work: Work[T]) -> T:
    """Do the work quickly; when anything is wrong with the data, again and step by step.

    The trouble of the database itself is raised: doing it again would not help.
    """
    attempt = Cycle(handed_off=cycle.handed_off, marked=cycle.marked)
    try:
        done = work(attempt, careful=False)
    except Exception as error:  # the careful way finds out whose fault it is
        if is_own_trouble(error):
            raise
        attempt = Cycle(handed_off=cycle.handed_off, marked=cycle.marked)
        done = work(attempt, careful=True)
    cycle.handed_off, cycle.marked = attempt.handed_off, attempt.marked
    cycle.news += attempt.news
    return done


class Judge:
    """Brings persons up to date by one configuration, inside the caller's transaction."""

    def __init__(
        self, store: Store, config: Config, clock: Clock, agreed: Mapping[str, Write]
    ) -> None:
        self._store = store
        self._config = config
        self._clock = clock
        self._agreed = agreed
        self._assess: Assess | None = None

    def bring_up_to_date(
        self,
        persons: Collection[int],
        cycle: Cycle,
        *,
        careful: bool,
        accounts: Iterable[int] = (),
    ) -> None:
        """Evaluate them and their accounts, and further `accounts` whose time has come.

        Careful: a person or account that fails is set aside, and the others go on.
        """
        desk = self._assessment().accounts
        numbers = sorted({*accounts, *desk.around(persons)})
        begun = [one for each in numbers if (one := self._begin(each, careful=careful))]
        self._people(persons, cycle, careful=careful)
        for one in begun:
            self._finish(one, cycle, careful=careful)

    def due_accounts(self, now: int, most: int) -> list[int]:
        """The accounts to be looked at now because of the time alone."""
        return self._assessment().accounts.due(now, most)

    def _begin(self, account: int, *, careful: bool) -> Begun | None:
        desk, now = self._assessment().accounts, self._clock.now()
        begun = self._guarded(account, lambda: desk.begin(account, now), careful=careful)
        return begun if begun and begun.surges else None

    def _finish(self, begun: Begun, cycle: Cycle, *, careful: bool) -> None:
        desk, now = self._assessment().accounts, self._clock.now()
        left = room(self._store, self._config, cycle.handed_off, now)
        surged = self._guarded(
            begun.number, lambda: desk.finish(begun, now, room=left), careful=careful
        )
        if surged is None:
            desk.take_back(begun)
            return
        for each in surged:
            cycle.handed_off += each.write is not None
            cycle.news.append(Assessed(person=each.person, alerts=(), left=(), surges=(each,)))

    def _guarded(self, account: int, do: Callable[[], T | None], *, careful: bool) -> T | None:
        if not careful:
            return do()
        try:
            with self._store.savepoint():
                return do()
        except Exception as error:
            if is_own_trouble(error):
                raise
            retry_at = self._clock.now() + _LOOK_AGAIN
            self._store.accounts.looked_at(account, retry_at, problem=type(error).__name__)
            _LOG.crashed("account_set_aside", error, account=account)
            return None

    def _people(self, persons: Iterable[int], cycle: Cycle, *, careful: bool) -> None:
        left: int | None = None
        asked, storm = False, self._config.storm
        for person in persons:
            if not asked:  # most ticks find nobody
                left, asked = (
                    room(self._store, self._config, cycle.handed_off, self._clock.now()),
                    True,
                )
            marks = max(0, storm - cycle.marked) if storm else None
            news = self._one(person, left, marks, careful=careful)
            if news is not None:
                made = sum(bool(alert.writes) for alert in news.alerts) + len(news.touches)
                made += sum(step.write is not None for step in news.steps)
                cycle.handed_off += made
                cycle.marked += len(news.marked)
                left = None if left is None else max(0, left - made)
                if news.alerts or news.left or news.touches or news.steps:
                    cycle.news.append(news)

    def has_waiting(self) -> bool:
        """Whether `admit` has something to do."""
        return Admission(self._store, self._assessment()).is_due(self._clock.now())

    def admit(self, cycle: Cycle, *, careful: bool) -> int:
        """Decide about what waits for a place; returns about how many. Careful: as above."""
        now, before = self._clock.now(), len(cycle.news)
        for news in Admission(self._store, self._assessment()).run(
            now,
            room=room(self._store, self._config, cycle.handed_off, now),
            attempt=lambda person, do: self._attempt(person, do, careful=careful),
        ):
            cycle.handed_off += any(alert.writes for alert in news.alerts)
            cycle.news.append(news)
        return len(cycle.news) - before

    def _one(
        self, person: int, left: int | None, marks: int | None, *, careful: bool
    ) -> Assessed | None:
        assess = self._assessment()
        if not careful:
            return assess.person(person, self._clock.now(), room=left, marks=marks)
        failed: list[str] = []

        def failing(rule: str, error: Exception) -> None:
            if is_own_trouble(error):
                raise error
            failed.append(f"{rule}: {type(error).__name__}")
            _LOG.crashed("rule_set_aside", error, person=person, rule=rule)

        def one() -> Assessed:
            now = self._clock.now()
            news = assess.person(person, now, room=left, marks=marks, failing=failing)
            if failed:
                self._store.people.set_aside(person, ", ".join(failed), now + _LOOK_AGAIN)
            return news

        return self._attempt(person, one, careful=True)

    def _attempt(
        self, person: int, do: Callable[[], Assessed | None], *, careful: bool
    ) -> Assessed | None:
        if not careful:
            return do()
        try:
            with self._store.savepoint():
                return do()
        except Exception as error:
            if is_own_trouble(error):
                raise
            self._set_aside(person, error)
            return None

    def _set_aside(self, person: int, error: Exception) -> None:
        retry_at = self._clock.now() + _LOOK_AGAIN
        self._store.people.set_aside(person, type(error).__name__, retry_at)
        _LOG.crashed("person_set_aside", error, person=person)

    def _assessment(self) -> Assess:
        """The assessment of this configuration; made anew when `leadmode arm` was given."""
        dry_run = self._config.dry_run and not self._store.armed
        if self._assess is None or self._assess.setting.dry_run != dry_run:
            self._assess = Assess(
                self._store,
                Setting(
                    instance=self._config.instance,
                    rulebook=self._config.rulebook,
                    authority=self._config.authority.name,
                    zone=ZoneInfo(self._config.time_zone),
                    dry_run=dry_run,
                    agreed=self._agreed,
                ),
            )
        return self._assess
