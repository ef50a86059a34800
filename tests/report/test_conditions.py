"""A condition that does not hold is told in words, with the value that there is."""

from __future__ import annotations

import pytest

from connector.engine.condition import (
    AllOf,
    Always,
    AnyOf,
    Empty,
    Equals,
    Facts,
    Logical,
    Not,
    Range,
    Text,
    TextOperator,
    Unless,
)
from connector.report.conditions import in_words, unmet

FACTS: Facts = {"account.employees": 12, "person.title": "Student", "person.phone": None}
BIG = Range(path="account.employees", at_least=50)
BOSS = Text("person.title", TextOperator.HAS_WORD, ("head", "chief"))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Always(), ""),
        (BIG, "account.employees at least 50 (it is 12)"),
        (Range(path="account.employees", above=1, below=20), ""),
        (BOSS, 'person.title has the word "head" or "chief" (it is "Student")'),
        (Equals("person.country", ("DE",)), 'person.country is "DE" (it is not known)'),
        (Equals("person.phone", (True,)), "person.phone is True (it is empty)"),
        (Not(Empty("person.phone")), "person.phone is filled in"),
        (Not(Equals("person.title", ("student",))), 'not person.title is "student"'),
        (Unless(Equals("person.title", ("student",))), 'not person.title is "student"'),
        (
            AllOf((BIG, BOSS, Empty("person.phone"))),
            (
                "account.employees at least 50 (it is 12); "
                'person.title has the word "head" or "chief" (it is "Student")'
            ),
        ),
        (
            AnyOf((BIG, AllOf((BOSS, Empty("person.title"))))),
            (
                "account.employees at least 50 or "
                '(person.title has the word "head" or "chief" and person.title is empty)'
            ),
        ),
    ],
)
def test_what_is_not_met(condition: Logical, said: str):
    assert unmet(condition, FACTS) == said
    assert bool(said) == (not condition.holds(FACTS))


def test_a_long_list_is_cut_short():
    many = Equals("person.domain", tuple(f"{name}.example" for name in "abcdefg"))
    assert in_words(many) == (
        'person.domain is "a.example" or "b.example" or "c.example" or "d.example" or one of 3 more'
    )
