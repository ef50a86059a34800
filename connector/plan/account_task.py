"""The task about an account that surges, and the note that somebody joined it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.config.conditions import PERSONA
from connector.config.rulebook import AccountRule, HandOff
from connector.engine.condition import Facts
from connector.engine.timeline import Engaged
from connector.model import AccountSurge, Person, Record, RecordRef, Scalar, Write, WriteKind
from connector.plan import text, words
from connector.plan.account import (
    Quadrant,
    account_key,
    account_phase,
    joined_key,
    lacking,
    propensity,
    quadrant,
)
from connector.plan.brief.sections import consent, persona_name, phase_name
from connector.plan.brief.voice import Voice, voice_of
from connector.plan.hand_off import Made
from connector.plan.lines import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of an account who is engaged."""

    person: Person
    facts: Facts
    last: Engaged
    """The latest of what counts."""
    score: float
    """Points by the signals of [account], now."""
    phase: str
    """The furthest that what they did within the window speaks of; "": none."""
    lead_mode_since: int | None = None
    """UTC ms."""
    task_at: int | None = None
    """When a task of their own was made in the running episode, UTC ms."""

    @property
    def persona(self) -> str:
        """What kind of buyer they are; "": none, or nobody can tell."""
        return str(self.facts.get(PERSONA) or "")

    @property
    def name(self) -> str:
        """What people call them."""
        return words.one_line(str(self.facts.get("person.name") or "")) or "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An account with its buying group, as of a moment."""

    account: Record
    owner: Record | None
    rule: AccountRule
    facts: Facts
    """Fields of the account and its owner, and its history."""
    members: tuple[Member, ...]
    """Those who are engaged, the one with the most points first."""
    engagement: float
    """Points of all its people together."""
    won: int
    """Opportunities won."""
    quiet: tuple[tuple[str, str], ...] = ()
    """Name and persona of people who are known and not engaged, as far as they are not many."""

    @property
    def name(self) -> str:
        """What people call the account."""
        return words.one_line(str(self.account.fields.get("name") or "")) or self.account.ref.id

    @property
    def propensity(self) -> float:
        """Points for being likely to buy."""
        return propensity(self.rule, self.facts)

    @property
    def quadrant(self) -> Quadrant:
        """Propensity against engagement."""
        return quadrant(self.rule, likely=self.propensity, engaged=self.engagement)

    @property
    def phase(self) -> str:
        """Of the journey; "": none."""
        return account_phase(self.rule, (each.phase for each in self.members), self.won)

    @property
    def missing(self) -> tuple[str, ...]:
        """The personas that the rules ask for and that nobody who is engaged is."""
        return lacking(self.rule, {each.persona for each in self.members})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOccasion:
    """A surge with everything that its texts may tell."""

    instance: str
    group: Group
    surge: AccountSurge
    hand_off: HandOff
    zone: ZoneInfo
    now: int
    addressee: Record | None = field(default=None)
    """Who gets the task, as far as they were read."""


def account_task(occasion: AccountOccasion) -> Write:
    """The one task about a surge."""
    group, surge = occasion.group, occasion.surge
    rule, values = group.rule, placeholders(occasion)
    more = _voice(occasion).language.more
    fields: dict[str, Scalar] = {
        "subject": text.subject(rule.subject, values),
        "body": text.body(rule.body, values, more),
        "due_at": occasion.now + rule.due,
        "priority": rule.priority,
        "owner": surge.receiver or None,
    }
    return Write(
        key=account_key(occasion.instance, rule, group.account.ref, surge.anchor),
        kind=WriteKind.CREATE_TASK,
        target=group.account.ref,
        fields=fields,
    )


def without_task(
    made: Made,
    rule: AccountRule,
    surge: AccountSurge,
    account: RecordRef,
    person: RecordRef,
    instance: str,
) -> list[Write]:
    """What is written of the hand-off of somebody whom the task about their company tells of.

    If that task was made before, a note on the account says what their own would have said.
    """
    found = [write for write in made.writes if write.kind is not WriteKind.CREATE_TASK]
    task = next(write for write in made.writes if write.kind is WriteKind.CREATE_TASK)
    if surge.key:
        note = Write(
            key=joined_key(instance, rule, account, surge.anchor, person),
            kind=WriteKind.ADD_NOTE,
            target=account,
            fields={"subject": task.fields["subject"], "body": made.brief.text},
        )
        found.append(note)
    return found


def placeholders(occasion: AccountOccasion) -> dict[str, str]:
    """The value of every placeholder; an unknown field reads as an empty text."""
    group, voice = occasion.group, _voice(occasion)
    facts, phase = group.facts, phase_name(group.phase, voice.language) if group.phase else ""
    return {
        "account.name": group.name,
        "account.industry": str(facts.get("account.industry") or ""),
        "owner.name": str(facts.get("owner.name") or ""),
        "people": str(len(group.members)),
        "since": words.day(occasion.surge.began_at, voice.zone, voice.language),
        "who": listed((_line(each, voice) for each in group.members), voice.language),
        "missing": missing_line(group, voice),
        "phase": phase,
        "engagement": f"{group.engagement:.0f}",
        "propensity": f"{group.propensity:.0f}",
        "quadrant": group.quadrant.value,
        "standing": voice.language.standing.format(
            quadrant=voice.language.quadrants[group.quadrant.value],
            engagement=f"{group.engagement:.0f}",
            propensity=f"{group.propensity:.0f}",
            phase=f", {phase}" if phase else "",
        ),
    }


def _voice(occasion: AccountOccasion) -> Voice:
    return voice_of(occasion.addressee, occasion.hand_off, occasion.zone)


def _line(member: Member, voice: Voice) -> str:
    """Who, what they did last, and whether somebody has been told of them already."""
    language = voice.language
    title = words.one_line(str(member.facts.get("person.title") or ""))
    persona = persona_name(member.persona, language) if member.persona else ""
    about = ", ".join(each for each in (title, persona) if each)
    parts = [words.did(member.last, language), words.day(member.last.at, voice.zone, language)]
    told = [" ".join(parts)]
    if member.lead_mode_since is not None:
        day = words.day(member.lead_mode_since, voice.zone, language)
        told.append(language.in_lead_mode.format(day=day))
    if member.task_at is not None:
        day = words.day(member.task_at, voice.zone, language)
        told.append(language.own_task.format(day=day))
    told.append(consent(member.facts, language))
    return (
        f"{member.name} ({about}): {'; '.join(told)}"
        if about
        else (f"{member.name}: {'; '.join(told)}")
    )


def missing_line(group: Group, voice: Voice) -> str:
    """Whom the group lacks, and who of that kind is known there; "" where nobody is asked for."""
    language, missing = voice.language, group.missing
    if not group.rule.group:
        return ""
    if not missing:
        return f"{language.whole_group}."
    said = language.lacking.format(
        personas=", ".join(persona_name(each, language) for each in missing)
    )
    names: Sequence[str] = [name for name, persona in group.quiet if persona in missing]
    return (
        f"{said} ({language.quiet_ones.format(names=', '.join(names))})." if names else (f"{said}.")
    )
