"""What the text of one cell means. Everything is strict: a doubtful text is refused with a reason.

No cell text is ever guessed into a value; the reasons name what was found, and rows with such
cells are set aside by the caller.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from connector.clock import DAY, HOUR, MINUTE, SECOND, to_millis

YEAR_2000: Final = 946_684_800_000
TRUE: Final = frozenset(
    ("true", "t", "yes", "y", "1", "x", "ja", "wahr", "oui", "vrai", "si", "sí", "verdadero")
)
FALSE: Final = frozenset(("false", "f", "no", "n", "0", "nein", "falsch", "non", "faux", "falso"))

_SPANS: Final = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_SPAN: Final = re.compile(r"(\d{1,9})(ms|s|m|h|d)", re.ASCII)
_EPOCH: Final = re.compile(r"(\d{9,10}(?:\.\d{1,9})?|\d{12,13})", re.ASCII)
_ISO: Final = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:(?:[Tt]| +)(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r" *([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_PLAIN: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_SHOWN: Final = 60


class BadCell(ValueError):
    """A cell does not say what its column needs; the message is the reason for people."""


def shown(text: str) -> str:
    """A cell's text as messages quote it: short, on one line."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return f'"{" ".join(short.split())}"'


def clean(text: str) -> str:
    """The text as it is kept: NFC, without NULs, lone surrogates and outer white space."""
    if text.isascii():
        return text.replace("\0", "").strip()
    whole = text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", whole).strip()


def parse_span(text: str) -> int:
    """Milliseconds of "10s", "5m" or "2d"; ValueError for anything else."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f'{shown(text)} is no length of time; write for example "10s" or "2d"')
    return int(found[1]) * _SPANS[found[2]]


def parse_boolean(text: str) -> bool:
    """True or false, in the words of the common spreadsheet languages."""
    word = text.casefold()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise BadCell(f"{shown(text)} is neither true nor false")


def parse_number(text: str, decimal: str) -> int | float:
    """A number with `decimal` before its decimals; the other sign may group thousands.

    Currency signs and spaces around and between groups are skipped. Whole values are ints.
    """
    bare = "".join(text.split()).strip("$€£¥")
    if decimal == ",":
        bare = bare.translate({ord(","): ".", ord("."): ","})
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    elif not _PLAIN.fullmatch(bare):
        raise BadCell(f"{shown(text)} is not a number")
    if len(bare) > 40:
        raise BadCell(f"{shown(text)} is too long for a number")
    if bare.lstrip("+-").isdigit():
        return int(bare)
    value = float(bare)
    if value - value != 0:  # 1e999 is infinite
        raise BadCell(f"{shown(text)} is too great for a number")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def parse_instant(text: str, *, zone: tzinfo | None = None, pattern: str = "") -> int:
    """The instant (UTC ms) of a text in ISO 8601, or in s or ms since 1970, or as `pattern` says.

    A time without a zone is taken in `zone`; without one it is refused. An hour that a clock
    change repeats is the first one, one that it leaves out is counted on. A date alone is its
    first moment. 24:00 and a leap second are the moment that follows.
    """
    if pattern:
        return _by_pattern(text, zone, pattern)
    if _EPOCH.fullmatch(text):
        return int(text) if len(text) in (12, 13) and "." not in text else _seconds(text)
    found = _ISO.fullmatch(text)
    if not found:
        raise BadCell(f"{shown(text)} is not a time (ISO 8601, or seconds or ms since 1970)")
    year, _, month, day, hour, minute, second, fraction, offset = found.groups()
    rest = timedelta(microseconds=int((fraction or "").ljust(6, "0")[:6]))
    try:
        hours, seconds = int(hour or 0), int(second or 0)
        if hours == 24 and int(minute or 0) == seconds == 0 and not rest:
            hours, rest = 0, timedelta(days=1)
        if seconds == 60:
            seconds, rest = 59, timedelta(seconds=1)
        moment = datetime(  # noqa: DTZ001 - the zone is put on below, or the text is refused
            int(year), int(month), int(day), hours, int(minute or 0), seconds
        )
        return _in_zone(moment + rest, _offset(offset) or zone, text)
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadCell):
            raise
        raise BadCell(f"{shown(text)} is not a time: {error}") from None


def check_plausible(instant: int, now: int, ahead: int, text: str) -> int:
    """The instant itself when it lies between the year 2000 and `now` + `ahead` (ms)."""
    if instant < YEAR_2000:
        raise BadCell(f"{shown(text)} lies before the year 2000")
    return check_not_ahead(instant, now, ahead, text)


def check_not_ahead(instant: int, now: int, ahead: int, text: str) -> int:
    """The instant itself when it is not later than `now` + `ahead` (ms)."""
    if instant > now + ahead:
        raise BadCell(f"{shown(text)} lies in the future")
    return instant


def _by_pattern(text: str, zone: tzinfo | None, pattern: str) -> int:
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - see _in_zone
        return _in_zone(moment, moment.tzinfo or zone, text)
    except BadCell:
        raise
    except (ValueError, OverflowError):
        raise BadCell(f"{shown(text)} is not a time written as {pattern}") from None


def _seconds(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) * SECOND + int(fraction.ljust(3, "0")[:3] or 0)


def _in_zone(moment: datetime, zone: tzinfo | None, text: str) -> int:
    if zone is None:
        raise BadCell(f"{shown(text)} names no time zone; set time_zone")
    return to_millis(moment.replace(tzinfo=zone, fold=0).astimezone(UTC))


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-distance if text[0] == "-" else distance)
