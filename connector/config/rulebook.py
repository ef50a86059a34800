"""Every rule file together, as values. One rulebook is one rule revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connector.config.capacity import Absence, Capacity, Holdout, Rank, Team
from connector.config.measuring import Measuring
from connector.config.nurture import Offer, Program
from connector.config.placeholders import RANKED, used_in
from connector.config.sla import Sla
from connector.engine.condition import Condition, Logical, folded
from connector.engine.rule import MachineTests, Rule
from connector.engine.timeline import EndReason
from connector.model import Kind, Scalar


class Owned(StrEnum):
    """Whose owner may get a task."""

    RECORD = "record"
    """The person's record."""
    ACCOUNT = "account"
    """Their company."""


class Phase(StrEnum):
    """The phases of a buyer's journey, first to last."""

    AWARENESS = "awareness"
    CONSIDERATION = "consideration"
    CONVERSION = "conversion"
    ACQUISITION = "acquisition"
    ADVOCACY = "advocacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMode:
    """A named lead-mode rule with the people it is for."""

    rule: Rule
    applies_to: Condition
    """Who the rule looks at at all; the rest never gets an episode from it."""
    fit: Condition
    """The fit predicate of docs/semantics.md: needed to enter, except for a raised hand."""
    epoch: int = 1
    """Part of every write key; raised only to alert again on purpose."""
    title: str = ""
    """What people call the rule, for example "Returning customer"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPoints:
    """Ability to buy, in points."""

    when: Condition
    points: float
    label: str = ""
    """What an explanation says, for example "works in manufacturing"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """Letters for fit points and digits for score; A1 is best.

    `letters` and `digits` are lower bounds, best first: letters (60, 40, 20) make A, B, C and D
    for the rest; digits (80, 50, 30) make 1, 2, 3 and 4 for the rest.
    """

    letters: tuple[float, ...] = (60.0, 40.0, 20.0)
    digits: tuple[float, ...] = (80.0, 50.0, 30.0)
    cap: float = 100.0
    """Most fit points that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of the person's record that a hand-off sets."""

    field: str
    """The platform's own name of the field."""
    value: str
    """A template, see `HandOff.subject`."""
    expected: tuple[Scalar, ...] | None = None
    """Values under which it may be changed; None: any."""
    on: frozenset[str] = frozenset()
    """Instance names; empty: any."""


