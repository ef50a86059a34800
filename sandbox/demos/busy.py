"""A short act: the same days once more, if every rep had time for one call a week."""

from __future__ import annotations

import dataclasses
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

from rich.console import Console

from connector.assess import Assessed, last_words
from connector.assess.admission import claim_of
from connector.clock import ManualClock
from connector.config.capacity import Capacity
from connector.config.settings import Config
from connector.ingest import Ingest, Polled
from connector.model import Verdict
from connector.plan.capacity import in_turn
from connector.registry import load_all, open_adapters
from connector.report.dossier import who_is
from connector.store import Store
from connector.store.waiting import Waiter
from sandbox import screen

ONE_A_WEEK: Final = Capacity(default=1.0, days=tuple(range(7)))
_SHOWN: Final = 5


def show_busy_week(out: Console, config: Path, before: Store, now: int) -> int:
    """Live through the last days on a copy of the database of before; returns how many wait.

    `before` is changed and closed; nothing is written anywhere.
    """
    found = load_all(config)
    book = dataclasses.replace(found.rulebook, capacity=ONE_A_WEEK)
    busy = dataclasses.replace(found, rulebook=book)
    with closing(before) as store:
        handed = [
            screen.who(person)
            for person, alert in last_words(_cycle(store, busy, now))
            if alert.decision.verdict is Verdict.HANDED_OFF
        ]
        waiting = _in_order(store.waiting.all())
        screen.rule(out, "a busy week: if every rep had time for one a week")
        out.print(f"  {len(handed)} would be handed off, raised hands among them.")
        out.print(f"  {len(waiting)} would wait for a free place, in this order:")
        for place, each in enumerate(waiting[:_SHOWN], start=1):
            out.print(f"    {place}. {_line(store, busy, each)}")
        if len(waiting) > _SHOWN:
            out.print(f"    ... and {len(waiting) - _SHOWN} more")
        return len(waiting)


def _cycle(store: Store, config: Config, now: int) -> list[Assessed]:
    """One cycle without its sendings."""
    clock, stop, news = ManualClock(now), threading.Event(), list[Assessed]()

    def watch(told: Polled | Assessed) -> None:
        if isinstance(told, Assessed):
            news.append(told)

    ingest = Ingest(store, config, clock)
    adapters = open_adapters(config, clock)
    try:
        for name, adapter in adapters.items():
            ingest.poll(name, adapter, stop, watch)
        ingest.tick(stop, watch)
    finally:
        for adapter in adapters.values():
            adapter.close()
    return news


def _in_order(waiters: list[Waiter]) -> list[Waiter]:
    by_id = {each.id: each for each in waiters}
    claims = [claim_of(each) for each in waiters]
    return [by_id[claim.id] for claim in in_turn(claims)]


def _line(store: Store, config: Config, waiter: Waiter) -> str:
    who, place = (
        who_is(store, config, waiter.person),
        store.ranks.of(waiter.person, waiter.decision.rule),
    )
    steps = f"{place.stars} stars, {place.flames} flames" if place else ""
    worth = f", won {waiter.amount:,.0f} before" if waiter.amount else ""
    return f"{who.label}, {who.company} ({steps}{worth})"
