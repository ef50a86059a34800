"""From a stored timeline to recorded transitions, decisions and queued writes."""

from connector.assess.assess import Assess, Assessed
from connector.assess.hand_offs import Alerted, Setting
from connector.assess.knowing import fallback_user, known_for
from connector.assess.timeline import quiet_since, timeline_of, timeline_once_adopted

__all__ = [
    "Alerted",
    "Assess",
    "Assessed",
    "Setting",
    "fallback_user",
    "known_for",
    "quiet_since",
    "timeline_of",
    "timeline_once_adopted",
]
