"""How much more often something follows an episode than a random moment, and how sure that is.

A share has Wilson's interval. A lift has Katz's, that is a normal one of its logarithm, with the
variance added up over people, not episodes: what one person does is alike. Where few people are
much alike that sees no doubt at all, so it is never narrower than Wilson's for the share in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from connector.figures.share import Share, Z, share

FEWEST: Final = 10
"""With fewer judged episodes than these no lift is claimed ..."""
FEWEST_PEOPLE: Final = 5
"""... nor when it happened to fewer people than these."""


class Subject(NamedTuple):
    """One person in a comparison."""

    episodes: int
    """Judged ones."""
    followed: int
    """Of them, those that the outcome followed."""
    drawn: int
    """ms of the moments that a random one is drawn from."""
    covered: int
    """Of them, those that the outcome follows."""

    @property
    def chance(self) -> float:
        """The chance that the outcome follows a random moment."""
        return self.covered / self.drawn if self.drawn else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """A share beside the chance of random moments."""

    chance: float | None
    lift: float | None
    """The share divided by the chance; None where either says nothing, or there is too little."""
    low: float | None
    high: float | None
    """The 95 % interval."""
    most: float | None
    """What no rule can exceed: when every episode of those whom it ever happened to is followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How often an outcome followed episodes, beside random moments."""

    episodes: Share
    """Judged episodes that the outcome followed."""
    people: int
    same: Lift
    """Beside random moments of the same people, each counted as often as they had an episode."""
    everybody: Lift
    """Beside random moments of everybody the rule is for, with episodes or without."""


def followed(subjects: Sequence[Subject]) -> Followed:
    """The comparison for everybody a rule is for."""
    judged = [each for each in subjects if each.episodes]
    episodes = share(sum(s.followed for s in judged), sum(s.episodes for s in judged))
    return Followed(
        episodes=episodes,
        people=len(judged),
        same=_beside_themselves(judged, episodes),
        everybody=_beside_everybody(subjects, episodes),
    )


def _beside_themselves(judged: Sequence[Subject], episodes: Share) -> Lift:
    """Only people whom it ever happened to bear on it: of their episodes, how many it followed."""
    possible = [s for s in judged if s.covered]
    expected = math.fsum(s.episodes * s.chance for s in possible)
    pulls = (
        s.followed / episodes.count - s.episodes * s.chance / expected
        for s in possible
        if episodes.count
    )
    return _lift(
        share(episodes.count, sum(s.episodes for s in possible)),
        expected,
        chance=expected / episodes.of if episodes.of else None,
        told=episodes.of >= FEWEST and len(possible) >= FEWEST_PEOPLE,
        pulls=pulls,
    )


def _beside_everybody(subjects: Sequence[Subject], episodes: Share) -> Lift:
    drawn, covered = sum(s.drawn for s in subjects), sum(s.covered for s in subjects)
    possible = sum(s.covered > 0 for s in subjects)
    pulls = (
        s.followed / episodes.count
        - s.episodes / episodes.of
        - s.covered / covered
        + s.drawn / drawn
        for s in subjects
        if episodes.count and covered
    )
    chance = covered / drawn if drawn else None
    return _lift(
        episodes,
        episodes.of * (chance or 0.0),
        chance=chance,
        told=episodes.of >= FEWEST and possible >= FEWEST_PEOPLE,
        pulls=pulls,
    )


def _lift(
    kept: Share, expected: float, *, chance: float | None, told: bool, pulls: Iterable[float]
) -> Lift:
    """`kept` of those that can be, beside those `expected`.

    `pulls` are by how much each person moves the logarithm of the lift.
    """
    most = kept.of / expected if expected else None
    if not told or most is None or kept.share is None or kept.low is None or kept.high is None:
        return Lift(chance=chance, lift=None, low=None, high=None, most=most)
    ratio, low, high = most * kept.share, most * kept.low, most * kept.high
    if kept.count:  # of none there is no logarithm
        width = math.exp(Z * math.sqrt(math.fsum(pull * pull for pull in pulls)))
        low, high = min(low, ratio / width), max(high, ratio * width)
    return Lift(chance=chance, lift=ratio, low=low, high=high, most=most)
