"""One order: stars, flames, fit, what was won before, and raised hands."""

from __future__ import annotations

import dataclasses

import pytest

from connector.clock import DAY
from connector.config.capacity import Rank
from connector.config.rulebook import Grades
from connector.model import Person, Record, RecordRef, Role
from connector.plan.rank import Standing, flames, order, place_in_words, ranked, stars
from connector.plan.worth import Worth, worth_of

NOW = 2_000 * DAY
RANK, GRADES = Rank(), Grades()
PLAIN = Standing(raised=False, score=55.0, before=0.0, late=0.0, fit=0.0, worth=Worth())


def points(**changes: object) -> float:
    return ranked(RANK, GRADES, dataclasses.replace(PLAIN, **changes), NOW).points  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0, 1), (29.9, 1), (30, 2), (49, 2), (50, 3), (70, 4), (90, 5), (999, 5)],
)
def test_stars_tell_the_level(score: float, expected: int):
    assert stars(RANK, score) == expected


def test_a_bound_is_reached_within_the_tolerance_of_the_semantics():
    assert stars(RANK, 30 * (1 - 1e-12)) == 2
    assert flames(RANK, 15 * (1 - 1e-12)) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [(-40, 0), (0, 0), (4.9, 0), (15, 1), (30, 2), (49, 2), (50, 3), (99, 3)],
)
def test_flames_tell_the_recent_change(change: float, expected: int):
    assert flames(RANK, change) == expected


def test_level_and_change_are_apart():
    cooling = ranked(RANK, GRADES, dataclasses.replace(PLAIN, score=95, before=120), NOW)
    warming = ranked(RANK, GRADES, dataclasses.replace(PLAIN, score=55, before=0), NOW)
    assert (cooling.stars, cooling.flames) == (5, 0)
    assert (warming.stars, warming.flames) == (3, 3)


def test_each_part_gives_at_most_its_weight():
    base = points()
    best = Worth(count=9, amount=200_000, last=NOW - DAY)
    assert points(raised=True) - base == RANK.hand_raise
    assert points(score=99.0, before=44.0) - points(score=20.0, before=-35.0) == RANK.level
    assert points(before=55.0) == pytest.approx(base - RANK.change)
    assert points(fit=100.0) - base == RANK.fit
    assert points(fit=50.0) - base == RANK.fit / 2
    assert points(fit=-20.0) == base
    assert points(worth=best) - base == RANK.value
    assert points(late=15.0) - base == RANK.phase / 2
    assert points(late=99.0) - base == RANK.phase
    assert ranked(RANK, dataclasses.replace(GRADES, cap=0), PLAIN, NOW).points == base


def test_a_raised_hand_comes_before_everybody_else_by_the_shipped_weights():
    best = dataclasses.replace(
        PLAIN, score=500, fit=100, late=99, worth=Worth(count=9, amount=1e6, last=NOW)
    )
    worst = dataclasses.replace(PLAIN, raised=True, score=10, before=10)
    assert ranked(RANK, GRADES, worst, NOW).points > ranked(RANK, GRADES, best, NOW).points


def test_the_order_is_by_points_then_score_then_entry_then_record():
    keys = [
        order(9, 1, 5, "b"),
        order(8, 3, 5, "b"),
        order(8, 2, 4, "b"),
        order(8, 2, 5, "a"),
        order(8, 2, 5, "b"),
    ]
    assert sorted([keys[3], keys[1], keys[4], keys[0], keys[2]]) == keys
    assert order(0.1 + 0.2, 1, 1, "x") == order(0.3, 1, 1, "x")


def test_why_says_it_in_the_words_of_a_rep():
    worth = Worth(count=3, amount=48_000, last=NOW - 210 * DAY)
    standing = dataclasses.replace(PLAIN, raised=True, score=90, fit=70, worth=worth)
    why = ranked(RANK, GRADES, standing, NOW).why
    assert place_in_words(2, 7, why) == (
        "rank 2 of 7: hand raised, A1, won 48,000 before (3 times, last 7 months ago)"
    )
    late = dataclasses.replace(PLAIN, late=15)
    assert ranked(RANK, GRADES, late, NOW).why == "D2, close to buying, never bought"
    assert ranked(RANK, GRADES, PLAIN, NOW).why == "D2, never bought"


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        (Worth(), "never bought"),
        (Worth(count=1, last=NOW - 3 * DAY), "bought before (once, last 3 days ago)"),
        (Worth(count=2, amount=10.4), "won 10 before (2 times)"),
    ],
)
def test_worth_in_words(worth: Worth, said: str):
    assert worth.in_words(NOW) == said


@pytest.mark.parametrize(
    ("worth", "steps"),
    [
        (Worth(), (0, 0, 0)),
        (Worth(count=1, amount=100), (1, 1, 1)),
        (Worth(count=2, amount=5_000, last=NOW - 1_095 * DAY), (2, 2, 2)),
        (Worth(count=4, amount=49_999, last=NOW - 366 * DAY), (3, 3, 3)),
        (Worth(count=8, amount=100_000, last=NOW - 180 * DAY), (5, 5, 5)),
    ],
)
def test_recency_frequency_and_amount_in_fifths(worth: Worth, steps: tuple[int, int, int]):
    assert worth.steps(RANK, NOW) == steps
    assert worth.part(RANK, NOW) == sum(steps) / 15


def deal(closed: int | None, **fields: float | bool | str) -> Record:
    return Record(
        ref=RecordRef("crm", "Deal", "d"), role=Role.OPPORTUNITY, fields=fields, closed_at=closed
    )


def test_only_what_was_won_by_then_counts():
    person = Person(
        id=1,
        opportunities=(
            deal(NOW - 9, is_won=True, amount=100),
            deal(NOW, is_won=True, amount=2.5),
            deal(NOW + 1, is_won=True, amount=1_000),
            deal(NOW - 5, is_won=False, amount=1_000),
            deal(None, is_won=True, amount="unclear"),
            deal(NOW - 5, amount=1_000),
        ),
    )
    assert worth_of(person, NOW) == Worth(count=3, amount=102.5, last=NOW)
