"""Stages need what those before them need, and doubt is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.measure.health import Criterion, Stage, compared, stage_of
from connector.measure.metric import Figure, How, Maker, Row


def share_of(count: int, of: int, fewest: int = 10) -> Figure:
    rows = [Row(n, 0, counts=n < count) for n in range(of)]
    return Maker(fewest).make("health.some_rate", "some", rows, how=How.SHARE).figure


def criterion(stage: Stage, met: bool | None) -> Criterion:
    figure = share_of(5, 10)
    return Criterion(stage=stage, figure=figure, needed=0.5, at_most=False, met=met, sure=True)


@pytest.mark.parametrize(
    ("answers", "stage", "cannot_tell"),
    [
        ((True, True, True), Stage.REPEATING_SUCCESS, False),
        ((True, True, False), Stage.COMING_OF_AGE, False),
        ((True, True, None), Stage.COMING_OF_AGE, True),
        ((None, True, True), Stage.STARTING_OUT, True),
        ((False, True, True), Stage.STARTING_OUT, False),
    ],
)
def test_the_last_stage_with_all_before_it(answers, stage: Stage, cannot_tell: bool):
    found = [criterion(each, met) for each, met in zip(list(Stage)[1:], answers, strict=True)]
    assert stage_of(found) == (stage, cannot_tell)


def test_one_that_fails_beside_one_that_cannot_tell_is_no_doubt():
    both = [criterion(Stage.PRIME, None), criterion(Stage.PRIME, False)]
    assert stage_of(both) == (Stage.STARTING_OUT, False)


@pytest.mark.parametrize(
    ("count", "of", "needed", "at_most", "answer"),
    [
        (5, 9, 0.5, False, (None, False)),  # too few
        (90, 100, 0.5, False, (True, True)),
        (55, 100, 0.5, False, (True, False)),
        (45, 100, 0.5, False, (False, False)),
        (10, 100, 0.5, False, (False, True)),
        (10, 100, 0.5, True, (True, True)),
        (90, 100, 0.5, True, (False, True)),
    ],
)
def test_a_share_beside_what_is_needed(count, of, needed, at_most, answer):
    assert compared(share_of(count, of), needed, at_most=at_most) == answer


@settings(max_examples=30)
@given(st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3))
def test_more_met_never_lowers_the_stage(answers):
    def reached(met: list[bool | None]) -> int:
        pairs = zip(list(Stage)[1:], met, strict=True)
        return list(Stage).index(stage_of([criterion(stage, one) for stage, one in pairs])[0])

    better = [[*answers[:n], True, *answers[n + 1 :]] for n in range(3)]
    assert all(reached(one) >= reached(answers) for one in better)
