"""From a stored timeline to recorded transitions, decisions and queued writes."""

from connector.assess.accounts import AccountDesk, Begun, Surged
from connector.assess.admission import Admission
from connector.assess.assess import Assess, Assessed
from connector.assess.clocks import Ticking, clocks_of
from connector.assess.follow_up import Stepped
from connector.assess.hand_offs import Alerted, Setting
from connector.assess.knowing import addressee, known_for
from connector.assess.last_words import last_words
from connector.assess.lifecycle import Marked
from connector.assess.programs import Touched, sight_of
from connector.assess.standings import place_among, ranked_now
from connector.assess.timeline import quiet_since, timeline_of, timeline_once_adopted

__all__ = [
    "AccountDesk",
    "Admission",
    "Alerted",
    "Assess",
    "Assessed",
    "Begun",
    "Marked",
    "Setting",
    "Stepped",
    "Surged",
    "Ticking",
    "Touched",
    "addressee",
    "clocks_of",
    "known_for",
    "last_words",
    "place_among",
    "quiet_since",
    "ranked_now",
    "sight_of",
    "timeline_of",
    "timeline_once_adopted",
]
