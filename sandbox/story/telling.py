"""Puts the story together: the market, its habits, its sales, and the cast."""

from __future__ import annotations

from sandbox.story import cast, habits, market, sales
from sandbox.story.chance import stream
from sandbox.story.habits import Mailing, Wave
from sandbox.story.script import Arc
from sandbox.story.world import Act, Human, Opportunity, PersonRecord, World


def tell(
    seed: int,
    until: int,
    *,
    companies: int = market.ACCOUNTS,
    people: int = market.PEOPLE,
    opportunities: int = sales.OPPORTUNITIES,
) -> World:
    """The whole world up to `until` (UTC ms, exclusive); the same for the same arguments.

    A smaller world has the same cast, which counts among the companies and people.
    """
    sent = habits.mailings(until)
    arcs = cast.play(until, sent)
    accounts = market.accounts(stream(seed, "accounts"), until, companies - len(arcs))
    humans = market.people(stream(seed, "people"), until, accounts, people - len(arcs))
    acts, shoppers = _market_acts(seed, humans, sent, until)
    deals = sales.opportunities(stream(seed, "sales"), shoppers, until, opportunities)
    acts += sales.talks(stream(seed, "talks"), deals, until)
    acts += sales.courtesy_calls(stream(seed, "calls"), humans, until, 350)
    for arc in arcs:
        acts += arc.acts + arc.post()
        deals += arc.sales
    return World(
        until=until,
        owners=market.owners(),
        accounts=accounts + [arc.account for arc in arcs],
        people=_records(humans, arcs),
        opportunities=sorted((d for d in deals if d.opened_at < until), key=_opened),
        acts=sorted((act for act in acts if act.seen_at < until), key=_shown),
        cast=tuple(arc.member() for arc in arcs),
    )


def _opened(sale: Opportunity) -> tuple[int, str]:
    return sale.opened_at, sale.id


def _shown(act: Act) -> tuple[int, int, str, str, str]:
    return act.seen_at, act.at, act.record, act.kind.value, act.link


def _market_acts(
    seed: int, humans: list[Human], sent: list[Mailing], until: int
) -> tuple[list[Act], list[tuple[Human, Wave]]]:
    chance = stream(seed, "habits")
    acts: list[Act] = []
    shoppers: list[tuple[Human, Wave]] = []
    for human in humans:
        found = habits.waves(chance, human, until)
        for wave in found:
            acts += habits.shopping(chance, human, wave, until)
            habits.recycle(chance, human, wave, until)
        acts += habits.newsletters(chance, human, found, sent)
        shoppers += [(human, wave) for wave in found]
    return acts, shoppers


def _records(humans: list[Human], arcs: list[Arc]) -> list[PersonRecord]:
    records = [human.record for human in humans]
    records += [human.twin for human in humans if human.twin]
    records += [arc.record for arc in arcs]
    records += [arc.twin for arc in arcs if arc.twin]
    for record in records:
        record.changes.sort()
    return sorted(records, key=lambda record: (record.created_at, record.id))
