"""When to kill: seeded, spread over starting, reading and delivering."""

from __future__ import annotations

from enum import StrEnum
from random import Random  # noqa: TID251 - a type; generators come from chance.stream
from typing import Final, NamedTuple

from sandbox.story.chance import stream, weighted


class Aim(StrEnum):
    """What the daemon is to be caught at."""

    START = "start"
    """A random moment from 50 ms after the start on, mostly before it is ready."""
    READ = "read"
    """Right after a page was stored, with more to come."""
    DELIVER = "deliver"
    """While a write is claimed and not settled."""
    WRITTEN = "written"
    """When tasks.csv has just grown, and the database does not know yet."""
    ANY = "any"
    """A random moment of some seconds, whatever it does."""


_DAILY: Final = (
    (Aim.DELIVER, 3.0),
    (Aim.WRITTEN, 3.0),
    (Aim.READ, 2.0),
    (Aim.START, 2.0),
    (Aim.ANY, 1.0),
)
_FIRST_LOAD: Final = ((Aim.READ, 4.0), (Aim.START, 2.0), (Aim.ANY, 4.0))
_SPREAD_OF_FIRST_LOAD: Final = {
    Aim.START: (0.05, 0.8),
    Aim.READ: (0.0, 0.4),
    Aim.ANY: (0.3, 1.2),
}
"""Seconds; the whole first load takes some ten."""
_SPREAD: Final = {Aim.START: (0.05, 1.5), Aim.READ: (0.0, 0.01), Aim.ANY: (0.3, 4.0)}
"""Seconds; a day is read within a blink."""


class Shot(NamedTuple):
    """One kill to be."""

    stage: int
    """0 is the first load; then one per day."""
    aim: Aim
    delay: float
    """START and ANY: seconds after the start. READ: extra seconds after the first page."""


def shots(seed: int, kills: int, stages: int) -> list[Shot]:
    """The kills in order; about every third one hits the first load."""
    chance = stream(seed, "kills")
    first = max(1, kills // 3) if kills else 0
    days = sorted(1 + n * (stages - 1) // max(1, kills - first) for n in range(kills - first))
    return [_shot(chance, stage) for stage in [0] * first + days]


def _shot(chance: Random, stage: int) -> Shot:
    aim = weighted(chance, _FIRST_LOAD if stage == 0 else _DAILY)
    spread = _SPREAD_OF_FIRST_LOAD if stage == 0 else _SPREAD
    low, high = spread.get(aim, (0.0, 0.0))
    return Shot(stage, aim, low + (high - low) * chance.random())
