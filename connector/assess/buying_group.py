"""An account with the people who are engaged, from what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connector.config.conditions import PERSONA
from connector.config.rulebook import AccountRule, Rulebook
from connector.engine.account import surges
from connector.engine.condition import Facts
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.parts import Row
from connector.engine.score import Score
from connector.model import Person, Record, Verdict
from connector.plan.account import Span, account_facts, spans_of
from connector.plan.account_task import Group, Member
from connector.plan.decide import excluded
from connector.plan.facts import facts_of
from connector.plan.history import is_won
from connector.plan.phase import furthest
from connector.store import Store
from connector.store.persons import load_person

_MOST: Final = 200
"""Of more people than this nobody is told who is known and not engaged."""


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    facts: Facts
    weight: float
    """0 for somebody who does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """When an account surged, by what is known now."""

    spans: tuple[Span, ...]
    known_from: int
    """UTC ms; what is after it is known exactly."""
    due: int | None
    """When that can change without new data, UTC ms."""
    people: tuple[int, ...]
    """Who is engaged now, by leadmode's numbers; only those who count."""


class People:
    """The people of one account, looked up when they are needed.

    Somebody counts when their main record names the account and no rule excludes them. All is as
    of `now` (UTC ms).
    """

    def __init__(
        self, store: Store, rulebook: Rulebook, rule: AccountRule, matcher: Matcher,
        account: Record, persons: Iterable[int], authority: str, now: int,
    ) -> None:  # fmt: skip
        self._store = store
        self._book = rulebook
        self._rule = rule
        self._matcher = matcher
        self._account = account
        self.persons = tuple(persons)
        self._authority = authority
        self.now = now
        self._looked_up: dict[int, _Known] = {}

    def presence(self, since: int | None) -> Presence:
        """The surges up to now: those of two windows, and of the time after `since` (UTC ms).

        The one that runs is told from its very beginning, however long ago that was.
        """
        window, now = self._rule.window, self.now
        after = min(now - 2 * window, now if since is None else since - window)
        count = -1
        while True:
            touches = list(self._touches(after))
            changes, due = surges(touches, self._rule.people, window, now)
            spans = spans_of(changes)
            runs = bool(spans) and spans[-1].ended_at is None
            if not (runs and spans[-1].began_at <= after + window and len(touches) > count):
                break
            count, after = len(touches), now - 2 * (now - after)
        present = {person for at, person, _ in touches if now - window < at <= now}
        return Presence(
            spans=tuple(spans),
            known_from=after + window,
            due=due,
            people=tuple(sorted(present)),
        )

    def _touches(self, after: int) -> Iterator[tuple[int, int, float]]:
        for person in self.persons:
            rows = self._rows(person, after)
            if rows and (weight := self.known(person).weight):
                yield from ((row[0], person, weight) for row in rows if row[0] <= self.now)

    def _rows(self, person: int, after: int) -> list[Row]:
        engagements = self._store.timelines.of(person, after=after)
        if not engagements:
            return []
        return self._matcher.qualifying(classify(engagements, self._book.machine))

    def known(self, person: int) -> _Known:
        """One of them."""
        if person not in self._looked_up:
            self._looked_up[person] = self._look_up(person)
        return self._looked_up[person]

    def _look_up(self, number: int) -> _Known:
        person = load_person(self._store.connection, number, self._authority)
        facts = facts_of(person, self._authority, self._book.personas, self.now)
        is_theirs = person.account is not None and person.account.ref == self._account.ref
        if not is_theirs or excluded(self._book.holds, person, facts):
            return _Known(person, facts, 0.0)
        persona = facts.get(PERSONA)
        return _Known(person, facts, self._rule.weights.get(str(persona), 1.0))

    def member(self, person: int) -> tuple[Member | None, float]:
        """One of them when engaged, and their points, which they have for long after that."""
        now = self.now
        rows = [row for row in self._rows(person, -(2**62)) if row[0] <= now]
        if not rows or not self.known(person).weight:
            return None, 0.0
        score = Score(self._matcher.parts, rows).at(now, len(rows))
        lately = [row for row in rows if row[0] > now - self._rule.window]
        if not lately:
            return None, score
        known, signals = self.known(person), self._rule.rule.signals
        episodes = self._store.episodes
        open_ones = [each for each in episodes.of(person) if each.is_open]
        bursts = {(each.rule, each.burst) for each in open_ones}
        tasks = [
            each.at
            for each in episodes.decisions(person)
            if each.verdict is Verdict.HANDED_OFF and (each.rule, each.burst) in bursts
        ]
        member = Member(
            person=known.person,
            facts=known.facts,
            last=lately[-1][4],
            score=score,
            phase=furthest(self._rule.rule, (signals[row[3]].id for row in lately)),
            lead_mode_since=min((each.entered_at for each in open_ones), default=None),
            task_at=max(tasks, default=None),
        )
        return member, score

    def quiet(self, engaged: Iterable[int]) -> tuple[tuple[str, str], ...]:
        """Name and persona of those who are known and not engaged."""
        if not self._rule.group or len(self.persons) > _MOST:
            return ()
        skip = set(engaged)
        others = [self.known(each) for each in self.persons if each not in skip]
        return tuple(
            (str(each.facts.get("person.name") or "?"), str(each.facts[PERSONA]))
            for each in others
            if each.weight and each.facts.get(PERSONA)
        )


def group_of(
    people: People,
    rule: AccountRule,
    account: Record,
    owner: Record | None,
    opportunities: Sequence[Record],
) -> Group:
    """The buying group of an account as of the moment of `people`."""
    found = [people.member(each) for each in people.persons]
    members = [member for member, _ in found if member is not None]
    members.sort(key=lambda each: (-each.score, str(each.person.records[0].ref)))
    return Group(
        account=account,
        owner=owner,
        rule=rule,
        facts=account_facts(account, owner, opportunities, people.now),
        members=tuple(members),
        engagement=sum(score for _, score in found),
        won=sum(map(is_won, opportunities)),
        quiet=people.quiet(each.person.id for each in members),
    )
