"""What must hold for every rule and every timeline."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.engine.evaluate import evaluate
from connector.engine.result import Change, Evaluation, Standing, Transition
from connector.engine.rule import MachineTests
from connector.engine.timeline import Timeline
from tests.depth import depth
from tests.engine.compare import difference, same_story
from tests.engine.reference import reference
from tests.engine.strategies import DAY, HOUR, Case, cases

T = TypeVar("T")

# Seeds are fixed: a red run can be repeated, and each test has its own few hundred timelines.
usual = settings(
    max_examples=depth(35, 300),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

NO_SCANS = MachineTests(scan_links=0)
"""A scanner is known by its last link only, so this test alone may look back (see semantics)."""


@usual
@given(cases())
def test_equals_the_definition(case: Case):
    found, wanted = evaluate(*case).transitions, reference(*case)
    assert same_story(found, wanted), difference(found, wanted)


@usual
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(case: Case, chance):
    rule, timeline, now = case
    shuffled = replace(
        timeline,
        engagements=_shuffled(timeline.engagements, chance),
        endings=_shuffled(timeline.endings, chance),
        fit=_shuffled(timeline.fit, chance),
    )
    found, wanted = evaluate(rule, shuffled, now), evaluate(rule, timeline, now)
    assert found == wanted
    assert found.standing == wanted.standing


def _shuffled(values: tuple[T, ...], chance: random.Random) -> tuple[T, ...]:
    return tuple(chance.sample(values, len(values)))


@usual
@given(cases(), st.data())
def test_duplicates_do_not_matter(case: Case, data: st.DataObject):
    rule, timeline, now = case
    once = {one.id: one for one in sorted(timeline.engagements, reverse=True)}
    repeated = [one for one in once.values() if data.draw(st.booleans())]
    later = [one._replace(at=one.at + HOUR) for one in repeated if data.draw(st.booleans())]
    alone = replace(timeline, engagements=tuple(once.values()))
    more = replace(timeline, engagements=(*later, *once.values(), *repeated))
    assert _without_due(evaluate(rule, more, now)) == _without_due(evaluate(rule, alone, now))
    assert _without_due(evaluate(rule, timeline, now)) == _without_due(evaluate(rule, alone, now))


def _without_due(evaluation: Evaluation) -> tuple[tuple[Transition, ...], bool, Standing]:
    # A repetition in the future is a moment to look again, though nothing will have changed.
    return evaluation.transitions, evaluation.in_lead_mode, evaluation.standing


@usual
@given(cases(), st.floats(0, 1))
def test_nothing_changes_before_the_due_moment(case: Case, part: float):
    rule, timeline, now = case
    before = evaluate(rule, timeline, now)
    end = before.due if before.due is not None else now + 3_650 * DAY
    assert end > now
    for moment in {now + 1, now + round((end - 1 - now) * part), end - 1}:
        if moment < end:
            assert evaluate(rule, timeline, moment).transitions == before.transitions


@usual
@given(cases())
def test_the_leaving_comes_exactly_when_it_is_due(case: Case):
    rule, timeline, now = case
    known = _up_to(timeline, now)
    before = evaluate(rule, known, now)
    assert (before.due is not None) == before.in_lead_mode
    if before.due is not None:
        after = evaluate(rule, known, before.due)
        *same, left = after.transitions
        assert tuple(same) == before.transitions
        assert (left.change, left.at) == (Change.LEFT, before.due)


@usual
@given(cases())
def test_day_by_day_equals_once_at_the_end(case: Case):
    rule, timeline, _ = case
    moments = sorted(
        {one.at for one in timeline.engagements} | {each.at for each in timeline.endings}
    )
    if not moments:
        return
    end = moments[-1] + 30 * DAY
    told: tuple[Transition, ...] = ()
    for now in sorted({*moments, *range(moments[0], end, DAY), end}):
        # What has not happened yet is not known yet.
        seen = evaluate(rule, _up_to(timeline, now), now, NO_SCANS).transitions
        assert seen[: len(told)] == told
        told = seen
    assert told == evaluate(rule, timeline, end, NO_SCANS).transitions


@usual
@given(cases(), st.integers(0, 5 * DAY))
def test_later_answers_begin_with_earlier_ones(case: Case, later: int):
    rule, timeline, now = case
    early = evaluate(rule, timeline, now, NO_SCANS).transitions
    late = evaluate(rule, timeline, now + later, NO_SCANS).transitions
    assert late[: len(early)] == early
    assert all(transition.at > now for transition in late[len(early) :])


@usual
@given(cases())
def test_the_future_does_not_matter(case: Case):
    rule, timeline, now = case
    known = _up_to(timeline, now)
    assert _without_due(evaluate(rule, known, now)) == _without_due(evaluate(rule, timeline, now))


@usual
@given(cases())
def test_episodes_alternate_and_no_burst_has_two(case: Case):
    evaluation = evaluate(*case)
    entered = [each for each in evaluation.transitions if each.change is Change.ENTERED]
    assert len({each.burst for each in entered}) == len(entered)
    inside = False
    for transition in evaluation.transitions:
        assert inside == (transition.change is not Change.ENTERED)
        inside = transition.change is not Change.LEFT
    assert inside == evaluation.in_lead_mode


def _up_to(timeline: Timeline, now: int) -> Timeline:
    return replace(
        timeline,
        engagements=tuple(one for one in timeline.engagements if one.at <= now),
        endings=tuple(each for each in timeline.endings if each.at <= now),
        fit=tuple(each for each in timeline.fit if each.at <= now),
    )
