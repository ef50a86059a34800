"""Who comes first: one transparent order of the people in lead mode."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from connector.config.capacity import Rank
from connector.config.rulebook import Grades
from connector.engine.rule import EPSILON
from connector.plan.grade import grade
from connector.plan.worth import Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person in lead mode, as far as the order depends on them."""

    raised: bool
    """Whether a raised hand began the episode, or was raised within it."""
    score: float
    before: float
    """The score `Rank.window` ago."""
    late: float
    """Points among the best evidence that speak of a late phase of the journey."""
    fit: float
    worth: Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Where somebody stands in the order, and why."""

    points: float
    """The weighted sum of the parts; more is better."""
    score: float
    """Settles ties."""
    stars: int
    """One to five, for the level of the score."""
    flames: int
    """None to three, for its recent change."""
    worth: Worth
    why: str
    """What it is made of, best part first, in words."""


def ranked(rank: Rank, grades: Grades, standing: Standing, now: int) -> Ranked:
    """Weigh one person. The order among several is by `order`."""
    parts = dict(_parts(rank, grades, standing, now))
    return Ranked(
        points=sum(parts.values()),
        score=standing.score,
        stars=stars(rank, standing.score),
        flames=flames(rank, standing.score - standing.before),
        worth=standing.worth,
        why=", ".join(_why(rank, grades, standing, now)),
    )


def order(points: float, score: float, at: int, record: str) -> tuple[float, float, int, str]:
    """The key to sort by: more points, then a higher score, then earlier, then the CRM's id.

    `at` is when the episode was entered, UTC ms. None of it depends on what was read first.
    """
    return (-round(points, 6), -round(score, 6), at, record)


def stars(rank: Rank, score: float) -> int:
    """One to five for a score."""
    return 1 + bisect_right(rank.stars, score * (1 + EPSILON))


def flames(rank: Rank, change: float) -> int:
    """None to three for what the score gained lately."""
    return bisect_right(rank.flames, change * (1 + EPSILON))


def _parts(rank: Rank, grades: Grades, standing: Standing, now: int) -> Iterator[tuple[str, float]]:
    """The points of each part."""
    fit = max(0.0, standing.fit) / grades.cap if grades.cap else 0.0
    yield "hand_raise", rank.hand_raise * standing.raised
    yield "level", rank.level * (stars(rank, standing.score) - 1) / len(rank.stars)
    change = standing.score - standing.before
    yield "change", rank.change * flames(rank, change) / len(rank.flames)
    yield "fit", rank.fit * fit
    yield "value", rank.value * standing.worth.part(rank, now)
    yield "phase", rank.phase * min(1.0, standing.late / rank.late)


def _why(rank: Rank, grades: Grades, standing: Standing, now: int) -> Iterator[str]:
    if standing.raised:
        yield "hand raised"
    yield grade(grades, fit=standing.fit, score=standing.score)
    if standing.late >= rank.late / 2:
        yield "close to buying"
    yield standing.worth.in_words(now)


def place_in_words(place: int, of: int, why: str) -> str:
    """For a rep: "rank 2 of 7: hand raised, A1, won 48,000 before"."""
    return f"rank {place} of {of}: {why}"
