"""From a stored timeline to recorded transitions, decisions and queued writes."""

from connector.assess.assess import Assess, Assessed
from connector.assess.hand_offs import Alerted, Setting
from connector.assess.lifecycle import Marked
from connector.assess.timeline import quiet_since, timeline_of, timeline_once_adopted

__all__ = [
    "Alerted",
    "Assess",
    "Assessed",
    "Marked",
    "Setting",
    "quiet_since",
    "timeline_of",
    "timeline_once_adopted",
]
