"""Whether an object matches the filters of a search.

Follows "Filter search results" of
https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm: text is compared in
any case of its letters; enumerations as they are written; the values of IN and NOT_IN must be lower
case for text. An object without a value matches NOT_HAS_PROPERTY and no other operator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sandbox.hubspot.problems import invalid
from sandbox.hubspot.search.asking import Filter
from sandbox.hubspot.search.values import MOMENTS, NUMBERS, Comparable, reading

Properties = Mapping[str, str]
Test = Callable[[Properties], bool]
_WORD: Final = re.compile(r"\w+")
_ORDERS: Final[dict[str, Callable[[Comparable, Comparable], bool]]] = {
    "LT": lambda have, want: have < want,  # type: ignore[operator]
    "LTE": lambda have, want: have <= want,  # type: ignore[operator]
    "GT": lambda have, want: have > want,  # type: ignore[operator]
    "GTE": lambda have, want: have >= want,  # type: ignore[operator]
}
_OPPOSITES: Final = {"NOT_IN": "IN", "NEQ": "EQ", "NOT_CONTAINS_TOKEN": "CONTAINS_TOKEN"}


def test_of(given: Filter, kind: str) -> Test:
    """The test that a filter makes on a property of a type; Refused for values that do not fit."""
    name = given.name
    if given.operator == "HAS_PROPERTY":
        return lambda properties: bool(properties.get(name))
    if given.operator == "NOT_HAS_PROPERTY":
        return lambda properties: not properties.get(name)
    holds = _holds(given, kind)

    def test(properties: Properties) -> bool:
        value = properties.get(name)
        return bool(value) and holds(value or "")

    return test


def _holds(given: Filter, kind: str) -> Callable[[str], bool]:
    positive = _OPPOSITES.get(given.operator)
    if positive is not None:
        return _negated(_holds(replace(given, operator=positive), kind))
    match given.operator:
        case "IN":
            return _listed(given, kind)
        case "EQ":
            return _equal(given, kind)
        case "CONTAINS_TOKEN":
            return contains(given.value)
        case _:
            return _ordered(given, kind)


def _negated(holds: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda value: not holds(value)


def _wanted(given: Filter, kind: str, text: str) -> Comparable:
    found = reading(kind)(text)
    if found is None:
        what = "a timestamp in milliseconds" if kind in MOMENTS else "a number"
        raise invalid(
            f"{text} is not {what}, as the property {given.name} needs", propertyName=given.name
        )
    return found


def _equal(given: Filter, kind: str) -> Callable[[str], bool]:
    if kind == "enumeration":
        options = {given.value}
        return lambda value: value == given.value or bool(options & set(value.split(";")))
    read, want = reading(kind), _wanted(given, kind, given.value)
    return lambda value: read(value) == want


def _listed(given: Filter, kind: str) -> Callable[[str], bool]:
    if kind in (*MOMENTS, *NUMBERS):
        read = reading(kind)
        wanted = {_wanted(given, kind, text) for text in given.values}
        return lambda value: read(value) in wanted
    texts = set(given.values)
    if kind == "enumeration":
        # Documented as written in the options; clients in the field send lower case. Both match.
        return lambda value: any(
            part in texts or part.lower() in texts for part in (value, *value.split(";"))
        )
    return lambda value: value.lower() in texts


def _ordered(given: Filter, kind: str) -> Callable[[str], bool]:
    read, want = reading(kind), _wanted(given, kind, given.value)
    if given.operator == "BETWEEN":
        high = _wanted(given, kind, given.high)

        def between(value: str) -> bool:
            have = read(value)
            return have is not None and want <= have <= high  # type: ignore[operator]

        return between
    holds = _ORDERS[given.operator]

    def test(value: str) -> bool:
        have = read(value)
        return have is not None and holds(have, want)

    return test


def tokens(text: str) -> set[str]:
    """What a text can be found by: itself, what stands between spaces, and its words."""
    lowered = text.lower()
    return {lowered, *lowered.split(), *_WORD.findall(lowered)}


def contains(wanted: str) -> Callable[[str], bool]:
    """Whether a value holds every token; `*` stands for anything."""
    patterns = [
        re.compile(re.escape(part).replace(r"\*", ".*"), re.DOTALL)
        for part in wanted.lower().split()
    ]

    def holds(value: str) -> bool:
        have = tokens(value)
        return all(any(pattern.fullmatch(token) for token in have) for pattern in patterns)

    return holds


def found_by(words: str, names: Sequence[str]) -> Test:
    """The test of `query`: every word begins a token of one of the searchable properties."""
    wanted = words.lower().split()

    def test(properties: Properties) -> bool:
        have: set[str] = set()
        for name in names:
            have |= tokens(properties.get(name, ""))
        return all(any(token.startswith(word) for token in have) for word in wanted)

    return test


def groups_test(groups: Sequence[Sequence[Test]]) -> Test:
    """Whether all tests of one of the groups hold; without groups, everything matches."""
    if not groups:
        return lambda _: True
    if len(groups) == 1:
        (only,) = groups
        return lambda properties: all(test(properties) for test in only)
    return lambda properties: any(all(test(properties) for test in group) for group in groups)
