"""The figures of a backtest in words and rows, the same for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from connector.backtest.lift import Followed, Lift
from connector.backtest.told import Backtest, RuleTold
from connector.clock import DAY
from connector.figures.share import UNKNOWN, number, part, percent, share_said

Row = tuple[str, list[str]]
"""What it is, and per rule what it says."""
METHODS: Final = (
    "Intervals are of 95 %: shares by Wilson; lifts by Katz, that is of the logarithm, with the "
    "variance over people, and never narrower than Wilson's."
)


def rows(told: Backtest) -> Iterator[Row]:
    """All figures that are one number per rule."""
    rules = [rule for side in told.sides for rule in side.rules]

    def row(label: str, say: Callable[[RuleTold], str]) -> Row:
        return label, [say(rule) for rule in rules]

    days = f"{told.period.horizon_ms / DAY:g} days"
    yield row("people it looks at", lambda r: f"{r.looked_at:,}")
    yield row("episodes", lambda r: f"{r.episodes:,} of {r.people:,} people")
    yield row("  a week", lambda r: f"{r.load.per_week:.1f}")
    yield row("  a week and rep", lambda r: number(r.load.per_week_and_rep))
    yield row("alerts handed off", lambda r: f"{r.alerts:,}")
    yield row("  held", held)
    yield row("judged", lambda r: f"{r.opportunity.episodes.of:,} ({r.too_recent:,} too recent)")
    if told.opportunities:
        yield from _followed(f"opportunity within {days}", [rule.opportunity for rule in rules])
        yield from _followed(f"won within {days}", [rule.win for rule in rules])
    yield row("opportunities announced", lambda r: part(r.warned.announced, r.warned.opened))
    yield row("  days of warning, median", lambda r: number(r.warned.median_days))
    yield row("wins missed", lambda r: part(len(r.warned.missed), r.warned.wins))
    yield row(f"alerts over {told.capacity} a rep and week", lambda r: f"{r.load.too_many:,}")
    yield row("weeks that flood", floods)


def _followed(name: str, every: list[Followed]) -> Iterator[Row]:
    """How often an outcome followed, beside random moments."""
    yield name, [share_said(one.episodes) for one in every]
    yield "  same people, random moment", [percent(one.same.chance) for one in every]
    yield "  lift over the same people", [lift(one.same) for one in every]
    yield "    no rule can exceed", [number(one.same.most) for one in every]
    yield "  everybody, random moment", [percent(one.everybody.chance) for one in every]
    yield "  lift over everybody", [lift(one.everybody) for one in every]


def titles(told: Backtest) -> list[str]:
    """What the rules are called, in the order of the rows."""
    return [
        f"{side.label}: {rule.rule}" if len(told.sides) > 1 else rule.rule
        for side in told.sides
        for rule in side.rules
    ]


def lift(one: Lift) -> str:
    """A lift with how sure it is."""
    if one.lift is None or one.low is None or one.high is None:
        return UNKNOWN
    return f"{one.lift:.2f} ({one.low:.2f} to {one.high:.2f})"


def held(rule: RuleTold) -> str:
    """How many alerts would have been held, by reason."""
    return ", ".join(f"{reason} {count:,}" for reason, count in rule.held.items()) or "none"


def floods(rule: RuleTold) -> str:
    """How many weeks flood, beside the ordinary one."""
    count = sum(week.floods for week in rule.load.weeks)
    return f"{count} of {len(rule.load.weeks)} (median week {rule.load.median_week:g} alerts)"
