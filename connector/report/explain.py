"""Why, why not, what is missing, and when it would end: one person at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.clock import DAY
from connector.config.conditions import PERSONA
from connector.config.rulebook import LeadMode
from connector.engine.result import Change, Reason, Transition
from connector.language import ENGLISH
from connector.model import Decision
from connector.plan.brief.sections import consent
from connector.plan.decide import Situation, holds_against
from connector.plan.disposition import put_away_at
from connector.plan.grade import fit_points, grade
from connector.plan.reconcile import Alert
from connector.plan.words import moment
from connector.report import words
from connector.report.accounts import about_company
from connector.report.as_of import AsOf, Scored, as_of, scored
from connector.report.clocks import ClockTold, clocks_told
from connector.report.dossier import Dossier, Who, open_dossier
from connector.report.past import PastEpisode, PastHold, past_episodes, past_holds
from connector.report.picture import Picture, picture
from connector.report.programs import Asked, Run
from connector.report.ranking import ranking
from connector.report.standing import Standing, standing
from connector.report.story import Entry, entries
from connector.store import Store
from connector.store.overview import set_aside

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything about one person that decides whether they are in lead mode."""

    who: Who
    records: tuple[str, ...]
    company: str
    """Name, industry and size."""
    consent: str
    persona: str
    """What the rules make of them; empty when nothing."""
    grade: str
    fit: float
    fit_because: tuple[str, ...]
    at: int
    """The moment it is explained for, UTC ms."""
    zone: str
    story: tuple[Entry, ...]
    """Oldest first."""
    quiet_ms: int
    """ms without engagement that count as a silence."""
    standings: tuple[Standing, ...]
    """One per rule, in the order of the rule files."""
    hand_offs: tuple[str, ...]
    """Per rule what was, or would be, made of an alert."""
    ranks: tuple[str, ...]
    """Per rule where they stand among the others of whoever gets the tasks; empty: nowhere."""
    pictures: tuple[Picture, ...]
    """Per rule the last months, week by week."""
    episodes: tuple[PastEpisode, ...]
    """As recorded, oldest first; the running ones too."""
    holds: tuple[PastHold, ...]
    """Every hand-off that was not made, oldest first."""
    notes: tuple[str, ...]
    """What to keep in mind when reading it."""
    programs: tuple[Run, ...] = ()
    """Every run through a nurture program, oldest first."""
    clocks: tuple[ClockTold, ...] = ()
    """The clocks of hand-offs, oldest first; as of now only."""


def explain(store: Store, config: Config, person: int, at: int | None, now: int) -> Explanation:
    """Explain one person as of `at` (UTC ms), or now.

    As of an earlier moment, engagement and decisions after it are left out; records are as they
    are now, because only their present values are kept.
    """
    dossier = open_dossier(store, config, person, now, at)
    when = now if at is None else at
    zone = ZoneInfo(config.time_zone)
    asked = [as_of(store, config.rulebook, dossier, m, when) for m in config.rulebook.lead_modes]
    done = [scored(each) for each in asked]
    standings = tuple(standing(each, dossier, zone) for each in asked)
    points = fit_points(config.rulebook.fit_points, dossier.facts, config.rulebook.grades.cap)
    score = max((each.score for each in standings), default=0.0)
    return Explanation(
        who=dossier.who,
        records=tuple(str(record.ref) for record in dossier.person.records),
        company=_company(dossier),
        consent=consent(dossier.facts, ENGLISH),
        persona=str(dossier.facts.get(PERSONA) or ""),
        grade=grade(config.rulebook.grades, fit=points, score=score),
        fit=points,
        fit_because=tuple(
            f"{each.label or 'a condition without a label'} {each.points:+g}"
            for each in config.rulebook.fit_points
            if each.when.holds(dossier.facts)
        ),
        at=when,
        zone=config.time_zone,
        story=entries(config, dossier, when, _scored(done)),
        quiet_ms=min((m.rule.dormant_after for m in config.rulebook.lead_modes), default=90 * DAY),
        standings=standings,
        hand_offs=tuple(_hand_off(store, config, dossier, each) for each in asked),
        ranks=_ranks(store, config, asked, person, when, now),
        pictures=tuple(map(picture, asked, done)),
        episodes=tuple(past_episodes(config, dossier, when)),
        holds=tuple(past_holds(dossier, when)),
        notes=tuple(_notes(store, config, dossier, standings, at, now, zone)),
        programs=Asked(store, config, when).runs(dossier),
        clocks=tuple(clocks_told(store, config, dossier, _leaving(asked), now))
        if at is None
        else (),
    )


