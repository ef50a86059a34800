"""Hand-offs that were not made, or not yet, and what would have been written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector.model import Hold
from connector.plan.worth import worth_of
from connector.report import words
from connector.report.dossier import Who, open_dossier
from connector.report.hand_offs import Draft, draft, mode_of
from connector.store import Store
from connector.store.overview import Decided, deferred, held, holds

if TYPE_CHECKING:
    from connector.config.settings import Config

OLD: Final = frozenset({Hold.BASELINE, Hold.OVER})
"""Left out unless asked for: nobody could have done anything about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """One hand-off that was not made."""

    who: Who
    at: int
    """When the person entered, or raised a hand; UTC ms."""
    decided_at: int
    rule: str
    title: str
    what: str
    """"entered", "raised" or "suspected"."""
    reason: Hold | None
    """None: it waits for a free place."""
    because: str
    """The reason in words."""
    worth: str
    """What had been won with them before, in words."""
    draft: Draft | None
    """What would have been written; None when there is nothing to write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOnes:
    """Some of the hand-offs that were not made."""

    zone: str
    rows: tuple[HeldBack, ...]
    total: int
    """How many there would be without a limit."""
    counts: dict[Hold, int]
    """How many there are in all, by reason; with an owner, of those asked for."""
    waiting: int
    """How many wait for a free place."""


def held_back(
    store: Store,
    config: Config,
    *,
    reasons: Collection[Hold] = (),
    since: int | None = None,
    owner: str = "",
    most: int = 50,
    waiting: bool = False,
) -> HeldOnes:
    """The newest hand-offs that were not made; without reasons, those of `OLD` are left out.

    `owner`: only those whose owner's name has this text in it. `waiting`: instead those that wait
    for a free place, and those that were given up for want of one.
    """
    limit = -1 if owner else most
    found = (
        deferred(store.connection, since=since, most=limit)
        if waiting
        else _held(store, reasons, since, limit)
    )
    rows = [_row(store, config, each) for each in found]
    counts, waits = holds(store.connection, since), store.waiting.count()
    total = sum(n for why, n in counts.items() if (why in reasons if reasons else why not in OLD))
    if waiting:
        total = waits + counts.get(Hold.CAPACITY, 0)
    if owner:
        rows = [row for row in rows if owner.casefold() in row.who.owner.casefold()]
        total = len(rows)
        counts = dict(Counter(row.reason for row in rows if row.reason is not None))
    return HeldOnes(
        zone=config.time_zone, rows=tuple(rows[:most]), total=total, counts=counts, waiting=waits
    )


def _held(store: Store, reasons: Collection[Hold], since: int | None, most: int) -> list[Decided]:
    without = () if reasons else OLD
    return held(store.connection, reasons=reasons, without=without, since=since, most=most)


def _row(store: Store, config: Config, each: Decided) -> HeldBack:
    dossier = open_dossier(store, config, each.person, each.decided_at)
    decision, mode = each.decision, mode_of(config, each.decision.rule)
    return HeldBack(
        who=dossier.who,
        at=decision.at,
        decided_at=each.decided_at,
        rule=decision.rule,
        title=mode.title if mode and mode.title else decision.rule,
        what=decision.change,
        reason=decision.hold,
        because=words.hold(decision),
        worth=worth_of(dossier.person, each.decided_at).in_words(each.decided_at),
        draft=draft(store, config, dossier, each),
    )
