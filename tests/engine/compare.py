"""Whether two tellings of the same story are the same, where floating point may differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

from connector.engine.result import Contribution, Transition

RELATIVE = 1e-9
TINY = 1e-300
"""Points below this have long decayed; whether they underflow to 0 is of no interest."""


def same_points(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=TINY)


def same_evidence(one: Sequence[Contribution], other: Sequence[Contribution]) -> bool:
    return len(one) == len(other) and all(
        (left.engaged, left.signal) == (right.engaged, right.signal)
        and same_points(left.points, right.points)
        for left, right in zip(one, other, strict=True)
    )


def same_transition(one: Transition, other: Transition) -> bool:
    return (
        (one.at, one.change, one.reason, one.burst, one.raised_by)
        == (other.at, other.change, other.reason, other.burst, other.raised_by)
        and same_points(one.score, other.score)
        and same_evidence(one.evidence, other.evidence)
    )


def same_story(one: Sequence[Transition], other: Sequence[Transition]) -> bool:
    return len(one) == len(other) and all(
        same_transition(left, right) for left, right in zip(one, other, strict=True)
    )


def difference(one: Sequence[Transition], other: Sequence[Transition]) -> str:
    """Both stories side by side, for the message of a failed test."""
    lines = ["", f"{len(one)} against {len(other)} transitions"]
    for index in range(max(len(one), len(other))):
        left = one[index] if index < len(one) else None
        right = other[index] if index < len(other) else None
        equal = left is not None and right is not None and same_transition(left, right)
        lines += [f"  {index}: same"] if equal else [f"- {left}", f"+ {right}"]
    return "\n".join(lines)
