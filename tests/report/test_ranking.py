"""The order in which people in lead mode are told, and the place of each with its rep."""

from __future__ import annotations

from itertools import permutations

from connector.report.dossier import Who
from connector.report.ranking import InLeadMode, placed


def row(name: str, points: float, score: float, since: int, receiver: str = "ann") -> InLeadMode:
    return InLeadMode(
        who=Who(person=1, name=name, title="", company="", owner="", record=name),
        grade="A1",
        score=score,
        rule="returning",
        title="",
        since=since,
        because="",
        evidence=(),
        last_seen=0,
        decided="",
        briefly="",
        handed_off=False,
        task=None,
        writes=(),
        ends_at=None,
        ends_because="",
        points=points,
        stars=4,
        flames=1,
        worth="never bought",
        receiver=receiver,
        why="A1, never bought",
    )


def test_points_then_score_then_who_came_first_then_the_record():
    rows = [
        row("first", 90, 5, 5),
        row("more score", 80, 50, 9, "bob"),
        row("earlier", 80, 40, 8),
        row("a later one", 80, 40, 9),
        row("b later one", 80, 40, 9, "bob"),
    ]
    for mixed in permutations(rows):
        told = placed(mixed)
        assert [each.who.name for each in told] == [each.who.name for each in rows]
        assert [(each.place, each.of) for each in told] == [(1, 3), (1, 2), (2, 3), (3, 3), (2, 2)]


def test_the_place_in_words():
    (told,) = placed([row("first", 90, 5, 5)])
    assert told.placed == "1 of 1: A1, never bought; 4 stars, 1 flame"
