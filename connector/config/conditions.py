"""Conditions as admins write them, read into `connector.engine.condition`.

"person.title" = { contains = ["vp", "head"] }     # keys of one table: all must hold
any = [ { ... }, { ... } ]                          # one of them
all = [ { ... }, { ... } ]
not = { ... }                                       # certainly not
unless = { ... }                                    # not, as far as is known
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, TypeGuard

from connector.config.ages import AGES, COUNTS, HISTORIES, OF_HISTORY, SINCE
from connector.config.durations import BadDuration, parse_duration
from connector.config.positions import Loc
from connector.config.types import parse_scalar
from connector.config.wording import Placed, spelled, toml_text
from connector.engine.condition import (
    AllOf,
    Always,
    AnyOf,
    Empty,
    Equals,
    Logical,
    Not,
    Range,
    Text,
    TextOperator,
    Unless,
)
from connector.model import Scalar
from connector.problems import Problem, did_you_mean

RECORDS: Final = ("person", "account", "owner")
"""Subjects whose fields come from a CRM."""
SUBJECTS: Final = (*RECORDS, *HISTORIES)
"""What a field may belong to: "person.title"."""
PERSONA: Final = "person.persona"
"""The field that the rules themselves fill in, where they have personas."""
LOGIC: Final = ("any", "all", "not", "unless")
OPERATORS: Final = (
    "equals", "contains", "starts_with", "ends_with", "has_word", "in_domain",
    "above", "at_least", "at_most", "below", "between",
    "is_empty", "present",
)  # fmt: skip
DEEPEST: Final = 20
"""Tables inside each other; more is a mistake that nobody could read."""

_BOUNDS: Final = ("above", "at_least", "at_most", "below", "between")
_DOMAIN: Final = re.compile(r"[\w-]+(\.[\w-]+)*")
_TEXTS: Final = frozenset(TextOperator)


class ConditionReader:
    """Reads the conditions of one table of a file and collects what is wrong with them."""

    def __init__(
        self, placed: Placed, personas: Collection[str] = (), *, in_persona: bool = False
    ) -> None:
        """With `personas`, only these may be named; a persona itself may ask for none."""
        self._placed = placed
        self._personas = {name.casefold(): name for name in personas}
        self._in_persona = in_persona
        self.problems: list[Problem] = []

    def read(self, raw: object, loc: Loc) -> Logical:
        """The condition at `loc`; whatever cannot be understood becomes a problem instead."""
        return self._table(raw, loc, 0)

    def _table(self, raw: object, loc: Loc, depth: int) -> Logical:
        if not isinstance(raw, Mapping):
            self._problem(loc, "must be a table", 'Write { "person.title" = ... }.', raw)
            return Always()
        if depth > DEEPEST:
            self._problem(loc, "is nested too deeply", "", raw)
            return Always()
        parts = []
        for key, value in raw.items():
            parts.extend(self._entry(key, value, (*loc, key), depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else Always()

    def _entry(self, key: str, value: object, loc: Loc, depth: int) -> list[Logical]:
        subject, dot, field = key.partition(".")
        if key in ("any", "all"):
            return [self._several(key, value, loc, depth)]
        if key == "not":
            return [Not(self._some(value, loc, depth))]
        if key == "unless":
            return [Unless(self._some(value, loc, depth))]
        if subject in SUBJECTS and dot and field:
            return self._field(key, value, loc)
        if subject in SUBJECTS and not dot and isinstance(value, Mapping):
            return [
                part
                for inner, one in value.items()
                for part in self._field(f"{key}.{inner}", one, (*loc, inner))
            ]
        self._unknown_key(key, loc)
        return []

    def _several(self, key: str, value: object, loc: Loc, depth: int) -> Logical:
        if not isinstance(value, list) or not value:
            advice = f"Write {key} = [ {{ ... }}, {{ ... }} ]."
            self._problem(loc, "must be a list of tables", advice, value)
            return Always()
        parts = tuple(self._some(one, (*loc, i), depth) for i, one in enumerate(value))
        return AnyOf(parts) if key == "any" else AllOf(parts)

    def _some(self, value: object, loc: Loc, depth: int) -> Logical:
        """A table that says something: an empty one would mean everybody, by accident."""
        if value == {}:
            self._problem(loc, "says nothing", "Fill it in or take it out.", value)
            return Always()
        return self._table(value, loc, depth + 1)

    def _unknown_key(self, key: str, loc: Loc) -> None:
        subject, _, field = key.partition(".")
        advice = did_you_mean(subject if field else key, (*SUBJECTS, *LOGIC))
        if key in SUBJECTS:
            advice = f'Name a field, for example "{key}.name".'
        elif key in OPERATORS:
            advice = f'Say of which field: "person.title" = {{ {key} = ... }}.'
        message = f'Unknown key "{key}" in the condition {spelled(loc[:-1])}.'
        self._add(loc, message, advice, at_key=True)

    def _field(self, path: str, value: object, loc: Loc) -> list[Logical]:
        if not self._may_ask(path, loc):
            return []
        if path in AGES and not isinstance(value, Mapping):
            self._problem(loc, "is no comparison", f'Write {path} = {{ at_least = "90d" }}.', value)
            return []
        if not isinstance(value, Mapping):
            return self._equals(path, value, loc)
        if not value:
            self._problem(loc, "says nothing", f"Use one of: {', '.join(OPERATORS)}.", value)
        parts: list[Logical] = []
        for operator, wanted in value.items():
            here = (*loc, operator)
            if operator in OPERATORS:
                parts.extend(self._comparison(path, operator, wanted, here))
            else:
                message = f'Unknown operator "{operator}" for {path}.'
                self._add(here, message, did_you_mean(operator, OPERATORS), at_key=True)
        return parts

    def _may_ask(self, path: str, loc: Loc) -> bool:
        """Whether there is such a field, as far as leadmode itself fills it in."""
        subject, _, name = path.partition(".")
        if path == PERSONA and self._in_persona:
            message = "A persona cannot ask for the persona."
            self._add(loc, message, "Repeat what the other persona asks for.", at_key=True)
        elif (subject in HISTORIES or path in AGES) and self._in_persona:
            message = f"A persona cannot ask for {path}: it is what somebody is, not what they did."
            self._add(loc, message, "Ask for it in applies_to or [fit].", at_key=True)
        elif subject in HISTORIES and path not in OF_HISTORY:
            advice = did_you_mean(name, (*COUNTS, *SINCE))
            self._add(loc, f'There is no "{path}".', advice, at_key=True)
        else:
            return True
        return False

    def _comparison(self, path: str, operator: str, wanted: object, loc: Loc) -> list[Logical]:
        if operator in _BOUNDS:
            return self._range(path, operator, wanted, loc)
        if path in AGES and operator not in ("is_empty", "present"):
            advice = (
                'Compare it by at_least, above, at_most, below or between, with a text like "90d".'
            )
            self._add(
                loc, f"{path} is a length of time: it has no {operator}.", advice, at_key=True
            )
            return []
        if operator == "equals":
            return self._equals(path, wanted, loc)
        if operator in _TEXTS:
            return self._texts(path, TextOperator(operator), wanted, loc)
        if not isinstance(wanted, bool):
            self._problem(loc, "must be true or false", "Write it without quotes.", wanted)
            return []
        empty = wanted == (operator == "is_empty")
        return [Empty(path) if empty else Not(Empty(path))]

    def _equals(self, path: str, wanted: object, loc: Loc) -> list[Logical]:
        values = self._list(wanted, loc)
        scalars: list[Scalar] = []
        for index, one in enumerate(values):
            here = (*loc, index) if isinstance(wanted, list) else loc
            try:
                scalars.append(parse_scalar(one))
            except ValueError as error:
                self._problem(here, str(error), "", one)
                continue
            if isinstance(one, str) and not one.strip():
                self._problem(here, "equals nothing", f"Use {path} = {{ is_empty = true }}.", one)
            elif path == PERSONA and not self._is_persona(one):
                advice = did_you_mean(str(one), self._personas.values())
                self._problem(here, "is no persona", advice, one)
        return [Equals(path, tuple(scalars))]

    def _is_persona(self, value: object) -> bool:
        return not self._personas or str(value).strip().casefold() in self._personas

    def _texts(self, path: str, operator: TextOperator, wanted: object, loc: Loc) -> list[Logical]:
        texts: list[str] = []
        for index, one in enumerate(self._list(wanted, loc)):
            here = (*loc, index) if isinstance(wanted, list) else loc
            if not isinstance(one, str):
                self._problem(here, "must be a text", 'Write it in quotes: "like this".', one)
            elif not one.strip():
                self._problem(here, "must not be empty", "", one)
            elif operator is TextOperator.HAS_WORD and not any(c.isalnum() for c in one):
                self._problem(here, "holds no letter and no digit", "", one)
            elif operator is TextOperator.IN_DOMAIN and not _DOMAIN.fullmatch(one.strip()):
                advice = 'Write it like "rival.example"; its subdomains are meant too.'
                self._problem(here, "is no domain", advice, one)
            else:
                texts.append(one)
        return [Text(path, operator, tuple(texts))]

    def _aged(self, wanted: object, loc: Loc) -> object:
        """Lengths of time, one or a list of them, as ms."""
        if isinstance(wanted, list):
            return [self._aged(one, (*loc, index)) for index, one in enumerate(wanted)]
        try:
            return parse_duration(wanted)
        except BadDuration as error:
            self._problem(loc, str(error), error.advice, wanted)
            return wanted

    def _range(self, path: str, operator: str, wanted: object, loc: Loc) -> list[Logical]:
        found = len(self.problems)
        given = self._aged(wanted, loc) if path in AGES else wanted
        if len(self.problems) > found:
            return []
        example = '["90d", "365d"]' if path in AGES else "[10, 500]"
        if operator != "between":
            if _is_number(given):
                return [Range(path=path, **{operator: given})]
            self._problem(loc, "must be a number", "Write it without quotes.", wanted)
            return []
        if not isinstance(given, list) or len(given) != 2 or not all(map(_is_number, given)):
            self._problem(loc, "must be two numbers", f"Write between = {example}.", wanted)
            return []
        if given[0] > given[1]:
            self._problem(loc, "holds nothing", "Write the smaller number first.", wanted)
        return [Range(path=path, at_least=given[0], at_most=given[1])]

    def _list(self, wanted: object, loc: Loc) -> list[object]:
        if wanted == []:
            self._problem(loc, "names nothing", "Name at least one value.", wanted)
        return wanted if isinstance(wanted, list) else [wanted]

    def _problem(self, loc: Loc, says: str, advice: str, value: object) -> None:
        self._add(loc, f"{spelled(loc)} = {toml_text(value)} {says}.", advice)

    def _add(self, loc: Loc, message: str, advice: str, *, at_key: bool = False) -> None:
        place = self._placed.place(loc) if at_key else self._placed.value_place(loc)
        self.problems.append(Problem(place=place, message=message, advice=advice))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
