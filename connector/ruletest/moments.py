"""Moments of a test, before and after its own "now"."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

from connector.clock import to_millis
from connector.config.durations import BadDuration, duration_text, parse_duration

ZERO: Final = to_millis(datetime(2026, 11, 20, 12, tzinfo=UTC))
"""The "now" of every test: a Friday noon, so that an hour more or less is the same day."""

_PART: Final = re.compile(r"\s*([+-])\s*([0-9a-z]+(?:\s+[0-9]+[a-z]+)*)\s*")
_WHOLE: Final = re.compile(r"^(\s*[+-]\s*[0-9]+[0-9a-z ]*)+$")


class BadMoment(ValueError):
    """A text is no moment; `advice` says what to write."""

    advice = 'Write "-70d", "-1d + 30s", "+2w" or "now".'


def parse_moment(value: object) -> int:
    """UTC ms of "-70d", "-1d + 30s" or "now". Anything else raises BadMoment."""
    if value == "now":
        return ZERO
    if not isinstance(value, str) or not _WHOLE.match(value):
        raise BadMoment("is not a moment")
    moment = ZERO
    for sign, length in _PART.findall(value):
        try:
            moment += parse_duration(length) * (1 if sign == "+" else -1)
        except BadDuration as error:
            raise BadMoment(str(error)) from None
    return moment


def moment_text(moment: int) -> str:
    """The moment as a test file writes it: "-70d", "-1d + 30s"."""
    distance = moment - ZERO
    if distance == 0:
        return "now"
    whole = duration_text(abs(distance))
    if distance > 0 or len(whole) <= _SHORT:
        return ("-" if distance < 0 else "+") + whole
    days = -(distance // _DAY)
    return f"-{days}d + {duration_text(distance + days * _DAY)}"


_SHORT: Final = 4
_DAY: Final = 86_400_000

When = Annotated[
    int,
    BeforeValidator(parse_moment),
    WithJsonSchema({"type": "string", "pattern": r"^(now|(\s*[+-]\s*[0-9]+[0-9a-z ]*)+)$"}),
]
"""Written "-70d", "-1d + 30s" or "now"; held as UTC ms."""
