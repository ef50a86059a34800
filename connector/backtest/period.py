"""Which stretch of the stored history is looked at, and what of it can be judged already."""

from __future__ import annotations

import json
from dataclasses import dataclass

from connector.config.rulebook import Rulebook
from connector.errors import AskOperator
from connector.store import Store


class NothingToLookAt(AskOperator):
    """There is no stored history in this period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The stretch of time in which episodes are counted. All UTC ms."""

    start_at: int
    """From here on every silence that the rules ask for can be seen."""
    judged_until_at: int
    """What began up to here was watched for a whole horizon."""
    until_at: int
    """The end of what is stored."""
    horizon_ms: int
    """How long after an entry an opportunity or a win still counts as following it."""
    wished_at: int
    """What was asked for; before `start_at` when the history does not reach back that far."""

    @property
    def length(self) -> int:
        """How many ms there are in which episodes are counted."""
        return self.until_at - self.start_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """From when to when something is stored."""

    first_at: int
    """The first engagement that any of the rules looks at, UTC ms."""
    until_at: int
    """The last moment of which something may be known: when a source last answered, or now."""


def extent(store: Store, rulebooks: tuple[Rulebook, ...], now: int) -> Extent:
    """What the store reaches over for these rules. Raises NothingToLookAt if that is nothing.

    What no rule looks at shows no silence: mail may be stored for years, and visits for weeks.
    """
    first = store.connection.execute(
        "SELECT min(at) FROM engagement WHERE at <= ? AND kind IN (SELECT value FROM json_each(?))",
        (now, json.dumps(_kinds(rulebooks))),
    ).fetchone()[0]
    if first is None:
        raise NothingToLookAt(
            "No engagement is stored that these rules look at: run `leadmode sync`, or see what "
            "`leadmode check` says about the rules."
        )
    read = [each.read_at for each in store.sources.states() if each.read_at is not None]
    return Extent(first_at=int(first), until_at=min([now, *([max(read)] if read else [])]))


def _kinds(rulebooks: tuple[Rulebook, ...]) -> list[int]:
    return sorted(
        {
            kind.code
            for book in rulebooks
            for mode in book.lead_modes
            for signal in mode.rule.signals
            if signal.weight > 0
            for kind in signal.kinds
        }
    )


def period(
    known: Extent, *, wished_at: int, horizon: int, rulebooks: tuple[Rulebook, ...]
) -> Period:
    """The stretch to count in, the same for all rules that are put side by side.

    It begins when the longest silence that any of the rules asks for lies within the history:
    before that, the first thing a person did would look like a return.
    """
    quiet = max(
        (mode.rule.dormant_after for book in rulebooks for mode in book.lead_modes), default=0
    )
    start = max(wished_at, known.first_at + quiet)
    if start >= known.until_at:
        raise NothingToLookAt(
            "The stored history is too short: it has to be longer than the longest `dormant_after` "
            "of the rules, and must reach into the period that --since names."
        )
    return Period(
        start_at=start,
        judged_until_at=known.until_at - horizon,
        until_at=known.until_at,
        horizon_ms=horizon,
        wished_at=wished_at,
    )
