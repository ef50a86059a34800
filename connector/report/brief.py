"""The brief of one person at one moment: what the rep would get to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connector.assess import addressee, known_for, quiet_since
from connector.engine.result import Change, Reason, Transition
from connector.model import RecordRef, WriteKind
from connector.plan.hand_off import made_of, told_of
from connector.plan.occasion import Occasion
from connector.report.as_of import AsOf, as_of
from connector.report.dossier import Dossier, Who, open_dossier
from connector.store import Store

if TYPE_CHECKING:
    from connector.config.settings import Config

_NOWHERE: Final = RecordRef("", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBrief:
    """What the rep would get by one rule."""

    rule: str
    title: str
    in_lead_mode: bool
    """False: it is what they would get if the person entered at this moment."""
    subject: str
    """Of the task."""
    body: str
    """Of the task."""
    note: str | None
    """The note beside the task; None: the rules want none."""
    brief: str
    parts: Mapping[str, str]
    """The sections by the names of their placeholders."""
    language: str
    zone: str
    """Of the times in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBrief:
    """What the rep would get about one person."""

    who: Who
    at: int
    """UTC ms."""
    receiver: str
    """Who would get the task, by name."""
    record: str
    """The record that would get it; empty: there is none in the CRM that gets the tasks."""
    briefs: tuple[RuleBrief, ...]
    """By the rules that have them in lead mode; else by the first that is for them."""
    notes: tuple[str, ...]
    """What to keep in mind when reading it."""


def brief_of(
    store: Store, config: Config, person: int, at: int | None, now: int, *, speak: str = ""
) -> PersonBrief:
    """The brief as of `at` (UTC ms), or now; in the language `speak`, or in the owner's.

    As of an earlier moment what happened after it is left out; records are as they are now,
    because only their present values are kept.
    """
    dossier, when = open_dossier(store, config, person, now, at), now if at is None else at
    asked = [as_of(store, config.rulebook, dossier, m, when) for m in config.rulebook.lead_modes]
    chosen = [each for each in asked if each.evaluation.in_lead_mode]
    fitting = [each for each in asked if each.mode.applies_to.holds(dossier.facts)]
    chosen = chosen or (fitting or asked)[:1]
    target = dossier.person.record_in(config.authority.name)
    return PersonBrief(
        who=dossier.who,
        at=when,
        receiver=dossier.receiver,
        record=str(target.ref) if target else "",
        briefs=tuple(_by_rule(store, config, dossier, each, speak) for each in chosen),
        notes=tuple(_notes(config, at, has_record=target is not None)),
    )


def _notes(config: Config, at: int | None, *, has_record: bool) -> list[str]:
    told = []
    if at is not None:
        told.append("What the CRM says about people and deals is as of now, not as of then.")
    if not has_record:
        told.append(f"They have no record in {config.authority.name}, so there would be no task.")
    return told


def _by_rule(store: Store, config: Config, dossier: Dossier, asked: AsOf, speak: str) -> RuleBrief:
    occasion = _occasion(store, config, dossier, asked, speak)
    told, made = told_of(occasion), made_of(occasion)
    by_kind = {write.kind: write.fields for write in made.writes}
    task, note = by_kind[WriteKind.CREATE_TASK], by_kind.get(WriteKind.ADD_NOTE)
    return RuleBrief(
        rule=asked.mode.rule.id,
        title=asked.mode.title or asked.mode.rule.id,
        in_lead_mode=asked.evaluation.in_lead_mode,
        subject=str(task["subject"]),
        body=str(task["body"]),
        note=str(note["body"]) if note else None,
        brief=made.brief.text,
        parts=made.brief.parts,
        language=told.voice.language.code,
        zone=told.voice.zone.key,
    )


def _occasion(store: Store, config: Config, dossier: Dossier, asked: AsOf, speak: str) -> Occasion:
    target = dossier.person.record_in(config.authority.name)
    transition, authority = _transition(asked), config.authority.name
    return Occasion(
        instance=config.instance,
        rulebook=config.rulebook,
        mode=asked.mode,
        person=dossier.person,
        facts=dossier.facts,
        target=target.ref if target else _NOWHERE,
        transition=transition,
        quiet_since=quiet_since(asked.timeline.engagements, asked.matcher, transition.burst),
        zone=ZoneInfo(config.time_zone),
        now=asked.at,
        known=known_for(
            store,
            config.rulebook,
            dossier.person,
            asked.timeline.engagements,
            asked.matcher,
            authority=authority,
            now=asked.at,
        ),
        receiver=dossier.receiver_id or None,
        addressee=addressee(store, dossier.person, dossier.receiver_id, authority),
        speak=speak,
    )


def _transition(asked: AsOf) -> Transition:
    """The latest one that asks for a hand-off, or one as if they entered at this moment."""
    evaluation = asked.evaluation
    asking = [t for t in evaluation.transitions if t.change is not Change.LEFT]
    if evaluation.in_lead_mode and asking:
        return asking[-1]
    standing = evaluation.standing
    return Transition(
        at=asked.at,
        change=Change.ENTERED,
        reason=Reason.SCORE,
        burst=asked.at if standing.burst is None else standing.burst,
        score=standing.score,
        evidence=standing.contributions,
    )
