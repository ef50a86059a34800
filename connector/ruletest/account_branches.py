"""Every way that a surge of a company can go, and how a played test shows that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connector.config.rulebook import AccountRule, FitPoints, Rulebook
from connector.engine.condition import Always
from connector.model import Hold
from connector.plan.account_task import Group
from connector.ruletest.branch import Branch, Test


def of_accounts(rulebook: Rulebook) -> Iterator[Branch]:
    """The branches of [account]; none where nobody looks at companies."""
    if rulebook.account is not None:
        for way, met in _ways(rulebook.account):
            yield Branch(part="account", name="", way=way, is_met=met)


def _ways(rule: AccountRule) -> Iterator[tuple[str, Test]]:
    yield "a surge makes a task", lambda told: any(s.write for _, s in told.played.surges)
    yield "somebody joins it", lambda told: told.held(Hold.JOINED)
    if rule.cooldown:
        yield "the cool-down holds a surge", _held(Hold.COOLDOWN)
    if not isinstance(rule.who, Always):
        yield (
            "who leaves a company out",
            lambda told: any(not rule.who.holds(facts) for facts in told.played.accounts),
        )
    for persona in rule.group:
        yield f"{persona} is missing", _group(lambda group, p=persona: p in group.missing)  # type: ignore[misc]
    if rule.group:
        yield "the group is whole", _group(lambda group: not group.missing and bool(group.members))
    for points in rule.points:
        name = points.label or f"{points.points:g} points"
        yield f"{name}: given", _group(_gets(points))
        yield f"{name}: not given", _group(lambda group, p=points: not _gets(p)(group))  # type: ignore[misc]


def _held(hold: Hold) -> Test:
    return lambda told: any(each.surge.hold is hold for _, each in told.played.surges)


def _group(is_one: Callable[[Group], bool]) -> Test:
    return lambda told: any(map(is_one, told.played.groups))


def _gets(points: FitPoints) -> Callable[[Group], bool]:
    return lambda group: points.when.holds(group.facts)
