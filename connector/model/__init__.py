"""The words of leadmode as values. Nothing here reads, writes or decides."""

from connector.model.account import AccountSurge
from connector.model.engagement import Engagement, Evidence, Kind
from connector.model.episode import Decision, Episode, Hold, OutboxState, Verdict
from connector.model.followed import Followed, SlaStep, TaskNow
from connector.model.nurture import Enrolment, Touch
from connector.model.person import Person
from connector.model.record import Fields, Record, RecordRef, Role, Scalar
from connector.model.write import (
    Outcome,
    Settled,
    Write,
    WriteKind,
    earlier_of,
    turns,
    withdrawal,
)

__all__ = [
    "AccountSurge",
    "Decision",
    "Engagement",
    "Enrolment",
    "Episode",
    "Evidence",
    "Fields",
    "Followed",
    "Hold",
    "Kind",
    "OutboxState",
    "Outcome",
    "Person",
    "Record",
    "RecordRef",
    "Role",
    "Scalar",
    "Settled",
    "SlaStep",
    "TaskNow",
    "Touch",
    "Verdict",
    "Write",
    "WriteKind",
    "earlier_of",
    "turns",
    "withdrawal",
]
