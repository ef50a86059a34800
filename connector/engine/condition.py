"""Structured conditions over the fields of a person and its account.

Three-valued: a condition is true, false, or unknown because a fact is missing. Only certain truth
counts, so that neither a comparison nor its opposite holds for a fact nobody could read.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol

from connector.model import Scalar

Facts = Mapping[str, Scalar]
"""Field values by path: "person.title", "account.industry". An absent path is unknown."""


class Condition(Protocol):
    """Something that holds or does not hold for the facts of one person."""

    def holds(self, facts: Facts) -> bool:
        """Whether it holds. A comparison with an unknown or empty field does not hold."""
        ...


class Logical(ABC):
    """A condition that also says when it does not know."""

    __slots__ = ()

    @abstractmethod
    def truth(self, facts: Facts) -> bool | None:
        """True, false, or None where a missing fact leaves it open."""

    def holds(self, facts: Facts) -> bool:
        """Whether it is certainly true."""
        return self.truth(facts) is True


@dataclass(frozen=True, slots=True)
class Always(Logical):
    """Holds for everybody."""

    def truth(self, facts: Facts) -> bool | None:  # noqa: ARG002 - the port gives facts
        return True


@dataclass(frozen=True, slots=True)
class AllOf(Logical):
    """Every part is true. Without parts it is true."""

    parts: tuple[Logical, ...]

    def truth(self, facts: Facts) -> bool | None:
        answer: bool | None = True
        for part in self.parts:
            one = part.truth(facts)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer


@dataclass(frozen=True, slots=True)
class AnyOf(Logical):
    """At least one part is true. Without parts it is false."""

    parts: tuple[Logical, ...]

    def truth(self, facts: Facts) -> bool | None:
        answer: bool | None = False
        for part in self.parts:
            one = part.truth(facts)
            if one is True:
                return True
            if one is None:
                answer = None
        return answer


@dataclass(frozen=True, slots=True)
class Not(Logical):
    """The part is false. What is unknown stays unknown."""

    part: Logical

    def truth(self, facts: Facts) -> bool | None:
        answer = self.part.truth(facts)
        return None if answer is None else not answer


@dataclass(frozen=True, slots=True)
class Unless(Logical):
    """The part is not certainly true: false, or unknown. Everybody who is not known to be one."""

    part: Logical

    def truth(self, facts: Facts) -> bool | None:
        return self.part.truth(facts) is not True


@dataclass(frozen=True, slots=True)
class Equals(Logical):
    """The field has one of the values.

    Texts are compared without regard to case and outer blanks. A number equals its text, and true
    equals "true", "yes" and 1, because platforms differ in how they send the same value.
    """

    path: str
    values: tuple[Scalar, ...]

    def truth(self, facts: Facts) -> bool | None:
        if self.path not in facts:
            return None
        fact = facts[self.path]
        return any(_same(fact, value) for value in self.values)


class TextOperator(StrEnum):
    """How a text is searched; always without regard to case."""

    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    HAS_WORD = "has_word"
    """Whole words only: "cto" is not in "director"."""
    IN_DOMAIN = "in_domain"
    """The domain itself or one below it: "mail.rival.example" is in "rival.example"."""


@dataclass(frozen=True, slots=True)
class Text(Logical):
    """The field, as text, contains (starts with, ends with ...) one of the values."""

    path: str
    operator: TextOperator
    values: tuple[str, ...]

    def truth(self, facts: Facts) -> bool | None:
        if self.path not in facts:
            return None
        text = folded(facts[self.path])
        if not text:
            return False
        if self.operator is TextOperator.HAS_WORD:
            words = f" {_words(text)} "
            return any(_wanted(value) in words for value in self.values)
        return any(self._found(text, folded(value)) for value in self.values)

    def _found(self, text: str, value: str) -> bool:
        match self.operator:
            case TextOperator.CONTAINS:
                return value in text
            case TextOperator.STARTS_WITH:
                return text.startswith(value)
            case TextOperator.ENDS_WITH:
                return text.endswith(value)
            case _:  # IN_DOMAIN
                return f".{text}".endswith(f".{value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Logical):
    """The field is a number within every bound that is given.

    A field that is empty or no number is neither above nor below anything: unknown.
    """

    path: str
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None

    def truth(self, facts: Facts) -> bool | None:
        number = _number(facts.get(self.path))
        if number is None:
            return None
        return all(self._bounds(number))

    def _bounds(self, number: float) -> Iterator[bool]:
        yield self.above is None or number > self.above
        yield self.at_least is None or number >= self.at_least
        yield self.at_most is None or number <= self.at_most
        yield self.below is None or number < self.below


@dataclass(frozen=True, slots=True)
class Empty(Logical):
    """The field is known to be empty: None, or a text of blanks."""

    path: str

    def truth(self, facts: Facts) -> bool | None:
        if self.path not in facts:
            return None
        return folded(facts[self.path]) == ""


_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})


def _same(fact: Scalar, value: Scalar) -> bool:
    if isinstance(fact, bool) or isinstance(value, bool):
        mine, wanted = _boolean(fact), _boolean(value)
        return mine is not None and mine == wanted
    text = folded(fact)
    if text == "" or value is None:
        return False
    if isinstance(value, str) and (isinstance(fact, str) or text == folded(value)):
        return text == folded(value)
    mine_number, wanted_number = _number(fact), _number(value)
    return mine_number is not None and mine_number == wanted_number


def folded(fact: Scalar) -> str:
    """The value as it is compared: without case, and without blanks around it."""
    if fact is None:
        return ""
    if isinstance(fact, bool):
        return "true" if fact else "false"
    return str(fact).strip().casefold()


def _boolean(fact: Scalar) -> bool | None:
    text = folded(fact)
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def _number(fact: Scalar) -> float | None:
    """The fact as a number; what a text like "1_000" or "nan" means is left unknown."""
    if fact is None or isinstance(fact, bool):
        return None
    if isinstance(fact, str):
        if "_" in fact:
            return None
        try:
            fact = float(fact)
        except ValueError:
            return None
    return fact if isinstance(fact, int) or math.isfinite(fact) else None


@lru_cache(maxsize=4_096)
def _wanted(value: str) -> str:
    """A text of a rule as whole words; kept, because everybody is asked the same."""
    return f" {_words(folded(value))} "


def _words(text: str) -> str:
    """Letters and digits, every run of anything else as one blank."""
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())
