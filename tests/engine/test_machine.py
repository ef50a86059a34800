"""Clicks that no human made, by example."""

from __future__ import annotations

import pytest

from connector.engine.evaluate import evaluate
from connector.engine.machine import classify, may_be_machines
from connector.engine.rule import MachineTests, Rule, Signal
from connector.engine.timeline import Engaged, Timeline, Touchpoint
from connector.model import Evidence, Kind
from tests.engine.strategies import DAY, NO_TESTS

HUMAN, MACHINE, UNKNOWN = Evidence.HUMAN, Evidence.MACHINE, Evidence.UNKNOWN
USUAL = MachineTests()


def sent(at: int, message: str = "news", number: int = 0) -> Engaged:
    return _one(at, Kind.EMAIL_SENT, number, message=message)


def click(at: int, link: str = "", message: str = "", number: int = 0, **more) -> Engaged:
    return _one(at, Kind.EMAIL_CLICKED, number, link=link, message=message, **more)


def _one(at, kind, number, *, evidence=HUMAN, link="", message="") -> Engaged:
    # Numbers that are not given follow from the time: one of a kind per moment is enough.
    return Engaged(
        at, number or at * 10 + kind.code, kind.code, evidence, Touchpoint("", "", link, message)
    )


def classes(*engagements: Engaged, tests: MachineTests = USUAL) -> list[Evidence]:
    """The classes of the clicks, in order of time."""
    found = classify(engagements, tests)
    return [Evidence(one.evidence) for one in found if one.kind == Kind.EMAIL_CLICKED.code]


@pytest.mark.parametrize("evidence", Evidence)
def test_what_the_platform_says_stays_when_no_test_objects(evidence: Evidence):
    assert classes(click(0, evidence=evidence)) == [evidence]


def test_an_apple_privacy_open_is_unknown_and_stays_so():
    opened = _one(500, Kind.EMAIL_OPENED, 0, evidence=UNKNOWN, message="news")
    assert classify([sent(0), opened], USUAL)[1] == opened


@pytest.mark.parametrize(
    ("after", "evidence"), [(0, MACHINE), (1, MACHINE), (2_000, MACHINE), (2_001, HUMAN)]
)
def test_a_click_too_soon_after_sending_is_a_machine(after: int, evidence: Evidence):
    assert classes(sent(0), click(after, message="news")) == [evidence]


def test_a_click_before_the_sending_was_not_caused_by_it():
    assert classes(click(0, message="news"), sent(1)) == [HUMAN]


def test_the_last_sending_before_the_click_is_the_one_that_counts():
    assert classes(sent(0), sent(9_000), click(10_000, message="news")) == [MACHINE]
    assert classes(sent(0), click(8_000, message="news"), sent(9_000)) == [HUMAN]


def test_only_the_sending_of_the_same_message_counts():
    assert classes(sent(0, "news"), click(5, message="offer")) == [HUMAN]
    assert classes(sent(0, ""), click(5, message="offer")) == [HUMAN]


def test_a_click_of_which_nobody_knows_the_message_follows_any_sending():
    assert classes(sent(0, "news"), click(5)) == [MACHINE]
    assert classes(sent(0, ""), click(5)) == [MACHINE]


def test_ids_do_not_say_what_came_first_in_a_millisecond():
    assert classes(click(0, message="news", number=1), sent(0, number=2)) == [MACHINE]


def test_three_links_within_two_seconds_are_a_scanner():
    assert classes(click(0, "a"), click(1_000, "b"), click(2_000, "c")) == [MACHINE] * 3
    assert classes(click(0, "a"), click(1_000, "b"), click(2_001, "c")) == [HUMAN] * 3


def test_the_same_link_again_is_not_another_link():
    assert classes(click(0, "a"), click(1, "a"), click(2, "b"), click(3, "b")) == [HUMAN] * 4


def test_every_click_of_a_scanners_span_is_a_machine():
    around = (click(500), click(3_000))
    scan = (click(1_000, "a"), click(1_001, "b"), click(1_002, "c"))
    assert classes(*around, *scan) == [MACHINE] * 5
    outside = click(-999), click(3_003)
    assert classes(*outside, *scan) == [HUMAN, *[MACHINE] * 3, HUMAN]


def test_a_click_without_link_is_no_distinct_link():
    assert classes(click(0), click(1, "a"), click(2, "b")) == [HUMAN] * 3


def test_other_kinds_are_not_scanned():
    pages = [_one(at, Kind.PAGE_VIEWED, 0, link=f"{at}") for at in range(5)]
    assert {one.evidence for one in classify(pages, USUAL)} == {HUMAN}


@pytest.mark.parametrize(
    "tests",
    [
        MachineTests(click_after_send=0, scan_links=0),
        MachineTests(click_after_send=0, scan_within=0),
    ],
)
def test_zero_switches_a_test_off(tests: MachineTests):
    assert (
        classes(
            sent(0),
            click(0, "a", "news", 1),
            click(0, "b", "news", 2),
            click(0, "c", "news", 3),
            tests=tests,
        )
        == [HUMAN] * 3
    )


def test_a_machine_is_never_raised_to_human():
    flagged = click(0, evidence=MACHINE)
    assert classes(flagged, tests=NO_TESTS) == [MACHINE]


def test_clicks_the_platform_calls_machine_still_make_up_a_scan():
    clicks = [click(at, f"{at}", evidence=MACHINE if at else HUMAN) for at in range(3)]
    assert classes(*clicks) == [MACHINE] * 3


def test_repeated_ids_are_dropped_and_the_order_of_time_is_restored():
    one, two = click(5, "a", number=1), click(3, "b", number=2)
    assert classify([one, two, one._replace(at=4), one], USUAL) == (two, one._replace(at=4))


def test_a_scanner_earns_no_points():
    clicked = Signal(id="click", kinds=frozenset({Kind.EMAIL_CLICKED}), weight=10.0, half_life=DAY)
    rule = Rule(
        id="any",
        signals=(clicked,),
        enter=10.0,
        leave=1.0,
        dormant_after=DAY,
        burst_max=DAY,
        window=DAY,
        idle_after=DAY,
    )
    who = Timeline(known_at=-DAY, engagements=tuple(click(at, f"{at}") for at in range(3)))
    assert evaluate(rule, who, DAY).transitions == ()
    assert len(evaluate(rule, who, DAY, NO_TESTS).transitions) == 1
    # Before the third link nobody can know: the moment to look again is its moment.
    early = evaluate(rule, who, 1)
    assert (len(early.transitions), early.due) == (1, 2)


def test_long_scans_take_linear_time():
    clicks = [click(at // 50, f"{at % 40}", "m", number=at + 1) for at in range(60_000)]
    assert set(classes(*clicks)) == {MACHINE}


@pytest.mark.parametrize(
    ("kind", "evidence", "wanted"),
    [
        (Kind.EMAIL_CLICKED, HUMAN, True),
        (Kind.PAGE_VIEWED, MACHINE, True),
        (Kind.PAGE_VIEWED, HUMAN, False),
        (Kind.EMAIL_SENT, HUMAN, False),
    ],
)
def test_only_clicks_and_what_is_called_a_machine_may_be_machines(kind, evidence, wanted):
    page = Engaged(0, 1, Kind.PAGE_VIEWED.code, HUMAN)
    assert may_be_machines([page, Engaged(1, 2, kind.code, evidence)]) is wanted
    assert not may_be_machines([page])
