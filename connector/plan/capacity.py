"""Which of those who wait for a place go through: the best, up to what is left of each week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from connector.config.capacity import Absence, Capacity, Team
from connector.plan.rank import order
from connector.plan.week import allowed_by, is_away


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One alert that waits for a place."""

    id: int
    """Of the decision; says nothing about its turn."""
    points: float
    """`Ranked.points`."""
    score: float
    at: int
    """When the episode was entered, UTC ms."""
    record: str
    """The CRM record; settles what is equal otherwise."""


def in_turn(claims: Sequence[Claim]) -> list[Claim]:
    """The best first, in an order that does not depend on the order in which they came."""
    return sorted(claims, key=lambda c: order(c.points, c.score, c.at, c.record))


class Week:
    """What is left of the week of every rep and team on a day.

    `taken` counts the hand-offs of the week so far, raised hands among them, by platform id;
    `measured` has what a rep was seen to follow up per week.
    """

    def __init__(
        self,
        capacity: Capacity | None,
        teams: Sequence[Team],
        absences: Sequence[Absence],
        *,
        day: date,
        taken: Mapping[str, int],
        measured: Mapping[str, float] | None = None,
    ) -> None:
        self._capacity = capacity
        self._team = {user: team for team in teams for user in team.members}
        self._absences = absences
        self._day = day
        self.taken = Counter(taken)
        self._measured = measured or {}

    def give(self, users: Sequence[str]) -> str | None:
        """Take a place of the first of these users who has one left; None: nobody has."""
        user = next((each for each in users if self._has_room(each)), None)
        if user is not None:
            self.taken[user] += 1
        return user

    def may_have_room(self, user: str) -> bool:
        """Whether the user, or anybody of the same team, has a place left."""
        team = self._team.get(user)
        return any(self._has_room(each) for each in {user, *(team.members if team else ())})

    def per_week(self, user: str) -> float | None:
        """How many a user can follow up per week; None: any number, or as many as the team can."""
        capacity = self._capacity
        if capacity is None:
            return None
        if user in capacity.owner:
            return capacity.owner[user]
        team = self._team.get(user)
        if team is not None and team.capacity is not None:
            return None
        return self._measured.get(user, capacity.default)

    def _has_room(self, user: str) -> bool:
        own, team = self.per_week(user), self._team.get(user)
        if own is not None and self.taken[user] >= self._allowed(own, user):
            return False
        if self._capacity is None or team is None or team.capacity is None:
            return True
        together = sum(self.taken[each] for each in team.members)
        return together < self._allowed(team.capacity, None)

    def _allowed(self, per_week: float, user: str | None) -> int:
        """So far in the week; of a team, whoever of it is away, the others are there."""
        days = self._capacity.days if self._capacity else ()
        return allowed_by(
            per_week,
            self._day,
            days,
            lambda day: user is None or not is_away(self._absences, user, day),
        )
