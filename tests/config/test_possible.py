"""What is said of a condition is true of every fact that can be tried."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.config.possible import implied, never_false, possible
from connector.engine.condition import (
    AllOf,
    Always,
    AnyOf,
    Empty,
    Equals,
    Logical,
    Not,
    Range,
    Text,
    TextOperator,
    Unless,
)
from connector.model import Scalar
from tests.depth import depth

PATHS = ("person.title", "account.employees")
VALUES: tuple[Scalar, ...] = ("cto", "CTO of it", "250", 250, 10, 9.5, True, False, "yes", 1, "1")
FACTS: tuple[Scalar, ...] = (
    *VALUES, "250.0", " +250", "2.5e2", 250.0, "9.5", 9, 11, 249.99,
    "", None, " ", "no", 0, "TRUE", "x",
)  # fmt: skip
NUMBERS = st.sampled_from([None, None, 9.5, 10, 11, 250])
atoms = st.one_of(
    st.builds(
        Equals,
        st.sampled_from(PATHS),
        st.lists(st.sampled_from(VALUES), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(
        Text,
        st.sampled_from(PATHS),
        st.sampled_from(TextOperator),
        st.lists(st.sampled_from(["cto", "it", "25", "0"]), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(
        Range,
        path=st.sampled_from(PATHS),
        above=NUMBERS,
        at_least=NUMBERS,
        at_most=NUMBERS,
        below=NUMBERS,
    ),
    st.builds(Empty, st.sampled_from(PATHS)),
)
conditions: st.SearchStrategy[Logical] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Unless, inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)
facts = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(FACTS))


@settings(max_examples=depth(120, 300), deadline=None, derandomize=True)
@given(conditions, st.lists(facts, min_size=20, max_size=40))
def test_what_is_said_is_so(condition: Logical, tried: list[dict[str, Scalar]]):
    known = possible(condition)
    if known.example is not None:
        assert condition.holds(known.example)
    for some in tried:
        assert not (known.never and condition.holds(some))
        assert not (never_false(condition) and condition.truth(some) is False)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.builds(AllOf, st.lists(conditions, min_size=1, max_size=2).map(tuple)),
    st.lists(st.one_of(atoms, atoms.map(Not), conditions, st.builds(Always)), max_size=2),
    st.lists(facts, min_size=20, max_size=20),
)
def test_who_is_said_to_meet_one_of_the_others_does(
    condition: Logical, others: list[Logical], tried: list[dict[str, Scalar]]
):
    if implied(condition, others):
        for some in tried:
            assert not condition.holds(some) or any(other.holds(some) for other in others)


def test_what_follows_and_what_only_seems_to():
    boss = Equals("person.title", ("ceo", "cto"))
    cto = Equals("person.title", ("cto",))
    assert implied(cto, [boss])
    assert implied(cto, [Always()])
    assert implied(boss, [cto, Equals("person.title", ("ceo",))])
    assert implied(size(above=10), [size(above=5)])
    assert implied(size(above=10), [size(at_most=20), size(above=15)])
    assert not implied(boss, [cto])
    assert not implied(cto, [])
    assert not implied(cto, [Not(size(above=5))])
    assert not implied(Not(Empty("account.employees")), [size(above=5), size(at_most=5)])


def size(**bounds: float) -> Range:
    return Range(path="account.employees", **bounds)


def test_contradictions_are_found():
    title = "person.title"
    has_a = Text(title, TextOperator.CONTAINS, ("a",))
    for never in (
        AllOf((size(above=10), size(below=5))),
        AllOf((size(above=10), Equals("account.employees", (7,)))),
        AllOf((Equals(title, ("a",)), Equals(title, ("b",)))),
        AllOf((Equals(title, ("a",)), Not(Equals(title, ("A ", "b"))))),
        AllOf((Empty(title), Equals(title, ("a",)))),
        AllOf((has_a, Not(has_a))),
        Not(Always()),
    ):  # fmt: skip
        assert possible(never).never, never


def test_what_holds_for_all_is_found():
    assert never_false(AnyOf((Empty("person.title"), Not(Empty("person.title")))))
    assert never_false(AnyOf((size(above=10), size(at_most=10))))
    assert never_false(Always())
    assert not never_false(AnyOf((size(above=10), size(below=10))))
