"""Hand-offs that were not made, and what would have been written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from connector.model import Hold
from connector.report import words
from connector.report.dossier import Who, open_dossier
from connector.report.hand_offs import Draft, draft, mode_of
from connector.store import Store
from connector.store.overview import Decided, held, holds

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
    reason: Hold
    because: str
    """The reason in words."""
    draft: Draft | None
    """What would have been written; None when there is nothing to write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOnes:
    """Some of the hand-offs that were not made."""

    zone: str
    rows: tuple[HeldBack, ...]
    counts: dict[Hold, int]
    """How many there are in all, by reason."""


def held_back(
    store: Store,
    config: Config,
    *,
    reasons: Collection[Hold] = (),
    since: int | None = None,
    owner: str = "",
    most: int = 50,
) -> HeldOnes:
    """The newest hand-offs that were not made; without reasons, those of `OLD` are left out.

    `owner`: only those whose owner's name has this text in it.
    """
    found = held(
        store.connection,
        reasons=reasons,
        without=() if reasons else OLD,
        since=since,
        most=-1 if owner else most,
    )
    rows = (_row(store, config, each) for each in found)
    of_owner = (row for row in rows if owner.casefold() in row.who.owner.casefold())
    return HeldOnes(
        zone=config.time_zone,
        rows=tuple(islice(of_owner, most)),
        counts=holds(store.connection, since),
    )


def _row(store: Store, config: Config, each: Decided) -> HeldBack:
    dossier = open_dossier(store, config, each.person)
    decision, mode = each.decision, mode_of(config, each.decision.rule)
    assert decision.hold is not None  # noqa: S101 - that is what was asked for
    return HeldBack(
        who=dossier.who,
        at=decision.at,
        decided_at=each.decided_at,
        rule=decision.rule,
        title=mode.title if mode and mode.title else decision.rule,
        what=decision.change,
        reason=decision.hold,
        because=words.hold(decision),
        draft=draft(store, config, dossier, each),
    )
