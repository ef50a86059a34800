"""Qualifying, instants, gaps and bursts, and entering, each by example."""

from __future__ import annotations

import functools
import operator

import pytest

from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.rule import Signal
from connector.engine.timeline import FitChange
from connector.model import Evidence, Kind
from tests.engine.stories import (
    FORM,
    PAGE,
    RETURNING,
    bursts,
    did,
    fit,
    form,
    look,
    ms,
    page,
    rule,
    timeline,
    told,
)
from tests.engine.strategies import DAY


def test_a_known_person_who_comes_back_after_a_quiet_time_enters():
    assert told(timeline(form(0), form(100)), now=100) == [
        "0 entered score",  # known for a thousand days, never seen: that is a return too
        "10 left decayed",
        "100 entered score",
    ]


def test_a_new_name_is_not_a_returning_one():
    assert told(timeline(form(0), known=-59)) == []
    assert told(timeline(form(0), known=-60)) == ["0 entered score", "10 left decayed"]


@pytest.mark.parametrize("known", [None, 1.0], ids=["nobody knows since when", "known later"])
def test_without_a_known_beginning_the_first_instant_starts_an_unarmed_burst(known: float | None):
    who = timeline(form(0), known=known)
    assert told(who) == []
    assert not look(who).standing.armed
    assert look(who).standing.burst == ms(0)


def test_a_gap_of_exactly_dormant_after_is_enough():
    entered_again = ["0 entered score", "10 left decayed", "60 entered score"]
    assert told(timeline(form(0), form(60)), now=60) == entered_again
    almost = form(60)._replace(at=ms(60) - 1)
    assert told(timeline(form(0), almost), now=60) == entered_again[:2]


def test_one_burst_has_at_most_one_episode():
    who = timeline(form(0), form(12), form(13), form(80))
    assert told(who, now=85) == ["0 entered score", "10 left decayed", "80 entered score"]
    assert bursts(who, now=85) == [0, 0, 80]


def test_an_entry_is_anchored_to_the_start_of_its_burst():
    who = timeline(page(0), page(1), page(2))
    assert told(who, now=2) == ["2 entered score"]
    assert bursts(who, now=2) == [0]


def test_a_burst_is_entered_within_burst_max_or_never():
    who = timeline(page(0), page(14), form(14))
    assert told(who, now=14) == ["14 entered score"]
    late = timeline(page(0), page(14), form(14)._replace(at=ms(14) + 1))
    assert told(late, now=15) == []


def test_the_score_must_reach_enter():
    assert told(timeline(page(0), page(0), page(0)), now=0) == ["0 entered score"]
    assert told(timeline(page(0), page(0)), now=0) == []


def test_reaching_enter_in_exact_arithmetic_is_enough():
    # 0.1 + 0.2 + ... misses 1 by a rounding error.
    tenth = Signal(id="tenth", kinds=frozenset({Kind.PAGE_VIEWED}), weight=0.1, half_life=10 * DAY)
    by = rule(signals=(tenth,), enter=1.0, leave=0.5)
    assert functools.reduce(operator.add, [0.1] * 10) < 1.0
    assert told(timeline(*(page(0) for _ in range(10))), by, now=0) == ["0 entered score"]
    assert told(timeline(*(page(0) for _ in range(9))), by, now=0) == []


def test_an_exact_half_life_is_exact():
    # 20 points, one half-life ago, are 10 points: not one millisecond more, nor less.
    double = Signal(
        id="double", kinds=frozenset({Kind.PAGE_VIEWED}), weight=20.0, half_life=10 * DAY
    )
    nothing_yet = fit(0, False), fit(9, True)
    who = timeline(page(0), form(10), fit=nothing_yet)
    by = rule(signals=(double, _tiny(FORM)))
    assert told(who, by, now=10) == ["10 entered score"]
    who = timeline(page(0), form(10)._replace(at=ms(10) + 1), fit=nothing_yet)
    assert told(who, by, now=11) == []


def _tiny(signal: Signal) -> Signal:
    return Signal(id="tiny", kinds=signal.kinds, weight=1e-12, half_life=signal.half_life)


