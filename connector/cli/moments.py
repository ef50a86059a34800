"""Times as people write them on the command line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import typer

from connector.clock import to_millis

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ADVICE: Final = 'Write it like "2026-03-01", "2026-03-01T09:00" or "-7d".'


def moment(text: str, now: int, zone: ZoneInfo, *, end_of_day: bool) -> int:
    """UTC ms of a date, a time, or a distance from now; `BadParameter` for anything else.

    A time without a zone is one of `zone`. A date alone is its first or its last moment.
    """
    text = text.strip()
    if text[:1] in {"-", "+"}:
        return now + _distance(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no time. {_ADVICE}') from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if _DATE.fullmatch(text) and end_of_day:
        return to_millis(found + timedelta(days=1)) - 1
    return to_millis(found)


def _distance(text: str) -> int:
    from connector.config.durations import BadDuration, parse_duration  # noqa: PLC0415

    try:
        length = parse_duration(text[1:])
    except BadDuration as error:
        raise typer.BadParameter(f'"{text}" {error}. {_ADVICE}') from None
    return -length if text[0] == "-" else length
