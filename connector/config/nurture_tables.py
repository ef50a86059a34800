"""The tables of nurture in a rule file: offers and programs."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field, StringConstraints

from connector.config.nurture import FEWEST_TOUCHES, MOST_TOUCHES, WEEKDAYS, Channel, Entry, Means
from connector.config.rulebook import Owned
from connector.config.rulebook import Phase as PhaseName
from connector.config.types import (
    CLOCK_PATTERN,
    Condition,
    Duration,
    Id,
    Texts,
    lasting,
    one_or_many,
)
from connector.config.wording import Table

Written = Annotated[str, StringConstraints(min_length=1)]
Phases = Annotated[
    list[Annotated[PhaseName, Field(strict=False)]],
    *one_or_many({"enum": [one.value for one in PhaseName]}),
    Field(min_length=1),
]
Entries = Annotated[
    list[Annotated[Entry, Field(strict=False)]],
    *one_or_many({"enum": [one.value for one in Entry]}),
    Field(min_length=1),
]
Owners = Annotated[
    list[Annotated[Owned, Field(strict=False)]],
    *one_or_many({"enum": [one.value for one in Owned]}),
    Field(min_length=1),
]
Reason = Literal["decayed", "idle", "rejected", "recycled"]
Reasons = Annotated[
    list[Reason], *one_or_many({"enum": list(get_args(Reason))}), Field(min_length=1)
]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days = Annotated[list[Day], *one_or_many({"enum": list(WEEKDAYS)}), Field(min_length=1)]
WallClock = Annotated[str, StringConstraints(pattern=CLOCK_PATTERN)]
"""Written "09:00"."""

SUBJECT: Final = "Nurture {{touch}}: {{offer.title}} for {{person.name}}"
BODY: Final = "{{offer.text}}"


class OfferTable(Table):
    """Something that a nurture touch can offer."""

    id: Id
    """A lasting name: nobody is offered the same one twice."""
    title: str = ""
    """What people call it. Left out: the id."""
    text: str = ""
    """What the rep is told about it."""
    asset: Texts
    """Patterns such as "*roi*": engagement with these is its response, and who has engaged with
    them is not offered it any more."""
    persona: Texts = Field(default_factory=list)
    """Names of the personas it is for. Left out: everybody."""
    phase: Phases = Field(default_factory=list)
    """Phases of the journey it leads into. Left out: any."""
    channel: Annotated[Channel, Field(strict=False)] = Channel.MAIL
    """"mail" or "call": the channel whose consent it needs."""
    list: str = ""
    """The platform's id of the list or campaign that delivers it, for programs by list."""
    active: bool = True
    """false: not offered any more; what came of it is still counted."""


class ProgramTable(Table):
    """A nurture program: touches for those who are not ready to buy."""

    id: Id
    """A lasting name, part of every write key."""
    title: str = ""
    """What people call it. Left out: the id."""
    active: bool = True
    """false: nobody enters, and whoever is in it leaves."""
    epoch: Annotated[int, Field(ge=1)] = 1
    """Raise it only to touch again, on purpose, who was touched already."""
    entry: Entries = Field(default=[Entry.LEFT_LEAD_MODE])
    """How people come in: "left_lead_mode", "passive", or both."""
    reasons: Reasons = Field(default=["decayed", "idle", "recycled"])
    """For left_lead_mode: how the episode must have ended."""
    quiet_for: Duration = lasting("180d")
    """For passive: so long somebody must have done nothing."""
    who: Condition = Field(default_factory=dict)
    """Who can be in it. Left out: everybody."""
    touches: int = Field(default=6, ge=FEWEST_TOUCHES, le=MOST_TOUCHES)
    """How many touches there are, 5 to 7."""
    first_after: Duration = lasting("7d", zero=True)
    """The first touch comes so long after they left lead mode or went quiet."""
    spacing: Duration = lasting("11d")
    """Between two touches there is never less time."""
    jitter: Duration = lasting("3d", zero=True)
    """Up to so much is added to the spacing, the same for a person whenever it is asked for."""
    opens: WallClock = "09:00"
    """Before this hour of the configured time zone nothing is sent."""
    closes: WallClock = "17:00"
    """From this hour on nothing is sent."""
    days: Days = Field(default=["mon", "tue", "wed", "thu", "fri"])
    """On these days touches are made."""
    per_day: Annotated[int, Field(ge=1)] = 20
    """Most people who start on one day, for each way of entry: a new program does not flood."""
    rest: Duration = lasting("180d", zero=True)
    """After a program that was not cut short somebody is left alone for so long."""
    pause_for: Duration = lasting("14d", zero=True)
    """So long after a hand-off, call or meeting a rep is taken to be on it, and nothing is sent."""
    means: Annotated[Means, Field(strict=False)] = Means.TASK
    """"task": a rep gets a task. "list": the person joins the list of the offer."""
    on: str = ""
    """Name of the source that gets the touches. Left out: the one that gets the tasks."""
    offers: Texts = Field(default_factory=list)
    """Ids of the offers it may use. Left out: all."""
    subject: Written = SUBJECT
    """Of the task; may hold placeholders."""
    body: str = BODY
    """Of the task; may hold placeholders."""
    due: Duration = lasting("2d", zero=True)
    """Until when the task is to be done, counted from the touch."""
    priority: Literal["high", "normal"] = "normal"
    """Of the task."""
    owners: Owners = Field(default=[Owned.RECORD])
    """Whose owner gets the task: "record", "account"; the first who has an active one."""
    fallback_owner: Written | None = None
    """The CRM's id of the user who gets the tasks when none of the owners is active."""
    content_owner: Written | None = None
    """The CRM's id of the user who is asked, once per persona and phase, when offers are wanting.
    Left out: `leadmode programs` alone tells."""
