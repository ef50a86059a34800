"""Offers and programs of the rule files, checked against each other and made into values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from connector.config.nurture import WEEKDAYS, Hours, Means, Offer, Program
from connector.config.nurture_tables import OfferTable, ProgramTable
from connector.config.placeholders import OF_TOUCHES
from connector.config.rule_checks import Sound, check_template
from connector.engine.condition import Logical
from connector.problems import Problem, did_you_mean

Offers = Sequence[Sound[OfferTable]]
Programs = Sequence[Sound[ProgramTable]]
_ALIKE: Final = {"epoch", "quiet_for", "touches", "first_after", "spacing", "jitter", "per_day"} | {
    *("rest", "pause_for", "on", "subject", "body", "due", "priority"),
    *("fallback_owner", "content_owner"),
}


def check_nurture(
    offers: Offers, programs: Programs, personas: Collection[str], sources: Collection[str] | None
) -> Iterator[Problem]:
    """Names exist, hours are open, and a program has something to offer."""
    for offer in offers:
        yield from _check_names(offer, "persona", offer.table.persona, personas, "persona")
    for program in programs:
        yield from _check_program(program, offers, sources)


def _check_program(
    one: Sound[ProgramTable], offers: Offers, sources: Collection[str] | None
) -> Iterator[Problem]:
    table = one.table
    if one.knows("opens", "closes") and _minutes(table.opens) >= _minutes(table.closes):
        key = one.entry.later("opens", "closes")
        message = f"closes = {table.closes} is not after opens = {table.opens}."
        yield one.problem((key,), message, "Nothing could ever be sent; make it a later hour.")
    if sources is not None and table.on and table.on not in sources and one.knows("on"):
        advice = did_you_mean(table.on, sources)
        yield one.problem(("on",), f'There is no source "{table.on}".', advice)
    for key in ("subject", "body"):
        if one.knows(key):
            yield from check_template(one.entry, (key,), getattr(table, key), OF_TOUCHES)
    ids = [offer.table.id for offer in offers]
    yield from _check_names(one, "offers", table.offers, ids, "offer")
    if table.active and one.knows("offers", "means") and not _usable(table, offers):
        what = " with a list" if table.means is Means.LIST else ""
        message = f"{one.entry.name} has no active offer{what}."
        place = one.entry.place(())
        yield Problem(place=place, message=message, advice=_ADD_OFFER[table.means])


_ADD_OFFER: Final = {
    Means.TASK: "Add an [[offer]], or write active = false.",
    Means.LIST: 'Give an [[offer]] a list, or write means = "task".',
}


def _check_names(
    one: Sound[OfferTable] | Sound[ProgramTable],
    key: str,
    names: Sequence[str],
    known: Collection[str],
    noun: str,
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in known and one.knows(key):
            loc = (key, index) if isinstance(one.entry.values.get(key), list) else (key,)
            yield one.problem(loc, f'There is no {noun} "{name}".', did_you_mean(name, known))


def _usable(table: ProgramTable, offers: Offers) -> bool:
    return any(
        offer.table.active
        and (not table.offers or offer.table.id in table.offers)
        and (table.means is Means.TASK or bool(offer.table.list))
        for offer in offers
    )


def offer_of(table: OfferTable) -> Offer:
    """The offer that a table says."""
    return Offer(
        id=table.id,
        title=table.title or table.id,
        text=table.text,
        assets=tuple(table.asset),
        personas=frozenset(table.persona),
        phases=tuple(table.phase),
        channel=table.channel,
        list=table.list,
        active=table.active,
    )


def program_of(table: ProgramTable, who: Logical) -> Program:
    """The program that a table says."""
    return Program(
        id=table.id,
        title=table.title or table.id,
        entry=tuple(table.entry),
        reasons=frozenset(table.reasons),
        who=who,
        hours=Hours(
            opens=_minutes(table.opens),
            closes=_minutes(table.closes),
            days=frozenset(WEEKDAYS.index(day) for day in table.days),
        ),
        means=table.means,
        offers=frozenset(table.offers),
        owners=tuple(table.owners),
        **table.model_dump(include=_ALIKE),
    )


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
