"""How far along the buyer's journey the evidence shows somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from connector.config.rulebook import Phase
from connector.engine.result import Contribution, Transition
from connector.engine.rule import Rule

_ORDER: Final = {phase.value: place for place, phase in enumerate(Phase)}


def phase_of(rule: Rule, transition: Transition) -> str:
    """The furthest phase that the kept evidence speaks of; empty when it speaks of none.

    It depends on the transition alone, so it is the same whenever it is asked for.
    """
    return furthest(rule, (each.signal for each in transition.evidence))


def furthest(rule: Rule, signals: Iterable[str]) -> str:
    """The furthest phase of some signals of a rule; empty when none has one."""
    phases = phases_of(rule)
    found = {phases[signal] for signal in signals if signal in phases}
    return max(found, key=_ORDER.__getitem__, default="")


def late_points(rule: Rule, contributions: Iterable[Contribution]) -> float:
    """The points by signals of the phase conversion, or of one behind it."""
    order = {signal: _ORDER[phase] for signal, phase in phases_of(rule).items()}
    late = _ORDER[Phase.CONVERSION.value]
    return sum(each.points for each in contributions if order.get(each.signal, -1) >= late)


def further(one: str, other: str) -> str:
    """The further of two phases; "" is no phase."""
    return max(one, other, key=lambda phase: _ORDER.get(phase, -1))


def phases_of(rule: Rule) -> dict[str, str]:
    """The phase of each signal that has one, by the id of the signal."""
    return {signal.id: signal.phase for signal in rule.signals if signal.phase}
