"""Which transitions may raise a hand-off: the cool-down over many persons."""

from __future__ import annotations

import numpy as np

from connector.engine.replay.columns import Bools, Ints
from connector.engine.replay.episodes import BY_HAND, LEFT


def alerts_of(person: Ints, at: Ints, change: Ints, reason: Ints, cooldown: int) -> Bools:
    """Whether each transition alerts; they are sorted by (person, time).

    A raised hand always does. An entry by score does unless something alerted less than
    `cooldown` ms before. Only chains of entries inside the cool-down need to be walked.
    """
    alert: Bools = change != LEFT
    stays = np.flatnonzero(alert)
    soon = np.zeros(len(stays), np.bool_)
    soon[1:] = (person[stays[1:]] == person[stays[:-1]]) & (
        at[stays[1:]] - at[stays[:-1]] < cooldown
    )
    last = 0
    for place in np.flatnonzero(soon).tolist():
        if not soon[place - 1]:
            last = int(at[stays[place - 1]])
        now = int(at[stays[place]])
        if reason[stays[place]] != BY_HAND and now - last < cooldown:
            alert[stays[place]] = False
        else:
            last = now
    return alert
