"""How far along the journey somebody is, by the evidence that was kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.engine.result import Change, Contribution, Reason, Transition
from connector.engine.rule import Signal
from connector.engine.timeline import Engaged
from connector.model import Kind
from connector.plan.phase import phase_of
from tests.engine.stories import rule

SIGNAL = Signal(id="", kinds=frozenset({Kind.PAGE_VIEWED}), weight=1.0, half_life=1)
PHASES = {"mail": "", "read": "awareness", "price": "conversion", "refer": "advocacy"}
RULE = rule(signals=tuple(replace(SIGNAL, id=id_, phase=p) for id_, p in PHASES.items()))


def entered(*signals: str) -> Transition:
    proof = tuple(
        Contribution(engaged=Engaged(1, number, 0, 0), signal=signal, points=1.0)
        for number, signal in enumerate(signals)
    )
    reason = Reason.SCORE
    return Transition(
        at=1, change=Change.ENTERED, reason=reason, burst=1, score=1.0, evidence=proof
    )


@pytest.mark.parametrize(
    ("signals", "phase"),
    [
        (("read", "price", "mail"), "conversion"),
        (("read", "refer", "price"), "advocacy"),
        (("read",), "awareness"),
        (("mail",), ""),
        (("of older rules", "read"), "awareness"),
        ((), ""),
    ],
)
def test_the_furthest_phase_counts(signals: tuple[str, ...], phase: str):
    assert phase_of(RULE, entered(*signals)) == phase
