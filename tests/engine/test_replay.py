"""`replay` says the same as `evaluate` and as the slow transcription, whatever the columns hold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from connector.engine.evaluate import evaluate
from connector.engine.replay import (
    People,
    SurgeTest,
)
from connector.engine.result import Transition
from connector.engine.rule import MachineTests, Rule, Signal
from connector.engine.timeline import Engaged, FitChange, Timeline, Touchpoint
from connector.model import Evidence, Kind
from tests.engine.columns import (
    PARTS,
    RULES,
    World,
    _shifted,
    columns_of,
    make_world,
    raw,
    replayed,
    world_of,
)
from tests.engine.compare import difference, same_story
from tests.engine.reference import reference
from tests.engine.strategies import DAY, START


@pytest.mark.parametrize("part", range(PARTS))
def test_replay_evaluate_and_reference_agree_on_thousands_of_timelines(part):
    """3,000, and 10,000 in `make deep`."""
    told = 0
    for seed in range(part, RULES, PARTS):
        world = make_world(seed)
        matcher = world.matcher
        for line, story in zip(world.timelines, replayed(world), strict=True):
            plain = evaluate(world.rule, line, world.now, matcher=matcher).transitions
            assert same_story(story, plain), f"rule {seed}: {line}{difference(story, plain)}"
            slow = reference(world.rule, line, world.now)
            assert same_story(story, slow), f"rule {seed}: {line}{difference(story, slow)}"
            told += len(story)
    assert told > 1_000, "The cases are too dull to prove anything."


LONG = Rule(
    id="long",
    signals=(
        Signal(id="page", kinds=frozenset({Kind.PAGE_VIEWED}), weight=1.0, half_life=300 * DAY),
        Signal(id="click", kinds=frozenset({Kind.EMAIL_CLICKED}), weight=9.0, half_life=400 * DAY),
        Signal(id="form", kinds=frozenset({Kind.FORM_SUBMITTED}), weight=2.0, half_life=9 * DAY),
    ),
    enter=5.0,
    leave=1.0,
    dormant_after=30 * DAY,
    burst_max=3_000 * DAY,
    window=200 * DAY,
    distinct_kinds=3,
    human_min=2,
    idle_after=20 * DAY,
    top=5,
)


def busy(seed: int, kinds: Sequence[Kind], count: int, known_at: int | None = 0) -> Timeline:
    """So many engagements of a year; the first tenth of the kinds that come last in the list."""
    chance = random.Random(seed)
    early = [Engaged(START + n * 9, n, kinds[-1].code, Evidence.HUMAN) for n in range(count // 10)]
    later = [
        Engaged(
            START + DAY + chance.randrange(365 * DAY),
            n,
            chance.choice(kinds[:-1]).code,
            chance.choice((Evidence.HUMAN, Evidence.UNKNOWN)),
        )
        for n in range(count // 10, count)
    ]
    return Timeline(known_at=known_at, engagements=tuple(early + later))


@pytest.mark.parametrize("top", [5, 40, 200])
def test_persons_with_very_long_histories(top):
    rule = replace(LONG, top=top)
    page, click, form = Kind.PAGE_VIEWED, Kind.EMAIL_CLICKED, Kind.FORM_SUBMITTED
    timelines = [
        busy(1, (page, form, click), 12_000),
        busy(2, (page, page, click), 4_000),
        busy(3, (page, page, page), 2_000),
        busy(4, (page, form, click), 30),
        Timeline(),
        replace(
            busy(5, (page, page, click), 3_000),
            fit=(FitChange(START, fits=False), FitChange(START + 99 * DAY, fits=True)),
        ),
        _late_third_kind(),
    ]
    world = world_of(rule, timelines, START + 500 * DAY)
    for line, story in zip(timelines, replayed(world), strict=True):
        plain = evaluate(rule, line, world.now).transitions
        assert same_story(story, plain), difference(story, plain)
    assert [len(story) > 0 for story in replayed(world)] == [1, 0, 0, 1, 0, 0, 1]


def only(rule: Rule, *engagements: Engaged) -> tuple[Transition, ...]:
    """What replay and evaluate say about one person who had long been quiet."""
    line = Timeline(known_at=0, engagements=engagements)
    world = world_of(rule, [line], max(one.at for one in engagements))
    story = replayed(world)[0]
    plain = evaluate(rule, line, world.now).transitions
    assert same_story(story, plain), difference(story, plain)
    return story


@pytest.mark.parametrize("days", range(3, 99))
def test_points_that_are_equal_but_for_rounding_rank_as_in_evaluate(days):
    """Twice the weight, one half-life older: the same points, computed by other roundings."""
    rule = weighing(page=1.0, click=2.0, half_life=days * DAY)
    at = START + 200 * DAY
    pairs = [
        (
            Engaged(at - n * DAY, 100 + n, Kind.PAGE_VIEWED.code, Evidence.HUMAN),
            Engaged(at - (n + days) * DAY, n, Kind.EMAIL_CLICKED.code, Evidence.HUMAN),
        )
        for n in range(12)
    ]
    hand = Engaged(at, 999, Kind.FORM_SUBMITTED.code, Evidence.HUMAN)
    (raised,) = only(rule, hand, *(one for pair in pairs for one in pair))
    assert len(raised.evidence) == 12


def weighing(page: float, click: float, half_life: int) -> Rule:
    weights = {Kind.PAGE_VIEWED: page, Kind.EMAIL_CLICKED: click}
    signals = tuple(
        Signal(id=kind.value, kinds=frozenset({kind}), weight=weight, half_life=half_life)
        for kind, weight in weights.items()
    )
    hand = replace(LONG.signals[-1], weight=1e-9, hand_raise=True)
    return replace(
        LONG, signals=(*signals, hand), enter=1e9, leave=0.0, distinct_kinds=1, human_min=0, top=12
    )


def test_a_heavy_contribution_behind_many_light_ones_is_found():
    rule = replace(weighing(page=1.0, click=1.005, half_life=300 * DAY), enter=30.0, top=3)
    heavy = Engaged(START, 1, Kind.EMAIL_CLICKED.code, Evidence.HUMAN)
    light = [
        Engaged(START + DAY // 24, 10 + n, Kind.PAGE_VIEWED.code, Evidence.HUMAN) for n in range(40)
    ]
    (entered,) = only(rule, heavy, *light)
    assert [one.engaged.id for one in entered.evidence] == [1, 49, 48]


def _late_third_kind() -> Timeline:
    """Hundreds of instants with score enough before the third kind comes."""
    line = busy(6, (Kind.PAGE_VIEWED, Kind.PAGE_VIEWED, Kind.EMAIL_CLICKED), 3_000)
    third = Engaged(START + 150 * DAY, 9_999, Kind.FORM_SUBMITTED.code, Evidence.HUMAN)
    return replace(line, engagements=(*line.engagements, third))


def test_columns_without_evidence_classes_and_touchpoints_are_human_and_about_nothing():
    world = make_world(4)
    timelines = [
        replace(
            line,
            engagements=tuple(
                one._replace(evidence=Evidence.HUMAN, touchpoint=Touchpoint())
                for one in line.engagements
            ),
        )
        for line in world.timelines
    ]
    now = START + 1_000 * DAY
    columns = columns_of(timelines, now)._replace(evidence=None, touchpoint=None)
    people = People.of_timelines(range(len(timelines)), timelines)
    bare = World(world.rule, timelines, now, columns, people, 1)
    no_tests = MachineTests(click_after_send=0, scan_links=0)
    for line, story in zip(timelines, replayed(bare), strict=True):
        plain = evaluate(world.rule, line, now, no_tests).transitions
        assert same_story(story, plain), difference(story, plain)
    assert any(replayed(bare))


def test_people_nobody_knows_anything_about_are_new_and_fit():
    world = make_world(10)
    unknown = world._replace(people=People.of_timelines([], []))
    for line, story in zip(world.timelines, replayed(unknown), strict=True):
        bare = Timeline(engagements=line.engagements)
        plain = evaluate(world.rule, bare, world.now).transitions
        assert same_story(story, plain), difference(story, plain)


@pytest.mark.parametrize("seed", range(9_000, 9_010))
def test_ids_may_be_of_any_size(seed):
    world = make_world(seed)
    lines = [_shifted(line, number << 56) for number, line in enumerate(world.timelines)]
    large = world_of(world.rule, lines, world.now, spacing=3)
    order = np.random.default_rng(seed).permutation(len(large.columns.at))
    for line, story in zip(lines, replayed(large, large.columns.take(order)), strict=True):
        plain = evaluate(world.rule, line, world.now).transitions
        assert same_story(story, plain), difference(story, plain)


def test_nothing_gives_nothing():
    world = make_world(3)
    nobody = world.columns.take(slice(0, 0))
    assert raw(world, nobody) == []
    ignored = world.columns._replace(kind=np.full_like(world.columns.kind, Kind.BOUNCED.code))
    told, surged = raw(world, ignored, surge=SurgeTest(0.5, DAY))[0]
    assert len(told.at) == len(told.proof.id) == len(surged.at) == 0
