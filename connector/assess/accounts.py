"""Accounts: a surge becomes one task for the owner of the account, and people join it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connector.assess.buying_group import People, group_of
from connector.assess.hand_offs import STORM, Setting, View
from connector.config.conditions import PERSONA
from connector.config.rulebook import AccountRule, Owned, Rulebook
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.model import AccountSurge, Hold, Person, Record, Verdict, Write
from connector.plan.account import (
    AccountSituation,
    Span,
    account_facts,
    account_key,
    holds_against,
    settle,
)
from connector.plan.account_task import AccountOccasion, Group, account_task
from connector.plan.assign import NOBODY, receivers
from connector.plan.decide import WORK, open_opportunity
from connector.plan.history import ages_asked, next_turn
from connector.plan.week import day_of
from connector.store import Store
from connector.store.persons import load_person, user

_NOT_FINAL: Final = frozenset({Hold.NO_OWNER})
"""What is asked again while the surge runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surged:
    """A surge that was decided about, and the task it led to."""

    account: Record
    surge: AccountSurge
    person: Person
    """The one of its people under whom the write is filed."""
    write: Write | None = None
    """None: it was held."""
    group: Group | None = None
    """As the task tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An account that was looked at, before its people are."""

    number: int
    account: Record
    owner: Record | None
    people: People
    opportunities: tuple[Record, ...]
    present: tuple[int, ...]
    surges: tuple[AccountSurge, ...]
    """Those that were decided about just now."""


