"""Histories whose truth is known: every week each person may buy, the likelier the more of what
matters they did lately. Those who never buy do the same things, only less of them by chance."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from pathlib import Path

from connector.model import Engagement, Kind, Record
from connector.store import Store
from tests.backtest.history import contact, did, lay_down, sale

RULES = """\
[[signal]]
id = "download"
kind = "content_downloaded"
weight = 10
half_life = "30d"
group = "web"

[[signal]]
id = "page"
kind = "page_viewed"
weight = 10
half_life = "30d"
group = "web"

[[signal]]
id = "social"
kind = "social_engaged"
weight = 20
half_life = "30d"

[[signal]]
id = "demo"
kind = "form_submitted"
weight = 50
half_life = "90d"
hand_raise = true

[group.web]
cap = 40

[[lead_mode]]
id = "returning"
dormant_after = "14d"
enter = 20
leave = 8
distinct_kinds = 1
human_min = 1
window = "14d"
burst_max = "14d"
idle_after = "14d"
cooldown = "0s"

[hand_off]
subject = "Call {{person.name}}"
body = "{{evidence}}"
due = "1d"
"""

WEEKLY: Mapping[Kind, float] = {
    Kind.CONTENT_DOWNLOADED: 0.03,
    Kind.PAGE_VIEWED: 0.03,
    Kind.SOCIAL_ENGAGED: 0.03,
}
"""Chance of each kind in a week, for everybody."""
HALF_LIFE = 30.0
"""Days."""
WEEK = 7


def market(
    where: Path,
    truth: Mapping[Kind, float],
    *,
    people: int = 500,
    days: int = 1_095,
    base: float = 0.0009,
    wins: float = 0.7,
    seed: int = 3,
) -> Store:
    """A market. `truth`: by how much one fresh engagement raises the log odds of buying in a week.

    `base` is the chance of buying in a week of somebody who did nothing lately; `wins` the share
    of opportunities that are won.
    """
    chance = random.Random(seed)
    records: list[Record] = []
    engagements: list[Engagement] = []
    for number in range(people):
        person = f"P{number}"
        records.append(contact(person, owner=f"U{number % 2 + 1}"))
        told, sales = _life(chance, person, truth, days, base, wins)
        engagements += told
        records += sales
    return lay_down(where, records, engagements, until=days)


def _life(
    chance: random.Random,
    person: str,
    truth: Mapping[Kind, float],
    days: int,
    base: float,
    wins: float,
) -> tuple[list[Engagement], list[Record]]:
    told: list[Engagement] = []
    sales: list[Record] = []
    recent = dict.fromkeys(WEEKLY, 0.0)
    busy_until = 0.0
    for day in range(0, days, WEEK):
        for kind, likely in WEEKLY.items():
            recent[kind] *= 2 ** (-WEEK / HALF_LIFE)
            if chance.random() < likely:
                told.append(did(person, day + chance.random() * WEEK, kind))
                recent[kind] += 1
        odds = base * math.exp(sum(truth.get(kind, 0.0) * much for kind, much in recent.items()))
        if day >= busy_until and chance.random() < odds / (1 + odds):
            opened = day + WEEK + chance.random() * WEEK
            closed = opened + 20 + chance.random() * 20
            won = chance.random() < wins
            over = {"won": closed} if won else {"lost": closed}
            if opened < days:
                sales.append(sale(f"{person}-{day}", person, opened, **_ended(over, days)))
            busy_until = closed
    return told, sales


def _ended(over: dict[str, float], days: int) -> dict[str, float]:
    """What is not over by the end of the story is not told."""
    return {name: day for name, day in over.items() if day < days}
