"""The companies and people of the market, and who looks after them."""

from __future__ import annotations

from dataclasses import replace
from random import Random  # noqa: TID251 - a type; generators come from chance.stream
from typing import Final

from connector.clock import DAY, HOUR
from sandbox.story import names
from sandbox.story.chance import between, pick, weighted
from sandbox.story.world import Account, Change, Human, Owner, PersonRecord

ACCOUNTS: Final = 300
PEOPLE: Final = 2_000
YEARS: Final = 2 * 365 * DAY
"""How far back engagements go."""

_STATUSES = (("New", 30.0), ("Open", 40.0), ("Working", 8.0), ("Qualified", 6.0))
_WAVES = ((0, 54.0), (1, 28.0), (2, 14.0), (3, 4.0))


def owners() -> tuple[Owner, ...]:
    """The eight reps; one of them has left."""
    return tuple(
        Owner(id=key, name=name, time_zone=zone, active=active)
        for key, name, zone, active in names.OWNERS
    )


def accounts(chance: Random, until: int, count: int) -> list[Account]:
    """Companies with distinct names and domains."""
    pairs = [(stem, trade) for stem in names.STEMS for trade in names.TRADES]
    chance.shuffle(pairs)
    return [
        _account(chance, until, number, stem, trade)
        for number, (stem, trade) in enumerate(pairs[:count], start=1)
    ]


def _account(chance: Random, until: int, number: int, stem: str, trade: tuple[str, str]) -> Account:
    word, industry = trade
    size = round(10 ** (1.3 + 2.4 * chance.random()))
    return Account(
        id=f"A{number:04d}",
        name=f"{stem} {word}",
        domain=f"{stem}-{word}.example".lower(),
        industry=industry,
        employees=size,
        country=weighted(chance, names.COUNTRIES),
        owner=names.OWNERS[number % len(names.OWNERS)][0],
        created_at=until - YEARS - between(chance, 30, 1_500) * DAY,
        scans_links=chance.random() < 0.06,
    )


def people(chance: Random, until: int, companies: list[Account], count: int) -> list[Human]:
    """Humans spread over the companies; one in ten has a second record."""
    humans: list[Human] = []
    taken: set[str] = set()
    for number in range(1, count + 1):
        account = companies[int(len(companies) * chance.random() ** 1.4)]
        record = _record(chance, until, number, account, taken)
        humans.append(_habits(chance, Human(record=record, account=account)))
    return humans


def _record(
    chance: Random, until: int, number: int, account: Account, taken: set[str]
) -> PersonRecord:
    first, last = _free_name(chance, account.domain, taken)
    is_contact = chance.random() < 0.6
    created = until - between(chance, 20, 1_000) * DAY - between(chance, 0, 23) * HOUR
    record = PersonRecord(
        id=f"{'C' if is_contact else 'L'}{number:05d}",
        type="Contact" if is_contact else "Lead",
        name=f"{first} {last}",
        email=_address(first, last, account.domain),
        title=weighted(chance, names.TITLES),
        country=account.country,
        phone=f"+00 555 {number:06d}",
        account=account.id,
        owner=account.owner,
        created_at=max(created, account.created_at),
        status=weighted(chance, _STATUSES),
    )
    _consent(chance, until, record)
    return record


def _free_name(chance: Random, domain: str, taken: set[str]) -> tuple[str, str]:
    while True:
        first, last = pick(chance, names.FIRST), pick(chance, names.LAST)
        address = _address(first, last, domain)
        if address not in taken:
            taken.add(address)
            return first, last


def _address(first: str, last: str, domain: str) -> str:
    return f"{first}.{last}@{domain}".lower()


def _consent(chance: Random, until: int, record: PersonRecord) -> None:
    """Some opted out long ago, some will during the story, few do not want calls either."""
    draw = chance.random()
    if draw < 0.05:
        record.opted_out = True
    elif draw < 0.07:
        record.opted_out = record.do_not_call = True
    elif draw < 0.12:
        when = until - between(chance, 1, YEARS // DAY) * DAY + 10 * HOUR
        if when > record.created_at:
            record.changes.append(Change(when, "opted_out", True))


def _habits(chance: Random, human: Human) -> Human:
    draw = chance.random()
    return replace(
        human,
        twin=_twin(chance, human.record) if chance.random() < 0.1 else None,
        reads=0.15 + 0.6 * chance.random(),
        apple=chance.random() < 0.35,
        subscribed=not human.record.opted_out and chance.random() < 0.85,
        waves=weighted(chance, _WAVES),
        steady=draw < 0.04,
    )


def _twin(chance: Random, record: PersonRecord) -> PersonRecord:
    """The other record of the same human: same address, other case, or a +tag."""
    other = "Lead" if record.type == "Contact" else "Contact"
    name, _, domain = record.email.partition("@")
    spelling = pick(chance, (record.email, record.email.title(), f"{name}+events@{domain}"))
    return PersonRecord(
        id=f"{other[0]}{record.id[1:]}T",
        type=other,
        name=record.name,
        email=spelling,
        title=record.title,
        country=record.country,
        phone="",
        account=record.account if other == "Contact" else None,
        owner=record.owner,
        created_at=record.created_at + between(chance, 5, 15) * DAY,
        status="New",
        opted_out=record.opted_out,
        do_not_call=record.do_not_call,
    )
