"""What to keep in mind about the figures, said beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connector.backtest.lift import FEWEST, FEWEST_PEOPLE
from connector.backtest.period import Period
from connector.backtest.told import Arrival, Side
from connector.backtest.wins import Warned
from connector.clock import iso
from connector.plan.words import span

_NARROW: Final = 4.0


def notes_of(
    period: Period, sides: Sequence[Side], arrival: Arrival, sales: Warned, unnamed: int
) -> Iterator[str]:
    """In the order of weight."""
    yield from _arrival(arrival)
    fields = sorted({name for side in sides for name in side.present_fields})
    if fields:
        yield (
            f"Only today's values of {', '.join(fields)} are stored, and were taken as if they had "
            "always been so; so were owners, companies and merged records."
        )
    if period.start_at > period.wished_at:
        yield (
            f"Counted from {iso(period.start_at)[:10]}, not {iso(period.wished_at)[:10]}: "
            "only from then on the longest silence of the rules lies within the stored history."
        )
    if period.judged_until_at <= period.start_at:
        yield "The period is no longer than the horizon: nothing can be judged yet."
    if unnamed:
        yield (
            f"{unnamed:,} more opportunities of the period name nobody. They hold hand-offs and "
            "end episodes, but do not tell who was shopping: --company-wide counts them for "
            "everybody of the company."
        )
    if sales.opened == 0:
        yield "No opportunity was opened in the period: shares and lifts cannot be told."
    judged = [one for side in sides for rule in side.rules for one in (rule.opportunity, rule.win)]
    if any(one.episodes.of and one.same.lift is None for one in judged):
        yield (
            f"With fewer than {FEWEST} judged episodes, or fewer than {FEWEST_PEOPLE} people whom "
            "it ever happened to, no lift is told."
        )
    most = [rule.opportunity.same.most for side in sides for rule in side.rules]
    if any(each is not None and each < _NARROW for each in most):
        yield (
            "The horizon is long beside the period: a random moment of somebody who bought is "
            "often followed by that too, so no rule can reach a high lift over the same people. "
            "A longer --since or a shorter --horizon leaves more room."
        )


def _arrival(arrival: Arrival) -> Iterator[str]:
    text = (
        f"{arrival.late:,} engagements came an hour or more late, and count from their arrival. "
        "When those of first loads, and of before leadmode kept it, arrived is not known: they "
        "count from the moment at which they happened."
    )
    if arrival.median_ms is not None and arrival.slow_ms is not None:
        text += (
            f" Of its {arrival.decisions:,} alerts the running leadmode decided half within "
            f"{span(arrival.median_ms)} of the engagement, nine in ten within "
            f"{span(arrival.slow_ms)}."
        )
    yield text
