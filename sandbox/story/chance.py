"""The home of chance: seeded, and the same on every machine and Python version."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random  # noqa: TID251 - always seeded here, and passed on as an argument
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, topic: str) -> Random:
    """A generator of its own for one topic, so that topics do not disturb each other."""
    return Random(f"{seed}:{topic}")


def pick(chance: Random, items: Sequence[T]) -> T:
    """One of the items, each as likely as the other."""
    return items[int(chance.random() * len(items))]


def weighted(chance: Random, items: Sequence[tuple[T, float]]) -> T:
    """One of the items, in proportion to the weights beside them."""
    left = chance.random() * sum(weight for _, weight in items)
    for item, weight in items:
        left -= weight
        if left < 0:
            return item
    return items[-1][0]


def between(chance: Random, low: int, high: int) -> int:
    """A whole number from low to high, both possible."""
    return low + int(chance.random() * (high - low + 1))
