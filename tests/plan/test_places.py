"""Which of those who wait go through: pure, by order and by what is left of each week."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.config.capacity import Absence, Capacity, Holdout, Team
from connector.plan.capacity import Claim, Week, in_turn
from connector.plan.held_out import is_held_out

FRIDAY = date(2026, 11, 20)


def week(
    capacity: Capacity | None,
    teams: tuple[Team, ...] = (),
    day: date = FRIDAY,
    taken: dict[str, int] | None = None,
    measured: dict[str, float] | None = None,
    absences: tuple[Absence, ...] = (),
) -> Week:
    return Week(capacity, teams, absences, day=day, taken=taken or {}, measured=measured)


def given_to(one: Week, *users: str, times: int = 20) -> int:
    """How many places there are."""
    return sum(one.give(users) is not None for _ in range(times))


def test_without_limits_everybody_has_a_place():
    assert given_to(week(None), "ann") == 20
    assert given_to(week(Capacity()), "ann") == 20


@pytest.mark.parametrize(
    ("capacity", "measured", "expected"),
    [
        (Capacity(default=3), {}, 3),
        (Capacity(default=3, owner={"ann": 1}), {}, 1),
        (Capacity(default=3), {"ann": 7.0}, 7),
        (Capacity(default=3, owner={"ann": 0}), {"ann": 7.0}, 0),
        (Capacity(default=3), {"bob": 7.0}, 3),
    ],
)
def test_what_is_said_of_a_user_comes_before_what_is_measured_and_that_before_the_default(
    capacity: Capacity, measured: dict[str, float], expected: int
):
    assert given_to(week(capacity, measured=measured), "ann") == expected


def test_what_was_given_before_is_gone():
    assert given_to(week(Capacity(default=3), taken={"ann": 2, "bob": 9}), "ann") == 1
    assert given_to(week(Capacity(default=3), taken={"ann": 9}), "ann") == 0


def test_a_team_has_a_week_together():
    team = Team(id="t", members=("ann", "bob"), capacity=3)
    one = week(Capacity(default=1, owner={"bob": 1}), (team,))
    assert one.give(["bob"]) == "bob"
    assert one.give(["bob"]) is None, "bob has a limit of his own"
    assert one.may_have_room("bob"), "but ann has none"
    assert [one.give(["ann"]) for _ in range(3)] == ["ann", "ann", None]
    assert not one.may_have_room("bob")
    assert one.give(["zoe"]) == "zoe"
    assert not one.may_have_room("zoe")


def test_a_team_without_a_number_counts_each_member():
    one = week(Capacity(default=1), (Team(id="t", members=("ann", "bob")),))
    assert [one.give(["ann", "bob"]) for _ in range(3)] == ["ann", "bob", None]
    assert one.per_week("ann") == 1


def test_who_is_away_for_a_part_of_the_week_has_a_part_of_it():
    away = Absence(owner="ann", since=FRIDAY - timedelta(days=4), until=FRIDAY - timedelta(days=2))
    assert given_to(week(Capacity(default=5), absences=(away,)), "ann") == 2
    team = Team(id="t", members=("ann", "bob"), capacity=5)
    assert given_to(week(Capacity(), (team,), absences=(away,)), "ann") == 5


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    number = draw(st.integers(0, 12))
    small = st.sampled_from([1.0, 2.0, 3.0])
    return [
        Claim(
            id=n, points=draw(small), score=draw(small), at=draw(st.integers(0, 2)), record=f"r{n}"
        )
        for n in range(number)
    ]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_in_whatever_order_they_come_the_same_go_and_never_too_many(data: st.DataObject):
    found = data.draw(claims())
    users = {each.id: data.draw(st.sampled_from(["ann", "bob", "zoe"])) for each in found}
    taken = {user: data.draw(st.integers(0, 5)) for user in ("ann", "bob")}
    day = FRIDAY - timedelta(days=data.draw(st.integers(-1, 4)))
    mixed = data.draw(st.permutations(found))

    def through(arrived: list[Claim]) -> set[str]:
        one = week(
            Capacity(default=4), (Team(id="t", members=("ann", "bob"), capacity=5),), day, taken
        )
        return {each.record for each in in_turn(arrived) if one.give([users[each.id]]) is not None}

    first = through(found)
    assert first == through(mixed)
    for user in ("ann", "bob", "zoe"):
        got = sum(users[each.id] == user for each in found if each.record in first)
        assert taken.get(user, 0) + got <= max(taken.get(user, 0), 4 if user == "zoe" else 5)


def test_the_holdout_is_a_steady_share_of_the_keys():
    keys = [f"lm1-{n}" for n in range(4_000)]
    tenth = {key for key in keys if is_held_out(Holdout(share=0.1), key)}
    assert 320 < len(tenth) < 480
    assert tenth == {key for key in keys if is_held_out(Holdout(share=0.1), key)}
    fifth = {key for key in keys if is_held_out(Holdout(share=0.2), key)}
    assert tenth < fifth
    other = {key for key in keys if is_held_out(Holdout(share=0.1, draw="again"), key)}
    assert len(tenth & other) < 90
    assert not any(is_held_out(None, key) for key in keys)
