"""Field values: how JSON and CSV give them, how the org keeps them, how it shows them.

Follows "Primitive Data Types" and "Valid Date and DateTime Formats" (REST and SOAP API guides).
Inside the org a datetime is UTC milliseconds (whole seconds), a date is a day as `YYYY-MM-DD`,
null is an absent key, and an id has 18 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connector.clock import DAY, SECOND, to_millis
from sandbox.salesforce import ids
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.schema.field import NUMBER_TYPES, Field

Value = str | int | float | bool | None
Row = dict[str, Value]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EMAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
_ZONE: Final = re.compile(r"([+-]\d\d)(\d\d)$")
_INT_MAX: Final = 2**31


def show_instant(instant: int) -> str:
    """As the API writes a datetime: 2026-11-20T09:00:00.000+0000."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant % 1_000:03d}+0000"


def show_day(instant: int) -> str:
    """The day (UTC) of an instant."""
    return (_EPOCH + timedelta(milliseconds=instant)).strftime("%Y-%m-%d")


def read_instant(text: str) -> int:
    """UTC milliseconds of an ISO datetime with a zone; ValueError for anything else."""
    return to_millis(datetime.fromisoformat(_ZONE.sub(r"\1:\2", text.replace("Z", "+00:00"))))


def day_start(day: str) -> int:
    """UTC midnight of a day, ms."""
    return (date.fromisoformat(day) - _EPOCH.date()).days * DAY


def show(field: Field, value: Value) -> Value:
    """A kept value as JSON shows it."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type == "datetime" and isinstance(value, int):
        return show_instant(value)
    if field.type in NUMBER_TYPES and isinstance(value, int):
        return float(value)
    return value


def show_text(field: Field, value: Value) -> str:
    """A kept value as a CSV cell shows it."""
    shown = show(field, value)
    if shown is None:
        return ""
    if isinstance(shown, bool):
        return "true" if shown else "false"
    if isinstance(shown, float):
        return str(int(shown)) + ".0" if shown.is_integer() else repr(shown)
    if field.type == "datetime":
        return str(shown).replace("+0000", "Z")
    return str(shown)


def read(field: Field, given: object) -> Value:
    """What JSON gives, as it is kept; Refused when it can not be.

    Empty text is null, as the org sees it; spaces around text are dropped.
    """
    if given is None:
        return None
    return _READERS.get(field.type, _text)(field, given)


def _mismatch(kind: str, given: object) -> Refused:
    token = {bool: "VALUE_TRUE", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT"}
    name = token.get(type(given), "VALUE_STRING")
    shown = f" value {given}" if isinstance(given, str) else ""
    return Refused(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {kind} from {name}{shown} or request may be missing a "
        "required field at [line:1, column:1]",
    )


def _boolean(_: Field, given: object) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in ("true", "false", "1", "0"):
        return given.lower() in ("true", "1")
    raise _mismatch("boolean", given)


def _whole(field: Field, given: object) -> int:
    try:
        number = int(given) if isinstance(given, str) else given
    except ValueError:
        raise _mismatch("int", given) from None
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        raise _mismatch("int", given)
    if not -_INT_MAX <= number < _INT_MAX:
        raise Refused(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range",
            [field.name],
        )
    return number


def _number(field: Field, given: object) -> float:
    try:
        number = float(given) if isinstance(given, str) else given
    except ValueError:
        raise _mismatch("double", given) from None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _mismatch("double", given)
    if abs(number) >= 10 ** (field.precision - field.scale):
        raise Refused(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {number}",
            [field.name],
        )
    return round(float(number), field.scale)


def _day(_: Field, given: object) -> str:
    if not isinstance(given, str):
        raise _mismatch("date", given)
    try:
        return date.fromisoformat(given[:10]).isoformat()
    except ValueError:
        raise _mismatch("date", given) from None


def _instant(_: Field, given: object) -> int:
    if not isinstance(given, str):
        raise _mismatch("datetime", given)
    try:
        if len(given) == len("2026-01-31"):
            return day_start(given)
        instant = read_instant(given)
    except ValueError:
        raise _mismatch("datetime", given) from None
    return instant - instant % SECOND


def _reference(field: Field, given: object) -> str | None:
    if not isinstance(given, str):
        raise _mismatch("reference", given)
    if not given:
        return None
    known = ids.normal(given)
    if known is None:
        raise Refused(
            "MALFORMED_ID", f"{field.label}: id value of incorrect type: {given}", [field.name]
        )
    return known


def _text(field: Field, given: object) -> str | None:
    if isinstance(given, bool):
        given = "true" if given else "false"
    if not isinstance(given, str | int | float):
        raise _mismatch("string", given)
    text = str(given).replace("\x00", "")
    text = text.strip() if field.type != "textarea" else text.rstrip()
    if not text:
        return None
    if field.length and len(text) > field.length:
        raise Refused(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={field.length})",
            [field.name],
        )
    _check_shape(field, text)
    return text


def _check_shape(field: Field, text: str) -> None:
    if field.type == "email" and not _EMAIL.fullmatch(text):
        raise Refused(
            "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", [field.name]
        )
    if field.restricted and text not in field.values:
        raise Refused(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {text}",
            [field.name],
        )


_READERS: Final[dict[str, Callable[[Field, object], Value]]] = {
    "boolean": _boolean,
    "int": _whole,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _day,
    "datetime": _instant,
    "reference": _reference,
    "id": _reference,
}
"""By field type; all others are text."""
