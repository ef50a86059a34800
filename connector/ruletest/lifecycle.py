"""Every way that fields can be set at the beginning or end of an episode, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator

from connector.config.rulebook import Lifecycle, Rulebook, first_per_field
from connector.ruletest.branch import Branch, Test


def branches_of_lifecycles(rulebook: Rulebook, authority: str) -> Iterator[Branch]:
    """Each field that is set on `authority`, and each reason where several are named."""
    for one in rulebook.lifecycles:
        for field in dict.fromkeys(each.field for each in first_per_field(one.fields, authority)):
            way = f"sets {field}"
            yield Branch(part="lifecycle", name=one.id, way=way, is_met=_sets(one, field))
        for reason in sorted(one.reasons) if len(one.reasons) > 1 else ():
            met = _sets(one, None, reason)
            yield Branch(part="lifecycle", name=one.id, way=f"for {reason}", is_met=met)


def _sets(lifecycle: Lifecycle, field: str | None, reason: str = "") -> Test:
    return lambda told: any(
        lifecycle.id in mark.marked.by
        and reason in ("", mark.marked.transition.reason.value)
        and (field is None or field in mark.marked.by[lifecycle.id].fields)
        for mark in told.played.marks
    )
