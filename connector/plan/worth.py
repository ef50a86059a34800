"""What a customer was worth so far, from won opportunities: recency, frequency, amount."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from connector.config.capacity import Rank
from connector.model import Person
from connector.plan.words import span

_STEPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What was won with a person, or with their company where the opportunity names nobody."""

    count: int = 0
    amount: float = 0.0
    """In the CRM's currency; opportunities without an amount add nothing."""
    last: int | None = None
    """When the newest was won, UTC ms; None: never, or nobody noted when."""

    def part(self, rank: Rank, now: int) -> float:
        """Between 0, never bought, and 1, the best fifth in recency, frequency and amount."""
        return sum(self.steps(rank, now)) / (3 * _STEPS)

    def steps(self, rank: Rank, now: int) -> tuple[int, int, int]:
        """One to five for recency, frequency and amount; zeros for who never bought."""
        if not self.count:
            return (0, 0, 0)
        age = None if self.last is None else now - self.last
        recency = 1 if age is None else 1 + sum(age <= bound for bound in rank.recency)
        return (
            recency,
            1 + bisect_right(rank.frequency, self.count),
            1 + bisect_right(rank.amount, self.amount),
        )

    def in_words(self, now: int) -> str:
        """For a rep: "won 48,000 before (3 times, last 7 months ago)"."""
        if not self.count:
            return "never bought"
        what = f"won {money(self.amount)} before" if self.amount else "bought before"
        times = "once" if self.count == 1 else f"{self.count} times"
        when = "" if self.last is None else f", last {span(now - self.last)} ago"
        return f"{what} ({times}{when})"


def money(amount: float) -> str:
    """An amount in whole units: 48,000."""
    return f"{amount:,.0f}"


def worth_of(person: Person, now: int) -> Worth:
    """What had been won by `now` (UTC ms)."""
    won = [
        each
        for each in person.opportunities
        if each.fields.get("is_won") is True and (each.closed_at is None or each.closed_at <= now)
    ]
    amounts = [each.fields.get("amount") for each in won]
    return Worth(
        count=len(won),
        amount=sum(float(each) for each in amounts if isinstance(each, int | float)),
        last=max((each.closed_at for each in won if each.closed_at is not None), default=None),
    )
