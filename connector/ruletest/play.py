"""Plays one test through the daemon's own parts: store, assessment, decisions, writes.

Time goes from poll to poll, as for a daemon that polls every minute, and stops at every due moment
in between. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.assess import (
    Admission,
    Assess,
    Assessed,
    ranked_now,
    sight_of,
    timeline_of,
)
from connector.clock import MINUTE
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.evaluate import evaluate
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.result import Evaluation
from connector.engine.timeline import Engaged, Timeline
from connector.model import Person
from connector.plan.account import account_facts
from connector.plan.account_task import Group
from connector.plan.facts import facts_of
from connector.plan.grade import fit_points
from connector.plan.nurture import Nurture, State, Step
from connector.plan.rank import Ranked
from connector.ports import Stream
from connector.ruletest.case import Case
from connector.ruletest.followed import TasksOfTest, clock_of, last_word
from connector.ruletest.moments import ZERO
from connector.ruletest.records import News, news_of, person_ref
from connector.ruletest.seen import Alert, Mark, Played, Snapshot, Stand
from connector.ruletest.taken import OthersOfTest
from connector.store import Store
from connector.store.persons import load_person

POLL: Final = MINUTE
"""ms between two polls."""
_ALL: Final = 1_000_000


class Player:
    """Plays tests by one rulebook, one after the other, in a store that stays empty."""

    def __init__(self, store: Store, assess: Assess) -> None:
        self._store = store
        self._assess = assess
        self.rulebook: Rulebook = assess.setting.rulebook
        self.authority = assess.setting.authority
        self.matchers = {mode.rule.id: Matcher(mode.rule) for mode in self.rulebook.lead_modes}

    def play(self, case: Case) -> Played:
        """The whole test, of which nothing is kept in the store."""
        with self._store.rehearsal():
            return _Playing(self._store, self._assess, self, case).to_the_end()


class _Playing:
    def __init__(self, store: Store, assess: Assess, player: Player, case: Case) -> None:
        self._store, self._assess, self._player, self._case = store, assess, player, case
        self._authority = assess.setting.authority
        self._news = news_of(case, self._authority)
        self._person: int | None = None
        self._played = Played()
        self._told = self._told_marks = self._told_surges = 0
        self._admission = Admission(store, assess)
        self._others = OthersOfTest(store, case, self._authority)
        self._waiting_since: dict[tuple[object, ...], int] = {}
        self._touched = self._stepped = 0
        self._tasks = TasksOfTest(store, sorted(case.table.tasks, key=lambda each: each.at))

    def to_the_end(self) -> Played:
        moments = [moment.at for moment in self._case.table.moment]
        watching = self._case.table.watching
        if watching is not None:
            self._first_load(watching)
        polls = {_next_poll(each.at) for each in self._news} | set(moments)
        polls |= {_next_poll(each.at) for each in self._others.coming}
        polls |= {_next_poll(each.at) for each in self._case.table.tasks}
        for poll in sorted(polls):
            if watching is None or poll > watching:
                self._tick(poll)
                self._read(poll)
            self._played.snapshots += [self._snapshot(poll) for at in moments if at == poll]
        self._played.snapshots.append(self._snapshot(max(polls)))
        return self._played

    def _first_load(self, now: int) -> None:
        """What is there when leadmode begins to look is the baseline."""
        touched = {person for news in self._pages(now) for person in self._store_all(news, now)}
        self._store.people.wake(touched, 0, baseline_before=now)
        self._look_at(sorted(touched), now)

    def _tick(self, now: int) -> None:
        """Everything that becomes due before `now`, each at its moment."""
        while (due := self._next_due()) is not None and due < now:
            self._others.take(due)
            self._follow(due)
            self._look_at(self._store.people.due(due, 1), due, self._due_accounts(due))
            self._admit(due)
            self._follow(due)

    def _next_due(self) -> int | None:
        moments = (self._store.people.next_due(), self._store.accounts.next_due())
        return min((each for each in moments if each is not None), default=None)

    def _due_accounts(self, now: int) -> list[int]:
        return self._assess.accounts.due(now, _ALL)

    def _read(self, now: int) -> None:
        """Read stream by stream and look at once, then at what is due, then at what waits."""
        self._others.take(now)
        for page in self._pages(now):
            self._look_at(sorted(self._store_all(page, now)), now)
        self._look_at(self._store.people.due(now, _ALL), now, self._due_accounts(now))
        self._admit(now)
        self._follow(now)

    def _follow(self, now: int) -> None:
        """Read what became of tasks, where the rules want to know."""
        if not self._player.rulebook.follows:
            return
        person = self._number()
        if person is not None and self._tasks.read(person, now):
            self._look_at([person], now)

    def _admit(self, now: int) -> None:
        """Who waits has their turn, as at the end of a cycle."""
        for news in self._admission.run(now, room=None, attempt=lambda _, do: do()):
            self._note(news, now)

    def _pages(self, now: int) -> list[list[News]]:
        """What has become readable, in the order in which the streams are read."""
        fresh = [each for each in self._news if each.at <= now]
        self._news = self._news[len(fresh) :]
        pages = [[each for each in fresh if each.stream is stream] for stream in Stream]
        return [page for page in pages if page]

    def _store_all(self, page: Sequence[News], now: int) -> set[int]:
        return {person for news in page for person in self._store_one(news, now)}

    def _store_one(self, news: News, now: int) -> set[int]:
        people = self._store.people
        if news.record is not None:
            return people.put(news.record, now=now)
        if news.engagement is None:
            return set()
        who = people.who(news.engagement)
        return set() if who is None else self._store.timelines.add([(who, news.engagement)])

    def _look_at(self, persons: Sequence[int], now: int, accounts: Sequence[int] = ()) -> None:
        """People and their companies, as the daemon does."""
        desk = self._assess.accounts
        numbers = sorted({*accounts, *desk.around(persons)})
        begun = [one for each in numbers if (one := desk.begin(each, now)) is not None]
        for person in persons:
            self._look(person, now)
        for one in begun:
            for surged in desk.finish(one, now, room=None):
                if one.account.ref.id == self._case.person.account:
                    self._played.surges.append((now, surged))

    def _look(self, person: int, now: int) -> None:
        news = self._assess.person(person, now)
        self._note(news, now)
        if not self._is_about(news.person):
            return
        self._played.touches += news.touches
        self._played.steps_made += news.steps
        self._note_programs(news.person, now)

    def _is_about(self, person: Person) -> bool:
        """Whether it is the person of the test, and not somebody else of the story."""
        others = {person_ref(each, self._authority) for each in self._case.colleagues}
        return all(record.ref not in others for record in person.records)

    def _note(self, news: Assessed, now: int) -> None:
        if not self._is_about(news.person):
            return
        facts = facts_of(news.person, self._authority, self._player.rulebook.personas, now)
        if facts not in self._played.looks[-1:]:
            self._played.looks.append(facts)
        for each in news.alerts:
            decision = each.decision
            about = (decision.rule, decision.burst, decision.at, decision.change)
            since = self._waiting_since.setdefault(about, now)
            self._played.alerts.append(
                Alert(at=now, alerted=each, person=news.person, facts=facts, waited=now - since)
            )
        self._played.marks += [Mark(at=now, marked=each) for each in news.marked]

    def _note_programs(self, person: Person, now: int) -> None:
        if self._player.rulebook.programs:
            nurture = self._nurture(person, now)
            self._played.steps += [
                (one.id, nurture.stand(one)) for one in self._player.rulebook.programs
            ]
            self._played.steps += [
                (run.program, Step(state=State.EXITED, reason=run.reason, entry=run.entry))
                for run in nurture.sight.enrolments
                if run.ended_at == now
            ]

    def _nurture(self, person: Person, now: int) -> Nurture:
        player = self._player
        facts = facts_of(person, self._authority, player.rulebook.personas, now)
        engagements = self._store.timelines.of(person.id)
        sight = sight_of(
            self._store, player.rulebook, person, facts, engagements, player.matchers, now
        )
        return Nurture(player.rulebook, self._authority, self._assess.setting.zone, sight)

    def _latest(self, person: Person, now: int) -> Step:
        """Where the person stands in the program they came into last."""
        nurture = self._nurture(person, now)
        run = max(nurture.sight.enrolments, key=lambda one: one.enrolled_at, default=None)
        if run is None:
            return Step(state=State.OUT)
        if run.ended_at is not None:
            return Step(state=State.EXITED, reason=run.reason)
        programs = {program.id: program for program in self._player.rulebook.programs}
        return nurture.stand(programs[run.program])

    def _snapshot(self, now: int) -> Snapshot:
        person = self._load()
        rulebook = self._player.rulebook
        engagements = self._store.timelines.of(person.id)
        facts = facts_of(person, self._authority, rulebook.personas, now)
        self._played.person, self._played.read = person, engagements
        modes = sorted(rulebook.lead_modes, key=lambda mode: not mode.applies_to.holds(facts))
        stands = {
            mode.rule.id: self._stand(person, engagements, mode.rule.id, now) for mode in modes
        }
        alerts = tuple(self._played.alerts[self._told :])
        marks = tuple(self._played.marks[self._told_marks :])
        self._told, self._told_marks = len(self._played.alerts), len(self._played.marks)
        touches = tuple(self._played.touches[self._touched :])
        self._touched = len(self._played.touches)
        steps = tuple(self._played.steps_made[self._stepped :])
        self._stepped = len(self._played.steps_made)
        leaving = {name: each.leaves_at for name, each in stands.items()}
        surges = tuple(self._played.surges[self._told_surges :])
        self._told_surges = len(self._played.surges)
        group, surging = self._company(person, now)
        return Snapshot(
            surges=surges,
            group=group,
            surging=surging,
            at=now,
            stands=stands,
            applying=tuple(mode.rule.id for mode in modes if mode.applies_to.holds(facts)),
            alerts=alerts,
            marks=marks,
            touches=touches,
            steps=steps,
            clock=clock_of(self._store, self._assess.setting, person, engagements, leaving, now),
            disposed=last_word(self._store, rulebook, person),
            nurture=self._latest(person, now),
            facts=facts,
            fit=fit_points(rulebook.fit_points, facts, rulebook.grades.cap),
            waiting=frozenset(each.decision.rule for each in self._store.waiting.of(person.id)),
            engagements=classify(engagements, rulebook.machine),
        )

    def _company(self, person: Person, now: int) -> tuple[Group | None, bool]:
        """The company of the person, and whether it surges."""
        if self._assess.accounts.rule is None or person.account is None:
            return None, False
        sales = (*person.opportunities, *person.colleagues_opportunities)
        facts = account_facts(person.account, person.account_owner, sales, now)
        self._played.accounts.append(facts)
        number = self._store.accounts.number(person.account) or 0
        group = self._assess.accounts.group(number, now)
        if group is not None:
            self._played.groups.append(group)
        return group, any(each.is_open for each in self._store.accounts.of(number))

    def _load(self) -> Person:
        """The person; nobody, as long as nothing was read about them."""
        number = self._number()
        if number is None:
            return _NOBODY
        return load_person(self._store.connection, number, self._authority)

    def _number(self) -> int | None:
        ref = person_ref(self._case, self._authority)
        row = self._store.connection.execute(
            "SELECT person FROM record WHERE instance = ? AND object_type = ? "
            "AND external_id = ? AND person IS NOT NULL",
            (ref.instance, ref.object_type, ref.id),
        ).fetchone()
        return int(row[0]) if row else None

    def _stand(
        self, person: Person, engagements: Sequence[Engaged], rule_id: str, now: int
    ) -> Stand:
        player = self._player
        mode = next(each for each in player.rulebook.lead_modes if each.rule.id == rule_id)
        timeline = timeline_of(self._store, player.rulebook, person, tuple(engagements), rule_id)
        evaluation = evaluate(
            mode.rule, timeline, now, player.rulebook.machine, player.matchers[rule_id]
        )
        episodes = self._store.episodes.of(person.id, rule_id)
        return Stand(
            timeline=timeline,
            evaluation=evaluation,
            episodes=tuple(each for each in episodes if not each.superseded),
            ranked=self._ranked(person, mode, timeline, evaluation, now),
        )

    def _ranked(
        self, person: Person, mode: LeadMode, timeline: Timeline, found: Evaluation, now: int
    ) -> Ranked | None:
        if not found.in_lead_mode:
            return None
        book, matcher = self._player.rulebook, self._player.matchers[mode.rule.id]
        facts = facts_of(person, self._authority, book.personas, now)
        return ranked_now(book, person, facts, mode, timeline, found, matcher, now)


_NOBODY: Final = Person(id=0)


def _next_poll(moment: int) -> int:
    return ZERO - (ZERO - moment) // POLL * POLL
