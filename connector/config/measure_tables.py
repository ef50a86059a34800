"""The tables of a rule file about what is measured: segments, the report, the health check."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from connector.config.types import Condition, Duration, Id, lasting
from connector.config.wording import Table

Count = Annotated[int, Field(ge=1)]
Part = Annotated[float, Field(ge=0, le=1)]


class SegmentTable(Table):
    """A part of the market that `leadmode health` looks at by itself."""

    id: Id
    """A lasting name."""
    label: str = ""
    """What people call it. Left out: the id."""
    when: Condition
    """Who belongs to it; somebody may belong to several."""


class ReportTable(Table):
    """How `leadmode report` counts."""

    fewest: Count = 10
    """No share and no median is claimed of fewer than these."""
    horizon: Duration = lasting("90d")
    """An opportunity opened at most this long after an entry counts as following it."""
    answer_within: Duration = lasting("30d")
    """What somebody does with an offer at most this long after a touch answers it."""
    unreached_after: Duration = lasting("90d")
    """So long without touch, task and engagement, and nothing reaches a person any more."""


class HealthTable(Table):
    """What a segment needs to have reached a stage of the cycle."""

    prime_hand_offs: Count = 20
    """Prime: so many episodes were handed off."""
    prime_accepted: Part = 0.5
    """Prime: this share of them was accepted."""
    age_opportunities: Count = 10
    """Coming of age: so many of them led to an opportunity."""
    age_rate: Part = 0.1
    """Coming of age: this share of them led to an opportunity."""
    age_unreached: Part = 0.5
    """Coming of age: no more than this share of the people is reached by nothing."""
    success_wins: Count = 3
    """Repeating success: so many wins in the earlier half of the time, and in the later."""
    success_rate: Part = 0.2
    """Repeating success: this share of the opportunities was won."""
