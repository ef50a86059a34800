"""Lengths of time as admins write them: "90s", "15m", "2h", "60d", "2w", "1h30m"."""

from __future__ import annotations

import re
from typing import Final

from connector.clock import DAY, HOUR, MINUTE, SECOND

WEEK: Final = 7 * DAY
LONGEST: Final = 36_525 * DAY
"""A hundred years; anything longer is a slip of the finger."""
UNITS: Final = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
PATTERN: Final = r"^(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$"
"""What editors are told; `parse_duration` also refuses the empty text."""

_PARTS: Final = re.compile(r"(\d+)(w|d|h|ms|m|s)")
_WHOLE: Final = re.compile(PATTERN, re.ASCII)
ADVICE: Final = 'Write a number with a unit, for example "90s", "15m", "2h", "60d" or "2w".'


class BadDuration(ValueError):
    """A text is no length of time; `advice` says what to write."""

    def __init__(self, message: str, advice: str = ADVICE) -> None:
        super().__init__(message)
        self.advice = advice


def parse_duration(value: object) -> int:
    """Milliseconds of "1h30m". Anything else, bare numbers too, raises BadDuration."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise BadDuration("has no unit", f'Did you mean "{value}s" or "{value}d"?')
    if not isinstance(value, str):
        raise BadDuration("is not a length of time")
    text = value.replace(" ", "")
    if not text or not _WHOLE.fullmatch(text):
        raise BadDuration("is not a length of time")
    if len(text) > 40:
        raise BadDuration("is longer than a hundred years")
    total = sum(int(count) * UNITS[unit] for count, unit in _PARTS.findall(text))
    if total > LONGEST:
        raise BadDuration("is longer than a hundred years")
    return total


def duration_text(millis: int) -> str:
    """The shortest text that `parse_duration` reads as `millis` (>= 0)."""
    if millis == 0:
        return "0s"
    for unit in ("d", "h", "m", "s"):
        if millis % UNITS[unit] == 0 and (unit == "d" or millis // UNITS[unit] < 1_000):
            return f"{millis // UNITS[unit]}{unit}"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, millis = divmod(millis, UNITS[unit])
        parts.append(f"{count}{unit}" if count else "")
    return "".join(parts)
