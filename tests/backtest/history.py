"""Small histories laid down through the store, for backtests to look at."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from connector.backtest import Asked, Backtest, Candidate, backtest
from connector.clock import DAY
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.model import Engagement, Kind, Record, RecordRef, Role, Scalar
from connector.store import Store

START = 20_000 * DAY
"""The first day of the stories."""

SHOPPING = """\
[[signal]]
id = "demo"
kind = "form_submitted"
weight = 50
half_life = "90d"
hand_raise = true

[[signal]]
id = "download"
kind = "content_downloaded"
weight = 20
half_life = "30d"

[[signal]]
id = "page"
kind = "page_viewed"
weight = 15
half_life = "14d"

[[lead_mode]]
id = "returning"
title = "Shopping again"
dormant_after = "60d"
enter = 30
leave = 10
distinct_kinds = 2
human_min = 1
window = "14d"
burst_max = "30d"
idle_after = "45d"
cooldown = "30d"
rearm_after = "30d"

[hand_off]
subject = "Call {{person.name}}"
body = "{{evidence}}"
due = "1d"

[hold]
open_opportunity = true
"""

OPENS = """\
[[signal]]
id = "open"
kind = "email_opened"
weight = 10
half_life = "14d"

[[lead_mode]]
id = "opens-only"
signals = ["open"]
dormant_after = "14d"
enter = 10
distinct_kinds = 1
human_min = 0
leave = 3
window = "14d"
burst_max = "14d"
idle_after = "14d"
cooldown = "0s"

[hand_off]
subject = "{{person.name}} opened a mail"
body = "{{evidence}}"
due = "1d"
"""


def folder(where: Path, text: str) -> Path:
    """A folder of rules with one file."""
    where.mkdir(parents=True, exist_ok=True)
    (where / "rules.toml").write_text(text)
    return where


def rules(where: Path, text: str = SHOPPING) -> Rulebook:
    """The same, loaded."""
    return load_rulebook([folder(where, text)])


def ref(person: str) -> RecordRef:
    return RecordRef("crm", "Contact", person)


def did(person: str, day: float, kind: Kind, asset: str = "") -> Engagement:
    at = START + round(day * DAY)
    return Engagement(
        instance="crm",
        id=f"{person}-{at}-{kind}",
        at=at,
        kind=kind,
        person=ref(person),
        asset=asset,
    )


def shopped(person: str, day: float) -> list[Engagement]:
    """Somebody looks around: enters by the rule at the second engagement, two hours later."""
    return [
        did(person, day, Kind.PAGE_VIEWED, asset="pricing"),
        did(person, day + 2 / 24, Kind.CONTENT_DOWNLOADED, asset="guide"),
    ]


def contact(
    person: str,
    *,
    owner: str = "U1",
    since: float | None = -400,
    account: RecordRef | None = None,
    **fields: Scalar,
) -> Record:
    return Record(
        ref=ref(person),
        role=Role.PERSON,
        fields={"name": f"Person {person}", **fields},
        emails=(f"{person}@people.example",),
        owner=RecordRef("crm", "User", owner),
        account=account,
        created_at=None if since is None else START + round(since * DAY),
    )


def owner(user: str, name: str) -> Record:
    return Record(
        ref=RecordRef("crm", "User", user),
        role=Role.OWNER,
        fields={"name": name, "active": True},
    )


COMPANY = RecordRef("crm", "Account", "A1")


def sale(
    ident: str,
    person: str | None,
    opened: float,
    *,
    won: float | None = None,
    lost: float | None = None,
) -> Record:
    """An opportunity of a person, or of `COMPANY` alone."""
    closed = won if won is not None else lost
    return Record(
        ref=RecordRef("crm", "Opportunity", ident),
        role=Role.OPPORTUNITY,
        fields={
            "name": f"Sale {ident}",
            "amount": 1_000.0,
            "is_closed": closed is not None,
            "is_won": won is not None,
        },
        people=() if person is None else (ref(person),),
        account=COMPANY if person is None else None,
        created_at=START + round(opened * DAY),
        closed_at=None if closed is None else START + round(closed * DAY),
    )


def lay_down(
    where: Path, records: Iterable[Record], engagements: Iterable[Engagement], *, until: float
) -> Store:
    """A store with this history, last read on day `until`."""
    store = Store.open(where)
    now = START + round(until * DAY)
    with store.transaction():
        store.sources.begin("crm", now)
        store.sources.advance("crm", "people", "end", at_end=True, now=now)
        for record in (owner("U1", "Ana Ruiz"), owner("U2", "Ben Ode"), *records):
            store.people.put(record, now=now)
        known = [(store.people.who(each), each) for each in engagements]
        store.timelines.add([(who, each) for who, each in known if who is not None])
    return store


def asked(*books: Rulebook, since: float = 365, horizon: float = 90, capacity: int = 25) -> Asked:
    return Asked(
        candidates=tuple(
            Candidate(label=f"side {n}", folders=(), rulebook=book) for n, book in enumerate(books)
        ),
        authority="crm",
        since=lambda end: end - round(since * DAY),
        horizon=round(horizon * DAY),
        capacity=capacity,
        zone=ZoneInfo("UTC"),
    )


def told(store: Store, *books: Rulebook, **more: float) -> Backtest:
    return backtest(store, asked(*books, **more), START + 10_000 * DAY)  # type: ignore[arg-type]


def market(where: Path, people: int = 500, days: int = 720, seed: int = 5) -> Store:
    """A market in which shopping leads to a sale now and then, and opening mail means nothing."""
    chance = random.Random(seed)
    records: list[Record] = []
    engagements: list[Engagement] = []
    for number in range(people):
        person = f"P{number}"
        records.append(contact(person, owner=f"U{number % 2 + 1}"))
        engagements += [
            did(person, day + chance.random(), Kind.EMAIL_OPENED)
            for day in range(chance.randrange(28), days, 28)
            if chance.random() < 0.4
        ]
        engagements.append(did(person, chance.random(), Kind.PAGE_VIEWED))
        for wave in range(2):
            if chance.random() < 0.5:
                continue
            began = 90 + wave * 330 + chance.random() * 230
            engagements += shopped(person, began)
            if chance.random() < 0.35:
                opened = began + 3 + chance.random() * 25
                won = opened + 30 if chance.random() < 0.5 else None
                lost = None if won else opened + 40
                records.append(sale(f"O{number}-{wave}", person, opened, won=won, lost=lost))
    return lay_down(where, records, engagements, until=days)
