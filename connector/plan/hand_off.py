"""The writes of a hand-off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from connector.config.conditions import PERSONA
from connector.config.nurture import Program
from connector.config.rulebook import HandOff, LeadMode
from connector.engine.result import Change, Reason, Transition
from connector.model import Person, RecordRef, Scalar, Write, WriteKind
from connector.plan import text, words
from connector.plan.brief import Brief, Voice, active_owners, compose, voice_of
from connector.plan.brief.compose import before, quiet
from connector.plan.grade import fit_points, grade
from connector.plan.key import write_key
from connector.plan.occasion import Occasion
from connector.plan.phase import phase_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The writes of a hand-off, and the brief that they hold."""

    writes: tuple[Write, ...]
    brief: Brief


def writes_of(occasion: Occasion) -> tuple[Write, ...]:
    """The task, the note and the fields of the record, where the rules want them."""
    return made_of(occasion).writes


def made_of(occasion: Occasion) -> Made:
    """The writes, and the brief."""
    told = told_of(occasion)
    rules, language = occasion.rulebook.hand_off, told.voice.language
    writes = [_write(occasion, "task", WriteKind.CREATE_TASK, _task(occasion, told))]
    if rules.note:
        note: dict[str, Scalar] = {
            "subject": text.subject(rules.subject, told.values),
            "body": text.body("{{brief}}", told.values, language.more),
        }
        writes.append(_write(occasion, "note", WriteKind.ADD_NOTE, note))
    changes = rules.fields_on(occasion.target.instance)
    if changes:
        values: dict[str, Scalar] = {
            each.field: text.subject(each.value, told.values) for each in changes
        }
        fields = _write(occasion, "fields", WriteKind.SET_FIELDS, values)
        expected = {each.field: each.expected for each in changes if each.expected is not None}
        writes.append(replace(fields, expected=expected))
    return Made(writes=tuple(writes), brief=told.brief)


def _write(occasion: Occasion, action: str, kind: WriteKind, fields: dict[str, Scalar]) -> Write:
    return Write(key=_key(occasion, action), kind=kind, target=occasion.target, fields=fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told, to whom."""

    voice: Voice
    values: Mapping[str, str]
    """Of every placeholder."""
    brief: Brief


def told_of(occasion: Occasion) -> Told:
    """Every text about an alert, for whoever gets the task."""
    rules = occasion.rulebook.hand_off
    voice = voice_of(occasion.addressee, rules, occasion.zone, speak=occasion.speak)
    brief = compose(occasion, voice)
    return Told(voice=voice, values=_placeholders(occasion, voice, brief), brief=brief)


def placeholders(occasion: Occasion) -> dict[str, str]:
    """The value of every placeholder; an unknown field reads as an empty text."""
    return dict(told_of(occasion).values)


def _placeholders(occasion: Occasion, voice: Voice, brief: Brief) -> Mapping[str, str]:
    """The value of every placeholder; an unknown field reads as an empty text."""
    transition, facts, language = occasion.transition, occasion.facts, voice.language
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
    return {
        **named,
        **brief.parts,
        "person.company": named["account.name"],
        "rule.title": occasion.mode.title or occasion.mode.rule.id,
        "score": f"{transition.score:.0f}",
        "grade": grade(occasion.rulebook.grades, fit=fit, score=transition.score),
        "reason": words.why(transition.reason, language),
        "quiet": quiet(occasion, voice),
        "before": before(occasion, voice),
        "entered_on": words.day(transition.at, voice.zone, language),
        "burst_days": words.span(transition.at - transition.burst, language),
        "phase": phase_of(occasion.mode.rule, transition),
        "persona": _shown(facts.get(PERSONA)),
        "brief": brief.text,
        "rank": occasion.ranking.rank,
        "stars": occasion.ranking.stars,
        "flames": occasion.ranking.flames,
        "value": occasion.ranking.value,
        **_times(occasion),
    }


def _times(occasion: Occasion) -> dict[str, str]:
    """How often they were in lead mode up to then, and since when; dates as date fields take them.

    An episode that late data took back is not counted.
    """
    upto = occasion.transition.at
    began = [
        each.entered_at
        for each in occasion.episodes
        if not each.superseded and each.entered_at <= upto
    ]
    return {
        "episodes": str(len(began)),
        "first_entered_on": words.date(min(began), occasion.zone) if began else "",
        "last_entered_on": words.date(max(began), occasion.zone) if began else "",
    }


def _task(occasion: Occasion, told: Told) -> dict[str, Scalar]:
    rules: HandOff = occasion.rulebook.hand_off
    raised = occasion.transition.reason is Reason.HAND_RAISE
    return {
        "subject": text.subject(rules.subject, told.values),
        "body": text.body(rules.body, told.values, told.voice.language.more),
        "due_at": occasion.now + (rules.raised_due if raised else rules.due),
        "priority": rules.raised_priority if raised else rules.priority,
        "owner": occasion.receiver,
    }


def owner_for(person: Person, rules: HandOff | Program, at: int) -> str | None:
    """Platform id of the user who gets the person's tasks at a moment (UTC ms); None: nobody.

    Of the owners in the order of the rules the first who is there, active, and, if the rules say
    how long an owner keeps people, has not kept this one longer.
    """
    return next(owners_of(person, rules, at), rules.fallback_owner)


def owners_of(person: Person, rules: HandOff | Program, at: int) -> Iterator[str]:
    """Platform ids of those owners in the order of the rules, at a moment (UTC ms)."""
    return (owner.ref.id for owner in active_owners(person, rules, at))


def _key(occasion: Occasion, action: str) -> str:
    return key_of(occasion.instance, occasion.mode, occasion.target, occasion.transition, action)


def key_of(
    instance: str, mode: LeadMode, target: RecordRef, transition: Transition, action: str = "task"
) -> str:
    """The key of a hand-off's write: of the task, if nothing else is said."""
    raised = transition.change is Change.RAISED
    return write_key(
        instance=instance,
        rule=mode.rule.id,
        epoch=mode.epoch,
        target=target,
        anchor=(transition.burst, transition.at) if raised else (transition.burst,),
        action=action,
    )


def _shown(value: Scalar) -> str:
    return "" if value is None else str(value)
