"""The tables of a rule file: their keys, defaults and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from connector.config.account_tables import AccountTable
from connector.config.brief_tables import NextStepTable, TopicTable, known_language
from connector.config.capacity_tables import (
    AbsenceTable,
    CapacityTable,
    HoldoutTable,
    RankTable,
    TeamTable,
)
from connector.config.measure_tables import HealthTable, ReportTable, SegmentTable
from connector.config.nurture_tables import OfferTable, ProgramTable
from connector.config.rulebook import Owned
from connector.config.rulebook import Phase as PhaseName
from connector.config.silence import SilenceTable
from connector.config.sla_tables import OfficeTable, SlaStepTable, SlaTable
from connector.config.types import (
    Classes,
    Condition,
    Duration,
    Id,
    Kinds,
    LimitText,
    Scalars,
    Texts,
    lasting,
    one_or_many,
)
from connector.config.wording import Table
from connector.engine.result import Reason
from connector.engine.rule import DEFAULT_GROUP
from connector.engine.timeline import EndReason
from connector.language import CODES

Points = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Written = Annotated[str, StringConstraints(min_length=1)]
Priority = Literal["high", "normal"]
Phase = Annotated[PhaseName, Field(strict=False)]
REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "entered": (Reason.SCORE, Reason.HAND_RAISE),
    "left": (Reason.DECAYED, Reason.IDLE, *(Reason.of_ending(each) for each in EndReason)),
}
"""Why an episode begins, and why it ends."""
Reasons = Annotated[
    list[str],
    *one_or_many({"enum": [str(one) for side in REASONS.values() for one in side]}),
    Field(min_length=1),
]
SpokenLanguage = Annotated[str, BeforeValidator(known_language), WithJsonSchema({"enum": [*CODES]})]
Owners = Annotated[
    list[Annotated[Owned, Field(strict=False)]],
    *one_or_many({"enum": [one.value for one in Owned]}),
    Field(min_length=1),
]


class SignalTable(Table):
    """What somebody does becomes points. The first signal that matches scores an engagement."""

    id: Id
    """A lasting name. Transitions name it, so do not use it again for something else."""
    kind: Kinds
    """One kind of engagement, or a list of kinds."""
    asset: Texts = Field(default_factory=list)
    """Patterns such as "*pricing*" for the form, page, content or link. Left out: any."""
    source: Texts = Field(default_factory=list)
    """Names of the sources it may come from. Left out: any."""
    evidence_class: Classes = Field(default_factory=list)
    """Who did it for sure, "human", or perhaps, "unknown". Left out: either."""
    weight: Points
    """Points of one fresh engagement. 0: matching engagements do not count at all."""
    half_life: Duration = lasting("30d")
    """After this long half of the points are left."""
    group: Written = DEFAULT_GROUP
    """Signals of one group share the cap of [group.NAME]."""
    limit: LimitText | None = None
    """At most this many engagements per period carry points, for example "3/day"."""
    hand_raise: bool = False
    """They ask to be contacted: a human's engagement enters lead mode at once."""
    phase: Phase | None = None
    """How far along the buyer's journey it shows them; points do not depend on it."""


class GroupTable(Table):
    """A group of signals."""

    cap: Points
    """Most points that the group can give."""


class LeadModeTable(Table):
    """When somebody is in lead mode, for the people it applies to."""

    id: Id
    """A lasting name, part of every write key."""
    title: str = ""
    """What people call it. Left out: the id."""
    enter: float = Field(default=50.0, gt=0)
    """Score needed to enter."""
    leave: float = Field(default=20.0, ge=0)
    """Score at which an episode has decayed. Less than enter."""
    dormant_after: Duration = lasting("90d")
    """Silence of this length makes the next engagement the start of a return."""
    burst_max: Duration = lasting("30d")
    """A return can be entered this long after its start."""
    window: Duration = lasting("14d")
    """How far back distinct kinds and human evidence are counted. At most dormant_after."""
    distinct_kinds: Count = 2
    """So many different kinds of engagement are needed within the window."""
    human_min: int = Field(default=1, ge=0)
    """So many engagements within the window must surely be a human's."""
    idle_after: Duration = lasting("45d")
    """Silence that ends an episode. At most dormant_after."""
    cooldown: Duration = lasting("30d", zero=True)
    """After a hand-off, an entry raises no further one for this long."""
    fresh_start: bool = True
    """Whether a rep's disposition wipes the points gathered before it."""
    rearm_after: Duration = lasting("30d", zero=True)
    """After a disposition, the first engagement at least this much later starts a new return."""
    top: Count = 5
    """How many engagements are kept as evidence."""
    epoch: Count = 1
    """Raise it only to alert again, on purpose, about what was already alerted."""
    applies_to: Condition = Field(default_factory=dict)
    """Who the rule looks at. Left out: everybody."""
    signals: Texts = Field(default_factory=list)
    """Ids of the signals that count. Left out: all."""


