"""The tables about clocks of hand-offs in a rule file: keys, defaults and bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from connector.config.capacity_tables import Day, Weekdays
from connector.config.holiday import known_country
from connector.config.nurture_tables import WallClock
from connector.config.sla import Do, Until
from connector.config.types import Duration, Id, Texts, lasting
from connector.config.wording import Table
from connector.config.zones import known_zone

Written = Annotated[str, StringConstraints(min_length=1)]
Country = Annotated[str, BeforeValidator(known_country)]
Zone = Annotated[str, BeforeValidator(known_zone)]

SUBJECT = "{{what}}: {{person.name}}, {{account.name}}"
BODY = """\
{{why}}
Handed off on {{handed_on}} ({{rule.title}}); the task is with {{owner.name}}."""


class SlaTable(Table):
    """Clocks of hand-offs: what follows when nobody works them."""

    active: bool = True
    """false: no clock runs, and no step is made."""
    lead_modes: Texts = Field(default_factory=list)
    """Ids of the lead modes whose hand-offs are meant. Left out: all."""
    look_every: Duration = lasting("15m")
    """A fresh task is read back so often; older ones are more rarely."""
    trust_for: Duration = lasting("1h")
    """A step is made only on a reading that is younger than this; until then it waits."""
    manager: str = ""
    """The CRM's id of the user who gets what is escalated when the owner's record names no
    manager."""
    due: Duration = lasting("4h", zero=True)
    """Until when the tasks of steps are to be done, counted from the step."""
    priority: Literal["high", "normal"] = "high"
    """Of these tasks."""
    cooling: Duration | None = Field(default=None, gt=0)
    """So long before an untouched hand-off would leave lead mode, its rep is warned. Left out:
    nobody is."""
    cooling_subject: Written = SUBJECT
    """Of the task that warns; may hold placeholders."""
    cooling_body: Written = BODY
    """Of the task that warns; may hold placeholders."""


class SlaStepTable(Table):
    """Something that is done when a hand-off was left alone for so long."""

    id: Id
    """A lasting name, part of the write keys."""
    do: Annotated[Do, Field(strict=False)]
    """"remind", "escalate", "reassign" or "recycle"."""
    after: Duration
    """Working time since the CRM had the task; a day is a working day."""
    raised_after: Duration | None = None
    """The same for a raised hand. Left out: as long as for the others."""
    until: Annotated[Until, Field(strict=False)] = Until.WORKED
    """"accepted" or "worked": the step is not made once somebody did this."""
    subject: Written = SUBJECT
    """Of the task; may hold placeholders."""
    body: Written = BODY
    """Of the task; may hold placeholders."""
    active: bool = True
    """false: switched off, for a folder that is laid over another."""


class OfficeTable(Table):
    """When some users work."""

    id: Id
    """A lasting name."""
    owners: Texts = Field(default_factory=list)
    """The CRM's ids of its users. Left out: whoever no office before this one names."""
    zone: Zone | None = None
    """Time zone by its IANA name. Left out: the user's own in the CRM, else the configured one."""
    opens: WallClock = "09:00"
    """From this hour on they work."""
    closes: WallClock = "17:00"
    """Until this hour they work."""
    days: Weekdays = Field(default=["mon", "tue", "wed", "thu", "fri"])
    """On these days they work."""
    country: Country | None = None
    """Whose public holidays they have off, for example "DE". Left out: nobody's."""
    region: Written | None = None
    """A part of the country with holidays of its own, for example "BY"."""
    closed: list[Day] = Field(default_factory=list)
    """Further days off, like "2026-12-24"."""
