"""How the daemon is, in words: the line that `systemctl status` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connector.model import OutboxState

_ON_THEIR_WAY: Final = (
    OutboxState.PENDING,
    OutboxState.INFLIGHT,
    OutboxState.RETRY,
    OutboxState.UNKNOWN,
)


def describe(
    *,
    sources: int,
    failing: Mapping[str, str],
    loading: Sequence[str],
    writes: Mapping[OutboxState, int],
    dry_run: bool,
    stuck: Sequence[str],
    trouble: str,
) -> str:
    """One line, most urgent first; a healthy daemon says so in a few words."""
    parts = [trouble] if trouble else []
    if stuck:
        parts.append("no progress: " + ", ".join(stuck))
    parts.append(_sources(sources, failing))
    if loading:
        parts.append("first load of " + ", ".join(loading))
    parts += _writes(writes)
    if dry_run:
        parts.append("dry run: nothing is written before `leadmode arm`")
    return "; ".join(parts)


def _sources(total: int, failing: Mapping[str, str]) -> str:
    well = total - len(failing)
    said = f"{well} source{'' if well == 1 else 's'} ok"
    if failing:
        said += f", {len(failing)} failing (" + "; ".join(
            f"{name}: {reason}" for name, reason in sorted(failing.items())
        )
        said += ")"
    return said


def _writes(writes: Mapping[OutboxState, int]) -> list[str]:
    moving = sum(writes.get(state, 0) for state in _ON_THEIR_WAY)
    parts = [f"{moving} write{'' if moving == 1 else 's'} on the way"]
    if held := writes.get(OutboxState.HELD, 0):
        parts.append(f"{held} held")
    if dead := writes.get(OutboxState.DEAD, 0):
        parts.append(f"{dead} refused")
    return parts
