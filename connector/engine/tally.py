"""The engagements that carry weight: the best of them are the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.engine.result import Contribution
from connector.engine.rule import Signal
from connector.engine.timeline import Engaged


def top_contributions(
    signals: Sequence[Signal], carried: Mapping[int, Sequence[Engaged]], t: int, count: int
) -> tuple[Contribution, ...]:
    """The greatest contributions at t, best first; ties: later first, then greater id.

    `carried` has what carries weight by index of the signal, in order. Within one signal a later
    engagement never gives less, so only the last ones are looked at.
    """
    if count <= 0:
        return ()
    candidates = []
    for index, all_carried in carried.items():
        signal = signals[index]
        for one in all_carried[-count:]:
            points = signal.weight * 2.0 ** (-(t - one[0]) / signal.half_life)
            # Ids differ, so nothing behind them is ever compared.
            candidates.append((points, one[0], one[1], one, signal.id))
    candidates.sort(reverse=True)
    return tuple(
        Contribution(engaged=one, signal=signal_id, points=points)
        for points, _, _, one, signal_id in candidates[:count]
    )
