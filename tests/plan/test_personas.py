"""Which persona the rules make of somebody."""

from __future__ import annotations

import pytest

from connector.config.conditions import PERSONA
from connector.config.rulebook import Persona
from connector.engine.condition import Always, Equals, Logical, Text, TextOperator
from connector.model import Person, Record, RecordRef, Role, Scalar
from connector.plan.facts import facts_of

CHIEF = Persona(name="executive", when=Text("person.title", TextOperator.HAS_WORD, ("chief",)))
HEAD = Persona(name="champion", when=Text("person.title", TextOperator.HAS_WORD, ("head",)))
GERMAN = Persona(name="german", when=Equals("person.country", ("DE",)))
REST = Persona(name="rest", when=Always())


def facts(fields: dict[str, Scalar], *personas: Persona) -> dict[str, Scalar]:
    record = Record(ref=RecordRef("crm", "Contact", "1"), role=Role.PERSON, fields=fields)
    return dict(facts_of(Person(id=1, records=(record,)), "crm", personas, 0))


@pytest.mark.parametrize(
    ("title", "personas", "wanted"),
    [
        ("Chief and Head", (CHIEF, HEAD), "executive"),
        ("Chief and Head", (HEAD, CHIEF), "champion"),
        ("Clerk", (CHIEF, HEAD, REST), "rest"),
        ("Clerk", (CHIEF, HEAD), None),
        ("Clerk", (GERMAN, REST), "rest"),  # the country is unknown: the next one is asked
    ],
)
def test_the_first_that_holds(title: str, personas: tuple[Persona, ...], wanted: str | None):
    assert facts({"title": title}, *personas)[PERSONA] == wanted


def test_what_a_missing_field_leaves_open_is_not_known():
    assert PERSONA not in facts({"title": "Clerk"}, CHIEF, GERMAN)


def test_the_rules_hide_a_field_of_the_crm_that_has_the_same_name_only_when_they_have_personas():
    assert facts({"title": "Clerk", "persona": "Boss"}, CHIEF)[PERSONA] is None
    assert PERSONA not in facts({"persona": "Boss"}, CHIEF)
    assert facts({"persona": "Boss"})[PERSONA] == "Boss"


def test_a_persona_is_asked_without_regard_to_what_the_crm_calls_so():
    asks: Logical = Equals("person.title", ("Boss",))
    assert facts({"title": "Boss", "persona": "x"}, Persona(name="b", when=asks))[PERSONA] == "b"
