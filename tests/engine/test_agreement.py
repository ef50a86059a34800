"""The engine against the slow transcription of the semantics, on many seeded timelines."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from connector.engine.evaluate import evaluate
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.result import Change, Reason
from connector.engine.rule import MachineTests
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Evidence, Kind
from tests.depth import depth
from tests.engine.compare import difference, same_story
from tests.engine.reference import reference, reference_classes, reference_signal
from tests.engine.strategies import NO_TESTS, random_case

TIMELINES = depth(2_500, 10_000)
"""test_replay compares the same two, and `replay`, on others: 10,000 in `make deep`."""
PARTS = 4
ELSEWHERE = 10_000
"""The first seed that the comparison above never has."""


@pytest.mark.parametrize("part", range(PARTS))
def test_evaluate_tells_what_the_definition_says(part: int):
    for seed in range(part, TIMELINES, PARTS):
        rule, timeline, now = random_case(seed)
        found = evaluate(rule, timeline, now).transitions
        wanted = reference(rule, timeline, now)
        assert same_story(found, wanted), f"seed {seed}{difference(found, wanted)}"


def test_evaluate_agrees_whatever_machine_tests_are_set():
    for seed in range(ELSEWHERE, ELSEWHERE + depth(300, 1_000)):
        rule, timeline, now = random_case(seed)
        for tests in (NO_TESTS, MachineTests(click_after_send=500, scan_links=2, scan_within=1)):
            found = evaluate(rule, timeline, now, tests).transitions
            wanted = reference(rule, timeline, now, tests)
            assert same_story(found, wanted), f"seed {seed}{difference(found, wanted)}"


def test_the_random_timelines_have_something_to_tell():
    entries: Counter[int] = Counter()
    seen: Counter[tuple[Change, Reason]] = Counter()
    for seed in range(2_000):
        transitions = reference(*random_case(seed))
        entries[sum(each.change is Change.ENTERED for each in transitions)] += 1
        seen.update((each.change, each.reason) for each in transitions)
    assert entries.total() - entries[0] > 800
    assert sum(entries[number] for number in entries if number > 1) > 400
    assert min(seen[change, reason] for change, reason in _POSSIBLE) > 20


_POSSIBLE = (
    (Change.ENTERED, Reason.SCORE),
    (Change.ENTERED, Reason.HAND_RAISE),
    (Change.RAISED, Reason.HAND_RAISE),
    (Change.LEFT, Reason.DECAYED),
    (Change.LEFT, Reason.IDLE),
    (Change.LEFT, Reason.CONVERTED),
    (Change.LEFT, Reason.REJECTED),
    (Change.LEFT, Reason.RECYCLED),
    (Change.LEFT, Reason.DISQUALIFIED),
    (Change.LEFT, Reason.INELIGIBLE),
)


def test_classes_are_what_the_definition_says():
    lowered = 0
    for seed in range(3_000):
        engagements, tests = _clicks(random.Random(seed))
        wanted = reference_classes(engagements, tests)
        found = classify(engagements, tests)
        assert {one.id: one.evidence for one in found} == wanted, f"seed {seed}"
        lowered += sum(found_as == Evidence.MACHINE for found_as in wanted.values())
    assert lowered > 3_000


def _clicks(chance: random.Random) -> tuple[list[Engaged], MachineTests]:
    tests = MachineTests(
        click_after_send=chance.choice((0, 1, 3)),
        scan_links=chance.choice((0, 1, 2, 3)),
        scan_within=chance.choice((0, 1, 2, 5)),
    )
    engagements = [
        Engaged(
            at=chance.randint(0, 25),
            id=chance.randint(1, 60),
            kind=chance.choice(
                (Kind.EMAIL_CLICKED,) * 3 + (Kind.EMAIL_SENT, Kind.PAGE_VIEWED)
            ).code,
            evidence=chance.choice((Evidence.HUMAN, Evidence.HUMAN, Evidence.UNKNOWN)),
            touchpoint=Touchpoint(
                link=chance.choice(("", "a", "b", "c")), message=chance.choice(("", "m", "n"))
            ),
        )
        for _ in range(chance.randint(0, 15))
    ]
    return engagements, tests


def test_the_matcher_finds_the_signal_the_definition_names():
    found = Counter[int]()
    for seed in range(500):
        rule, timeline, _ = random_case(seed)
        matcher = Matcher(rule)
        for one in timeline.engagements:
            index = matcher.signal(one.kind, one.evidence, one.touchpoint)
            assert (rule.signals[index] if index >= 0 else None) is reference_signal(rule, one)
            found[index] += 1
    assert min(found[index] for index in range(-1, 3)) > 100
