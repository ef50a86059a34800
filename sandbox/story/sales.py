"""Opportunities, and the calls and meetings of reps."""

from __future__ import annotations

from random import Random  # noqa: TID251 - a type; generators come from chance.stream
from typing import Final

from connector.clock import DAY, HOUR
from connector.model import Kind
from sandbox.story.chance import between, pick
from sandbox.story.days import near_workday
from sandbox.story.habits import Wave
from sandbox.story.market import YEARS
from sandbox.story.world import Act, Human, Opportunity

OPPORTUNITIES: Final = 146
"""The cast brings a few more."""
_STILL_OPEN: Final = 32


def opportunities(
    chance: Random, shoppers: list[tuple[Human, Wave]], until: int, count: int = OPPORTUNITIES
) -> list[Opportunity]:
    """Sales that grew out of waves of interest: open, won and lost; about `count`."""
    ripe = [(human, wave) for human, wave in shoppers if human.record.account is not None]
    recent = [pair for pair in ripe if until - 110 * DAY < pair[1].start < until - 20 * DAY]
    past = [pair for pair in ripe if pair[1].start <= until - 150 * DAY]
    chance.shuffle(recent)
    chance.shuffle(past)
    chosen = recent[: round(_STILL_OPEN * count / OPPORTUNITIES)]
    chosen += past[: count - len(chosen)]
    return [
        _opportunity(chance, number, human, wave, until)
        for number, (human, wave) in enumerate(chosen, start=1)
    ]


def _opportunity(chance: Random, number: int, human: Human, wave: Wave, until: int) -> Opportunity:
    opened = near_workday(min(wave.start + between(chance, 5, 18) * DAY, until - DAY)) + 9 * HOUR
    is_open = wave.start > until - 110 * DAY
    name = human.account.name if human.account else human.record.name
    return Opportunity(
        id=f"O{number:04d}",
        name=f"{name} - condition monitoring",
        account=human.record.account or "",
        people=(human.record.id,),
        owner=human.record.owner,
        amount=float(between(chance, 8, 240) * 1_000),
        opened_at=opened,
        closed_at=None if is_open else opened + between(chance, 25, 110) * DAY,
        won=not is_open and chance.random() < 0.42,
    )


def talks(chance: Random, sales: list[Opportunity], until: int) -> list[Act]:
    """Calls and meetings along each opportunity."""
    acts: list[Act] = []
    for sale in sales:
        end = min(sale.closed_at or until, until)
        for _ in range(between(chance, 2, 5)):
            when = near_workday(sale.opened_at + int(chance.random() * (end - sale.opened_at)))
            kind = Kind.CALL_HELD if chance.random() < 0.6 else Kind.MEETING_HELD
            acts.append(Act(when, when, kind, pick(chance, sale.people), asset=sale.name))
    return acts


def courtesy_calls(chance: Random, humans: list[Human], until: int, count: int) -> list[Act]:
    """Calls that reps made for other reasons."""
    acts = []
    for _ in range(count):
        record = pick(chance, humans).record
        earliest = max(until - YEARS, record.created_at)
        when = near_workday(earliest + int(chance.random() * (until - earliest)))
        acts.append(Act(when, when, Kind.CALL_HELD, record.id, asset="Courtesy call"))
    return acts
