"""How many hand-offs each rep was seen to follow up per week."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from connector.config.capacity import Capacity
from connector.config.durations import WEEK
from connector.model import Kind
from connector.store import Store

_NOTE: Final = "measured"
_WORK: Final = (Kind.CALL_HELD, Kind.MEETING_HELD)


def measured(store: Store, capacity: Capacity | None, week: int) -> Mapping[str, float]:
    """Per platform id of a user, from the calls and meetings before a week (UTC ms of its start).

    Reckoned once for a week, because all engagement is looked through; who had none is left out.
    """
    if capacity is None or capacity.measured is None:
        return {}
    asked = [week, capacity.measured, capacity.touches]
    kept = json.loads(store.sources.note(_NOTE) or "null")
    if kept is not None and kept["asked"] == asked:
        return dict(kept["per_week"])
    worked = store.waiting.worked(week - capacity.measured, week, _WORK)
    weeks = capacity.measured / WEEK
    per_week = {user: count / weeks / capacity.touches for user, count in worked.items()}
    store.sources.set_note(_NOTE, json.dumps({"asked": asked, "per_week": per_week}))
    return per_week
