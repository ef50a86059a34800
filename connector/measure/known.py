"""People, episodes and sales as the measures see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector.config.measuring import Counting
from connector.config.rulebook import Rulebook
from connector.measure.metric import Row
from connector.model import Enrolment, Touch

NOBODY = "nobody"
UNKNOWN = "unknown"


@dataclass(slots=True, kw_only=True)
class Somebody:
    """A person with a record, as they are today, and when what last happened up to the end."""

    id: int
    persona: str
    owner: str
    """The name of the rep."""
    industry: str
    segments: tuple[str, ...]
    """Ids of the segments that they belong to."""
    known_at: int | None
    acted_at: int | None = None
    """The last thing they did themselves, machines left out."""
    touched_at: int | None = None
    """The last mail, call or meeting."""
    tasked_at: int | None = None
    """The last task that was written about them."""
    offer: str = ""
    """What the last mail was."""

    @property
    def reached_at(self) -> int | None:
        """When something last passed between them and us."""
        known = (self.acted_at, self.touched_at, self.tasked_at)
        return max((at for at in known if at is not None), default=None)


@dataclass(slots=True, kw_only=True)
class Sale:
    """An opportunity that names at least one person whom we know."""

    ref: str
    name: str
    people: tuple[int, ...]
    opened_at: int
    closed_at: int | None
    won: bool
    amount: float | None

    @property
    def is_open(self) -> bool:
        """Whether it can still be won."""
        return self.closed_at is None


@dataclass(slots=True, kw_only=True)
class Stay:
    """One episode with what became of it."""

    person: int
    rule: str
    burst: int
    entered_at: int
    reason: str
    score: float
    revision: str
    left_at: int | None
    left_reason: str | None
    hold: str = ""
    """Why the alert of its entry was held; empty when it was not, or nothing was decided."""
    decided_by: str = ""
    """The rule revision that decided about its entry."""
    waits: bool = False
    """Whether its alert waits for somebody to have room for it."""
    handed_at: int | None = None
    """When it was decided to hand it off; UTC ms."""
    raised: bool = False
    """Whether a raised hand was handed off."""
    rep: str = ""
    """Who got it; without a hand-off, whose the person is."""
    kind: str = UNKNOWN
    """What reopened it: the first engagement of its burst."""
    source: str = UNKNOWN
    asset: str = ""
    offers: tuple[str, ...] = ()
    """What its evidence was about."""
    talked_at: int | None = None
    """The first call or meeting after the hand-off."""
    worked_at: int | None = None
    """The first sign of work after the hand-off."""
    disposition: str = ""
    """What sales said last about the hand-off, a value of `plan.disposition.Disposition`."""
    disposed_at: int | None = None
    said: str = ""
    """What said so."""
    steps: tuple[tuple[str, int, str], ...] = ()
    """What followed because nobody had worked it: what, when (UTC ms), and why it was not done."""
    sales: tuple[Sale, ...] = ()
    """Opportunities opened after the entry and within the horizon."""

    @property
    def won(self) -> list[Sale]:
        """Those of its opportunities that were won."""
        return [sale for sale in self.sales if sale.won]

    def row(self, at: int | None = None, *, counts: bool = True, **more: object) -> Row:
        """This episode behind a figure."""
        return Row(
            self.person,
            self.entered_at if at is None else at,
            self.rule,
            self.burst,
            self.revision,
            counts,
            **more,  # type: ignore[arg-type]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An alert that was not handed off."""

    person: int
    rule: str
    burst: int
    at: int
    hold: str
    detail: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A run through a nurture program that began in the period."""

    person: int
    run: Enrolment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A touch of the period that reached its platform."""

    person: int
    touch: Touch
    answered_at: int | None
    """When the person did something with what was offered; None: not within the time for it."""
    is_judged: bool
    """Whether it was answered, or the time to answer it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySurge:
    """A surge of a company, and what was decided about it."""

    at: int
    """Its anchor, UTC ms."""
    revision: str
    hold: str
    """Why no task was made; empty when one was."""
    runs: bool
    """Whether it lasts beyond the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company that the rules look at, as of the end of the period."""

    ref: str
    """Reference of the record."""
    name: str
    person: int
    """One of those who are engaged; 0: nobody is."""
    quadrant: str
    phase: str
    engagement: float
    propensity: float
    engaged: int
    """How many of its people are."""
    asked: tuple[str, ...]
    """The personas that a whole group has."""
    missing: tuple[str, ...]
    surges: tuple[CompanySurge, ...]


@dataclass(slots=True, kw_only=True)
class Known:
    """Everything that figures are made of."""

    start_at: int
    until_at: int
    rulebook: Rulebook
    people: Mapping[int, Somebody]
    stays: Sequence[Stay]
    """Episodes that began in the period and that leadmode watched, oldest first."""
    before: Sequence[Stay] = field(default_factory=list)
    """Episodes of the period that were only recorded, as a baseline."""
    earlier: Sequence[Stay] = field(default_factory=list)
    """Episodes that began before the period, for what followed them within it."""
    open_stays: Mapping[int, Stay] = field(default_factory=dict)
    """Per person the episode that they are in at the end, begun whenever."""
    ended: Mapping[int, str] = field(default_factory=dict)
    """Per person how their last episode ended."""
    held: Sequence[Held] = ()
    """Alerts of the period that were held."""
    companies: Sequence[Company] = ()
    """All that the rules look at; none where they look at none."""
    sales: Sequence[Sale] = ()
    """All that name somebody, oldest first."""
    started: Sequence[Started] = ()
    """Runs through programs that began in the period, as they are at its end."""
    sent: Sequence[Sent] = ()
    """Touches of the period."""
    unnamed: int = 0
    """Opportunities opened in the period that name nobody whom we know."""

    @property
    def counting(self) -> Counting:
        """How reports count."""
        return self.rulebook.measuring.counting

    def within(self, at: int | None) -> bool:
        """Whether a moment lies in the period."""
        return at is not None and self.start_at <= at <= self.until_at

    def is_new(self, stay: Stay) -> bool:
        """Whether the person was a new name: known for less than the rule's silence."""
        someone = self.people.get(stay.person)
        known = someone.known_at if someone else None
        return known is None or stay.burst - known < self._dormant(stay.rule)

    def _dormant(self, rule: str) -> int:
        modes = {mode.rule.id: mode.rule.dormant_after for mode in self.rulebook.lead_modes}
        return modes.get(rule, self.counting.horizon)
