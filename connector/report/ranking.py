"""Who is in lead mode, the most promising first, by the order of `[rank]`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.assess import ranked_now
from connector.config.rulebook import LeadMode
from connector.engine.match import Matcher
from connector.engine.result import Change
from connector.model import Decision, Episode, OutboxState, Verdict
from connector.plan.assign import receivers
from connector.plan.grade import fit_points, grade
from connector.plan.hand_off import key_of
from connector.plan.rank import order
from connector.plan.week import day_of
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
    points: float
    """By which they are put in order."""
    stars: int
    """One to five, for the level of the score."""
    flames: int
    """None to three, for what it gained lately."""
    worth: str
    """What was won with them before, in words."""
    receiver: str
    """Platform id of who gets, or would get, their tasks; empty: nobody."""
    why: str
    """What their place rests on, in words."""
    place: int = 1
    """Among the open episodes of the receiver."""
    of: int = 1
    """How many those are."""

    @property
    def placed(self) -> str:
        """The place in words: "2 of 7: hand raised, A1, won 48,000 before; 4 stars, 1 flame"."""
        steps = f"{words.counted(self.stars, 'star')}, {words.counted(self.flames, 'flame')}"
        return f"{self.place} of {self.of}: {self.why}; {steps}"


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

    In the order of `[rank]`. With `owner`, only those of owners whose name contains it; their
    places are among all of whoever gets their tasks.
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
        dossier = open_dossier(store, config, person, now, at)
        asked = as_of(store, config.rulebook, dossier, mode, when, matcher)
        if asked.evaluation.in_lead_mode:
            rows.append(_row(config, dossier, episode, asked))
        elif owner.casefold() in dossier.who.owner.casefold():
            over += 1
    shown = [row for row in placed(rows) if owner.casefold() in row.who.owner.casefold()]
    return Ranking(
        at=when,
        zone=config.time_zone,
        rows=tuple(shown[:most]),
        total=len(shown),
        over=over,
        unruled=unruled,
    )


def placed(rows: Sequence[InLeadMode]) -> list[InLeadMode]:
    """In the order of `[rank]`, each with the place among those of the same receiver."""
    ordered = sorted(rows, key=lambda r: (order(r.points, r.score, r.since, r.who.record), r.rule))
    counts: dict[str, int] = defaultdict(int)
    places = []
    for row in ordered:
        counts[row.receiver] += 1
        places.append(counts[row.receiver])
    return [
        replace(row, place=place, of=counts[row.receiver])
        for row, place in zip(ordered, places, strict=True)
    ]


def _row(config: Config, dossier: Dossier, episode: Episode, asked: AsOf) -> InLeadMode:
    rulebook, standing = config.rulebook, asked.evaluation.standing
    fit = fit_points(rulebook.fit_points, dossier.facts, rulebook.grades.cap)
    decision = _decision(dossier, episode, asked.at)
    queued = writes_for(config, dossier, decision) if decision else ()
    at_last = asked.at_last()
    ending = at_last.transitions[-1] if at_last and at_last.transitions else None
    order_of = ranked_now(
        rulebook,
        dossier.person,
        dossier.facts,
        asked.mode,
        asked.timeline,
        asked.evaluation,
        asked.matcher,
        asked.at,
    )
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
        handed_off=decision is not None and decision.verdict is Verdict.HANDED_OFF,
        task=queued[0].state if queued else None,
        writes=tuple(map(write_in_words, queued)),
        ends_at=asked.evaluation.due,
        ends_because=words.left(ending.reason) if ending else "",
        points=order_of.points,
        stars=order_of.stars,
        flames=order_of.flames,
        worth=order_of.worth.in_words(asked.at),
        receiver=_receiver(config, dossier, asked),
        why=order_of.why,
    )


def _receiver(config: Config, dossier: Dossier, asked: AsOf) -> str:
    """Who gets, or would get, the tasks of the episode."""
    target = dossier.person.record_in(config.authority.name)
    entry = next(t for t in reversed(asked.evaluation.transitions) if t.change is Change.ENTERED)
    key = key_of(config.instance, asked.mode, target.ref, entry) if target else ""
    day = day_of(asked.at, ZoneInfo(config.time_zone))
    book, now = config.rulebook, asked.at
    return receivers(dossier.person, dossier.facts, book, key=key, now=now, day=day)[0]


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