class PersonaTable(Table):
    """What kind of buyer somebody is. The first persona whose condition holds is theirs."""

    when: Condition = Field(default_factory=dict)
    """Who it is. Left out: all whom no earlier persona takes."""


class FitPointsTable(Table):
    """Points for the ability to buy."""

    when: Condition
    """Who gets the points."""
    points: float
    """How many; a negative number takes some away."""
    label: str = ""
    """What an explanation says, for example "works in manufacturing"."""


class GradesTable(Table):
    """Letters for fit and digits for score; A1 is best."""

    letters: list[float] = Field(default=[60.0, 40.0, 20.0], min_length=1)
    """Least fit points for A, B, C ...; the rest gets the next letter."""
    digits: list[float] = Field(default=[80.0, 50.0, 30.0], min_length=1)
    """Least score for 1, 2, 3 ...; the rest gets the next digit."""
    cap: Points = 100.0
    """Most fit points that count."""


class FitTable(Table):
    """The ability to buy."""

    requires: Condition = Field(default_factory=dict)
    """Needed to enter lead mode, except for a raised hand. Left out: everybody fits."""
    points: list[FitPointsTable] = Field(default_factory=list)
    """What makes a person a better fit."""
    grades: GradesTable = Field(default_factory=GradesTable)
    """How points become letters and digits."""


class MachineTable(Table):
    """Which clicks no human made."""

    click_after_send: Duration = lasting("2s", zero=True)
    """A click this soon after the sending is a machine's. "0s": no such test."""
    scan_links: int = Field(default=3, ge=0)
    """So many distinct links clicked within scan_within are a scanner's. 0: no such test."""
    scan_within: Duration = lasting("2s", zero=True)
    """See scan_links. "0s": no such test."""


def _is_disposition(reason: EndReason) -> EndReason:
    if not reason.is_disposition:
        raise ValueError("is nothing that sales says: rejected, recycled or disqualified")
    return reason


Dispositions = Annotated[
    list[Annotated[EndReason, Field(strict=False), AfterValidator(_is_disposition)]],
    *one_or_many({"enum": [reason.value for reason in EndReason if reason.is_disposition]}),
]


class HoldTable(Table):
    """When a hand-off is not made, although somebody entered lead mode."""

    open_opportunity: bool = True
    """The person or their account has an open opportunity."""
    consent: bool = True
    """The person opted out of every channel."""
    worked_within: Duration = lasting("0d", zero=True)
    """A call or meeting this recently means that somebody is on it. "0d": off."""
    machine_only: bool = False
    """Nothing within the window was surely a human's. Only for lead modes with human_min = 0."""
    only_raised_after: Dispositions = Field(default_factory=list)
    """After these dispositions, for example "disqualified", only a raised hand is handed off."""
    excluded: Condition = Field(default_factory=dict)
    """Who is never handed off: competitors, students, your own people. Left out: nobody."""


class ExclusionTable(Table):
    """Somebody who is never handed off, with what they are called."""

    id: Id
    """A lasting name."""
    label: str = ""
    """What people are told, for example "competitor". Left out: the id."""
    when: Condition
    """Who is meant."""
    active: bool = True
    """false: switched off, for a folder that is laid over another."""


class FieldTable(Table):
    """A field of the person's record that is set."""

    field: Written
    """The CRM's own name of the field."""
    value: str
    """The new value; may hold placeholders."""
    expected: Scalars | None = None
    """Only if the field has one of these values now. Left out: whatever it has."""
    on: Texts = Field(default_factory=list)
    """Names of the sources it is meant for. Left out: whichever gets the tasks."""