def first_per_field(fields: Iterable[FieldChange], instance: str) -> tuple[FieldChange, ...]:
    """Those that are meant for a platform instance; of several for one field the first."""
    chosen: dict[str, FieldChange] = {}
    for each in fields:
        if not each.on or instance in each.on:
            chosen.setdefault(each.field, each)
    return tuple(chosen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """What an episode writes into the CRM.

    Templates hold placeholders in double braces; the closed set is `connector.plan.text`'s.
    """

    subject: str
    body: str
    due: int
    """ms after the hand-off."""
    raised_due: int
    """ms after a raised hand."""
    priority: str = "normal"
    raised_priority: str = "high"
    owners: tuple[Owned, ...] = (Owned.RECORD,)
    """Whose owner gets the tasks: the first of them who has one that is active."""
    keep_owner_for: int | None = None
    """ms; whoever owns the record, or the company, for longer is passed over; None: nobody is."""
    fallback_owner: str | None = None
    """Platform id of the user who gets the tasks when none of them has."""
    fields: tuple[FieldChange, ...] = ()
    language: str = "en"
    """Of texts for an owner whose own language is not known."""
    note: bool = False
    """Whether the brief is written as a note too."""

    def fields_on(self, instance: str) -> tuple[FieldChange, ...]:
        """What is set on one platform instance; of several for one field the first counts."""
        return first_per_field(self.fields, instance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """Fields that are set when an episode begins, or when it ends."""

    id: str
    """Part of the write keys."""
    at_end: bool
    """Whether it is about the end of episodes; else about their beginning."""
    reasons: frozenset[str] = frozenset()
    """Reasons of transitions; empty: any."""
    rules: frozenset[str] = frozenset()
    """Ids of lead modes; empty: any."""
    fields: tuple[FieldChange, ...] = ()

    def is_about(self, rule: str, reason: str, *, at_end: bool) -> bool:
        """Whether it asks for such a change of an episode."""
        return (
            at_end is self.at_end
            and (not self.rules or rule in self.rules)
            and (not self.reasons or reason in self.reasons)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A kind of buyer, for example "champion"."""

    name: str
    when: Logical


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that a buyer learns about."""

    id: str
    titles: Mapping[str, str] = field(default_factory=dict)
    """By language; "" is for all. Empty: it is called by its id."""
    kinds: frozenset[Kind] = frozenset()
    """Empty: all by which one learns anything."""
    assets: tuple[str, ...] = ()
    """Patterns as those of a signal; empty: any."""
    phase: str = ""
    """Of the journey; empty: none in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What a brief suggests to do, for whom and when. Whatever is empty is for all."""

    id: str
    texts: Mapping[str, str]
    """By language; "" is for all."""
    personas: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    reason: str = ""
    """How somebody entered: "score" or "hand_raise"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """People who are never handed off, and what they are called."""

    id: str
    label: str
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time in which hand-offs are held."""

    id: str
    label: str
    since: int
    """UTC ms."""
    until: int
    """The first moment after it, UTC ms."""
    when: Condition
    raised_hands: bool = False
    """Whether raised hands are held too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """When a hand-off is not made."""

    open_opportunity: bool = True
    """The person, or their account, has an open opportunity."""
    consent: bool = True
    """The person opted out of every channel: opted_out and do_not_call both set."""
    worked_within: int = 0
    """ms; a meeting or call with a rep this recently means that somebody is on it; 0: off."""
    machine_only: bool = False
    """Nothing that counts within the window of the entry was surely a human's."""
    only_raised_after: frozenset[EndReason] = frozenset()
    """Dispositions after which only a raised hand is handed off."""
    excluded: Condition | None = None
    """People who are never handed off, without a name for them."""
    exclusions: tuple[Exclusion, ...] = ()
    """Competitors, employees, students ...: people who are never handed off."""
    silences: tuple[Silence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRule:
    """When an account surges, whom its buying group needs, and what makes it likely to buy."""

    rule: Rule
    """The signals that count, with their caps; nothing else of it is asked for."""
    who: Condition
    epoch: int = 1
    people: float = 3.0
    """Summed weights of the people engaged within `window`, from which on it surges."""
    window: int
    """ms for which somebody counts as engaged after an engagement."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """By persona; 1 where nothing is said."""
    cooldown: int = 0
    """ms after the end of a surge that made a task, in which none makes a further one."""
    group: tuple[str, ...] = ()
    """Names of the personas that a whole group has."""
    points: tuple[FitPoints, ...] = ()
    """Of the propensity to buy."""
    likely: float
    """Points of propensity from which on a purchase is likely."""
    engaged: float
    """Points of engagement from which on the account is an engaged one."""
    advocate_after: int = 3
    """Opportunities won from which on the account counts as an advocate."""
    subject: str
    body: str
    due: int
    """ms after the task is made."""
    priority: str = "normal"
    fallback_owner: str | None = None
    """Platform id; None: that of the hand-offs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """One rule file as it was read."""

    folder: int
    """Which of the rule folders it lay in, from 0; a later one is laid over the earlier ones."""
    name: str
    source: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All rules of one revision."""

    revision: str
    """Hash of all rule files; every transition and write names it."""
    lead_modes: tuple[LeadMode, ...]
    hand_off: HandOff
    personas: tuple[Persona, ...] = ()
    """The first that holds is the person's."""
    topics: tuple[Topic, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    """The first that fits is suggested."""
    fit_points: tuple[FitPoints, ...] = ()
    grades: Grades = field(default_factory=Grades)
    holds: Holds = field(default_factory=Holds)
    machine: MachineTests = field(default_factory=MachineTests)
    dispositions: Mapping[str, EndReason] = field(default_factory=dict)
    """Status values of a person record by which a rep ends an episode, as the file has them."""
    accepted: frozenset[str] = frozenset()
    """Status values by which a rep takes a person up, folded."""
    task_dispositions: Mapping[str, EndReason] = field(default_factory=dict)
    """Statuses and results of our tasks by which a rep ends an episode, as the file has them."""
    task_accepted: frozenset[str] = frozenset()
    """Statuses and results of our tasks by which a rep takes a person up, folded."""
    sla: Sla | None = None
    """None: no clock runs."""
    rank: Rank = field(default_factory=Rank)
    capacity: Capacity | None = None
    """None: hand-offs are not limited."""
    teams: tuple[Team, ...] = ()
    absences: tuple[Absence, ...] = ()
    holdout: Holdout | None = None
    lifecycles: tuple[Lifecycle, ...] = ()
    """In file order: where two set one field, the first counts."""
    account: AccountRule | None = None
    """None: nobody looks at accounts."""
    offers: tuple[Offer, ...] = ()
    programs: tuple[Program, ...] = ()
    """Those that are active, in file order."""
    measuring: Measuring = field(default_factory=Measuring)
    """Segments, and how reports count; nothing that is decided about people depends on it."""
    texts: tuple[RuleText, ...] = field(default=(), repr=False, compare=False)
    """The files that say all this."""

    @property
    def ranks(self) -> bool:
        """Whether anything that is written or decided depends on who comes first."""
        templates = [self.hand_off.subject, self.hand_off.body]
        templates += [each.value for each in self.hand_off.fields]
        used = {name for each in templates for name, _ in used_in(each)}
        return self.capacity is not None or not used.isdisjoint(RANKED)

    @property
    def follows(self) -> bool:
        """Whether anything depends on what becomes of our tasks."""
        return bool(self.sla is not None or self.task_dispositions or self.task_accepted)

    def ending(self, status: str) -> EndReason | None:
        """How a record's status ends an episode, if it does; case never matters."""
        return _of(self.dispositions, status)

    def task_ending(self, value: str) -> EndReason | None:
        """How a status or result of our task ends an episode, if it does; case never matters."""
        return _of(self.task_dispositions, value)


def _of(dispositions: Mapping[str, EndReason], value: str) -> EndReason | None:
    wanted = folded(value)
    return next((r for each, r in dispositions.items() if folded(each) == wanted), None)
