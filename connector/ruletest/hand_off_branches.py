"""Who gets the task of a hand-off and which fields it sets, as branches that tests touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector.config.rulebook import HandOff, Rulebook
from connector.engine.result import Reason
from connector.model import WriteKind
from connector.plan.hand_off import owner_for
from connector.ruletest.branch import Branch, Test


def hand_off_branches(rulebook: Rulebook, authority: str) -> Iterator[Branch]:
    """Of `[hand_off]`; fields for other instances than `authority` are never set in a test."""
    for name, way, met in _of_hand_off(rulebook, authority):
        yield Branch(part="hand_off", name=name, way=way, is_met=met)


def _of_hand_off(rulebook: Rulebook, authority: str) -> Iterator[tuple[str, str, Test]]:
    yield "task", "for an entry by score", _task(Reason.SCORE)
    if any(signal.hand_raise for mode in rulebook.lead_modes for signal in mode.rule.signals):
        yield "task", "for a raised hand", _task(Reason.HAND_RAISE)
    yield from _of_owners(rulebook.hand_off)
    for change in rulebook.hand_off.fields_on(authority):
        yield f"field {change.field}", "is set", _sets(change.field)


def _task(reason: Reason) -> Test:
    return lambda told: any(
        alert.alerted.writes and alert.alerted.transition.reason is reason
        for alert in told.played.alerts
    )


def _of_owners(rules: HandOff) -> Iterator[tuple[str, str, Test]]:
    """Each who gets the tasks for want of those before; the first one is the rule, no way out."""
    plain = replace(rules, fallback_owner=None)
    for number, owned in enumerate(rules.owners[1:], start=1):
        before = replace(plain, owners=rules.owners[:number])
        upto = replace(plain, owners=rules.owners[: number + 1])
        yield f"owners {owned}", "gets a task", _falls_back(before, upto)
    if rules.fallback_owner is not None:
        yield "fallback_owner", "gets a task", _falls_back(plain, rules)
    if rules.keep_owner_for is not None:
        kept = replace(rules, keep_owner_for=None)
        yield "keep_owner_for", "passes somebody on", _passed_on(kept, rules)


def _falls_back(before: HandOff, rules: HandOff) -> Test:
    """A task for whom the first rules have nobody, and these have somebody."""
    return lambda told: any(
        alert.alerted.writes
        and owner_for(alert.person, before, alert.at) is None
        and owner_for(alert.person, rules, alert.at) is not None
        for alert in told.played.alerts
    )


def _passed_on(kept: HandOff, rules: HandOff) -> Test:
    """A task that somebody else would have got, had they kept the person for ever."""
    return lambda told: any(
        alert.alerted.writes
        and owner_for(alert.person, kept, alert.at) != owner_for(alert.person, rules, alert.at)
        for alert in told.played.alerts
    )


def _sets(field: str) -> Test:
    return lambda told: any(
        write.kind is WriteKind.SET_FIELDS and field in write.fields
        for alert in told.played.alerts
        for write in alert.alerted.writes
    )
