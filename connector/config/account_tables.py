"""The table of a rule file about accounts: when one surges, whom a group needs, who may buy."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from connector.config.types import Condition, Duration, Texts, lasting
from connector.config.wording import Table

Written = Annotated[str, StringConstraints(min_length=1)]
Weight = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]

SUBJECT: Final = "{{account.name}}: {{people}} people are looking at us"
BODY: Final = """{{standing}}
{{who}}
{{missing}}"""


class AccountPointsTable(Table):
    """Points for the propensity of a company to buy."""

    when: Condition
    """Which companies get the points: fields of account and owner, and its history."""
    points: float
    """How many; a negative number takes some away."""
    label: str = ""
    """What people are told, for example "makes pumps"."""


class AccountTable(Table):
    """Companies of which several people are engaged at once."""

    active: bool = True
    """false: switched off, for a folder that is laid over another."""
    epoch: Count = 1
    """Raise it only to make tasks again, on purpose, for what was told already."""
    who: Condition = Field(default_factory=dict)
    """Which companies: fields of account and owner, and its history. Left out: all."""
    signals: Texts = Field(default_factory=list)
    """Ids of the signals that count. Left out: all."""
    people: float = Field(default=3.0, gt=0)
    """So many people must be engaged within the window; each counts with the weight of the
    persona."""
    window: Duration = lasting("14d")
    """Somebody is engaged for so long after what they did last."""
    weight: dict[str, Weight] = Field(default_factory=dict)
    """By persona, what one person counts. Left out: 1; 0: such people do not count."""
    cooldown: Duration = lasting("30d", zero=True)
    """After the end of a surge that made a task, none makes a further one for so long."""
    group: Texts = Field(default_factory=list)
    """Personas that a whole buying group has. Who is missing is told."""
    points: list[AccountPointsTable] = Field(default_factory=list)
    """What makes a company likely to buy."""
    likely: float = 50.0
    """So many points of propensity make a company one that is likely to buy."""
    engaged: float = Field(default=100.0, gt=0)
    """So many points of engagement of all its people make a company an engaged one."""
    advocate_after: Count = 3
    """So many opportunities won, and a company counts as an advocate."""
    subject: Written = SUBJECT
    """Of the task; may hold placeholders."""
    body: Written = BODY
    """Of the task; may hold placeholders."""
    due: Duration = lasting("1d", zero=True)
    """Until when the task is to be done, counted from when it is made."""
    priority: Literal["high", "normal"] = "normal"
    """Of the task."""
    fallback_owner: Written | None = None
    """The CRM's id of the user who gets the task when the company has no active owner. Left out:
    that of the hand-offs."""
