"""Who is in lead mode now under one set of rules, and how promising they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from connector.assess import ranked_now, timeline_once_adopted
from connector.backtest.play import Played
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.model import Hold, Person
from connector.plan.facts import facts_of
from connector.plan.grade import fit_points, grade
from connector.plan.rank import order
from connector.report.as_of import AsOf
from connector.store import Store

Key = tuple[int, str]
"""A person and a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """Somebody in lead mode under one side."""

    entered_at: int
    score: float
    grade: str
    order: tuple[float, float, int, str]
    """Where they stand in the order of `[rank]`."""
    hold: Hold | None


class SideNow:
    """One set of rules, asked about single persons at one moment."""

    def __init__(self, store: Store, rulebook: Rulebook, authority: str, now: int) -> None:
        self._store, self.rulebook = store, rulebook
        self._authority, self._now = authority, now
        self._modes = {m.rule.id: (m, Matcher(m.rule)) for m in rulebook.lead_modes}
        self.here: dict[Key, Stands] = {}

    def mode(self, rule: str) -> LeadMode | None:
        """The rule of this id."""
        return self._modes[rule][0] if rule in self._modes else None

    def take(self, persons: Iterable[Person], played: Mapping[Key, Collection[Played]]) -> None:
        """Note who of a portion is in lead mode now."""
        by_number = {person.id: person for person in persons}
        for (number, rule), alerts in played.items():
            entry = next((one for one in reversed([*alerts]) if one.entered), None)
            if entry is None or entry.left_at is not None:
                continue
            person = by_number[number]
            facts = facts_of(person, self._authority, self.rulebook.personas, self._now)
            # Late engagement may have moved the beginning: the entry then has no end of its own.
            stays = self.as_of(person, rule, self._now).evaluation.in_lead_mode
            if stays and self._modes[rule][0].applies_to.holds(facts):
                hold = [*alerts][-1].hold
                self.here[number, rule] = self._stands(person, rule, entry, hold)

    def as_of(self, person: Person, rule: str, at: int) -> AsOf:
        """What a rule of this side says about a person at a moment, once it is worked by."""
        mode, matcher = self._modes[rule]
        facts = facts_of(person, self._authority, self.rulebook.personas, self._now)
        engagements = tuple(e for e in self._store.timelines.of(person.id) if e.at <= at)
        timeline = timeline_once_adopted(
            self._store, self.rulebook, person, facts, mode, engagements
        )
        return AsOf(
            mode=mode,
            at=at,
            evaluation=evaluate(mode.rule, timeline, at, self.rulebook.machine, matcher),
            timeline=timeline,
            matcher=matcher,
            machine=self.rulebook.machine,
        )

    def _stands(self, person: Person, rule: str, entry: Played, hold: Hold | None) -> Stands:
        book = self.rulebook
        asked = self.as_of(person, rule, self._now)
        facts = facts_of(person, self._authority, book.personas, self._now)
        now = asked.evaluation.standing
        fit = fit_points(book.fit_points, facts, book.grades.cap)
        place = ranked_now(
            book,
            person,
            facts,
            asked.mode,
            asked.timeline,
            asked.evaluation,
            asked.matcher,
            self._now,
        )
        record = person.record_in(self._authority)
        named = str(record.ref) if record else ""
        return Stands(
            entered_at=entry.happened_at,
            score=now.score,
            grade=grade(book.grades, fit=fit, score=now.score),
            order=order(place.points, place.score, entry.happened_at, named),
            hold=hold,
        )


def ranks(here: Mapping[Key, Stands], among: Collection[Key]) -> dict[Key, int]:
    """The places of these in the order of `[rank]`."""
    ordered = sorted(among, key=lambda key: (here[key].order, key))
    return {key: place for place, key in enumerate(ordered, start=1)}
