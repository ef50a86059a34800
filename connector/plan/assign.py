"""Who gets a task: owners who are there, deputies in their team, and shares of a team's people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from connector.config.capacity import Share, Team
from connector.config.rulebook import Rulebook
from connector.engine.condition import Facts
from connector.model import Person
from connector.plan.hand_off import owners_of
from connector.plan.week import is_away

NOBODY = ""
"""A task without an owner."""


def receivers(
    person: Person, facts: Facts, rulebook: Rulebook, *, key: str, now: int, day: date
) -> tuple[str, ...]:
    """Platform ids of those who may get the person's task at a moment, the first choice first.

    `now` is UTC ms, and `day` the day it lies in.

    It depends on the key of the task and on who is there alone, so it comes out the same
    whenever it is asked. `NOBODY` stands alone, when the rules name nobody.
    """
    owned = tuple(owners_of(person, rulebook.hand_off, now))
    there = [user for user in owned if not is_away(rulebook.absences, user, day)]
    team = _team_for(facts, rulebook.teams)
    if team is not None:
        return _of_team(team, rulebook, key, day, first=there) or _else(rulebook, there)
    if there:
        return (there[0],)
    away = [_team_of(user, rulebook.teams) for user in owned]
    team = next((each for each in away if each is not None), None)
    return (team and _of_team(team, rulebook, key, day)) or _else(rulebook, there)


def least_loaded(users: Sequence[str], taken: Mapping[str, int]) -> tuple[str, ...]:
    """Those who got the fewest first; of equals the order stays."""
    return tuple(sorted(users, key=lambda user: taken.get(user, 0)))


def shares_load(facts: Facts, rulebook: Rulebook) -> bool:
    """Whether the person's tasks go to whoever of a team has the least to do."""
    team = _team_for(facts, rulebook.teams)
    return team is not None and team.share is Share.LEAST_LOAD


def _of_team(
    team: Team, rulebook: Rulebook, key: str, day: date, *, first: Sequence[str] = ()
) -> tuple[str, ...]:
    """The members who are there. With shares of the owner, the person's own goes first."""
    there = [user for user in team.members if not is_away(rulebook.absences, user, day)]
    picked = sorted(there, key=lambda user: _draw(key, user), reverse=True)
    own = [user for user in first if user in there] if team.share is Share.OWNER else []
    return (own[0],) if own else tuple(picked)


def _draw(key: str, user: str) -> bytes:
    """Rendezvous hashing: one member more or less moves only what is theirs."""
    return hashlib.sha256(f"{key}\0{user}".encode()).digest()


def _team_for(facts: Facts, teams: Sequence[Team]) -> Team | None:
    return next((t for t in teams if t.when is not None and t.when.holds(facts)), None)


def _team_of(user: str, teams: Sequence[Team]) -> Team | None:
    return next((team for team in teams if user in team.members), None)


def _else(rulebook: Rulebook, there: Sequence[str]) -> tuple[str, ...]:
    return (next(iter(there), None) or rulebook.hand_off.fallback_owner or NOBODY,)
