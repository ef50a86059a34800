"""The tables of a test file: their keys, defaults and bounds."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from connector.clock import DAY
from connector.config.types import (
    AnyKind,
    Duration,
    Scalars,
    Texts,
    lasting,
    one_or_many,
    parse_scalar,
)
from connector.config.wording import Table
from connector.model import Hold
from connector.plan.account import Quadrant
from connector.plan.nurture import State
from connector.ruletest.moments import ZERO, When
from connector.ruletest.ranges import Range
from connector.ruletest.task_table import Clocks, Dispositions, Steps, TaskTable

Written = Annotated[str, StringConstraints(min_length=1)]
Count = Annotated[int, Field(ge=1)]
Value = Annotated[
    Any,
    BeforeValidator(parse_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
Values = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
"""Fields by path, "person.title"; checked where the people are known."""

KNOWN_SINCE: Final = ZERO - 1_000 * DAY


class PersonTable(Table):
    """Somebody a test is about."""

    like: Written | None = None
    """Another person of the file, whose keys count where this one has none."""
    email: Texts = Field(default_factory=list)
    """One e-mail address, or several. Left out: one that is made from the name of the table."""
    known: When = Field(default=KNOWN_SINCE, json_schema_extra={"default": "-1000d"})
    """When their record in the CRM was created."""
    account: Written | None = None
    """The company they work for: a table [account.NAME]. Left out: none is known."""
    owner: Written | None = None
    """Who owns the record: a table [owner.NAME]. Left out: nobody."""
    owned: When | None = None
    """Since when, as the CRM says. Left out: since the record is known."""
    source: Written | None = None
    """The source whose record they are. Left out: the CRM that gets the tasks."""
    name: str | None = None
    """As the CRM has it. Left out: made from the name of the table."""
    title: str | None = None
    """Job title. Like every field below, unknown when left out."""
    country: str | None = None
    """Of the person."""
    phone: str | None = None
    """Of the person."""
    status: str | None = None
    """The status value of the record."""
    opted_out: bool | None = None
    """Whether they must not be mailed."""
    do_not_call: bool | None = None
    """Whether they must not be called."""
    fields: dict[str, Value] = Field(default_factory=dict)
    """Further fields that a source's table maps."""


class AccountTable(Table):
    """A company of the test's people."""

    name: str | None = None
    """Left out: made from the name of the table."""
    domain: str | None = None
    """Like every field below, unknown when left out."""
    industry: str | None = None
    """In the CRM's words."""
    employees: int | None = None
    """How many work there."""
    country: str | None = None
    """Of the company."""
    owner: Written | None = None
    """Who owns the company: a table [owner.NAME]. Left out: nobody."""
    fields: dict[str, Value] = Field(default_factory=dict)
    """Further fields that a source's table maps."""


class OwnerTable(Table):
    """A user of the CRM who owns people or companies."""

    name: str | None = None
    """Left out: made from the name of the table."""
    active: bool = True
    """Whether they still work in the CRM."""
    language: str | None = None
    """As the CRM has it, for example "de" or "de_AT". Unknown when left out."""
    time_zone: str | None = None
    """By its IANA name. Unknown when left out."""
    fields: dict[str, Value] = Field(default_factory=dict)
    """Further fields that a source's table maps."""


class DidTable(Table):
    """One thing the person did, or that was done with them."""

    at: When
    """When, for example "-70d"; "now" is the same moment in every test."""
    kind: AnyKind
    """The kind of engagement."""
    asset: str = ""
    """The form, page, content or product."""
    link: str = ""
    """The link that was clicked."""
    message: str = ""
    """The mailing that a sent, opened or clicked e-mail belongs to."""
    source: Written | None = None
    """The source that tells of it. Left out: the CRM that gets the tasks."""
    evidence: Literal["human", "machine", "unknown"] = "human"
    """Who did it, as the source says."""
    repeat: Count = 1
    """So many times, each `every` after the one before."""
    every: Duration = lasting("1d")
    """See repeat."""
    arrives: When | None = None
    """When leadmode reads it, for what comes late. Left out: at once."""


