"""What a played test showed: at each of its moments, and all in all."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.assess import (
    Alerted,
    Marked,
    Stepped,
    Surged,
    Ticking,
    Touched,
)
from connector.engine.condition import Facts
from connector.engine.result import Evaluation
from connector.engine.timeline import Engaged, Timeline
from connector.model import Episode, Evidence, Person
from connector.plan.account_task import Group
from connector.plan.disposition import Disposed
from connector.plan.nurture import Step
from connector.plan.rank import Ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One lead mode at a moment of a test."""

    timeline: Timeline
    evaluation: Evaluation
    episodes: tuple[Episode, ...]
    """As recorded, those that no longer hold left out."""
    ranked: Ranked | None = None
    """Where the person stands in the order; None: not in lead mode."""

    @property
    def leaves_at(self) -> int | None:
        """When the open episode would end if nothing happened any more, UTC ms."""
        return self.evaluation.due if self.evaluation.in_lead_mode else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A decision, and when it was made."""

    at: int
    alerted: Alerted
    person: Person
    facts: Facts
    waited: int = 0
    """ms for which it had waited for a free place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The beginning or end of an episode that set fields, and when they were set."""

    at: int
    marked: Marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything about the person at one moment of a test."""

    at: int
    stands: dict[str, Stand]
    """By id of the lead mode, those that apply to the person first."""
    applying: tuple[str, ...]
    """The ids of the lead modes that apply to the person."""
    alerts: tuple[Alert, ...]
    """Since the moment before."""
    marks: tuple[Mark, ...]
    """Since the moment before."""
    touches: tuple[Touched, ...]
    """Since the moment before."""
    steps: tuple[Stepped, ...]
    """Since the moment before."""
    clock: Ticking | None
    """Of the latest hand-off."""
    disposed: Disposed | None
    """The last word of sales about the latest hand-off."""
    surges: tuple[tuple[int, Surged], ...]
    """Of the person's company, and when they were decided about, since the moment before."""
    group: Group | None
    """The person's company; None: there is none, or nobody looks at it."""
    surging: bool
    """Whether it surges."""
    nurture: Step
    """Where they stand in the latest program they came into."""
    facts: Facts
    fit: float
    waiting: frozenset[str]
    """The ids of the lead modes by which an alert waits for a free place."""
    engagements: tuple[Engaged, ...]
    """What had been read by then, with its evidence class as the rules see it."""

    @property
    def machines(self) -> int:
        """How much of it the rules take for a machine's."""
        return sum(each.evidence == Evidence.MACHINE for each in self.engagements)


@dataclass(slots=True)
class Played:
    """What came of a test."""

    snapshots: list[Snapshot] = field(default_factory=list)
    """One per moment, and a last one after everything."""
    alerts: list[Alert] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    touches: list[Touched] = field(default_factory=list)
    """Of nurture programs, and content that was asked for."""
    surges: list[tuple[int, Surged]] = field(default_factory=list)
    """Of the person's company, and when they were decided about."""
    groups: list[Group] = field(default_factory=list)
    """The person's company at every moment."""
    accounts: list[Facts] = field(default_factory=list)
    """The fields of the person's company at every moment, whether the rules look at it or not."""
    steps_made: list[Stepped] = field(default_factory=list)
    """What followed because nobody had worked a hand-off."""
    steps: list[tuple[str, Step]] = field(default_factory=list)
    """Where the person stood in each program, whenever they were looked at."""
    looks: list[Facts] = field(default_factory=list)
    """The facts of every assessment that had other ones than the one before."""
    person: Person = field(default_factory=lambda: Person(id=0))
    """In the end."""
    read: tuple[Engaged, ...] = ()
    """Everything that was read, as the sources classed it."""
