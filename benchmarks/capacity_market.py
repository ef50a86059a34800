"""A market with a known truth: who is really shopping, how seriously, and who would buy.

Nothing in here looks at a rule. People differ in what can be seen (title, size of the company, what
they bought before) and in what cannot (whether they shop, and how seriously). Most of what they do
is seen alike of both: readers click and download for weeks without wanting anything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from connector.clock import DAY, HOUR, to_millis
from connector.model import Engagement, Kind, Record, RecordRef, Role

START: Final = to_millis(datetime(2025, 1, 6, tzinfo=UTC))
"""A Monday."""
YEAR: Final = 52 * 7 * DAY
REPS: Final = 2
INSTANCE: Final = "crm"

TITLES: Final = (
    # title, how often, chance that they can bring a purchase about
    ("Head of Operations", 0.15, 1.0),
    ("Plant Manager", 0.25, 0.6),
    ("Engineer", 0.40, 0.25),
    ("Assistant", 0.20, 0.10),
)
SIZES: Final = ((20, 0.4, 0.5), (150, 0.4, 0.8), (2_000, 0.2, 1.0))
"""Employees, how often, and the chance that there is a budget."""
SHOPS, READS = 0.35, 0.45
"""How many have a spell of shopping in the year, and how many one of reading only."""
BOUGHT_BEFORE: Final = 0.30
NEW_CUSTOMER: Final = 0.6
"""Chance of a sale to who never bought, beside that to a customer who shops the same way."""
_ACTS: Final = (
    # kind, asset, chance per day for readers, and what seriousness adds to it
    (Kind.EMAIL_CLICKED, "news", 0.60, 0.0),
    (Kind.PAGE_VIEWED, "/blog", 0.60, 0.0),
    (Kind.CONTENT_DOWNLOADED, "guide", 0.25, 0.10),
    (Kind.WEBINAR_ATTENDED, "webinar", 0.10, 0.10),
    (Kind.PAGE_VIEWED, "/pricing", 0.06, 0.40),
    (Kind.FORM_SUBMITTED, "demo", 0.003, 0.03),
)
_ENGAGED: Final = (0.22, 0.25)
"""Chance of doing anything on a day of a spell: of readers, and what seriousness adds to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Some weeks in which somebody is active."""

    start: int
    end: int
    serious: float
    """0: reads and wants nothing. Hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """One person with what can be seen and what cannot."""

    id: str
    title: str
    employees: int
    rep: str
    won: tuple[tuple[int, float], ...]
    """When and how much they bought before."""
    spell: Spell | None
    able: float
    """Chance that a serious spell can become a sale at all. Hidden."""
    luck: float
    """Drawn once, so that both orders meet the same world. Hidden."""

    def chance(self, at: int) -> float:
        """How likely a rep who gets the person at `at` (UTC ms) makes the sale.

        The later in the spell, the less likely; after it there is no chance.
        """
        spell = self.spell
        if spell is None or not spell.start <= at <= spell.end:
            return 0.0
        left = (spell.end - at) / (spell.end - spell.start)
        return spell.serious * self.able * (0.4 + 0.6 * left)

    def would_buy(self, at: int) -> bool:
        """Whether the sale is made."""
        return self.luck < self.chance(at)


def people(seed: int, number: int) -> list[Someone]:
    """Everybody, the same for the same seed."""
    return [_someone(random.Random(f"{seed}/{n}"), n) for n in range(number)]


def _someone(chance: random.Random, number: int) -> Someone:
    title, _, can = chance.choices(TITLES, [each[1] for each in TITLES])[0]
    employees, _, budget = chance.choices(SIZES, [each[1] for each in SIZES])[0]
    won: tuple[tuple[int, float], ...] = ()
    if chance.random() < BOUGHT_BEFORE:
        times = 1 + int(chance.expovariate(0.8))
        won = tuple(
            (START - int(chance.uniform(100, 1_200)) * DAY, round(chance.lognormvariate(9.5, 1)))
            for _ in range(times)
        )
    return Someone(
        id=f"p{number}",
        title=title,
        employees=employees,
        rep=f"rep{number % REPS}",
        won=won,
        spell=_spell(chance),
        able=can * budget * (1.0 if won else NEW_CUSTOMER),
        luck=chance.random(),
    )


def _spell(chance: random.Random) -> Spell | None:
    what = chance.random()
    if what > SHOPS + READS:
        return None
    start = START + int(chance.uniform(0, YEAR - 30 * DAY))
    end = start + int(chance.uniform(20, 70) * DAY)
    serious = chance.betavariate(1.5, 2.0) if what < SHOPS else 0.0
    return Spell(start=start, end=end, serious=serious)


def records(everybody: list[Someone]) -> Iterator[Record]:
    """What the CRM has from the beginning."""
    for number in range(REPS):
        ref = RecordRef(INSTANCE, "User", f"rep{number}")
        yield Record(ref=ref, role=Role.OWNER, fields={"name": f"Rep {number}", "active": True})
    known = START - 1_500 * DAY
    for one in everybody:
        account = RecordRef(INSTANCE, "Account", f"a-{one.id}")
        fields: dict[str, str | int] = {"name": f"Works of {one.id}", "employees": one.employees}
        yield Record(ref=account, role=Role.ACCOUNT, fields=fields, created_at=known)
        yield Record(
            ref=RecordRef(INSTANCE, "Contact", one.id),
            role=Role.PERSON,
            fields={"name": one.id, "title": one.title},
            emails=(f"{one.id}@{one.id}.example",),
            account=account,
            owner=RecordRef(INSTANCE, "User", one.rep),
            created_at=known,
        )
        for number, (at, amount) in enumerate(one.won):
            yield sale(one, f"{one.id}-{number}", at - 30 * DAY, at, amount)


def sale(one: Someone, id_: str, opened: int, closed: int, amount: float) -> Record:
    """A won opportunity of a person."""
    return Record(
        ref=RecordRef(INSTANCE, "Opportunity", id_),
        role=Role.OPPORTUNITY,
        fields={"amount": amount, "is_closed": True, "is_won": True},
        people=(RecordRef(INSTANCE, "Contact", one.id),),
        created_at=opened,
        closed_at=closed,
    )


def engagements(seed: int, everybody: list[Someone]) -> list[Engagement]:
    """What everybody does in the year and did long before, in order."""
    done = [each for one in everybody for each in _acts(random.Random(f"{seed}/{one.id}"), one)]
    return sorted(done, key=lambda each: (each.at, each.id))


def _acts(chance: random.Random, one: Someone) -> Iterator[Engagement]:
    yield _act(one, START - int(chance.uniform(200, 700)) * DAY, Kind.EMAIL_CLICKED, "news")
    if one.spell is None:
        return
    serious = one.spell.serious
    for day in range(one.spell.start, one.spell.end, DAY):
        if chance.random() > _ENGAGED[0] + _ENGAGED[1] * serious:
            continue
        for kind, asset, base, more in _ACTS:
            if chance.random() < base + more * serious:
                yield _act(one, day + int(chance.uniform(6, 20) * HOUR), kind, asset)


def _act(one: Someone, at: int, kind: Kind, asset: str) -> Engagement:
    return Engagement(
        instance=INSTANCE,
        id=f"{one.id}-{kind.value}-{asset}-{at}",
        at=at,
        kind=kind,
        person=RecordRef(INSTANCE, "Contact", one.id),
        asset=asset,
    )
