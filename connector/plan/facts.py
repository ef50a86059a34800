"""A person's fields under the paths that conditions and texts use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.config.conditions import PERSONA
from connector.config.rulebook import Persona
from connector.engine.condition import Facts
from connector.model import Person, Scalar
from connector.plan.history import history_of, ownership_of

_WITHDRAWN: Final = ("opted_out", "do_not_call")


def facts_of(person: Person, authority: str, personas: Sequence[Persona], at: int) -> Facts:
    """Fields by path, for example "person.title" and "account.industry", and history up to `at`.

    The record on the `authority` instance speaks first; what it leaves empty or does not have
    comes from the person's other records, newest first. A path that no record has is absent.
    Consent that is withdrawn on any record is withdrawn: many forms have "no" as their default.
    With `personas`, "person.persona" is the first that holds; None when surely none does, and
    absent when a missing field leaves it open. What `connector.plan.history` tells is of the
    moment `at` (UTC ms); the opportunities must be those of that moment.
    """
    main = person.record_in(authority)
    others = sorted(
        (record for record in person.records if record is not main),
        key=lambda record: (record.modified_at or 0, str(record.ref)),
        reverse=True,
    )
    facts: dict[str, Scalar] = {}
    for record in ([main] if main else []) + others:
        for name, value in record.fields.items():
            if facts.get(f"person.{name}") is None:
                facts[f"person.{name}"] = value
    for name in _WITHDRAWN:
        if any(record.fields.get(name) is True for record in person.records):
            facts[f"person.{name}"] = True
    if person.domains:
        facts.setdefault("person.domain", person.domains[0])
    if person.account is not None:
        facts |= {f"account.{name}": value for name, value in person.account.fields.items()}
    if person.owner is not None:
        facts |= {f"owner.{name}": value for name, value in person.owner.fields.items()}
    facts |= {**history_of(person, at), **ownership_of(person, at)}
    if personas:
        facts |= _persona(facts, personas)
    return facts


def _persona(facts: dict[str, Scalar], personas: Sequence[Persona]) -> Facts:
    facts.pop(PERSONA, None)
    open_ones = False
    for persona in personas:
        truth = persona.when.truth(facts)
        if truth:
            return {PERSONA: persona.name}
        open_ones |= truth is None
    return {} if open_ones else {PERSONA: None}