class ChangeTable(Table):
    """Fields that change in the CRM at a moment."""

    at: When
    """When they change."""
    set: Values
    """The new values: { "person.status" = "Recycled", "account.employees" = 900 }."""


class OpportunityTable(Table):
    """A possible sale."""

    opened: When
    """When it was opened."""
    closed: When | None = None
    """When it was closed. Left out: it is open."""
    won: bool = False
    """Whether it was closed as won."""
    name: str | None = None
    """As the CRM has it. Like the amount, unknown when left out."""
    amount: float | None = None
    """In the CRM's currency."""
    of: Literal["person", "account", "colleague"] = "person"
    """Whether it names the person, only the company, or somebody else who works there."""


class ColleagueTable(Table):
    """Somebody else of the story, usually of the same company."""

    person: Written
    """Another table [person.NAME] of the same file."""
    timeline: list[DidTable] = Field(default_factory=list)
    """What they did."""


class TakenTable(Table):
    """Places of a week that others have got, before or in the story."""

    at: When
    """When they were handed off."""
    hand_offs: Count
    """How many."""
    owner: Written | None = None
    """Who got them: the name of an [owner.NAME], or an id. Left out: the owner of the person."""


Left = Literal["decayed", "idle", "converted", "rejected", "recycled", "disqualified", "ineligible"]
Lefts = Annotated[list[Left], *one_or_many({"enum": list(get_args(Left))}), Field(min_length=1)]
Holds = Annotated[
    list[Annotated[Hold, Field(strict=False)]],
    *one_or_many({"enum": [hold.value for hold in Hold]}),
    Field(min_length=1),
]


PROGRAM_STATES: Final = tuple(state.value for state in State if state is not State.TOUCH)
ProgramReason = Literal[
    "open_opportunity",
    "hand_off",
    "worked",
    "ineligible",
    "excluded",
    "disqualified",
    "opted_out",
    "lead_mode",
    "opportunity",
    "replied",
    "finished",
]
Programs = Annotated[
    list[Annotated[State, Field(strict=False)]],
    *one_or_many({"enum": list(PROGRAM_STATES)}),
    Field(min_length=1),
]
Reasons = Annotated[
    list[ProgramReason],
    *one_or_many({"enum": list(get_args(ProgramReason))}),
    Field(min_length=1),
]


Quadrants = Annotated[
    list[Annotated[Quadrant, Field(strict=False)]],
    *one_or_many({"enum": [each.value for each in Quadrant]}),
    Field(min_length=1),
]


