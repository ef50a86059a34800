"""Where the open episodes of one person stand in the order of their rep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.result import Change, Evaluation, Reason
from connector.engine.timeline import Timeline
from connector.model import Person
from connector.plan import rank
from connector.plan.assign import receivers
from connector.plan.grade import fit_points
from connector.plan.hand_off import key_of
from connector.plan.occasion import Ranking
from connector.plan.phase import late_points
from connector.plan.rank import Ranked, Standing
from connector.plan.week import day_of
from connector.plan.worth import worth_of
from connector.store import Store
from connector.store.ranks import Place

if TYPE_CHECKING:
    from connector.assess.hand_offs import Setting, View
    from connector.engine.condition import Facts


def ranked_now(
    rulebook: Rulebook,
    person: Person,
    facts: Facts,
    mode: LeadMode,
    timeline: Timeline,
    evaluation: Evaluation,
    matcher: Matcher,
    now: int,
) -> Ranked:
    """Where somebody in lead mode stands by one rule; `evaluation` is that of `now`."""
    past = now - rulebook.rank.window
    before = evaluate(mode.rule, timeline, past, rulebook.machine, matcher)
    entered = [t for t in evaluation.transitions if t.change is Change.ENTERED]
    burst = entered[-1].burst if entered else None
    standing = Standing(
        raised=any(
            t.burst == burst and t.reason is Reason.HAND_RAISE for t in evaluation.transitions
        ),
        score=evaluation.standing.score,
        before=before.standing.score,
        late=late_points(mode.rule, evaluation.standing.contributions),
        fit=fit_points(rulebook.fit_points, facts, rulebook.grades.cap),
        worth=worth_of(person, now),
    )
    return rank.ranked(rulebook.rank, rulebook.grades, standing, now)


class Standings:
    """Notes where one person stands, and tells it beside the others of the rep."""

    def __init__(self, store: Store, setting: Setting, view: View) -> None:
        self._store = store
        self._setting = setting
        self._view = view
        self._ranked: dict[str, Ranked] = {}

    def note(
        self, mode: LeadMode, matcher: Matcher, timeline: Timeline, evaluation: Evaluation
    ) -> None:
        """Keep where the person stands by one rule, or that they stand nowhere."""
        view, book, rule = self._view, self._setting.rulebook, mode.rule.id
        if not evaluation.in_lead_mode:
            self._store.ranks.drop(view.person.id, rule)
            return
        found = ranked_now(
            book, view.person, view.facts, mode, timeline, evaluation, matcher, view.now
        )
        target = view.person.record_in(self._setting.authority)
        entered = next(t for t in reversed(evaluation.transitions) if t.change is Change.ENTERED)
        key = key_of(self._setting.instance, mode, target.ref, entered) if target else ""
        day = day_of(view.now, self._setting.zone)
        self._ranked[rule] = found
        self._store.ranks.put(
            Place(
                person=view.person.id,
                rule=rule,
                receiver=receivers(view.person, view.facts, book, key=key, now=view.now, day=day)[
                    0
                ],
                record=str(target.ref) if target else "",
                entered_at=entered.at,
                points=found.points,
                score=found.score,
                stars=found.stars,
                flames=found.flames,
                amount=found.worth.amount,
            )
        )

    def told(self, rule: str) -> Ranking:
        """What the placeholders say about the person by one rule."""
        mine, found = self._store.ranks.of(self._view.person.id, rule), self._ranked.get(rule)
        if mine is None or found is None:
            return Ranking()
        place, of = place_among(mine, self._store.ranks.beside(mine.receiver))
        return Ranking(
            rank=rank.place_in_words(place, of, found.why),
            stars=str(found.stars),
            flames=str(found.flames),
            value=found.worth.in_words(self._view.now),
        )


def place_among(mine: Place, beside: Sequence[Place]) -> tuple[int, int]:
    """The place of one episode among all of its rep, from 1, and how many there are."""
    ahead = sum(_order(each) < _order(mine) for each in beside)
    return ahead + 1, len(beside)


def _order(place: Place) -> tuple[object, ...]:
    return (*rank.order(place.points, place.score, place.entered_at, place.record), place.rule)
