"""Account surges: by example, and against a definition that looks at every millisecond."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from connector.engine.account import surges
from tests.engine.test_properties import usual

Touch = tuple[int, int, float]


def told(*touches: Touch, people: float = 2, window: int = 10, now: int = 1_000):
    return [(each.at, each.surging) for each in surges(touches, people, window, now)[0]]


def test_an_account_surges_when_enough_persons_engaged_in_the_window():
    assert told((0, 1, 1.0), (5, 2, 1.0)) == [(5, True), (10, False)]


def test_one_person_counts_once():
    assert told((0, 1, 1.0), (1, 1, 1.0), (2, 1, 1.0)) == []


def test_the_window_is_open_at_its_start():
    assert told((0, 1, 1.0), (9, 2, 1.0)) == [(9, True), (10, False)]
    assert told((0, 1, 1.0), (10, 2, 1.0)) == []


def test_persons_weigh_what_their_persona_weighs():
    assert told((0, 1, 0.5), (1, 2, 1.5)) == [(1, True), (10, False)]
    assert told((0, 1, 0.5), (1, 2, 1.0)) == []


def test_weights_are_summed_without_drift():
    people = [(0, person, 0.1) for person in range(10)]
    assert told(*people, people=1) == [(0, True), (10, False)]
    assert told(*people[1:], people=1) == []


def test_reaching_the_number_in_exact_arithmetic_is_enough():
    assert 0.7 + 0.1 < 0.8
    assert told((0, 1, 0.7), (0, 2, 0.1), people=0.8) == [(0, True), (10, False)]


def test_where_touches_of_a_person_disagree_the_greatest_weight_counts():
    assert told((0, 1, 1.0), (5, 1, 2.0)) == [(0, True), (15, False)]


def test_who_goes_and_who_comes_in_one_millisecond_count_together():
    assert told((0, 1, 1.0), (5, 2, 1.0), (10, 3, 1.0)) == [(5, True), (15, False)]


def test_a_surge_says_who_is_there():
    [begun, ended], _ = surges([(0, 7, 1.0), (5, 2, 1.0)], 2, 10, 100)
    assert (begun.persons, begun.weight) == ((2, 7), 2.0)
    assert (ended.persons, ended.weight) == ((2,), 1.0)


def test_the_due_moment_is_the_end_of_the_surge_or_the_next_touch():
    touches = [(0, 1, 1.0), (5, 2, 1.0), (8, 2, 1.0)]
    assert surges(touches, 2, 10, 5)[1] == 8
    assert surges(touches[:2], 2, 10, 5)[1] == 10
    assert surges(touches[:2], 2, 10, 10)[1] is None
    assert surges(touches[:1], 2, 10, 5)[1] is None
    assert surges([], 2, 10, 5) == ((), None)


def by_definition(
    touches: list[Touch], people: float, window: int, now: int
) -> list[tuple[int, bool]]:
    told: list[tuple[int, bool]] = []
    surging = False
    for t in range(-1, now + 1):
        present = {person: weight for at, person, weight in touches if t - window < at <= t}
        if (sum(present.values()) >= people) != surging:
            surging = not surging
            told.append((t, surging))
    return told


def test_surges_are_what_the_definition_says():
    found = 0
    for seed in range(1_500):
        chance = random.Random(seed)
        weights = [chance.choice((0.5, 1.0, 2.0)) for _ in range(5)]
        persons = [chance.randint(0, 4) for _ in range(chance.randint(0, 14))]
        touches = [(chance.randint(0, 60), person, weights[person]) for person in persons]
        people, window = chance.choice((1.0, 2.0, 2.5)), chance.choice((1, 5, 20))
        now = chance.choice((30, 90))
        wanted = by_definition([each for each in touches if each[0] <= now], people, window, now)
        chance.shuffle(touches)
        assert told(*touches, people=people, window=window, now=now) == wanted, f"seed {seed}"
        found += len(wanted)
    assert found > 3_000


touches_of_few = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 4), st.just(1.0)), max_size=20
)


@usual
@given(touches_of_few, st.integers(1, 3), st.integers(1, 20), st.integers(0, 60))
def test_between_now_and_due_nothing_changes_and_a_lone_due_changes_it(
    touches: list[Touch], people: int, window: int, now: int
):
    before, due = surges(touches, people, window, now)
    until = due if due is not None else now + 500
    assert surges(touches, people, window, until - 1)[0] == before
    known = [touch for touch in touches if touch[0] <= now]
    _, ends = surges(known, people, window, now)
    if ends is not None:
        assert len(surges(known, people, window, ends)[0]) == len(before) + 1
