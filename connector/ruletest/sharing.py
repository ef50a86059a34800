"""Every way that capacity, teams and the holdout can go, and how a test shows that it did."""

from __future__ import annotations

from collections.abc import Iterator

from connector.config.capacity import Team
from connector.config.rulebook import Rulebook
from connector.model import Hold, Verdict, WriteKind
from connector.ruletest.branch import Branch, Test, Told


def of_sharing(rulebook: Rulebook) -> Iterator[Branch]:
    """What a test can touch of them."""
    if rulebook.capacity is not None:
        yield _branch("capacity", "week", "defers an alert", _waits)
        yield _branch("capacity", "week", "lets through what waited", _admits)
        yield _branch("capacity", "wait", "gives up what waited", _held(Hold.CAPACITY))
    for team in rulebook.teams:
        yield _branch("team", team.id, "gets a task", _gets(team))
    if rulebook.holdout is not None:
        yield _branch("holdout", "share", "holds an alert back", _held(Hold.HOLDOUT))


def _branch(part: str, name: str, way: str, met: Test) -> Branch:
    return Branch(part=part, name=name, way=way, is_met=met)


def _held(hold: Hold) -> Test:
    return lambda told: told.held(hold)


def _waits(told: Told) -> bool:
    return any(
        each.alerted.decision.verdict is Verdict.WAITING and each.at < snapshot.at
        for snapshot in told.played.snapshots
        if snapshot.waiting
        for each in told.played.alerts
    )


def _admits(told: Told) -> bool:
    return any(each.alerted.writes and each.waited > 0 for each in told.played.alerts)


def _gets(team: Team) -> Test:
    return lambda told: any(
        write.kind is WriteKind.CREATE_TASK and write.fields["owner"] in team.members
        for each in told.played.alerts
        for write in each.alerted.writes
    )
