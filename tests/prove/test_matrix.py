"""Real processes, killed with SIGKILL at boundaries that are others every day."""

import pytest

from connector.clock import DAY, SystemClock
from sandbox.prove import tiny
from sandbox.prove.matrix import amiss, every, matrix, pairs, spread, today
from sandbox.prove.telling import Outcome, Story

TURN = SystemClock().now() // DAY


@pytest.mark.fault("F79")
@pytest.mark.parametrize(("on", "points"), [("csv", 6), ("salesforce", 2), ("hubspot", 2)])
def test_kills_at_boundaries_of_today(on: str, points: int):
    story = Story(on=on, until=today())
    calm, *outcomes = matrix(story, spread(points, TURN), workers=1)
    assert tiny.expected(tiny.world(story.until)) == 3
    assert amiss(story, calm.tasks) == ""
    assert calm.effects > len(calm.tasks), "fields were set too"
    assert [(each.kills, each.trouble) for each in outcomes if each.trouble] == []
    assert sum(each.lives for each in outcomes) == len(outcomes) >= points - 1


def test_kills_while_it_recovers():
    story = Story(on="csv", people=1, until=today())
    _, *outcomes = matrix(story, pairs(4, TURN), workers=1)
    assert [(each.kills, each.trouble) for each in outcomes if each.trouble] == []
    assert [each.lives for each in outcomes] == [2] * 4


def test_kills_while_everything_is_taken_back():
    story = Story(on="csv", people=1, until=today(), undone=True)
    calm, *outcomes = matrix(story, spread(3, TURN), workers=1)
    assert amiss(story, calm.tasks) == ""
    assert [(each.kills, each.trouble) for each in outcomes if each.trouble] == []
    assert sum(each.lives for each in outcomes) == len(outcomes) >= 2


def test_a_mutant_does_not_outlive_the_matrix():
    story = Story(on="csv", people=1, until=today(), mutant="mark before send")

    def where_it_writes(calm: Outcome) -> list[tuple[int, ...]]:
        before, writing = sum(calm.boundaries[:3]), calm.boundaries[3]
        return [(before + at,) for at in range(writing // 2, writing, 9)]

    outcomes = matrix(story, where_it_writes, workers=1)
    assert any(each.trouble for each in outcomes if each.kills)


def test_points_cover_everything_in_their_turns():
    calm = Outcome(kills=(), lives=0, boundaries=(5, 7), tasks=(), effects=0)
    assert every(1)(calm) == [(point,) for point in range(1, 13)]
    turns = {point for turn in range(3) for point in every(3, turn)(calm)}
    assert turns == set(every(1)(calm))
    assert len(spread(4, 9)(calm)) == 4
