"""What people do with tasks in a test file, and what is asked about clocks."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from connector.config.types import one_or_many
from connector.config.wording import Table
from connector.plan.disposition import Disposition
from connector.plan.sla import Clock
from connector.ruletest.moments import When

Clocks = Annotated[
    list[Annotated[Clock, Field(strict=False)]],
    *one_or_many({"enum": [clock.value for clock in Clock if clock is not Clock.DUE]}),
    Field(min_length=1),
]
Step = Literal["remind", "escalate", "reassign", "recycle", "cooling"]
Steps = Annotated[list[Step], *one_or_many({"enum": list(get_args(Step))}), Field(min_length=1)]
Dispositions = Annotated[
    list[Annotated[Disposition, Field(strict=False)]],
    *one_or_many({"enum": [each.value for each in Disposition]}),
    Field(min_length=1),
]


class TaskTable(Table):
    """What a person does with the task of the latest hand-off."""

    at: When
    """When."""
    status: str | None = None
    """The task's new status, in the CRM's words."""
    result: str | None = None
    """What came of it, in the CRM's words."""
    done: bool | None = None
    """Whether it is done with that; false: it is opened again."""
    owner: Annotated[str, StringConstraints(min_length=1)] | None = None
    """Who has it from then on: the id of a user."""
    deleted: bool = False
    """Whether it is thrown away."""
