"""The sections put together: as one text, and each for a placeholder of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector.config.conditions import PERSONA
from connector.plan import words
from connector.plan.brief import sections
from connector.plan.brief.evidence import evidence_lines
from connector.plan.brief.known import rank
from connector.plan.brief.voice import Voice
from connector.plan.grade import fit_points, grade
from connector.plan.lines import listed, whole_lines
from connector.plan.phase import phase_of, phases_of

if TYPE_CHECKING:
    from connector.plan.occasion import Occasion

_HEADED: Final = ("happened", "next_step", "learned", "not_to_repeat", "missing", "history")
"""Headings in the order in which they are told, the most important first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a rep gets to read."""

    text: str
    """The whole, which every target can show."""
    parts: Mapping[str, str]
    """Its sections by the names of their placeholders."""
    language: str
    topics: frozenset[str]
    """Ids of the topics that the person is said to know."""
    step: str
    """Id of the next step that is suggested; empty: none is."""


def compose(occasion: Occasion, voice: Voice) -> Brief:
    """The brief of one alert. Pure: the same occasion gives the same text for ever."""
    language, facts, known = voice.language, occasion.facts, occasion.known
    persona, phase = str(facts.get(PERSONA) or ""), _phase(occasion)
    transition, rulebook = occasion.transition, occasion.rulebook
    step = sections.step_for(
        rulebook.next_steps, persona=persona, phase=phase, reason=transition.reason.value
    )
    current = (occasion.mode.rule.id, transition.burst)
    personas = [each.name for each in rulebook.personas]
    account = words.one_line(str(facts.get("account.name") or ""))
    lines: dict[str, Iterable[str]] = {
        "learned": sections.learned(known, voice),
        "not_to_repeat": sections.not_to_repeat(known, voice),
        "missing": sections.missing(known, rulebook.topics, personas, account, voice),
        "history": sections.history(known, occasion.person, current, occasion.now, voice),
        "next_step": sections.told_by(step, language),
    }
    parts = {name: listed(found, language) for name, found in lines.items()}
    parts["who"] = _who(occasion, voice)
    parts["why_now"] = _why_now(occasion, voice)
    parts["consent"] = sections.consent(facts, language)
    parts["evidence"] = evidence_lines(transition, voice, phases_of(occasion.mode.rule))
    return Brief(
        text=_whole(parts, _labels(persona, phase, voice), voice),
        parts=parts,
        language=language.code,
        topics=frozenset(each.topic.id for each in known.learned),
        step=step.id if step else "",
    )


def _phase(occasion: Occasion) -> str:
    """The furthest phase of the evidence, and of the topics that they looked at this time."""
    transition = occasion.transition
    found = [each.topic.phase for each in occasion.known.learned if each.last >= transition.burst]
    return max((phase_of(occasion.mode.rule, transition), *found), key=rank)


def _who(occasion: Occasion, voice: Voice) -> str:
    """Name, title and company, as far as they are known, and why they are told about."""
    named = {
        path: words.one_line(str(occasion.facts.get(path) or ""))
        for path in ("person.name", "person.title", "account.name")
    }
    about = ", ".join(each for each in (named["person.title"], named["account.name"]) if each)
    name = named["person.name"] or "?"
    who = f"{name} ({about})" if about else name
    why = words.why(occasion.transition.reason, voice.language)
    return voice.language.who.format(who=who, why=why)


def _why_now(occasion: Occasion, voice: Voice) -> str:
    """Since when, after what silence, and how good."""
    language, transition, grades = voice.language, occasion.transition, occasion.rulebook.grades
    fit = fit_points(occasion.rulebook.fit_points, occasion.facts, grades.cap)
    graded = language.grade.format(
        grade=grade(grades, fit=fit, score=transition.score), score=f"{transition.score:.0f}"
    )
    since = language.since.format(
        before=before(occasion, voice), day=words.day(transition.at, voice.zone, language)
    )
    return f"{since} {graded}"


def quiet(occasion: Occasion, voice: Voice) -> str:
    """How long they were silent before."""
    since = occasion.quiet_since
    if since is None:
        return voice.language.unknown_time
    return words.span(occasion.transition.burst - since, voice.language)


def before(occasion: Occasion, voice: Voice) -> str:
    """The same as the beginning of a sentence."""
    if occasion.quiet_since is None:
        return voice.language.never_before
    return voice.language.quiet.format(quiet(occasion, voice))


def _labels(persona: str, phase: str, voice: Voice) -> str:
    language, told = voice.language, []
    if persona:
        told.append(language.persona.format(sections.persona_name(persona, language)))
    if phase:
        told.append(language.phase.format(sections.phase_name(phase, language)))
    return " ".join(told)


def _whole(parts: Mapping[str, str], labels: str, voice: Voice) -> str:
    language = voice.language
    contact = language.contact.format(parts["consent"])
    first = [each for each in (parts["who"], parts["why_now"], labels, contact) if each]
    blocks = ["\n".join(first)]
    bodies = {**parts, "happened": parts["evidence"]}
    blocks += [f"{getattr(language, name)}\n{bodies[name]}" for name in _HEADED if bodies[name]]
    return whole_lines("\n\n".join(blocks), language.more)