def _leaving(asked: Sequence[AsOf]) -> dict[str, int | None]:
    """When the open episode of each rule would end if nothing happened any more."""
    return {
        each.mode.rule.id: each.evaluation.due if each.evaluation.in_lead_mode else None
        for each in asked
    }


def _ranks(
    store: Store, config: Config, asked: Sequence[AsOf], person: int, when: int, now: int
) -> tuple[str, ...]:
    """Where the person stands by each rule. Asked only of who is in lead mode."""
    if not any(each.evaluation.in_lead_mode for each in asked):
        return ("",) * len(asked)
    at = None if when == now else when
    rows = ranking(store, config, now, at=at).rows
    said = {row.rule: row for row in rows if row.who.person == person}
    return tuple(
        said[rule].placed if rule in said else "" for rule in (each.mode.rule.id for each in asked)
    )


def _company(dossier: Dossier) -> str:
    facts = dossier.facts
    size = facts.get("account.employees")
    parts = [
        dossier.who.company,
        str(facts.get("account.industry") or ""),
        f"{size} employees" if size else "",
    ]
    return ", ".join(filter(None, parts))


def _scored(by_rule: Sequence[tuple[Scored, ...]]) -> tuple[Scored, ...]:
    """The points by the first rule that counts an engagement, in the order of the files."""
    return tuple(
        next((one for one in same if one.counts), same[0]) for same in zip(*by_rule, strict=True)
    )


def _hand_off(store: Store, config: Config, dossier: Dossier, asked: AsOf) -> str:
    """What was decided about the running episode, or would be about one that begins now."""
    if asked.evaluation.in_lead_mode:
        last = asked.evaluation.transitions[-1]
        known = [d.decision for d in dossier.decided if _is_about(d.decision, asked, last)]
        if known:
            return words.verdict(known[-1])
        adopted = store.sources.note("revision") in (None, config.rulebook.revision)
        return "not decided yet" if adopted else "none: adopting the files alerts nobody about it"
    against = _holds(store, config, dossier, asked.mode, asked.at)
    if not against:
        return f"would go to {dossier.receiver}"
    return "would be held: " + "; and ".join(against)


def _is_about(decision: Decision, asked: AsOf, last: Transition) -> bool:
    return (decision.rule, decision.burst) == (asked.mode.rule.id, last.burst) and (
        decision.at <= asked.at
    )


def _holds(
    store: Store, config: Config, dossier: Dossier, mode: LeadMode, at: int
) -> tuple[str, ...]:
    """Every hold that an entry at this moment would meet."""
    entry = Transition(
        at=at, change=Change.ENTERED, reason=Reason.SCORE, burst=at, score=mode.rule.enter
    )
    situation = Situation(
        person=dossier.person,
        facts=dossier.facts,
        mode=mode,
        holds=config.rulebook.holds,
        authority=config.authority.name,
        engagements=[one for one in dossier.engagements if one.at <= at],
        recorded=[one for one in dossier.episodes if one.entered_at <= at],
        decided=[one.decision for one in dossier.decided if one.decision.at <= at],
        now=at,
        baseline_before=None,
        dry_run=config.dry_run and not store.armed,
        put_away_at=put_away_at(config.rulebook, dossier.person, at),
    )
    alert = Alert(transition=entry, over=False)
    return tuple(words.held_by(*each) for each in holds_against(alert, situation))


def _notes(
    store: Store,
    config: Config,
    dossier: Dossier,
    standings: tuple[Standing, ...],
    at: int | None,
    now: int,
    zone: ZoneInfo,
) -> list[str]:
    notes = []
    if at is not None:
        later = "if nothing is done until then" if at > now else "what was done later is left out"
        notes.append(
            f"As of {moment(at, zone)}: {later}. Records, company and fit are as they are now."
        )
    notes += about_company(store, config, dossier.person, zone) if at is None else []
    problem = dict(set_aside(store.connection)).get(dossier.person.id)
    if problem:
        notes.append(f"The last evaluation failed ({problem}); it is tried again within the hour.")
    if store.sources.note("revision") not in (None, config.rulebook.revision):
        notes.append(
            "The rule files differ from the rules leadmode last worked by. The story is what was "
            "recorded; where they stand is by the files."
        )
    elif at is None and not _agree(dossier, standings):
        notes.append("Not recorded yet: the next `leadmode sync`, or the daemon, brings this up.")
    return notes


def _agree(dossier: Dossier, standings: tuple[Standing, ...]) -> bool:
    """Whether what is recorded says the same as an evaluation of this moment."""
    recorded = {each.rule for each in dossier.episodes if each.is_open}
    return recorded == {each.rule for each in standings if each.in_lead_mode}
