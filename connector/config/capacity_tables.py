"""The tables about order, capacity, teams, absences and the holdout: keys, defaults and bounds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from connector.config.capacity import WEEKDAYS, Rank, Share
from connector.config.durations import duration_text
from connector.config.types import Condition, Duration, Id, Texts, lasting, one_or_many
from connector.config.wording import Table

Weight = Annotated[float, Field(ge=0)]
PerWeek = Annotated[float, Field(ge=0)]
Written = Annotated[str, StringConstraints(min_length=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekdays = Annotated[list[Weekday], *one_or_many({"enum": list(WEEKDAYS)}), Field(min_length=1)]
_DEFAULT: Final = Rank()


class BadDay(ValueError):
    """A text is no day; `advice` says what to write."""

    advice = 'Write a day like "2026-12-24".'


def parse_day(value: object) -> date:
    """The day behind "2026-12-24", as a text or as TOML writes dates; else raises BadDay."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise BadDay("is not a day") from None


Day = Annotated[
    date, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})
]


def _steps(values: tuple[float, ...]) -> Any:
    return Field(default=list(values), min_length=len(values), max_length=len(values))


class RankTable(Table):
    """Who comes first among those in lead mode: weights, and the bounds of the parts."""

    hand_raise: Weight = _DEFAULT.hand_raise
    """Points of somebody who asked to be contacted."""
    level: Weight = _DEFAULT.level
    """Points of five stars; one star gives none."""
    change: Weight = _DEFAULT.change
    """Points of three flames."""
    fit: Weight = _DEFAULT.fit
    """Points of all fit points that count."""
    value: Weight = _DEFAULT.value
    """Points of the best customers; who never bought gets none."""
    phase: Weight = _DEFAULT.phase
    """Points of who does what people do shortly before they buy: see `late`."""
    stars: list[float] = _steps(_DEFAULT.stars)
    """Least score for two, three, four and five stars."""
    flames: list[float] = _steps(_DEFAULT.flames)
    """Least gain of score within `window` for one, two and three flames."""
    late: float = Field(default=_DEFAULT.late, gt=0)
    """So many points by signals of the phase conversion, or behind it, give all of `phase`."""
    window: Duration = lasting("14d")
    """How far back the score is compared with."""
    recency: list[Duration] = Field(
        default=list(_DEFAULT.recency),
        min_length=4,
        max_length=4,
        json_schema_extra={"default": [duration_text(each) for each in _DEFAULT.recency]},
    )
    """Longest time since the last won opportunity for two to five of five."""
    frequency: list[int] = _steps(_DEFAULT.frequency)
    """Least number of won opportunities for two to five of five."""
    amount: list[float] = _steps(_DEFAULT.amount)
    """Least sum of won opportunities for two to five of five, in the CRM's currency."""


class DigestTable(Table):
    """A weekly task that says what was deferred for want of capacity."""

    subject: Written = "Not handed off this week: {{count}}"
    """Of the task; may hold placeholders of the digest."""
    body: Written = "For {{owner}}, week of {{week}}: {{count}} waited or were given up, {{worth}}."
    """Of the task; may hold placeholders of the digest."""
    on: Weekday = "fri"
    """The day of the week."""
    at: Duration = lasting("15h", zero=True)
    """So long after midnight in the configured time zone."""
    to: Written | None = None
    """The CRM's id of the user who gets all digests. Left out: each rep gets their own."""


class CapacityTable(Table):
    """How many hand-offs a rep can follow up per week."""

    active: bool = True
    """false: switched off, for a folder that is laid over another."""
    default: PerWeek | None = None
    """Of each rep. Left out: any number, unless something below says otherwise."""
    measured: Duration | None = None
    """How far back to look at a rep's calls and meetings, instead of `default`, where any were."""
    touches: float = Field(default=6.0, gt=0)
    """So many calls and meetings are one hand-off, when it is measured."""
    wait: Duration = lasting("7d")
    """A hand-off that found no place for so long is given up."""
    days: Weekdays = Field(default=["mon", "tue", "wed", "thu", "fri"])
    """The days of the week over which it is spread; on others only raised hands are handed off."""
    owner: dict[str, PerWeek] = Field(default_factory=dict)
    """Hand-offs per week by the CRM's id of a user, where they differ."""
    digest: DigestTable | None = None
    """The weekly task about what was deferred. Left out: there is none."""


class TeamTable(Table):
    """Users who share what comes in."""

    id: Id
    """A lasting name."""
    members: Texts
    """The CRM's ids of the users."""
    capacity: PerWeek | None = None
    """Hand-offs per week of all together. Left out: each member has their own."""
    share: Annotated[Share, Field(strict=False)] = Share.OWNER
    """Who gets a task: the "owner", by "round_robin", or who has the "least_load"."""
    when: Condition = Field(default_factory=dict)
    """Whose tasks go to the team, whoever owns them. Left out: only those of its members."""


class AbsenceTable(Table):
    """A user who is away gets no tasks."""

    owner: Written
    """The CRM's id of the user."""
    since: Day
    """The first day."""
    until: Day
    """The last day."""


class HoldoutTable(Table):
    """Some episodes are silently not handed off, so that one can see what handing off brings."""

    share: float = Field(gt=0, le=0.5)
    """How many: 0.1 is one in ten. Raised hands are never held out."""
    draw: str = ""
    """Any text; another one draws other episodes."""
