"""Persons as values and as columns, so that `replay` can be compared with the plain engine."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.replay import (
    CHANGES,
    REASONS,
    Columns,
    People,
    Replayed,
    SurgeTest,
    classify_columns,
    replay,
)
from connector.engine.result import Contribution, Transition
from connector.engine.rule import MachineTests, Rule
from connector.engine.timeline import Engaged, Timeline
from tests.depth import depth
from tests.engine.strategies import DAY, START, TOUCHPOINTS, make_rule, make_timeline

RULES = depth(120, 400)
"""In `make deep` 10,000 persons."""
PEOPLE_PER_RULE = 25
PARTS = 4


class World(NamedTuple):
    """One rule and many persons, as values and as columns."""

    rule: Rule
    timelines: list[Timeline]
    now: int
    columns: Columns
    people: People
    spacing: int
    """Person n of the timelines has this number times n in the columns."""

    @property
    def matcher(self) -> Matcher:
        return Matcher(self.rule)


def make_world(seed: int, people: int = PEOPLE_PER_RULE) -> World:
    chance = random.Random(seed)
    rule = make_rule(chance)
    timelines = [make_timeline(chance, rule) for _ in range(people)]
    ends = sorted(max((e.at for e in line.engagements), default=START) for line in timelines)
    now = chance.choice((ends[-1] + 30 * DAY, ends[-1], ends[len(ends) // 2], ends[0]))
    accounts = [chance.randint(-1, people // 4) for _ in range(people)]
    if seed % 2:
        # Ids that are unique over all persons are taken on a shorter way.
        timelines = [_shifted(line, 20_000 * number) for number, line in enumerate(timelines)]
    return world_of(rule, timelines, now, accounts, spacing=1 + seed % 3)


def world_of(
    rule: Rule,
    timelines: list[Timeline],
    now: int,
    accounts: list[int] | None = None,
    spacing: int = 1,
) -> World:
    columns = classify_columns(columns_of(timelines, now, spacing), TOUCHPOINTS, MachineTests())
    persons = range(0, spacing * len(timelines), spacing)
    people = People.of_timelines(persons, timelines, accounts)
    return World(rule, timelines, now, columns, people, spacing)


def _shifted(line: Timeline, by: int) -> Timeline:
    moved = tuple(one._replace(id=one.id + by) for one in line.engagements)
    return replace(line, engagements=moved)


def columns_of(timelines: Sequence[Timeline], now: int, spacing: int = 1) -> Columns:
    rows = [
        (spacing * number, one)
        for number, line in enumerate(timelines)
        for one in line.engagements
        if one.at <= now
    ]
    return Columns(
        person=np.array([person for person, _ in rows], np.int64),
        at=np.array([one.at for _, one in rows], np.int64),
        id=np.array([one.id for _, one in rows], np.int64),
        kind=np.array([one.kind for _, one in rows], np.int8),
        evidence=np.array([one.evidence for _, one in rows], np.int8),
        touchpoint=np.array([TOUCHPOINTS.index(one.touchpoint) for _, one in rows], np.int32),
    )


def stories(world: World, parts: Iterable[Replayed]) -> list[tuple[Transition, ...]]:
    """The columns as the values that `evaluate` gives, per person."""
    tests = MachineTests()
    known = [
        {one.id: one for one in classify([e for e in line.engagements if e.at <= world.now], tests)}
        for line in world.timelines
    ]
    told: list[list[Transition]] = [[] for _ in world.timelines]
    for part in parts:
        columns = part.transitions
        for row, person in enumerate(columns.person.tolist()):
            mine = known[person // world.spacing]
            hand = int(columns.raised_by[row])
            told[person // world.spacing].append(
                Transition(
                    at=int(columns.at[row]),
                    change=CHANGES[columns.change[row]],
                    reason=REASONS[columns.reason[row]],
                    burst=int(columns.burst[row]),
                    score=float(columns.score[row]),
                    evidence=_evidence(world.rule, columns.proof, row, mine),
                    raised_by=None if hand < 0 else mine[hand],
                )
            )
    return [tuple(one) for one in told]


def _evidence(rule: Rule, proof, row: int, known: dict[int, Engaged]) -> tuple[Contribution, ...]:
    span = slice(*proof.starts[row : row + 2].tolist())
    columns = (proof.id[span].tolist(), proof.signal[span].tolist(), proof.points[span].tolist())
    return tuple(
        Contribution(engaged=known[one], signal=rule.signals[signal].id, points=points)
        for one, signal, points in zip(*columns, strict=True)
    )


def replayed(world: World, *batches: Columns) -> list[tuple[Transition, ...]]:
    return stories(world, raw(world, *batches))


def raw(world: World, *batches: Columns, surge: SurgeTest | None = None) -> list[Replayed]:
    return list(
        replay(
            world.rule,
            batches or (world.columns,),
            world.people,
            now=world.now,
            touchpoints=TOUCHPOINTS,
            surge=surge,
        )
    )
