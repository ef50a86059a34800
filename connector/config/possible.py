"""Whether a condition can hold at all, and for whom: what is said is proven, or left open."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

from connector.engine.condition import (
    AllOf,
    Always,
    AnyOf,
    Condition,
    Empty,
    Equals,
    Facts,
    Logical,
    Not,
    Range,
    Text,
    Unless,
)
from connector.model import Scalar

MOST: Final = 400
"""Alternatives looked at; a condition with more is left open."""
_TRUTHS: Final[tuple[Scalar, ...]] = (True, False, 1, 0, "true", "false", "yes", "no", "1", "0")


@dataclass(frozen=True, slots=True)
class Possible:
    """What is known of a condition."""

    never: bool
    """It is proven that it holds for nobody."""
    example: Facts | None = None
    """Facts for which it holds, tried out; None when none were found."""


def possible(*conditions: Condition) -> Possible:
    """Whether all the conditions can be certainly true at once, and facts that make them so."""
    if not all(isinstance(one, Logical) for one in conditions):
        return Possible(never=False)
    condition = AllOf(tuple(one for one in conditions if isinstance(one, Logical)))
    ways = _ways(condition, negated=False)
    if ways is None:
        return Possible(never=False)
    never = True
    for way in ways:
        facts, impossible = _facts(way)
        if not impossible:
            never = False
        if facts is not None and condition.holds(facts):
            return Possible(never=False, example=facts)
    return Possible(never=never)


def never_false(condition: Condition) -> bool:
    """Whether it holds for everybody whose fields are known: it is proven never to be false."""
    return isinstance(condition, Logical) and possible(Not(condition)).never


def implied(condition: Condition, others: Sequence[Condition]) -> bool:
    """Whether it is proven that who certainly meets it certainly meets one of the others."""
    ways = _ways(condition, negated=False) if isinstance(condition, Logical) else None
    return ways is not None and all(_follows(way, others) for way in ways)


def _follows(way: Way, others: Sequence[Condition]) -> bool:
    """Whether whoever meets all of one alternative meets one of the others.

    Only those are looked at of which nothing can be unknown then.
    """
    sure = [one for one in others if isinstance(one, Logical) and _is_decided_by(way, one)]
    return possible(*way, *[Not(one) for one in sure]).never


def _is_decided_by(way: Way, other: Logical) -> bool:
    """Whether the other is surely true or false for whoever meets the alternative."""
    if isinstance(other, Always):
        return True
    if isinstance(other, Not):
        return _is_decided_by(way, other.part)
    if isinstance(other, AllOf | AnyOf):
        return all(_is_decided_by(way, part) for part in other.parts)
    if isinstance(other, Unless):
        return False
    same = _by_path(way).get(_path(other), [])
    return any(_atom(one, Range) for one in same) if isinstance(other, Range) else bool(same)


def _path(atom: Logical) -> str:
    return next(iter(_by_path((atom,))))


Way = tuple[Logical, ...]
"""Comparisons, some negated, that must all be true."""


def _ways(condition: Logical, *, negated: bool) -> list[Way] | None:
    """The alternatives; None when there are too many to look at."""
    if isinstance(condition, Not):
        return _ways(condition.part, negated=not negated)
    if isinstance(condition, Always):
        return [] if negated else [()]
    if isinstance(condition, Unless):
        # What is unknown satisfies it too. So it narrows nothing; examples are tried out anyway.
        return _ways(condition.part, negated=False) if negated else [()]
    if not isinstance(condition, AllOf | AnyOf):
        return [(Not(condition) if negated else condition,)]
    parts = [_ways(part, negated=negated) for part in condition.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return _joined(known) if isinstance(condition, AnyOf) == negated else _either(known)


def _either(parts: Sequence[list[Way]]) -> list[Way] | None:
    return [way for part in parts for way in part] if sum(map(len, parts)) <= MOST else None


def _joined(parts: Sequence[list[Way]]) -> list[Way] | None:
    if math.prod(map(len, parts)) > MOST:
        return None
    return [tuple(one for way in chosen for one in way) for chosen in product(*parts)]


def _facts(way: Way) -> tuple[Facts | None, bool]:
    """Facts for one alternative, or None; and whether it is proven that there are none."""
    facts: dict[str, Scalar] = {}
    found = True
    for path, parts in _by_path(way).items():
        candidates, complete = _candidates(parts)
        for candidate in candidates:
            if all(part.holds({path: candidate}) for part in parts):
                facts[path] = candidate
                break
        else:
            if complete or any(Not(part) in parts for part in parts):
                return None, True
            found = False
    return (facts if found else None), False


def _by_path(way: Way) -> Mapping[str, list[Logical]]:
    paths: dict[str, list[Logical]] = {}
    for one in way:
        atom = one.part if isinstance(one, Not) else one
        assert isinstance(atom, Equals | Text | Range | Empty)  # noqa: S101 - all there are
        paths.setdefault(atom.path, []).append(one)
    return paths


def _candidates(parts: Sequence[Logical]) -> tuple[list[Scalar], bool]:
    """Values to try for one field, and whether no other could do if none of these does.

    What a field must equal narrows it to spellings of these values. An empty field is None. A
    comparison of numbers needs a number, and only its bounds divide the numbers.
    """
    tried = list(_tried(parts))
    equal = [part for part in parts if isinstance(part, Equals)]
    if equal:
        # 250 has many spellings; whether one of them is unlike a text cannot be tried to the end.
        words = all(isinstance(v, str) for part in equal for v in part.values)
        return tried, words or not any(_minds_spelling(part) for part in parts)
    if any(isinstance(part, Empty) for part in parts):
        return tried, True
    numbers = [part for part in parts if _atom(part, Range)]
    alone = len(numbers) == len(parts)
    return tried, bool(numbers) and (alone or not _some(numbers))


def _minds_spelling(part: Logical) -> bool:
    return isinstance(part, Text) or (isinstance(part, Not) and not isinstance(part.part, Range))


def _some(numbers: Sequence[Logical]) -> bool:
    path = next(iter(_by_path(tuple(numbers))))
    return any(all(one.holds({path: value}) for one in numbers) for value in _tried(numbers))


def _atom(part: Logical, kind: type[Logical]) -> bool:
    return isinstance(part.part if isinstance(part, Not) else part, kind)


def _tried(parts: Sequence[Logical]) -> Iterator[Scalar]:
    bounds: set[float] = set()
    words: list[str] = []
    for one in parts:
        part = one.part if isinstance(one, Not) else one
        if isinstance(part, Equals):
            yield from part.values
            yield from (str(value) for value in part.values)
        elif isinstance(part, Text):
            words += part.values
        elif isinstance(part, Range):
            given = (part.above, part.at_least, part.at_most, part.below)
            bounds.update(b for b in given if b is not None and math.isfinite(b))
    yield from _numbers(sorted(bounds))
    yield from words
    yield from (" ".join(words), "something else", None, *_TRUTHS)


def _numbers(bounds: Sequence[float]) -> Iterator[float]:
    """Every bound, its neighbours, and one between each two."""
    for bound in bounds:
        yield bound
        yield from (int(bound) - 1, int(bound) + 1)
        yield from (math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf))
    for low, high in pairwise(bounds):
        yield low / 2 + high / 2
