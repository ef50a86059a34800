"""Which signal scores an engagement, by example."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.engine import match
from connector.engine.match import Matcher
from connector.engine.rule import Signal
from connector.engine.timeline import Touchpoint
from connector.model import Evidence, Kind
from tests.engine.stories import rule

FORM = Kind.FORM_SUBMITTED.code


ANY = Signal(id="any", kinds=frozenset({Kind.FORM_SUBMITTED}), weight=1.0, half_life=1)


def signal(**changes: Any) -> Signal:
    return replace(ANY, **changes)


def asked(
    *signals: Signal,
    source: str = "",
    asset: str = "",
    link: str = "",
    evidence: Evidence = Evidence.HUMAN,
) -> int:
    matcher = Matcher(rule(signals=signals))
    touchpoint = Touchpoint(source, asset, link)
    first = matcher.signal(FORM, evidence, touchpoint)
    assert matcher.signal(FORM, evidence, touchpoint) == first
    return first


def test_the_first_signal_in_file_order_wins():
    assert asked(signal(id="a"), signal(id="b")) == 0
    assert asked(signal(assets=("x",)), signal(), asset="x") == 0
    assert asked(signal(assets=("x",)), signal(), asset="y") == 1


def test_a_signal_without_weight_is_found_like_any_other():
    assert asked(signal(weight=0), signal()) == 0
    assert Matcher(rule(signals=(signal(weight=0), signal()))).qualifies == (False, True, False)


def test_other_kinds_match_nothing():
    matcher = Matcher(rule(signals=(signal(),)))
    found = {kind: matcher.signal(kind.code, Evidence.HUMAN, Touchpoint()) for kind in Kind}
    assert {kind for kind, index in found.items() if index >= 0} == {Kind.FORM_SUBMITTED}
    assert found[Kind.BOUNCED] == -1


def test_a_source_must_be_one_of_those_named():
    only = signal(sources=frozenset({"web", "mail"}))
    assert asked(only, source="web") == 0
    assert asked(only, source="crm") == -1
    assert asked(only, source="WEB") == -1


def test_an_evidence_class_must_be_one_of_those_named():
    sure = signal(classes=frozenset({Evidence.HUMAN}))
    assert asked(sure) == 0
    assert asked(sure, evidence=Evidence.UNKNOWN) == -1
    assert asked(sure, signal(), evidence=Evidence.UNKNOWN) == 1
    assert asked(signal(classes=frozenset({Evidence.HUMAN, Evidence.UNKNOWN})), signal()) == 0


def test_the_class_is_remembered_apart():
    matcher = Matcher(rule(signals=(signal(classes=frozenset({Evidence.UNKNOWN})), signal())))
    found = [matcher.signal(FORM, one, Touchpoint()) for one in (*Evidence, *Evidence)]
    assert found == [1, 1, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("demo", "Demo", True),
        ("DEMO", "demo", True),
        ("demo", "a demo", False),
        ("*demo*", "Book a Demo now", True),
        ("*", "", True),
        ("?", "ä", True),
        ("?", "", False),
        ("[ab]x", "Bx", True),
        ("[!ab]x", "bx", False),
        ("[A-C]", "b", True),
        ("[ab", "[ab", True),
        ("[z-a]", "z", False),
        ("a.b", "axb", False),
        ("a(b|c", "A(B|C", True),
        ("line*end", "line\nend", True),
        ("ÜBER*", "über uns", True),
    ],
)
def test_patterns_are_those_of_the_shell_and_blind_to_case(pattern: str, text: str, fits: bool):
    only = signal(assets=(pattern,))
    assert (asked(only, asset=text, link="--") == 0) is fits
    assert (asked(only, asset="--", link=text) == 0) is fits


def test_any_of_several_patterns_is_enough():
    assert asked(signal(assets=("x", "*y")), asset="why") == 0


@pytest.mark.fault("F67")
def test_hostile_text_costs_no_more_than_its_length():
    # A naive translation to a regular expression would not be done with this before winter.
    pattern = "*a" * 25 + "*b"
    assert asked(signal(assets=(pattern,)), asset="a" * 100_000) == -1
    assert asked(signal(assets=(pattern,)), asset="a" * 100_000 + "b") == 0


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(match, "_REMEMBERED", 10)
    matcher = Matcher(rule(signals=(signal(assets=("page-1*",)),)))
    found = [
        matcher.signal(FORM, Evidence.HUMAN, Touchpoint(link=f"page-{number}"))
        for number in range(100)
    ]
    assert [number for number, index in enumerate(found) if index == 0] == [1, *range(10, 20)]
    assert len(matcher._remembered) <= 10
