"""Where a person stands under one rule: every condition with what there is and what is needed."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connector.engine.result import Change
from connector.engine.rule import EPSILON
from connector.plan.phase import furthest
from connector.plan.words import day, moment, span
from connector.report import words
from connector.report.as_of import AsOf
from connector.report.conditions import unmet
from connector.report.dossier import Dossier
from connector.report.missing import Missing, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One condition of entering."""

    name: str
    met: bool
    have: str
    needed: str
    lacks: str = ""
    """What is missing, in words; empty when it is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the person stands under one rule."""

    rule: str
    title: str
    in_lead_mode: bool
    since: int | None
    """When the running episode was entered, UTC ms."""
    score: float
    enter: float
    leave: float
    phase: str
    """The furthest phase of the journey that what counts now speaks of; empty: none."""
    needs: tuple[Need, ...]
    missing: Missing | None
    """None in lead mode, and when the rule is not for them."""
    due: int | None
    """When the answer changes by itself, UTC ms; in lead mode: when it would end."""
    ends_because: str
    """How it would end by itself, in words."""


def standing(asked: AsOf, dossier: Dossier, zone: ZoneInfo) -> Standing:
    """Where the person stands at the moment asked about."""
    evaluation, rule = asked.evaluation, asked.mode.rule
    entries = [t.at for t in evaluation.transitions if t.change is Change.ENTERED]
    at_last = asked.at_last()
    ending = at_last.transitions[-1] if at_last and at_last.transitions else None
    ends = ending is not None and ending.change is Change.LEFT and evaluation.in_lead_mode
    return Standing(
        rule=rule.id,
        title=asked.mode.title or rule.id,
        in_lead_mode=evaluation.in_lead_mode,
        since=entries[-1] if evaluation.in_lead_mode else None,
        score=evaluation.standing.score,
        enter=rule.enter,
        leave=rule.leave,
        phase=furthest(rule, (one.signal for one in evaluation.standing.contributions)),
        needs=tuple(needs(asked, dossier, zone)),
        missing=missing(asked) if is_for(asked, dossier) else None,
        due=evaluation.due,
        ends_because=words.left(ending.reason) if ending is not None and ends else "",
    )


def is_for(asked: AsOf, dossier: Dossier) -> bool:
    """Whether the rule looks at the person at all."""
    return bool(dossier.person.records) and asked.mode.applies_to.holds(dossier.facts)


def needs(asked: AsOf, dossier: Dossier, zone: ZoneInfo) -> list[Need]:
    """Every condition of entering at the moment asked about, met or not."""
    now, rule = asked.evaluation.standing, asked.mode.rule
    applies = is_for(asked, dossier)
    short = rule.enter - now.score
    kinds, humans = rule.distinct_kinds - now.distinct_kinds, rule.human_min - now.humans
    window = span(rule.window)
    return [
        Need(
            name="for them",
            met=applies,
            have="the rule is for them" if applies else "the rule is not for them",
            needed="yes",
            lacks="" if applies else not_for(asked, dossier),
        ),
        _burst(asked, zone),
        Need(
            name="score",
            met=now.score >= rule.enter * (1 - EPSILON),
            have=words.points(now.score),
            needed=words.points(rule.enter),
            lacks=f"{words.points(short)} points more" if words.points(short) != "0" else "",
        ),
        Need(
            name="kinds",
            met=kinds <= 0,
            have=f"{now.distinct_kinds} in the last {window}",
            needed=str(rule.distinct_kinds),
            lacks=words.counted(kinds, "other kind of engagement", "other kinds of engagement"),
        ),
        Need(
            name="human",
            met=humans <= 0,
            have=f"{now.humans} in the last {window}",
            needed=str(rule.human_min),
            lacks=words.counted(humans, "engagement") + " that is surely a human's",
        ),
        Need(
            name="fit",
            met=now.fits,
            have="fits" if now.fits else "does not fit",
            needed="yes",
            lacks="" if now.fits else unmet(asked.mode.fit, dossier.facts) or "a fit",
        ),
    ]


def not_for(asked: AsOf, dossier: Dossier) -> str:
    """Why the rule does not look at the person."""
    if not dossier.person.records:
        return "a record in a CRM: only an e-mail address is known"
    return unmet(asked.mode.applies_to, dossier.facts)


def _burst(asked: AsOf, zone: ZoneInfo) -> Need:
    """The gap before the burst, and the time that is left to enter."""
    met, have = _burst_in_words(asked, zone)
    return Need(
        name="returning",
        met=met,
        have=have,
        needed=f"{span(asked.mode.rule.dormant_after)} of silence before",
        lacks="" if met else "a quiet spell first",
    )


def _burst_in_words(asked: AsOf, zone: ZoneInfo) -> tuple[bool, str]:
    now, rule, at = asked.evaluation.standing, asked.mode.rule, asked.at
    since = asked.timeline.known_at if now.last_instant is None else now.last_instant
    if asked.evaluation.in_lead_mode and now.burst is not None:
        return True, f"back since {day(now.burst, zone)}"
    if since is not None and at - since >= rule.dormant_after:
        return True, f"quiet for {span(at - since)}: the next thing they do begins a return"
    if now.burst is not None and now.armed:
        back, until = f"back since {day(now.burst, zone)}", now.burst + rule.burst_max
        if at <= until:
            return True, f"{back}, may enter until {moment(until, zone)}"
        return False, f"{back}, too long ago to enter now"
    return False, _why_unarmed(asked, since, zone)


def _why_unarmed(asked: AsOf, since: int | None, zone: ZoneInfo) -> str:
    burst = asked.evaluation.standing.burst
    if since is None:
        return "nobody knows since when they are known"
    if burst is None:
        return f"known for {span(asked.at - since)} only: a new name"
    told = [t for t in asked.evaluation.transitions if t.burst == burst]
    left = next((t for t in reversed(told) if t.change is Change.LEFT), None)
    if left is not None:
        return f"this return was in lead mode until {day(left.at, zone)}"
    said = [e.at for e in asked.timeline.endings if e.reason.is_disposition]
    if said and asked.mode.rule.fresh_start and max(said) >= burst:
        return f"sales said no on {day(max(said), zone)}; begins anew after a pause"
    quiet = span(asked.mode.rule.dormant_after)
    return f"never quiet for {quiet} before what they do now"
