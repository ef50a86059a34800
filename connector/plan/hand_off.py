"""The writes of a hand-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard
from zoneinfo import ZoneInfo

from connector.config.conditions import PERSONA
from connector.config.nurture import Program
from connector.config.rulebook import HandOff, LeadMode, Owned, Rulebook
from connector.engine.condition import Facts
from connector.engine.result import Change, Reason, Transition
from connector.model import Person, Record, RecordRef, Scalar, Write, WriteKind
from connector.plan import text, words
from connector.plan.grade import fit_points, grade
from connector.plan.key import write_key
from connector.plan.phase import phase_of, phases_of

_FADED: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a hand-off is made of."""

    instance: str
    """The configured id of this leadmode; part of every key."""
    rulebook: Rulebook
    mode: LeadMode
    person: Person
    facts: Facts
    target: RecordRef
    """The record that gets the task."""
    transition: Transition
    quiet_since: int | None
    """The last qualifying engagement before the burst, UTC ms."""
    zone: ZoneInfo
    now: int


def writes_of(occasion: Occasion) -> tuple[Write, ...]:
    """The task, and the fields of the record where the rules set any."""
    values = placeholders(occasion)
    task = Write(
        key=_key(occasion, "task"),
        kind=WriteKind.CREATE_TASK,
        target=occasion.target,
        fields=_task(occasion, values),
    )
    changes = occasion.rulebook.hand_off.fields_on(occasion.target.instance)
    if not changes:
        return (task,)
    fields = Write(
        key=_key(occasion, "fields"),
        kind=WriteKind.SET_FIELDS,
        target=occasion.target,
        fields={each.field: text.subject(each.value, values) for each in changes},
        expected={each.field: each.expected for each in changes if each.expected is not None},
    )
    return (task, fields)


def placeholders(occasion: Occasion) -> dict[str, str]:
    """The value of every placeholder; an unknown field reads as an empty text."""
    transition, facts, zone = occasion.transition, occasion.facts, occasion.zone
    fit = fit_points(occasion.rulebook.fit_points, facts, occasion.rulebook.grades.cap)
    named = {
        name: _shown(facts.get(name))
        for name in (
            "person.name",
            "person.title",
            "account.name",
            "account.industry",
            "owner.name",
        )
    }
    return named | {
        "person.company": _shown(facts.get("account.name")),
        "rule.title": occasion.mode.title or occasion.mode.rule.id,
        "score": f"{transition.score:.0f}",
        "grade": grade(occasion.rulebook.grades, fit=fit, score=transition.score),
        "reason": words.why(transition.reason),
        "evidence": evidence_lines(transition, zone, phases_of(occasion.mode.rule)),
        "quiet": _quiet(transition, occasion.quiet_since) or "an unknown time",
        "before": _before(transition, occasion.quiet_since),
        "entered_on": words.day(transition.at, zone),
        "burst_days": words.span(transition.at - transition.burst),
        "consent": consent(facts),
        "phase": phase_of(occasion.mode.rule, transition),
        "persona": _shown(facts.get(PERSONA)),
    }


def evidence_lines(transition: Transition, zone: ZoneInfo, phases: Mapping[str, str]) -> str:
    """What the person did, best evidence first, one line each; what has faded is left out.

    `phases` has the phase of the journey by signal.
    """
    shown = [
        (each.engaged, f" (+{each.points:.0f}{_phase(phases.get(each.signal))})")
        for each in transition.evidence
        if each.points >= _FADED
    ]
    raised = transition.raised_by
    if raised is not None:
        rest = [(engaged, points) for engaged, points in shown if engaged != raised]
        shown = [(raised, " - asked for it"), *rest]
    return "\n".join(
        f"- {words.moment(engaged.at, zone)}: {words.did(engaged)}{points}"
        for engaged, points in shown
    )


def _phase(phase: str | None) -> str:
    return f", {phase}" if phase else ""


def consent(facts: Facts) -> str:
    """What a rep may do, in words."""
    mail, call = facts.get("person.opted_out"), facts.get("person.do_not_call")
    if mail is None and call is None:
        return "consent not known"
    return f"mail {'not ' if mail else ''}allowed, call {'not ' if call else ''}allowed"


def _task(occasion: Occasion, values: dict[str, str]) -> dict[str, Scalar]:
    rules: HandOff = occasion.rulebook.hand_off
    raised = occasion.transition.reason is Reason.HAND_RAISE
    return {
        "subject": text.subject(rules.subject, values),
        "body": text.body(rules.body, values),
        "due_at": occasion.now + (rules.raised_due if raised else rules.due),
        "priority": rules.raised_priority if raised else rules.priority,
        "owner": owner_for(occasion.person, rules),
    }


def owner_for(person: Person, rules: HandOff | Program) -> str | None:
    """Platform id of the user who gets the person's tasks; None: nobody is named.

    Of the owners in the order of the rules the first who is there and active.
    """
    owners = {Owned.RECORD: person.owner, Owned.ACCOUNT: person.account_owner}
    asked = (owners[each] for each in rules.owners)
    return next((owner.ref.id for owner in asked if _is_active(owner)), rules.fallback_owner)


def _is_active(owner: Record | None) -> TypeGuard[Record]:
    """Whether somebody works there; who was never read is taken for active."""
    return owner is not None and not owner.deleted and owner.fields.get("active") is not False


def _quiet(transition: Transition, since: int | None) -> str:
    return "" if since is None else words.span(transition.burst - since)


def _before(transition: Transition, since: int | None) -> str:
    quiet = _quiet(transition, since)
    return f"Quiet for {quiet} before" if quiet else "No earlier engagement known"


def _key(occasion: Occasion, action: str) -> str:
    transition = occasion.transition
    raised = transition.change is Change.RAISED
    return write_key(
        instance=occasion.instance,
        rule=occasion.mode.rule.id,
        epoch=occasion.mode.epoch,
        target=occasion.target,
        anchor=(transition.burst, transition.at) if raised else (transition.burst,),
        action=action,
    )


def _shown(value: Scalar) -> str:
    return "" if value is None else str(value)
