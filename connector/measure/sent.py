"""Runs through programs and their touches, read from the store for the measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from connector.config.rulebook import Rulebook
from connector.engine.machine import classify
from connector.measure.known import Sent, Started
from connector.model import Enrolment
from connector.plan.offers import acts, first_answer
from connector.store import Store


def started(store: Store, start: int, until: int) -> Iterator[Started]:
    """Runs that began from `start` to `until` (UTC ms), as they were at `until`."""
    for person, run in store.enrolments.started(start, until):
        yield Started(person=person, run=_at(run, until))


def _at(run: Enrolment, until: int) -> Enrolment:
    ended = run.ended_at is not None and run.ended_at <= until
    exhausted = run.exhausted_at is not None and run.exhausted_at <= until
    return replace(
        run,
        ended_at=run.ended_at if ended else None,
        reason=run.reason if ended else "",
        exhausted_at=run.exhausted_at if exhausted else None,
    )


def sent(store: Store, rulebook: Rulebook, start: int, until: int) -> Iterator[Sent]:
    """Touches from `start` to `until` (UTC ms), and the answers that had come by then."""
    offers = {offer.id: offer for offer in rulebook.offers}
    within = rulebook.measuring.counting.answer_within
    touched = [one for one in store.enrolments.delivered() if start <= one[1].at <= until]
    for person, some in groupby(touched, key=lambda one: one[0]):
        engagements = tuple(e for e in store.timelines.of(person) if e.at <= until)
        did = list(acts(classify(engagements, rulebook.machine)))
        for _, touch in some:
            at = first_answer(offers.get(touch.offer), did, touch.at, within)
            over = at is not None or touch.at + within <= until
            yield Sent(person=person, touch=touch, answered_at=at, is_judged=over)
