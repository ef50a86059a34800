"""[[silence]]: times in which nobody, or nobody of some kind, is handed off."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from connector.clock import DAY, to_millis
from connector.config.types import Condition, Id
from connector.config.wording import Table

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadDay(ValueError):
    """A text is no day; `advice` says what to write."""

    advice = 'Write a day in quotes: "2026-12-24".'


def parse_day(value: object) -> int:
    """The beginning (UTC ms) of a day written "2026-12-24"; anything else raises BadDay."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise BadDay("is not a day")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadDay("is a day that no calendar has") from None
    return to_millis(datetime(day.year, day.month, day.day, tzinfo=UTC))


Day = Annotated[
    int,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
"""Written "2026-12-24", a day of UTC; held as the UTC ms at which it begins."""


class SilenceTable(Table):
    """A time in which hand-offs are held: a trade fair, a price change, the end of the year."""

    id: Id
    """A lasting name."""
    label: str = ""
    """What people are told, for example "trade fair". Left out: the id."""
    since: Day
    """The first day, of UTC."""
    until: Day
    """The last day, of UTC."""
    when: Condition = Field(default_factory=dict)
    """Whose hand-offs are held. Left out: everybody's."""
    raised_hands: bool = False
    """Whether raised hands are held too."""
    active: bool = True
    """false: switched off, for a folder that is laid over another."""


def end_of(table: SilenceTable) -> int:
    """The first moment after it, UTC ms."""
    return table.until + DAY
