"""When an account surges: enough of its persons engaged in one window."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from connector.engine.rule import EPSILON


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """An account began or ceased to surge."""

    at: int
    """UTC ms."""
    surging: bool
    """Whether it surges from then on."""
    weight: float
    """Summed weights of the persons present at `at`."""
    persons: tuple[int, ...]
    """Who is present at `at`, in order of their number."""


def surges(
    touches: Iterable[tuple[int, int, float]], people: float, window: int, now: int
) -> tuple[tuple[Surge, ...], int | None]:
    """Every change up to and including `now`, and the next moment at which there can be one.

    A touch is (instant, person, weight of the person): a qualifying engagement. A person is
    present from each of them until, but not at, `window` ms later. The account surges while
    the weights of those present reach `people`. All of one millisecond counts at once. A weight
    belongs to the person: where touches of one person disagree, the greatest counts.
    """
    known = list(touches)
    past = [touch for touch in known if touch[0] <= now]
    presence = _Presence(past, people)
    told: list[Surge] = []
    later = [touch[0] for touch in known if touch[0] > now]
    for at, moves in groupby(_moves(past, window), key=itemgetter(0)):
        changed = presence.move(at, [move[1:] for move in moves])
        if changed is None:
            continue
        if at > now:
            later.append(at)
            break
        told.append(changed)
    return tuple(told), min(later, default=None)


def _moves(touches: list[tuple[int, int, float]], window: int) -> list[tuple[int, int, int]]:
    """(instant, person, +1 or -1): coming and going, without going where presence goes on."""
    moves: list[tuple[int, int, int]] = []
    present_until: dict[int, int] = {}
    for at, person, _ in sorted(touches):
        until = present_until.get(person)
        if until is None or at > until:
            if until is not None:
                moves.append((until, person, -1))
            moves.append((at, person, +1))
        present_until[person] = at + window
    moves.extend((until, person, -1) for person, until in present_until.items())
    return sorted(moves)


class _Presence:
    """Who is present, and whether that is enough."""

    def __init__(self, touches: list[tuple[int, int, float]], people: float) -> None:
        self._needed = people * (1 - EPSILON)
        self._weights: dict[int, float] = {}
        for _, person, weight in touches:
            self._weights[person] = max(weight, self._weights.get(person, weight))
        self._present: set[int] = set()
        # Counted per weight: adding and taking away floats would drift.
        self._count: dict[float, int] = {}
        self._surging = False

    def move(self, at: int, moves: list[tuple[int, int]]) -> Surge | None:
        """Let persons come and go in one millisecond; gives the change, if there is one."""
        for person, step in moves:
            weight = self._weights[person]
            self._count[weight] = self._count.get(weight, 0) + step
            (self._present.add if step > 0 else self._present.discard)(person)
        total = math.fsum(weight * count for weight, count in self._count.items())
        surging = total >= self._needed
        if surging == self._surging:
            return None
        self._surging = surging
        return Surge(at=at, surging=surging, weight=total, persons=tuple(sorted(self._present)))
