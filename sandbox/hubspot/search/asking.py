"""What a search asks for, read from its body, within the limits that HubSpot sets.

Follows "Limits" of https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.hubspot.problems import invalid

LONGEST_BODY: Final = 3_000
"""Characters."""
MOST_GROUPS: Final = 5
MOST_IN_GROUP: Final = 6
MOST_FILTERS: Final = 18
MOST_IN_PAGE: Final = 200
MOST_RESULTS: Final = 10_000
WITHOUT_VALUE: Final = ("HAS_PROPERTY", "NOT_HAS_PROPERTY")
WITH_VALUES: Final = ("IN", "NOT_IN")
WITH_VALUE: Final = ("EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN")
OPERATORS: Final = (*WITH_VALUE, "BETWEEN", *WITH_VALUES, *WITHOUT_VALUE)
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition on one property."""

    name: str
    operator: str
    value: str = ""
    high: str = ""
    """The upper end of BETWEEN."""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """The one property that results are ordered by."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One search."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    """Alternatives; in each, all filters must match. None at all: everything matches."""
    words: str = ""
    sort: Sort | None = None
    properties: tuple[str, ...] = ()
    limit: int = 10
    after: int = 0


def asked(body: Json, length: int) -> Asked:
    """The search in a body of `length` characters; Refused when a limit or the form is broken."""
    if length > LONGEST_BODY:
        raise invalid(
            f"The query is too long: {length} characters; at most {LONGEST_BODY} are allowed"
        )
    groups = _groups(body)
    properties = _list(body, "properties")
    return Asked(
        groups=groups,
        words=str(body.get("query") or ""),
        sort=_sort(body),
        properties=tuple(dict.fromkeys(str(name) for name in properties)),
        limit=_number(body, "limit", 10, 1, MOST_IN_PAGE),
        after=_number(body, "after", 0, 0, None),
    )


def _list(body: Json, name: str) -> list[object]:
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise invalid(f"Invalid input JSON: {name} must be a list")
    return found


def _number(body: Json, name: str, default: int, least: int, most: int | None) -> int:
    found = body.get(name)
    if found in (None, ""):
        return default
    text = str(found)
    if isinstance(found, bool) or not (text.isascii() and text.isdigit()):
        raise invalid(f"Invalid input JSON: {name} must be a whole number, but is {text}")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise invalid(f"{name} must be between {least} and {most}, but is {number}")
    return number


def _groups(body: Json) -> tuple[tuple[Filter, ...], ...]:
    listed = _list(body, "filterGroups")
    if not listed and body.get("filters"):
        listed = [{"filters": body["filters"]}]
    groups = tuple(_group(each) for each in listed)
    if len(groups) > MOST_GROUPS:
        raise invalid(f"Too many filterGroups: {len(groups)}, at most {MOST_GROUPS} are allowed")
    most = max((len(group) for group in groups), default=0)
    if most > MOST_IN_GROUP:
        raise invalid(f"Too many filters in a group: {most}, at most {MOST_IN_GROUP} are allowed")
    count = sum(len(group) for group in groups)
    if count > MOST_FILTERS:
        raise invalid(f"Too many filters: {count}, at most {MOST_FILTERS} are allowed in all")
    return groups


def _group(given: object) -> tuple[Filter, ...]:
    if not isinstance(given, dict):
        raise invalid("Invalid input JSON: a filterGroup must be an object")
    return tuple(_filter(each) for each in _list(given, "filters"))


def _filter(given: object) -> Filter:
    if not isinstance(given, dict) or not given.get("propertyName"):
        raise invalid("Invalid input JSON: a filter needs a propertyName")
    operator = str(given.get("operator") or "")
    if operator not in OPERATORS:
        raise invalid(f"Invalid operator {operator!r}; it is none of {', '.join(OPERATORS)}")
    made = Filter(
        name=str(given["propertyName"]),
        operator=operator,
        value=_text(given.get("value")),
        high=_text(given.get("highValue")),
        values=tuple(_text(each) for each in _list(given, "values")),
    )
    _check(made)
    return made


def _check(made: Filter) -> None:
    if made.operator in WITH_VALUE and not made.value:
        raise invalid(f"operator {made.operator} requires a value for property {made.name}")
    if made.operator == "BETWEEN" and not (made.value and made.high):
        raise invalid(f"operator BETWEEN requires value and highValue for property {made.name}")
    if made.operator in WITH_VALUES and not made.values:
        raise invalid(f"operator {made.operator} requires values for property {made.name}")


def _text(given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    return "" if given is None else str(given)


def _sort(body: Json) -> Sort | None:
    listed = _list(body, "sorts")
    if len(listed) > 1:
        raise invalid("Only one sort is allowed")
    if not listed:
        return None
    given = listed[0]
    if isinstance(given, str):
        return Sort(name=given.lstrip("-"), descending=given.startswith("-"))
    if not isinstance(given, dict) or not given.get("propertyName"):
        raise invalid("Invalid input JSON: a sort needs a propertyName")
    direction = str(given.get("direction") or "ASCENDING").upper()
    if direction not in ("ASCENDING", "DESCENDING"):
        raise invalid(f"Invalid direction {direction}; it is ASCENDING or DESCENDING")
    return Sort(name=str(given["propertyName"]), descending=direction == "DESCENDING")