class ExpectTable(Table):
    """What is looked at. A key that is left out is not looked at."""

    state: Literal["lead_mode", "passive"] | None = None
    """Whether they are in lead mode then."""
    score: Range | None = None
    """The points then: 55 (rounded), [50, 60] or { at_least = 50 }."""
    fit: Range | None = None
    """The fit points then."""
    grade: Texts = Field(default_factory=list)
    """Fit and score in two characters: "A1", or one of several."""
    entered: Literal["score", "hand_raise"] | None = None
    """How the latest episode began."""
    left: Lefts = Field(default_factory=list)
    """How the latest episode ended; one of several."""
    alert: bool | None = None
    """Whether a hand-off was made since the moment before."""
    held: Holds = Field(default_factory=list)
    """Why a hand-off was held back since the moment before; one of several."""
    because: Texts = Field(default_factory=list)
    """Texts in what is told about that hold, for example the label of an exclusion."""
    persona: Texts = Field(default_factory=list)
    """The persona then, or one of several; "none" when the rules make nobody of them."""
    subject: Texts = Field(default_factory=list)
    """Texts in the subject of a task made since the moment before."""
    body: Texts = Field(default_factory=list)
    """Texts in the body of a task made since the moment before."""
    brief: Texts = Field(default_factory=list)
    """Texts in the brief of a hand-off made since the moment before, whatever the task shows."""
    note: Texts = Field(default_factory=list)
    """Texts in a note written since the moment before."""
    priority: Literal["high", "normal"] | None = None
    """Of a task made since the moment before."""
    due: Duration | None = None
    """How long after the hand-off that task is due."""
    owner: Texts = Field(default_factory=list)
    """Who gets that task: the name of an [owner.NAME], "nobody", or an id; one of several."""
    fields: dict[str, Scalars] = Field(default_factory=dict)
    """Fields that were set since the moment before; each has one of these values."""
    deferred: bool | None = None
    """Whether an alert waits then for a free place in the week of whoever would get it."""
    admitted: bool | None = None
    """Whether an alert that had waited got its place since the moment before."""
    rank: Range | None = None
    """The points by which they are put in order then; only in lead mode."""
    stars: Range | None = None
    """One to five, for the level of the score then; only in lead mode."""
    flames: Range | None = None
    """None to three, for the recent change of the score then; only in lead mode."""
    touches: int | None = Field(default=None, ge=0)
    """How many nurture touches were made since the moment before."""
    offer: Texts = Field(default_factory=list)
    """The id of an offer made since the moment before; one of several."""
    program: Programs = Field(default_factory=list)
    """Where they stand in the latest nurture program they came into; one of several."""
    because_of: Reasons = Field(default_factory=list)
    """Why they are paused in that program, or left it; one of several."""
    account_task: bool | None = None
    """Whether a task about their company was made since the moment before."""
    account_held: Holds = Field(default_factory=list)
    """Why such a task was held back since the moment before; one of several."""
    surging: bool | None = None
    """Whether their company surges then."""
    missing: Texts = Field(default_factory=list)
    """Personas that the group of their company lacks then; "none" when it is whole."""
    quadrant: Quadrants = Field(default_factory=list)
    """Where their company stands then; one of several."""
    account_phase: Texts = Field(default_factory=list)
    """The phase of their company then, or one of several; "none" when it has none."""
    engagement: Range | None = None
    """The points of all people of their company then."""
    propensity: Range | None = None
    """The points for how likely their company is to buy."""
    clock: Clocks = Field(default_factory=list)
    """How the clock of the latest hand-off stands then; one of several."""
    step: Steps = Field(default_factory=list)
    """What was done since the moment before because nobody had worked it; one of several."""
    steps: int | None = Field(default=None, ge=0)
    """How many such steps were made since the moment before."""
    disposition: Dispositions = Field(default_factory=list)
    """What sales has made of the latest hand-off by then; one of several."""
    machine: int | None = Field(default=None, ge=0)
    """How much of all that was done by then the rules take for a machine's."""


class MomentTable(Table):
    """A moment at which the test looks."""

    at: When
    """When. Moments stand in order."""
    rule: Written | None = None
    """The id of the lead mode it is about. Left out: the one that applies to them, or any."""
    must: ExpectTable | None = None
    """What must be so."""
    must_not: ExpectTable | None = None
    """What must not be so."""


class CaseTable(Table):
    """A story and what must come of it."""

    name: Written
    """What it shows, as a sentence."""
    person: Written
    """Who it is about: a table [person.NAME] of the same file."""
    set: Values = Field(default_factory=dict)
    """Fields that are different in this test: { "person.title" = "Student" }."""
    watching: When | None = None
    """Since when leadmode looks. Left out: from the beginning of the story."""
    timeline: list[DidTable] = Field(default_factory=list)
    """What the person did."""
    colleagues: list[ColleagueTable] = Field(default_factory=list)
    """Who else is there, for rules about companies."""
    changes: list[ChangeTable] = Field(default_factory=list)
    """What changed in the CRM."""
    opportunities: list[OpportunityTable] = Field(default_factory=list)
    """Possible sales."""
    taken: list[TakenTable] = Field(default_factory=list)
    """Hand-offs to others that take places of the week."""
    tasks: list[TaskTable] = Field(default_factory=list)
    """What people do with the task of the latest hand-off."""
    moment: list[MomentTable]
    """When the test looks, and at what."""


class CaseFile(Table):
    """A file of rule tests of leadmode."""

    person: dict[str, PersonTable] = Field(default_factory=dict)
    """Who the tests are about."""
    account: dict[str, AccountTable] = Field(default_factory=dict)
    """Their companies."""
    owner: dict[str, OwnerTable] = Field(default_factory=dict)
    """The owners of their records."""
    test: list[CaseTable] = Field(default_factory=list)
    """What must and must not happen."""