class HandOffTable(Table):
    """What a hand-off writes into the CRM."""

    subject: Written
    """Of the task; may hold placeholders."""
    body: Written
    """Of the task; may hold placeholders."""
    due: Duration = lasting("1d", zero=True)
    """Until when the task is to be done, counted from the hand-off."""
    raised_due: Duration = lasting("2h", zero=True)
    """The same for a raised hand."""
    priority: Priority = "normal"
    """Of the task."""
    raised_priority: Priority = "high"
    """The same for a raised hand."""
    owners: Owners = Field(default=[Owned.RECORD])
    """Whose owner gets the task: "record", "account"; the first who has an active one."""
    keep_owner_for: Duration | None = Field(default=None, gt=0)
    """Who has owned the record, or the company, for longer is passed over. Left out: nobody is."""
    fallback_owner: Written | None = None
    """The CRM's id of the user who gets the tasks when none of the owners is active."""
    field: list[FieldTable] = Field(default_factory=list)
    """Fields to set."""
    language: SpokenLanguage = "en"
    """Of texts for an owner whose own language the CRM does not tell."""
    note: bool = False
    """Whether the brief is written as a note too, where the CRM keeps notes."""


class LifecycleTable(Table):
    """Fields of the person's record that are set when an episode begins or ends."""

    id: Id
    """A lasting name, part of the write keys."""
    when: Literal["entered", "left"]
    """Whether an episode begins or ends."""
    reasons: Reasons = Field(default_factory=list)
    """Why it begins or ends, for example "converted". Left out: for whatever reason."""
    lead_modes: Texts = Field(default_factory=list)
    """Ids of the lead modes whose episodes are meant. Left out: all."""
    field: Annotated[list[FieldTable], Field(min_length=1)]
    """Fields to set."""
    active: bool = True
    """false: switched off, for a folder that is laid over another."""


ACCEPTED: Final = "accepted"
"""The disposition that ends nothing: somebody has taken the person up."""
Disposition = Annotated[EndReason, Field(strict=False)] | Literal["accepted"]


class RuleFile(Table):
    """A rule file of leadmode. Every table may stand in any file of the folder."""

    signal: list[SignalTable] = Field(default_factory=list)
    """What somebody does becomes points."""
    lead_mode: list[LeadModeTable] = Field(default_factory=list)
    """When somebody is in lead mode."""
    group: dict[str, GroupTable] = Field(default_factory=dict)
    """Most points per group of signals."""
    persona: dict[str, PersonaTable] = Field(default_factory=dict)
    """What kinds of buyers there are, in file order."""
    fit: FitTable | None = None
    """The ability to buy."""
    machine: MachineTable | None = None
    """Which clicks no human made."""
    hold: HoldTable | None = None
    """When a hand-off is not made."""
    exclusion: list[ExclusionTable] = Field(default_factory=list)
    """Who is never handed off."""
    topic: list[TopicTable] = Field(default_factory=list)
    """What buyers learn about."""
    next_step: list[NextStepTable] = Field(default_factory=list)
    """What a brief suggests to do."""
    hand_off: HandOffTable | None = None
    """What a hand-off writes into the CRM."""
    silence: list[SilenceTable] = Field(default_factory=list)
    """Times in which hand-offs are held."""
    lifecycle: list[LifecycleTable] = Field(default_factory=list)
    """Fields that are set when an episode begins or ends."""
    offer: list[OfferTable] = Field(default_factory=list)
    """What a nurture touch can offer."""
    program: list[ProgramTable] = Field(default_factory=list)
    """Touches for those who are not ready to buy."""
    dispositions: dict[str, Disposition] = Field(default_factory=dict)
    """Status values of a person's record by which a rep ends an episode, or takes it up."""
    task_dispositions: dict[str, Disposition] = Field(default_factory=dict)
    """The same of the statuses and results of tasks that leadmode made."""
    sla: SlaTable | None = None
    """Clocks of hand-offs."""
    sla_step: list[SlaStepTable] = Field(default_factory=list)
    """What is done when a hand-off was left alone for so long."""
    office: list[OfficeTable] = Field(default_factory=list)
    """When users work."""
    rank: RankTable | None = None
    """Who comes first."""
    capacity: CapacityTable | None = None
    """How many hand-offs a rep can follow up per week."""
    team: list[TeamTable] = Field(default_factory=list)
    """Users who share what comes in."""
    absence: list[AbsenceTable] = Field(default_factory=list)
    """Who is away, and when."""
    holdout: HoldoutTable | None = None
    """How many episodes are not handed off, to see what handing off brings."""
    account: AccountTable | None = None
    """Companies of which several people are engaged at once."""
    segment: list[SegmentTable] = Field(default_factory=list)
    """Parts of the market that `leadmode health` looks at one by one."""
    report: ReportTable | None = None
    """How `leadmode report` counts."""
    health: HealthTable | None = None
    """What a segment needs to have reached a stage of the cycle."""
