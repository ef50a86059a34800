"""Who is in lead mode, the most promising first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.config.rulebook import LeadMode
from connector.engine.match import Matcher
from connector.engine.result import Change
from connector.model import Decision, Episode, OutboxState
from connector.plan.grade import fit_points, grade
from connector.plan.words import did
from connector.report import words
from connector.report.as_of import AsOf, as_of
from connector.report.dossier import Dossier, Who, open_dossier
from connector.report.hand_offs import engaged_of, mode_of, writes_for
from connector.report.story import write_in_words
from connector.store import Store
from connector.store.outbox import Queued
from connector.store.overview import open_episodes

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One engagement that spoke for the entry."""

    at: int
    """UTC ms."""
    text: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InLeadMode:
    """One person in lead mode by one rule."""

    who: Who
    grade: str
    score: float
    """Points at the moment asked about."""
    rule: str
    title: str
    since: int
    """UTC ms."""
    because: str
    """How it began, in words."""
    evidence: tuple[Reason, ...]
    """The best first."""
    last_seen: int
    """The last engagement that counts, UTC ms."""
    decided: str
    """What was made of the alert, in words."""
    briefly: str
    """The same in few words."""
    handed_off: bool
    task: OutboxState | None
    """Where its task is on its way."""
    writes: tuple[str, ...]
    """The task and the field changes, and where they are on their way."""
    ends_at: int | None
    """When it ends by itself if the person stays silent, UTC ms."""
    ends_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Everybody in lead mode at a moment."""

    at: int
    zone: str
    rows: tuple[InLeadMode, ...]
    total: int
    """How many there are, shown or not."""
    over: int
    """Recorded as in lead mode, and over by now: the next cycle will note it."""
    unruled: int
    """Recorded under rules that are not there any more."""


def ranking(
    store: Store,
    config: Config,
    now: int,
    *,
    at: int | None = None,
    owner: str = "",
    most: int | None = None,
) -> Ranking:
    """Everybody in lead mode now, or as far as is recorded at an earlier moment.

    Ranked by grade, then score, then by who was seen last. With `owner`, only those of owners
    whose name contains it.
    """
    when = now if at is None else at
    ruled = {m.rule.id: (m, Matcher(m.rule)) for m in config.rulebook.lead_modes}
    rows: list[InLeadMode] = []
    over = unruled = 0
    for person, episode in open_episodes(store.connection, at):
        if episode.rule not in ruled:
            unruled += 1
            continue
        mode, matcher = ruled[episode.rule]
        dossier = open_dossier(store, config, person)
        if owner.casefold() not in dossier.who.owner.casefold():
            continue
        asked = as_of(store, config.rulebook, dossier, mode, when, matcher)
        if asked.evaluation.in_lead_mode:
            rows.append(_row(config, dossier, episode, asked))
        else:
            over += 1
    return Ranking(
        at=when,
        zone=config.time_zone,
        rows=tuple(ranked(rows)[:most]),
        total=len(rows),
        over=over,
        unruled=unruled,
    )


def ranked(rows: Sequence[InLeadMode]) -> list[InLeadMode]:
    """By grade, then score, then who was seen last."""
    return sorted(rows, key=lambda row: (row.grade, -row.score, -row.last_seen, row.who.label))


def _row(config: Config, dossier: Dossier, episode: Episode, asked: AsOf) -> InLeadMode:
    rulebook, standing = config.rulebook, asked.evaluation.standing
    fit = fit_points(rulebook.fit_points, dossier.facts, rulebook.grades.cap)
    decision = _decision(dossier, episode, asked.at)
    queued = writes_for(config, dossier, decision) if decision else ()
    at_last = asked.at_last()
    ending = at_last.transitions[-1] if at_last and at_last.transitions else None
    return InLeadMode(
        who=dossier.who,
        grade=grade(rulebook.grades, fit=fit, score=standing.score),
        score=standing.score,
        rule=episode.rule,
        title=_title(mode_of(config, episode.rule), episode),
        since=episode.entered_at,
        because=words.entered(episode.reason),
        evidence=_evidence(dossier, episode),
        last_seen=standing.last_instant or episode.entered_at,
        decided=words.verdict(decision) if decision else "not decided yet",
        briefly=_briefly(decision, queued),
        handed_off=decision is not None and decision.hold is None,
        task=queued[0].state if queued else None,
        writes=tuple(map(write_in_words, queued)),
        ends_at=asked.evaluation.due,
        ends_because=words.left(ending.reason) if ending else "",
    )


def _decision(dossier: Dossier, episode: Episode, at: int) -> Decision | None:
    """The newest decision about an episode, a raised hand's before that about its entry."""
    known = [
        each.decision
        for each in dossier.decided
        if (each.decision.rule, each.decision.burst) == (episode.rule, episode.burst)
        and each.decision.at <= at
        and each.decision.change in (Change.ENTERED, Change.RAISED)
    ]
    return known[-1] if known else None


def _briefly(decision: Decision | None, queued: Sequence[Queued]) -> str:
    if decision is None:
        return "not decided yet"
    return words.task(queued[0].state) if queued else words.briefly(decision)


def _evidence(dossier: Dossier, episode: Episode) -> tuple[Reason, ...]:
    told = [
        each
        for each in dossier.told
        if (each.rule, each.burst, each.at) == (episode.rule, episode.burst, episode.entered_at)
        and each.change == Change.ENTERED
    ]
    return tuple(
        Reason(at=proof.at, text=did(engaged_of(proof)), points=proof.points)
        for each in told
        for proof in each.evidence
    )


def _title(mode: LeadMode | None, episode: Episode) -> str:
    return mode.title if mode and mode.title else episode.rule
