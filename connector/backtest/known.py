"""What rules may ask about people, as it was at any moment of the past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from connector.config.rulebook import Rulebook
from connector.engine.condition import Condition, Facts
from connector.model import Person
from connector.plan.facts import facts_of
from connector.plan.history import ages_asked, as_of, asks_history, turns


class Span(NamedTuple):
    """From when on a condition holds, or does not; it is so until the next span."""

    since: int
    """UTC ms."""
    holds: bool


class Known:
    """The facts of people at moments, under one set of rules.

    What was bought, lost and owned is of the moment. Of everything else only the present is kept.
    """

    def __init__(self, rulebook: Rulebook, authority: str, until: int) -> None:
        """What is known at `until` (UTC ms) counts as the present."""
        self._personas, self._authority, self._until = rulebook.personas, authority, until
        self._clocks: dict[int, frozenset[int] | None] = {}
        self._has_past = any(map(asks_history, _conditions(rulebook)))

    def now(self, person: Person) -> Facts:
        """As of the end of what is looked at."""
        return self._facts(person, self._until)

    def at(self, person: Person, present: Facts, at: int) -> Facts:
        """As of a moment (UTC ms), from the facts of the end."""
        return self._facts(person, at) if self._has_past else present

    def spans(self, person: Person, condition: Condition) -> Sequence[Span]:
        """Since when the condition holds and does not; the first span is there from ever."""
        ages = self._ages(condition)
        if ages is None:
            return (Span(0, condition.holds(self.now(person))),)
        found = [Span(0, condition.holds(self._facts(person, 0)))]
        for at in turns(person, ages):
            if 0 < at <= self._until:
                holds = condition.holds(self._facts(person, at))
                if holds != found[-1].holds:
                    found.append(Span(at, holds))
        return found

    def _ages(self, condition: Condition) -> frozenset[int] | None:
        """Those that a condition asks for, in ms; None: it asks for nothing that has a past."""
        key = id(condition)  # those of a rulebook live as long as it
        if key not in self._clocks:
            asks = asks_history(condition)
            self._clocks[key] = ages_asked((condition,)) if asks else None
        return self._clocks[key]

    def _facts(self, person: Person, at: int) -> Facts:
        then = as_of(person, at) if self._has_past else person
        return facts_of(then, self._authority, self._personas, at)


def holds_at(spans: Sequence[Span], at: int) -> bool:
    """Whether a condition holds at a moment (UTC ms)."""
    return next(span.holds for span in reversed(spans) if span.since <= at)


def _conditions(rulebook: Rulebook) -> Sequence[Condition]:
    holds = rulebook.holds
    of_modes = [each for mode in rulebook.lead_modes for each in (mode.applies_to, mode.fit)]
    of_holds = [each.when for each in holds.exclusions] + [each.when for each in holds.silences]
    return [*of_modes, *of_holds, *([] if holds.excluded is None else [holds.excluded])]
