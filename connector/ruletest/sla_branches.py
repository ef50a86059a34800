"""Every way that clocks and dispositions can go, and how a test shows that it did."""

from __future__ import annotations

from collections.abc import Iterator

from connector.config.rulebook import Rulebook
from connector.engine.condition import folded
from connector.engine.result import Change
from connector.plan.sla import COOLING
from connector.ruletest.branch import Branch, Test, Told


def of_dispositions(rulebook: Rulebook) -> Iterator[Branch]:
    """The branches of what tasks and statuses say."""
    for status, reason in rulebook.dispositions.items():
        yield _branch("dispositions", status, "ends an episode", _ends(status, reason))
    for value in rulebook.task_dispositions:
        yield _branch("task_dispositions", value, "ends an episode", _was_set(value))
    for value in sorted(rulebook.task_accepted):
        yield _branch("task_dispositions", value, "takes a hand-off up", _was_set(value))
    for status in sorted(rulebook.accepted):
        yield _branch("dispositions", status, "takes a hand-off up", _has_status(status))


def of_clocks(rulebook: Rulebook) -> Iterator[Branch]:
    """The branches of steps, and of the warning."""
    sla = rulebook.sla
    if sla is None:
        return
    for step in sla.steps:
        yield _branch("sla_step", step.id, "is made", _is_made(step.id))
        if step.raised_after != step.after:
            yield _branch("sla_step", step.id, "is made after a raised hand", _raised(step.id))
    if sla.cooling is not None:
        yield _branch("sla", "cooling", "warns", _is_made(COOLING))


def _branch(part: str, name: str, way: str, met: Test) -> Branch:
    return Branch(part=part, name=name, way=way, is_met=met)


def _was_set(value: str) -> Test:
    return lambda told: any(
        folded(said) == folded(value) for _, said in told.played.person.task_values
    )


def _has_status(status: str) -> Test:
    return lambda told: any(folded(said) == status for _, said in told.played.person.status_changes)


def _is_made(step: str) -> Test:
    return lambda told: any(each.step.id == step for each in told.played.steps_made)


def _raised(step: str) -> Test:
    return lambda told: any(each.step.id == step and each.raised for each in told.played.steps_made)


def _ends(status: str, reason: str) -> Test:
    def met(told: Told) -> bool:
        said = {
            at for at, value in told.played.person.status_changes if folded(value) == folded(status)
        }
        return any(
            t.change is Change.LEFT and t.reason == reason and t.at in said
            for trace in told.traces.values()
            for t in trace.transitions
        )

    return met