def test_distinct_kinds_are_counted_in_a_window_open_at_its_start():
    by = rule(distinct_kinds=2, window=7)
    assert told(timeline(page(0), form(6)), by, now=6) == ["6 entered score"]
    assert told(timeline(page(0), form(7)), by, now=7) == []


def test_human_engagements_are_counted_in_the_same_window():
    by = rule(human_min=2)
    unknown = page(0, evidence=Evidence.UNKNOWN)
    assert told(timeline(unknown, form(1)), by, now=1) == []
    assert told(timeline(unknown, page(0), form(1)), by, now=1) == ["1 entered score"]
    assert told(timeline(page(0), form(14)), by, now=14) == []


def test_unknown_evidence_gives_points_and_machines_do_not():
    assert told(timeline(form(0, evidence=Evidence.UNKNOWN)), now=0) == ["0 entered score"]
    assert told(timeline(form(0, evidence=Evidence.MACHINE)), now=0) == []


def test_a_machine_does_not_break_the_silence():
    who = timeline(form(0), form(50, evidence=Evidence.MACHINE), form(60))
    assert told(who, now=60)[-1] == "60 entered score"
    woken = timeline(form(0), form(50), form(60))
    assert told(woken, now=60)[-1] == "10 left decayed"


def test_fit_is_asked_at_the_instant():
    who = timeline(page(0), form(1), page(2), fit=(fit(0, False), fit(2, True)))
    assert told(who, now=5) == ["2 entered score"]
    assert told(timeline(form(1), fit=(fit(1, False),)), now=5) == []
    assert told(timeline(form(1), fit=(fit(2, False),)), now=5) == ["1 entered score"]


def test_the_fit_that_changes_between_instants_makes_nobody_enter():
    assert told(timeline(form(0), fit=(fit(0, False), fit(1, True))), now=5) == []


def test_of_fit_changes_of_one_moment_the_true_one_counts():
    changes = (FitChange(ms(0), True), FitChange(ms(0), False))
    assert told(timeline(form(0), fit=changes), now=0) == ["0 entered score"]
    assert told(timeline(form(0), fit=changes[::-1]), now=0) == ["0 entered score"]


def test_equal_timestamps_are_one_instant():
    who = timeline(page(0, number=3), page(0, number=1), page(0, number=2))
    [entered] = look(who, now=0).transitions
    assert [each.engaged.id for each in entered.evidence] == [3, 2, 1]


def test_zero_weight_does_not_qualify_and_hides_later_signals():
    quiet = Signal(id="quiet", kinds=frozenset({Kind.FORM_SUBMITTED}), weight=0, half_life=DAY)
    by = rule(signals=(quiet, FORM, PAGE))
    assert told(timeline(form(0)), by, now=0) == []
    assert look(timeline(form(0)), by, now=0).standing.last_instant is None
    # No recency either: the person was silent from day 0 to day 60.
    assert told(timeline(page(0), form(30), *(page(60) for _ in range(3))), by, now=60) == [
        "60 entered score"
    ]


def test_what_no_signal_matches_does_not_qualify():
    who = timeline(did(0, Kind.UNSUBSCRIBED), did(1, Kind.EMAIL_SENT))
    assert look(who).standing.last_instant is None


@pytest.mark.fault("F49")
def test_the_future_is_not_looked_at():
    who = timeline(form(0), form(1))
    assert look(who, now=0).standing.last_instant == ms(0)
    assert look(who, now=-1).transitions == ()


def test_a_repeated_id_counts_once_and_its_first_time_stands():
    who = timeline(page(0, number=1), page(0, number=1), page(1, number=1), page(2, number=2))
    assert [one.engaged.at for one in look(who, now=5).standing.contributions] == [ms(2), ms(0)]


def test_where_nothing_ever_happened_nothing_is_said():
    evaluation = look(timeline())
    assert (evaluation.transitions, evaluation.in_lead_mode, evaluation.due) == ((), False, None)
    assert evaluation.standing.score == 0.0
    assert evaluation.standing.burst is None


def test_a_matcher_of_another_rule_is_refused():
    with pytest.raises(ValueError, match="another rule"):
        evaluate(RETURNING, timeline(), ms(0), matcher=Matcher(rule(enter=99.0)))
    same = evaluate(rule(), timeline(form(0)), ms(0), matcher=Matcher(RETURNING))
    assert same.in_lead_mode
