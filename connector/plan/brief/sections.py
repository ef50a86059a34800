"""The sections of a brief, each as lines without their marks, the most important first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connector.config.rulebook import NextStep, Phase, Topic
from connector.engine.condition import Facts
from connector.language import Language
from connector.model import Kind, Person, Record, Scalar
from connector.plan import words
from connector.plan.brief.known import Known
from connector.plan.brief.voice import Voice

_OF_NO_PHASE: Final = ""


def in_language(texts: Mapping[str, str], language: Language, otherwise: str = "") -> str:
    """The text in this language, or the one for all, or the first of all that there are."""
    return texts.get(language.code) or texts.get("") or next(iter(texts.values()), otherwise)


def title_of(topic: Topic, language: Language) -> str:
    """What a topic is called."""
    return in_language(topic.titles, language, topic.id)


def phase_name(phase: str, language: Language) -> str:
    """A phase of the journey in words."""
    return language.phases.get(phase, phase)


def persona_name(persona: str, language: Language) -> str:
    """A kind of buyer in words."""
    return language.personas.get(persona, persona.replace("_", " "))


def learned(known: Known, voice: Voice) -> Iterator[str]:
    """What they know: the topics, then what else they did."""
    language = voice.language
    for each in known.learned:
        phase = f" ({phase_name(each.topic.phase, language)})" if each.topic.phase else ""
        told = title_of(each.topic, language) + phase
        yield f"{told}: {_often(each.times, each.last, voice)}"
    for rest in known.besides:
        did = language.did[Kind.of_code(rest.kind)].plain
        yield f"{did}: {_often(rest.times, rest.last, voice)}"


def _often(times: int, last: int, voice: Voice) -> str:
    day = words.day(last, voice.zone, voice.language)
    once, several = voice.language.times
    if times == 1:
        return f"{once}, {day}"
    return f"{several.format(times)}, {voice.language.last.format(day)}"


def not_to_repeat(known: Known, voice: Voice) -> Iterator[str]:
    """What they had already."""
    for each in known.had:
        day = words.day(each.at, voice.zone, voice.language)
        yield f"{words.did(each, voice.language)}, {day}"


def missing(
    known: Known, topics: Sequence[Topic], personas: Sequence[str], account: str, voice: Voice
) -> Iterator[str]:
    """What they have not seen, in the order of the journey, and whom nobody knows there."""
    language = voice.language
    seen = {each.topic.id for each in known.learned}
    for phase in (*(each.value for each in Phase), _OF_NO_PHASE):
        of_phase = [topic for topic in topics if topic.phase == phase]
        left = [topic for topic in of_phase if topic.id not in seen]
        if not left:
            continue
        told = ", ".join(title_of(topic, language) for topic in left)
        if not phase:
            yield language.topics_left.format(told)
            continue
        whole = len(left) == len(of_phase)
        form = language.nothing_of if whole else language.topics_of
        yield form.format(phase=phase_name(phase, language), topics=told)
    nobody = () if known.around is None else [p for p in personas if p not in known.around]
    if nobody:
        named = ", ".join(persona_name(each, language) for each in nobody)
        yield language.nobody_as.format(account=account or language.account, personas=named)


def history(
    known: Known, person: Person, current: tuple[str, int], now: int, voice: Voice
) -> Iterator[str]:
    """Deals, the last talk, and earlier episodes; `current` is the rule and burst of this one."""
    language = voice.language
    yield from _deals(person.opportunities, now, voice)
    if known.talked is None:
        yield language.never_talked
    else:
        what = words.did(known.talked, language)
        yield language.talked.format(what=what, day=_day(known.talked.at, voice))
    for each in known.episodes:
        if (each.rule, each.burst) == current:
            continue
        handed = (each.rule, each.burst) in known.handed
        is_over = each.left_at is not None and each.left_at <= now and each.left_reason
        yield (language.episode if is_over else language.running).format(
            begin=_day(each.entered_at, voice),
            end=_day(each.left_at, voice) if each.left_at is not None else "",
            why=language.why.get(each.left_reason or "", each.left_reason or ""),
            handed=language.handed_off if handed else language.not_handed_off,
        )


def _deals(deals: Sequence[Record], now: int, voice: Voice) -> Iterator[str]:
    told = []
    for deal in deals:
        closed = deal.fields.get("is_closed") is True and (deal.closed_at or 0) <= now
        at = deal.closed_at if closed else deal.created_at
        if deal.deleted or (at or 0) > now:
            continue
        won = deal.fields.get("is_won") is True
        language = voice.language
        form = (language.won if won else language.lost) if closed else language.open
        name = words.one_line(str(deal.fields.get("name") or "")) or language.deal
        line = form.format(
            name=name,
            amount=_amount(deal.fields.get("amount"), language),
            day=_day(at, voice) if at is not None else "?",
        )
        told.append((at or 0, line))
    for _, line in sorted(told, key=lambda each: -each[0]):
        yield line


def _amount(value: Scalar, language: Language) -> str:
    """In the CRM's own currency, which it does not tell with every deal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    places = 0 if float(value).is_integer() else 2
    return f", {words.number(value, language, places=places)}"


def _day(instant: int, voice: Voice) -> str:
    return words.day(instant, voice.zone, voice.language)


def consent(facts: Facts, language: Language) -> str:
    """What a rep may do, in words."""
    channels = (
        (language.mail, facts.get("person.opted_out")),
        (language.call, facts.get("person.do_not_call")),
    )
    if all(refused is None for _, refused in channels):
        return language.consent_unknown
    return ", ".join(_channel(name, refused, language) for name, refused in channels)


def _channel(name: str, refused: Scalar, language: Language) -> str:
    if refused is None:
        return language.not_known.format(name)
    return (language.forbidden if refused else language.allowed).format(name)


def told_by(step: NextStep | None, language: Language) -> list[str]:
    """A next step in lines."""
    return [] if step is None else in_language(step.texts, language).splitlines()


def step_for(
    steps: Sequence[NextStep], *, persona: str, phase: str, reason: str
) -> NextStep | None:
    """The first next step that is for such a person."""
    return next(
        (
            step
            for step in steps
            if (not step.personas or persona in step.personas)
            and (not step.phases or phase in step.phases)
            and step.reason in ("", reason)
        ),
        None,
    )
