"""Property values: what is taken, how it is kept, what is refused.

Follows https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide, "add values to
properties". Every value is text; "" clears, null is no value at all; several options are joined by
semicolons, and a leading semicolon adds to those that are there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from sandbox.hubspot import instants
from sandbox.hubspot.schema.property import Property

_EMAIL: Final = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]{2,}")
LONGEST: Final = 65_536
"""Characters of a text."""


class BadValue(Exception):
    """A value that is not taken; code and message as HubSpot gives them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text_of(given: object) -> str:
    """What JSON gives, as text."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float) and given.is_integer():
        return str(int(given))
    return str(given)


def read(known: Property, given: object, old: str) -> str:
    """A value as it is kept; "" clears. `old` is the one that is there."""
    if isinstance(given, dict | list):
        raise BadValue("INVALID_VALUE", f"{known.name} must be a text")
    text = text_of(given)
    if not text:
        return ""
    if known.name == "email":
        return _email(text)
    return _READERS[known.type](known, text, old)


def _email(text: str) -> str:
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise BadValue("INVALID_EMAIL", f"Email address {text} is invalid")
    return email


def _string(known: Property, text: str, _: str) -> str:
    if len(text) > LONGEST:
        raise BadValue(
            "PROPERTY_VALUE_TOO_LONG", f"{known.name} is longer than {LONGEST} characters"
        )
    if known.name == "hs_task_reminders" and not text.replace(";", "").isdigit():
        raise BadValue("INVALID_LONG", f"{text} was not a valid long.")
    return text


def _number(_: Property, text: str, __: str) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue("INVALID_INTEGER", f"{text} was not a valid number.")
    return text.strip()


def _day(_: Property, text: str, __: str) -> str:
    try:
        return instants.read_day(text)
    except ValueError:
        raise BadValue("INVALID_DATE", f"{text} was not a valid date.") from None


def _instant(_: Property, text: str, __: str) -> str:
    try:
        return instants.shown(instants.read(text))
    except (ValueError, OverflowError):
        raise BadValue("INVALID_DATE", f"{text} was not a valid date.") from None


def _truth(known: Property, text: str, _: str) -> str:
    if text.lower() not in ("true", "false"):
        raise _no_option(known, text)
    return text.lower()


def _option(known: Property, text: str, old: str) -> str:
    if known.external or not known.options:
        return text
    if not known.is_multiple:
        return _checked(known, text)
    added = [part for part in text.split(";") if part]
    kept = [part for part in old.split(";") if part] if text.startswith(";") else []
    chosen = [*kept, *(_checked(known, part) for part in added)]
    return ";".join(dict.fromkeys(chosen))


def _checked(known: Property, text: str) -> str:
    if not any(option.value == text for option in known.options):
        raise _no_option(known, text)
    return text


def _no_option(known: Property, text: str) -> BadValue:
    listed = ", ".join(f'label: "{each.label}" value: "{each.value}"' for each in known.options)
    return BadValue("INVALID_OPTION", f"{text} was not one of the allowed options: [{listed}]")


_READERS: Final[dict[str, Callable[[Property, str, str], str]]] = {
    "string": _string,
    "phone_number": _string,
    "number": _number,
    "date": _day,
    "datetime": _instant,
    "bool": _truth,
    "enumeration": _option,
}
"""By type of the property."""
