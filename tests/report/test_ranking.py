"""The order in which people in lead mode are told."""

from __future__ import annotations

from itertools import permutations

from connector.report.dossier import Who
from connector.report.ranking import InLeadMode, ranked


def row(name: str, grade: str, score: float, last_seen: int) -> InLeadMode:
    return InLeadMode(
        who=Who(person=1, name=name, title="", company="", owner="", record=""),
        grade=grade,
        score=score,
        rule="returning",
        title="",
        since=0,
        because="",
        evidence=(),
        last_seen=last_seen,
        decided="",
        briefly="",
        handed_off=False,
        task=None,
        writes=(),
        ends_at=None,
        ends_because="",
    )


def test_grade_then_score_then_recency_then_name():
    rows = [
        row("first", "A1", 90, 5),
        row("less points", "A1", 80, 9),
        row("seen longer ago", "A1", 80, 8),
        row("a later name", "A1", 80, 8),
        row("worse score", "A2", 99, 9),
        row("worse fit", "B1", 200, 9),
    ]
    expected = [rows[n] for n in (0, 1, 3, 2, 4, 5)]
    for mixed in permutations(rows):
        assert ranked(mixed) == expected
