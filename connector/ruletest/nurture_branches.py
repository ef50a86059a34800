"""Every way that a nurture program can go, and how a played test shows that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from connector.config.nurture import Program
from connector.config.rulebook import Rulebook
from connector.engine.condition import Always
from connector.engine.timeline import EndReason
from connector.plan.nurture import Exit, Pause, State, Step
from connector.plan.offers import offers_of
from connector.ruletest.branch import Branch, Test

_ALWAYS: Final = (Exit.OPTED_OUT, Exit.LEAD_MODE, Exit.OPPORTUNITY, Exit.REPLIED, Exit.FINISHED)


def of_nurture(rulebook: Rulebook) -> Iterator[Branch]:
    """The branches of all active programs, and of the offers that they may use."""
    used: dict[str, None] = {}
    for program in rulebook.programs:
        for way, met in _of_program(program, rulebook):
            yield Branch(part="program", name=program.id, way=way, is_met=met)
        used |= dict.fromkeys(offer.id for offer in offers_of(program, rulebook.offers))
    for offer in used:
        yield Branch(part="offer", name=offer, way="is made", is_met=_offered(offer))


def _of_program(program: Program, rulebook: Rulebook) -> Iterator[tuple[str, Test]]:
    def stood(is_one: Callable[[Step], bool]) -> Test:
        return lambda told: any(
            name == program.id and is_one(step) for name, step in told.played.steps
        )

    for entry in program.entry:
        yield f"enters: {entry.value}", stood(_within(entry.value))
    if not isinstance(program.who, Always):
        yield (
            "who leaves somebody out",
            lambda told: any(not program.who.holds(facts) for facts in told.played.looks),
        )
    for pause in Pause:
        if pause is Pause.OPPORTUNITY or program.pause_for > 0:
            yield f"pauses: {pause.value}", stood(_paused(pause))
    for reason in _exits(rulebook):
        yield f"exits: {reason.value}", stood(_exited(reason))
    yield "is exhausted", stood(lambda step: step.state is State.EXHAUSTED)


def _exits(rulebook: Rulebook) -> Iterator[Exit]:
    yield from _ALWAYS
    if EndReason.DISQUALIFIED in rulebook.dispositions.values():
        yield Exit.DISQUALIFIED


def _within(entry: str) -> Callable[[Step], bool]:
    return lambda step: step.entry == entry and step.number is not None


def _paused(pause: Pause) -> Callable[[Step], bool]:
    """Also before somebody comes in: nobody does while sales works them."""
    return lambda step: step.reason == pause and step.state in (State.PAUSED, State.OUT)


def _exited(reason: Exit) -> Callable[[Step], bool]:
    return lambda step: step.state is State.EXITED and step.reason == reason


def _offered(offer: str) -> Test:
    return lambda told: any(each.offer_id == offer for each in told.played.touches)
