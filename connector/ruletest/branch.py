"""One way that something in the rules can go, and what a played test tells about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connector.engine.result import Transition
from connector.engine.timeline import Engaged
from connector.model import Hold
from connector.ruletest.seen import Played
from connector.ruletest.trace import Trace


@dataclass(frozen=True, kw_only=True)
class Told:
    """One test, as far as coverage asks."""

    played: Played
    traces: dict[str, Trace]
    """By id of the lead mode; none of one that never applied to the person."""
    machines: frozenset[str]
    """The keys of [machine] by which a click was found to be no human's."""

    def held(self, hold: Hold, rule: str | None = None) -> bool:
        """Whether an alert was held back for this reason."""
        decisions = [alert.alerted.decision for alert in self.played.alerts]
        return any(d.hold is hold and rule in (None, d.rule) for d in decisions)

    def transitions(self, rule: str) -> Sequence[Transition]:
        """What became of the person by this lead mode."""
        return self.traces[rule].transitions if rule in self.traces else ()

    def matched(self, signal: str, is_one: Callable[[Engaged], bool]) -> bool:
        """Whether the signal matched such an engagement."""
        return any(
            found.id == signal and is_one(engaged)
            for trace in self.traces.values()
            for found, engaged in trace.matched
        )


Test = Callable[[Told], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way that something can go."""

    part: str
    """The table of the rule file, for example "signal"."""
    name: str
    """Which one of them."""
    way: str
    """What must happen for it to be touched, in words."""
    is_met: Test
