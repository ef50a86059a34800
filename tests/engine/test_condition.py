"""Conditions: three-valued logic, and what counts as the same value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

TRUE = Always()
FALSE = Not(Always())
UNKNOWN = Equals("person.nothing", ("x",))
NAMES: dict[Logical, bool | None] = {TRUE: True, FALSE: False, UNKNOWN: None}

leaves = st.sampled_from([TRUE, FALSE, UNKNOWN])
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (TRUE, TRUE, True, True),
        (TRUE, FALSE, False, True),
        (TRUE, UNKNOWN, None, True),
        (FALSE, FALSE, False, False),
        (FALSE, UNKNOWN, False, None),
        (UNKNOWN, UNKNOWN, None, None),
    ],
)
def test_and_and_or_follow_the_three_valued_tables_in_either_order(left, right, both, either):
    for parts in ((left, right), (right, left)):
        assert AllOf(parts).truth({}) is both
        assert AnyOf(parts).truth({}) is either


@pytest.mark.fault("F52")
def test_not_leaves_the_unknown_unknown():
    assert Not(TRUE).truth({}) is False
    assert Not(FALSE).truth({}) is True
    assert Not(UNKNOWN).truth({}) is None
    assert not UNKNOWN.holds({})
    assert not Not(UNKNOWN).holds({})


@given(st.lists(conditions, max_size=4))
def test_not_all_is_any_not(parts):
    some = tuple(parts)
    inverse = AnyOf(tuple(Not(part) for part in some))
    assert Not(AllOf(some)).truth({}) is inverse.truth({})


@given(conditions)
def test_learning_a_missing_fact_never_turns_a_certain_answer(condition):
    before = condition.truth({})
    if before is not None:
        for value in ("x", "y", None):
            assert condition.truth({"person.nothing": value}) is before


@pytest.mark.parametrize(
    ("fact", "value", "same"),
    [
        ("Steel", "steel ", True),
        ("Steel", "Chemicals", False),
        ("STRASSE", "straße", True),
        (None, "Steel", False),
        ("  ", "Steel", False),
        (250, 250.0, True),
        ("250", 250, True),
        (250, "250", True),
        ("0250", "250", False),
        ("1_0", 10, False),
        (1, 2, False),
        (True, True, True),
        ("Yes", True, True),
        (0, False, True),
        ("maybe", False, False),
        (None, False, False),
        (True, "true", True),
    ],
)
def test_equal_values_are_equal_however_the_platform_spells_them(
    fact: Scalar, value: Scalar, same: bool
):
    assert Equals("person.x", ("never", value)).truth({"person.x": fact}) is same


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("contains", "cto", True),
        ("contains", "DIRECTOR", True),
        ("contains", "nurse", False),
        ("starts_with", "managing", True),
        ("starts_with", "director", False),
        ("ends_with", "director", True),
        ("ends_with", "managing", False),
        ("has_word", "director", True),
        ("has_word", "cto", False),
        ("has_word", "managing-director", True),
        ("has_word", "director managing", False),
    ],
)
def test_text_is_searched_without_regard_to_case(operator: str, value: str, found: bool):
    condition = Text("person.title", TextOperator(operator), ("zzz", value))
    assert condition.truth({"person.title": "Managing Director"}) is found
    assert condition.truth({"person.title": None}) is False
    assert condition.truth({}) is None


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        ("rival.example", True),
        (" Mail.RIVAL.example ", True),
        ("notrival.example", False),
        ("rival.example.org", False),
        ("example", False),
        ("", False),
        (None, False),
    ],
)
def test_a_domain_holds_what_lies_below_it(fact: Scalar, found: bool):
    condition = Text("person.domain", TextOperator.IN_DOMAIN, ("other.example", "Rival.example"))
    assert condition.truth({"person.domain": fact}) is found
    assert condition.truth({}) is None


@pytest.mark.parametrize(
    ("bound", "below", "at", "above"),
    [
        ("above", False, False, True),
        ("at_least", False, True, True),
        ("at_most", True, True, False),
        ("below", True, False, False),
    ],
)
def test_bounds(bound: str, below: bool, at: bool, above: bool):
    condition = Range(path="account.employees", **{bound: 50})
    assert [condition.truth({"account.employees": n}) for n in (49, 50, 51)] == [below, at, above]
    assert condition.truth({"account.employees": " 49.5 "}) is below


@pytest.mark.parametrize("fact", [None, "", "many", "nan", "inf", True])
def test_what_is_no_number_is_neither_above_nor_below(fact: Scalar):
    for condition in (Range(path="x", above=1), Range(path="x", at_most=1)):
        assert condition.truth({"x": fact}) is None
        assert not Not(condition).holds({"x": fact})


def test_empty_is_known_and_absent_is_not():
    assert [Empty("x").truth(facts) for facts in ({"x": None}, {"x": " "}, {"x": 0}, {})] == [
        True,
        True,
        False,
        None,
    ]


def test_unless_takes_in_everybody_who_is_not_known_to_be_one():
    customer = Equals("account.type", ("Customer",))
    facts: list[dict[str, Scalar]] = [
        {"account.type": "customer"}, {"account.type": "Prospect"}, {"account.type": None}, {}
    ]  # fmt: skip
    assert [Unless(customer).truth(each) for each in facts] == [False, True, True, True]
    assert [Not(customer).truth(each) for each in facts] == [False, True, True, None]
    assert not Not(Unless(customer)).holds({})
