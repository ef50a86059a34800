"""The write of a nurture touch, and of asking for content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connector.config.conditions import PERSONA
from connector.config.nurture import Means, Offer, Program
from connector.engine.condition import Facts
from connector.language import ENGLISH
from connector.model import Person, RecordRef, Write, WriteKind
from connector.plan import text
from connector.plan.brief.sections import consent
from connector.plan.hand_off import owner_for
from connector.plan.key import write_key

_WANTING_DUE: Final = 7 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a touch is made of."""

    instance: str
    """Id of this leadmode."""
    program: Program
    offer: Offer
    person: Person
    facts: Facts
    target: RecordRef
    anchor: int
    number: int
    phase: str
    now: int


def touch_of(occasion: Occasion) -> Write:
    """The task of a touch, or the membership that delivers it."""
    program = occasion.program
    key = write_key(
        instance=occasion.instance,
        rule=program.id,
        epoch=program.epoch,
        target=occasion.target,
        anchor=(occasion.anchor,),
        action=f"touch-{occasion.number}",
    )
    if program.means is Means.LIST:
        return Write(
            key=key,
            kind=WriteKind.ADD_MEMBER,
            target=occasion.target,
            fields={"list": occasion.offer.list},
        )
    values = _placeholders(occasion)
    return Write(
        key=key,
        kind=WriteKind.CREATE_TASK,
        target=occasion.target,
        fields={
            "subject": text.subject(program.subject, values),
            "body": text.body(program.body, values),
            "due_at": occasion.now + program.due,
            "priority": program.priority,
            "owner": owner_for(occasion.person, program, occasion.now),
        },
    )


def _placeholders(occasion: Occasion) -> dict[str, str]:
    facts, program, offer = occasion.facts, occasion.program, occasion.offer
    named = {
        name: _shown(facts, name)
        for name in (
            "person.name",
            "person.title",
            "account.name",
            "account.industry",
            "owner.name",
        )
    }
    return named | {
        "person.company": _shown(facts, "account.name"),
        "persona": _shown(facts, PERSONA),
        "phase": occasion.phase,
        "consent": consent(facts, ENGLISH),
        "program.title": program.title,
        "offer.title": offer.title,
        "offer.text": offer.text,
        "touch": f"{occasion.number} of {program.touches}",
    }


def _shown(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return "" if value is None else str(value)


def wanting_of(
    program: Program,
    *,
    instance: str,
    target: RecordRef,
    persona: str,
    phase: str,
    offers: int,
    now: int,
) -> Write:
    """The task that asks for content: one for a program, persona, phase and number of offers.

    The key does not depend on the person who was the first to go without.
    """
    gap = RecordRef(target.instance, "offer", f"{persona}/{phase}")
    who = f'the persona "{persona}"' if persona else "people without a persona"
    return Write(
        key=write_key(
            instance=instance,
            rule=program.id,
            epoch=program.epoch,
            target=gap,
            anchor=(offers,),
            action="content",
        ),
        kind=WriteKind.CREATE_TASK,
        target=target,
        fields={
            "subject": text.clean(f"Content wanted: {who}, phase {phase}"),
            "body": text.clean(
                f'The nurture program "{program.title}" has nothing left to offer to {who} that '
                f"leads into the phase {phase}; it knows {offers} such offers. Whoever has had "
                "them all waits until there is a further [[offer]] in the rule files. "
                "`leadmode programs` says how many wait."
            ),
            "due_at": now + _WANTING_DUE,
            "priority": "normal",
            "owner": program.content_owner,
        },
    )
