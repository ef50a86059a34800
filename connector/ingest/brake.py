"""The brake: how many hand-offs may still go before it looks like a bad rule or a bad import."""

from __future__ import annotations

from typing import Final

from connector.clock import DAY
from connector.config.settings import Config
from connector.store import Store

USUAL_OVER: Final = 28
"""Days over which the usual number of a day is taken."""
_KNOWN_AFTER: Final = 14 * DAY
"""Before so much time has passed since the first hand-off nothing is usual."""
FREE: Final = 20
"""So many hand-offs of a day are never unusual."""


def room(store: Store, config: Config, handed_off: int, now: int) -> int | None:
    """How many more hand-offs this cycle may make; None: any number.

    `handed_off` is how many it made. The absolute limit counts by cycle, the relative one within
    a day, without what was held or released by a person.
    """
    if not config.storm:
        return None
    left = max(0, config.storm - handed_off)
    if not config.storm_times:
        return left
    first = store.outbox.begun_at()
    if first is None or now - first < _KNOWN_AFTER + DAY:
        return left
    days = min(USUAL_OVER, (now - DAY - first) / DAY)
    usual = store.outbox.tasks_gone(now - DAY - USUAL_OVER * DAY, now - DAY) / days
    most = max(FREE, int(config.storm_times * usual))
    return min(left, max(0, most - store.outbox.tasks_gone(now - DAY, now + 1)))
