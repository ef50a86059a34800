"""Whether anything that speaks for an entry was surely a human's."""

from __future__ import annotations

from collections.abc import Iterable

from connector.config.rulebook import Holds
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.result import Reason, Transition
from connector.engine.rule import MachineTests, Rule
from connector.engine.timeline import Engaged
from connector.model import Evidence


def must_ask(holds: Holds, rule: Rule, transition: Transition) -> bool:
    """Whether `nobody_sure` matters: a rule that asks for humans has them, and so has a hand."""
    return holds.machine_only and rule.human_min == 0 and transition.reason is Reason.SCORE


def nobody_sure(
    matcher: Matcher, engagements: Iterable[Engaged], machine: MachineTests, at: int
) -> bool:
    """Whether nothing that counts within the rule's window before `at` was surely a human's.

    `engagements` are all that is known of the person, as the sources class them.
    """
    since = at - matcher.rule.window
    return not any(
        since < one.at <= at
        and one.evidence == Evidence.HUMAN
        and matcher.qualifies[matcher.signal(one.kind, one.evidence, one.touchpoint)]
        for one in classify(engagements, machine)
    )
