"""Order, repetition, cuts and company do not matter to `replay`; alerts and surges agree."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from connector.engine.account import surges
from connector.engine.alert import alerts
from connector.engine.machine import classify
from connector.engine.replay import (
    Columns,
    People,
    Replayed,
    SurgeTest,
    classify_columns,
    cut_batches,
)
from connector.engine.rule import MachineTests
from connector.engine.timeline import Engaged, Timeline
from connector.model import Evidence
from tests.depth import depth
from tests.engine.columns import (
    World,
    columns_of,
    make_world,
    raw,
    replayed,
    stories,
)
from tests.engine.strategies import DAY, START, TOUCHPOINTS, make_rule, make_timeline


@pytest.mark.parametrize("seed", range(1_000, 1_000 + depth(12, 30)))
def test_alerts_are_those_of_the_plain_cooldown(seed):
    world = make_world(seed)
    for cooldown in (0, DAY, 20 * DAY, 400 * DAY):
        patient = world._replace(rule=replace(world.rule, cooldown=cooldown))
        told = raw(patient)[0].transitions
        for number, story in enumerate(replayed(patient)):
            mine = told.alert[told.person == world.spacing * number].tolist()
            assert mine == list(alerts(story, cooldown))


@pytest.mark.parametrize("seed", range(2_000, 2_000 + depth(12, 30)))
def test_the_order_of_rows_does_not_matter(seed):
    world = make_world(seed)
    order = np.random.default_rng(seed).permutation(len(world.columns.at))
    assert replayed(world, world.columns.take(order)) == replayed(world)
    person, at, ids = world.columns[:3]
    ids_last_first = np.lexsort((-ids, at, person))
    assert replayed(world, world.columns.take(ids_last_first)) == replayed(world)


@pytest.mark.parametrize("seed", range(3_000, 3_000 + depth(12, 30)))
def test_repeated_rows_do_not_matter(seed):
    world = make_world(seed)
    again = np.random.default_rng(seed).integers(0, len(world.columns.at), len(world.columns.at))
    rows = np.concatenate([np.arange(len(world.columns.at)), again])
    assert replayed(world, world.columns.take(rows)) == replayed(world)


@pytest.mark.parametrize("seed", range(4_000, 4_000 + depth(8, 20)))
def test_where_batches_are_cut_does_not_matter(seed):
    world = make_world(seed)
    size = len(world.columns.at)
    whole = raw(world, surge=SurgeTest(2, 2 * DAY))
    columns = _clustered(world)
    for rows, chunk in ((1, 7), (40, 11), (100, 1_000), (size, 13)):
        chunks = [columns.take(slice(start, start + chunk)) for start in range(0, size, chunk)]
        batches = list(cut_batches(chunks, world.people, rows))
        assert sum(len(batch.at) for batch in batches) == size
        parts = raw(world, *batches, surge=SurgeTest(2, 2 * DAY))
        assert stories(world, parts) == stories(world, whole)
        assert _surged(parts) == _surged(whole)
    assert len(list(cut_batches([columns], world.people, 40))) > 1


def test_a_batch_is_never_cut_inside_of_an_account():
    person = np.repeat(np.arange(10), 5)
    people = People(np.arange(10), np.zeros(10, np.int64), np.arange(10) // 4)
    columns = Columns(person, np.arange(50), np.arange(50), np.zeros(50, np.int8))
    batches = [batch.person.tolist() for batch in cut_batches([columns], people, 5)]
    assert [sorted(set(batch)) for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    loners = list(cut_batches([columns], People.of_timelines([], []), 5))
    assert [len(batch.at) for batch in loners] == [5] * 10


@pytest.mark.parametrize("seed", range(5_000, 5_000 + depth(8, 20)))
def test_what_others_do_does_not_matter(seed):
    world = make_world(seed)
    together = replayed(world)
    for number in range(0, len(world.timelines), 5):
        mine = np.flatnonzero(world.columns.person == world.spacing * number)
        alone = replayed(world, world.columns.take(mine))
        assert alone[number] == together[number]


@pytest.mark.parametrize("seed", range(6_000, 6_000 + depth(24, 60)))
def test_classify_columns_is_classify(seed):
    chance = random.Random(seed)
    rule = make_rule(chance)
    timelines = [make_timeline(chance, rule) for _ in range(20)]
    timelines += [Timeline(engagements=tuple(_clicks(chance))) for _ in range(20)]
    tests = chance.choice(
        (
            MachineTests(),
            MachineTests(click_after_send=3_600_000, scan_links=2, scan_within=500),
            MachineTests(click_after_send=0, scan_links=3, scan_within=86_400_000),
            MachineTests(click_after_send=500, scan_links=1, scan_within=1),
            MachineTests(click_after_send=500, scan_links=0, scan_within=1),
        )
    )
    now = START + 10_000 * DAY
    columns = columns_of(timelines, now)
    shuffled = columns.take(np.random.default_rng(seed).permutation(len(columns.at)))
    found = classify_columns(shuffled, TOUCHPOINTS, tests)
    machines = 0
    for number, line in enumerate(timelines):
        mine = found.person == number
        plain = classify(line.engagements, tests)
        assert found.id[mine].tolist() == [one.id for one in plain]
        assert found.at[mine].tolist() == [one.at for one in plain]
        assert found.evidence is not None
        assert found.evidence[mine].tolist() == [int(one.evidence) for one in plain]
        machines += sum(one.evidence == Evidence.MACHINE for one in plain)
    assert machines > 0


def _clicks(chance: random.Random) -> list[Engaged]:
    """Mailings and clicks close together."""
    at, out = START, []
    for number in range(30):
        at += chance.choice((0, 1, 200, 499, 500, 501, 1_000, 2_000, 2_001, DAY))
        kind = chance.choice((0, 2, 2, 2))
        out.append(Engaged(at, number, kind, Evidence.HUMAN, chance.choice(TOUCHPOINTS[:4])))
    return out


@pytest.mark.parametrize("seed", range(7_000, 7_000 + depth(16, 40)))
def test_surges_are_those_of_the_plain_account(seed):
    world = make_world(seed)
    chance = random.Random(seed)
    weights = [chance.choice((1.0, 0.5, 0.1, 0.3, 2.0)) for _ in world.timelines]
    weight = None if seed % 2 else np.array(weights)
    people = world.people._replace(weight=weight)
    need, window = chance.choice((1.0, 2.0, 0.6, 3.0)), chance.choice((1, DAY, 3 * DAY))
    told = raw(world._replace(people=people), surge=SurgeTest(need, window))[0].surges
    touches = _touches(world, weights if weight is not None else [1.0] * len(weights))
    accounts = set(world.people.account.tolist()) - {-1}
    plain = [
        (account, one.at, one.surging, pytest.approx(one.weight))
        for account in sorted(accounts)
        for one in surges(touches.get(account, []), need, window, world.now)[0]
    ]
    columns = (told.account.tolist(), told.at.tolist(), told.surging.tolist(), told.people.tolist())
    assert sorted(zip(*columns, strict=True)) == plain


def _touches(world: World, weights: list[float]) -> dict[int, list[tuple[int, int, float]]]:
    matcher = world.matcher
    found: dict[int, list[tuple[int, int, float]]] = {}
    for number, line in enumerate(world.timelines):
        past = [one for one in line.engagements if one.at <= world.now]
        for one in classify(past, MachineTests()):
            signal = matcher.signal(one.kind, one.evidence, one.touchpoint)
            if one.evidence != Evidence.MACHINE and matcher.qualifies[signal]:
                account = int(world.people.account[number])
                found.setdefault(account, []).append((one.at, number, weights[number]))
    return found


def _clustered(world: World) -> Columns:
    """Accounts side by side, in them persons side by side."""
    account = dict(zip(world.people.person.tolist(), world.people.account.tolist(), strict=True))
    of_row = np.array([account[person] for person in world.columns.person.tolist()], np.int64)
    return world.columns.take(np.lexsort((world.columns.person, of_row)))


def _surged(parts: Iterable[Replayed]) -> list[tuple[int, int, bool]]:
    return sorted(
        one
        for part in parts
        for one in zip(
            part.surges.account.tolist(),
            part.surges.at.tolist(),
            part.surges.surging.tolist(),
            strict=True,
        )
    )
