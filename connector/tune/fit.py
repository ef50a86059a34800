"""The statistics: which points would have told best what follows, and how sure that is.

A logistic regression of what followed on what had been done, with scikit-learn. No coefficient is
below 0, because no engagement may speak against shopping: those that would be are held at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROUNDS: Final = 20
"""Most times that coefficients are held at 0 and let go again."""
_PRIOR: Final = 0.5
"""Weight of each of two made-up cases per column, one followed and one not: a log-F(1, 1) prior
(Greenland and Mansournia, Statistics in Medicine 34, 2015). It keeps a column finite that only
buyers have, and weighs no more than one opportunity."""
_SMALL: Final = 1e-9
_Z: Final = 1.959964


class Told(NamedTuple):
    """What the fit makes of a column, in log odds per point of it; intercept first."""

    coefficients: Floats

    def chance(self, points: Floats) -> Floats:
        """Per case the chance that something follows."""
        return _logistic(self.coefficients[0] + points @ self.coefficients[1:])


def fit(points: Floats, followed: Bools, weight: Floats) -> Told:
    """The coefficients, none below 0, that make what followed most likely."""
    table, answers, weights = _with_prior(points, followed, weight)
    free = np.ones(table.shape[1], np.bool_)
    found = np.zeros(table.shape[1])
    for _ in range(ROUNDS):
        found = np.zeros(table.shape[1])
        found[free] = _maximum(table[:, free], answers, weights)
        below = free & (found < 0)
        below[0] = False
        if below.any():
            free[np.argmin(np.where(below, found, 0.0))] = False
            continue
        slope = table.T @ (weights * (answers - _logistic(table @ found)))
        wants = ~free & (slope > _SMALL * weights.sum())
        if not wants.any():
            break
        free[np.argmax(np.where(wants, slope, 0.0))] = True
    found[1:] = np.maximum(found[1:], 0.0)
    return Told(found)


def _with_prior(points: Floats, followed: Bools, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """A column of ones, and below the cases those that were made up."""
    count = points.shape[1]
    ones = np.ones((len(points), 1))
    made_up = np.hstack([np.zeros((count, 1)), np.eye(count)])
    return (
        np.vstack([np.hstack([ones, points]), made_up, made_up]),
        np.concatenate([followed, np.ones(count), np.zeros(count)]).astype(np.float64),
        np.concatenate([weight, np.full(2 * count, _PRIOR)]),
    )


def _maximum(table: Floats, answers: Floats, weights: Floats) -> Floats:
    # Seconds of import that only a fit pays.
    from sklearn import config_context  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    model = LogisticRegression(
        C=np.inf, fit_intercept=False, solver="newton-cholesky", max_iter=200
    )
    # Hundreds of fits: what was looked at once need not be looked at again.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        model.fit(table, answers, sample_weight=weights)
    found: Floats = model.coef_[0]
    return found


def _logistic(logit: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))
    return found


def surprise(chance: Floats, followed: Bools, weight: Floats) -> Floats:
    """Per case how badly the chance foretold it (log loss, in nats), times its weight."""
    found: Floats = -weight * np.log(np.where(followed, chance, 1.0 - chance))
    return found


class Gain(NamedTuple):
    """By how much one way of telling beats another, in nats in all; above 0 is better."""

    total: float
    low: float
    high: float
    """The 95 % interval."""

    @property
    def is_sure(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0


def gain(before: Floats, after: Floats, person: Ints) -> Gain:
    """From surprises per case; persons are what is independent, so the doubt is counted by them."""
    _, place = np.unique(person, return_inverse=True)
    by_person = np.bincount(place, weights=before - after)
    total = float(by_person.sum())
    doubt = _Z * float(np.sqrt(len(by_person)) * by_person.std())
    return Gain(total, total - doubt, total + doubt)


def redrawn(
    points: Floats,
    followed: Bools,
    weight: Floats,
    person: Ints,
    *,
    times: int,
    seed: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Floats:
    """[draw, coefficient]: fits to persons drawn again with replacement (bootstrap)."""
    chance = np.random.default_rng(seed)
    numbers, place = np.unique(person, return_inverse=True)
    fits = []
    for done in range(times):
        progress(done, times)
        drawn = chance.multinomial(len(numbers), np.full(len(numbers), 1 / len(numbers)))
        times_drawn = drawn[place]
        kept = times_drawn > 0
        fits.append(
            fit(points[kept], followed[kept], weight[kept] * times_drawn[kept]).coefficients
        )
    progress(times, times)
    return np.array(fits)
