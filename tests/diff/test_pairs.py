"""Which alerts of two sides are the same one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector.backtest.play import Played
from connector.diff.pairs import differing
from connector.diff.told import Past
from connector.engine.result import Reason
from connector.model import Hold


def entry(burst: int, at: int, left: int | None = None, hold: Hold | None = None) -> Played:
    return Played(
        rule="returning",
        person=1,
        at=at,
        happened_at=at,
        score=50.0,
        by_hand=False,
        entered=True,
        hold=hold,
        burst=burst,
        left_at=left,
        left_reason=None if left is None else Reason.DECAYED,
    )


def raised(burst: int, at: int, hold: Hold | None = None) -> Played:
    return Played(
        rule="returning",
        person=1,
        at=at,
        happened_at=at,
        score=50.0,
        by_hand=True,
        entered=False,
        hold=hold,
        burst=burst,
        left_at=None,
        left_reason=None,
    )


def whats(old: list[Played], new: list[Played]) -> list[Past]:
    return [what for what, _ in differing(old, new)]


def test_the_same_is_no_difference():
    side = [entry(1, 2, 9), raised(1, 5), entry(20, 21)]
    assert whats(side, side) == []


def test_each_kind_of_difference():
    assert whats([entry(1, 2, 9)], []) == [Past.ONLY_OLD]
    assert whats([], [entry(1, 2, 9)]) == [Past.ONLY_NEW]
    assert whats([entry(1, 2, 9)], [entry(1, 4, 9)]) == [Past.MOVED]
    assert whats([entry(1, 2, 9)], [entry(1, 2, 9, Hold.CONSENT)]) == [Past.HELD]
    assert whats([entry(1, 2, 9, Hold.WORKED)], [entry(1, 2, 9, Hold.CONSENT)]) == [Past.HELD]
    assert whats([entry(1, 2, 9)], [entry(1, 2)]) == [Past.ENDED]
    assert whats([entry(1, 2), raised(1, 5)], [entry(1, 2)]) == [Past.ONLY_OLD]
    assert whats([entry(1, 2), raised(1, 5)], [entry(1, 2), raised(1, 5, Hold.CONSENT)]) == [
        Past.HELD
    ]


def test_stays_that_do_not_overlap_are_not_one():
    assert whats([entry(1, 2, 9)], [entry(10, 11)]) == [Past.ONLY_OLD, Past.ONLY_NEW]
    assert whats([entry(1, 2, 10)], [entry(10, 11)]) == [Past.MOVED]


def test_a_later_stay_is_not_taken_for_an_earlier_one():
    old = [entry(1, 2, 9), entry(20, 21, 30)]
    assert whats(old, [entry(20, 21, 30)]) == [Past.ONLY_OLD]
    assert whats(old, [entry(1, 2, 9)]) == [Past.ONLY_OLD]


@st.composite
def sides(draw: st.DrawFn) -> list[Played]:
    """Stays one after the other, as one rule makes them, some with raised hands."""
    made: list[Played] = []
    at = 0
    for _ in range(draw(st.integers(0, 5))):
        burst = at + draw(st.integers(1, 6))
        entered = burst + draw(st.integers(0, 3))
        left = entered + draw(st.integers(0, 5))
        hold = draw(st.sampled_from([None, Hold.CONSENT, Hold.COOLDOWN]))
        made.append(entry(burst, entered, left, hold))
        if left > entered and draw(st.booleans()):
            made.append(raised(burst, entered + 1, hold))
        at = left
    if made and made[-1].entered and draw(st.booleans()):
        made[-1] = entry(made[-1].burst, made[-1].at, None, made[-1].hold)
    return made


_MIRRORED = {Past.ONLY_OLD: Past.ONLY_NEW, Past.ONLY_NEW: Past.ONLY_OLD}


@given(sides(), sides())
def test_swapping_the_sides_swaps_the_difference_and_nothing_else(
    old: list[Played], new: list[Played]
):
    forth = {(what, pair) for what, pair in differing(old, new)}
    back = {(_MIRRORED.get(w, w), (theirs, ours)) for w, (ours, theirs) in differing(new, old)}
    assert forth == back


@given(sides(), sides())
def test_no_alert_is_told_twice_and_none_is_lost(old: list[Played], new: list[Played]):
    told = list(differing(old, new))
    for side, alerts in enumerate((old, new)):
        seen = [pair[side] for _, pair in told if pair[side] is not None]
        assert len(seen) == len({(one.at, one.entered) for one in seen if one})
        other = {(o.at, o.entered, o.hold, o.left_at) for o in (new, old)[side]}
        lost = [one for one in alerts if one not in seen]
        assert all((one.at, one.entered, one.hold, one.left_at) in other for one in lost)