class AccountDesk:
    """Decides about surges before the people of a page are looked at, and writes after that.

    So whoever enters lead mode by the same page is told of in the task about the account, and gets
    none of their own when the owner would be the same.
    """

    def __init__(self, store: Store, setting: Setting) -> None:
        self._store = store
        self._setting = setting
        self.rule = setting.rulebook.account
        self._matcher = Matcher(self.rule.rule) if self.rule else None
        self._ages = ages_asked((self.rule.who,) if self.rule else ())

    def around(self, persons: Iterable[int]) -> list[int]:
        """The accounts to look at when these persons are, by the numbers of their records."""
        if self.rule is None:
            return []
        return self._store.accounts.around(persons, self._setting.authority)

    def due(self, now: int, most: int) -> list[int]:
        """The accounts to look at now because of the time alone."""
        if self.rule is None:
            self._store.accounts.sleep(now)
            return []
        return self._store.accounts.due(now, most)

    def group(self, number: int, now: int) -> Group | None:
        """The buying group of an account as of `now` (UTC ms); None: nobody is to look at it."""
        found = self._load(number, now)
        if found is None or self.rule is None:
            return None
        account, owner, people, opportunities = found
        return group_of(people, self.rule, account, owner, opportunities)

    def joined(self, view: View, receiver: str) -> AccountSurge | None:
        """The running surge whose task tells the receiver of the person; None: there is none.

        It tells of those alone who are among the engaged that make it up.
        """
        rule, account = self.rule, view.person.account
        if rule is None or self._matcher is None or account is None:
            return None
        number = self._store.accounts.number(account)
        open_ones = [each for each in self._store.accounts.of(number or 0) if each.is_open]
        surge = next((each for each in open_ones if each.verdict is Verdict.HANDED_OFF), None)
        if surge is None or surge.receiver != receiver:
            return None
        if not rule.weights.get(str(view.facts.get(PERSONA)), 1.0):
            return None
        rows = self._matcher.qualifying(classify(view.engagements, self._setting.rulebook.machine))
        is_engaged = any(view.now - rule.window < row[0] <= view.now for row in rows)
        return surge if is_engaged else None

    def begin(self, number: int, now: int) -> Begun | None:
        """Find out whether the account surges, and decide; what is decided is recorded."""
        accounts, rule, found = self._store.accounts, self.rule, self._load(number, now)
        if rule is None:
            return None
        recorded = accounts.of(number)
        if found is None:  # the account is gone, or is none that the rules look at
            for each in recorded:
                if each.is_open:
                    accounts.put(number, dataclasses.replace(each, ended_at=now))
            accounts.looked_at(number, None)
            return None
        account, owner, people, opportunities = found
        since = min((each.began_at for each in recorded if each.is_open), default=None)
        presence = people.presence(since)
        settled = settle(
            presence.spans, recorded, known_from=presence.known_from, window=rule.window
        )
        for surge in settled.changed:
            accounts.put(number, surge)
        turn = next_turn(Person(id=0, opportunities=opportunities), self._ages, now)
        due = min((each for each in (presence.due, turn) if each is not None), default=None)
        accounts.looked_at(number, due)
        begun = Begun(
            number=number,
            account=account,
            owner=owner,
            people=people,
            opportunities=opportunities,
            present=presence.people,
            surges=(),
        )
        asked = [(span.began_at, span) for span in settled.fresh] + [
            (each.anchor, _again(each))
            for each in accounts.of(number)
            if each.is_open and each.hold in _NOT_FINAL
        ]
        decided = [self._decide(begun, anchor, span, now) for anchor, span in asked]
        return dataclasses.replace(begun, surges=tuple(decided))

    def finish(self, begun: Begun, now: int, *, room: int | None) -> list[Surged]:
        """Queue the task of what `begin` decided to tell; people were looked at meanwhile.

        Without `room` the task waits for somebody to release it.
        """
        return [self._told(begun, each, now, room=room) for each in begun.surges]

    def take_back(self, begun: Begun) -> None:
        """The task could not be made: what was decided is decided again, later."""
        for surge in begun.surges:
            self._store.accounts.take_back(begun.number, surge.anchor)

    def _load(
        self, number: int, now: int
    ) -> tuple[Record, Record | None, People, tuple[Record, ...]] | None:
        rule, store, setting = self.rule, self._store, self._setting
        found = store.accounts.record(number)
        if rule is None or self._matcher is None or found is None:
            return None
        account, owner = found
        opportunities = tuple(store.accounts.opportunities(number))
        if not rule.who.holds(account_facts(account, owner, opportunities, now)):
            return None
        people = People(
            store, setting.rulebook, rule, self._matcher, account,
            store.accounts.people(number), setting.authority, now,
        )  # fmt: skip
        return account, owner, people, opportunities

    def _decide(self, begun: Begun, anchor: int, span: Span, now: int) -> AccountSurge:
        rule, setting, accounts = self.rule, self._setting, self._store.accounts
        assert rule is not None  # noqa: S101 - nothing begins without a rule
        whole = Person(
            id=0,
            account=begun.account,
            account_owner=begun.owner,
            opportunities=begun.opportunities,
        )
        receiver = self._receiver(rule, begun, whole, anchor, now)
        situation = AccountSituation(
            rule=rule,
            holds=setting.rulebook.holds,
            recorded=[each for each in accounts.of(begun.number) if each.anchor != anchor],
            facts=account_facts(begun.account, begun.owner, begun.opportunities, now),
            opportunity=open_opportunity(whole),
            worked=self._worked(begun, span, now),
            receiver=receiver,
            baseline_before=accounts.baseline(begun.people.persons),
            dry_run=setting.dry_run,
        )
        hold = next(iter(holds_against(span, situation)), None)
        surge = AccountSurge(
            anchor=anchor,
            began_at=span.began_at,
            ended_at=span.ended_at,
            people=span.people,
            weight=span.weight,
            verdict=Verdict.HELD if hold else Verdict.HANDED_OFF,
            hold=hold[0] if hold else None,
            detail=hold[1] if hold else "",
            receiver=receiver,
            revision=setting.rulebook.revision,
            decided_at=now,
        )
        accounts.put(begun.number, surge)
        return surge

    def _receiver(
        self, rule: AccountRule, begun: Begun, whole: Person, anchor: int, now: int
    ) -> str:
        """Who gets the task: the owner of the account, a deputy, or the fallback."""
        setting = self._setting
        key = account_key(setting.instance, rule, begun.account.ref, anchor)
        facts = account_facts(begun.account, begun.owner, begun.opportunities, now)
        book = _for_accounts(setting.rulebook, rule)
        users = receivers(whole, facts, book, key=key, now=now, day=day_of(now, setting.zone))
        return next(iter(users), NOBODY)

    def _worked(self, begun: Begun, span: Span, now: int) -> bool:
        within = self._setting.rulebook.holds.worked_within
        return within > 0 and any(
            each.kind in WORK and each.at <= now
            for person in begun.people.persons
            for each in self._store.timelines.of(person, after=span.began_at - within)
        )

    def _told(self, begun: Begun, surge: AccountSurge, now: int, *, room: int | None) -> Surged:
        store, setting = self._store, self._setting
        filed = begun.present[0] if begun.present else begun.people.persons[0]
        person = load_person(store.connection, filed, setting.authority)
        if surge.verdict is not Verdict.HANDED_OFF:
            return Surged(account=begun.account, surge=surge, person=person)
        group = self.group(begun.number, now)
        assert group is not None  # noqa: S101 - it was there when it began
        made = account_task(
            AccountOccasion(
                instance=setting.instance,
                group=group,
                surge=surge,
                hand_off=setting.rulebook.hand_off,
                zone=setting.zone,
                now=now,
                addressee=user(store.connection, setting.authority, surge.receiver),
            )
        )
        write = setting.agreed.get(made.key, made)
        self._queue(write, filed, now, held=room is not None and room <= 0)
        surge = dataclasses.replace(surge, key=write.key)
        store.accounts.put(begun.number, surge)
        return Surged(account=begun.account, surge=surge, person=person, write=write, group=group)

    def _queue(self, write: Write, person: int, now: int, *, held: bool) -> None:
        self._store.outbox.add(
            write,
            person=person,
            revision=self._setting.rulebook.revision,
            now=now,
            held=STORM if held else "",
        )


def _again(surge: AccountSurge) -> Span:
    return Span(
        began_at=surge.began_at,
        ended_at=surge.ended_at,
        people=surge.people,
        weight=surge.weight,
    )


def _for_accounts(rulebook: Rulebook, rule: AccountRule) -> Rulebook:
    """The same rules, by which the owner of the account gets the task."""
    fallback = rule.fallback_owner or rulebook.hand_off.fallback_owner
    hand_off = dataclasses.replace(
        rulebook.hand_off, owners=(Owned.ACCOUNT,), fallback_owner=fallback
    )
    return dataclasses.replace(rulebook, hand_off=hand_off)
