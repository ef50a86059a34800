"""From a stored timeline to recorded transitions, decisions and queued writes."""

from connector.assess.assess import Assess, Assessed
from connector.assess.hand_offs import Alerted, Setting
from connector.assess.programs import Touched, sight_of
from connector.assess.timeline import quiet_since, timeline_of, timeline_once_adopted

__all__ = [
    "Alerted",
    "Assess",
    "Assessed",
    "Setting",
    "Touched",
    "quiet_since",
    "sight_of",
    "timeline_of",
    "timeline_once_adopted",
]
