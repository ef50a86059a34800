"""Fit and inclination in two characters: A1 is best."""

from __future__ import annotations

from connector.config.rulebook import FitPoints, Grades
from connector.engine.condition import Facts

_LETTERS = "ABCDEFGH"


def fit_points(points: tuple[FitPoints, ...], facts: Facts, cap: float) -> float:
    """The fit points of a person, at most `cap`."""
    return min(cap, sum(each.points for each in points if each.when.holds(facts)))


def grade(grades: Grades, *, fit: float, score: float) -> str:
    """The letter of the fit and the digit of the score, for example "B2"."""
    return _LETTERS[_rank(fit, grades.letters)] + str(_rank(score, grades.digits) + 1)


def _rank(value: float, bounds: tuple[float, ...]) -> int:
    return next((rank for rank, bound in enumerate(bounds) if value >= bound), len(bounds))
