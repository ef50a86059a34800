"""By what episodes are told apart: rule, rep, source, kind, new names, persona."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

from connector.measure.known import UNKNOWN, Known, Stay

T = TypeVar("T")

SLICES: Final[tuple[str, ...]] = ("rule", "rep", "source", "kind", "name", "persona")


def slices(
    known: Known, stays: Sequence[Stay], names: Iterable[str] = SLICES
) -> Iterator[tuple[Mapping[str, str], list[Stay]]]:
    """All of them, and then by each of the names, the largest part first."""
    yield {}, list(stays)
    for name in names:
        for value, part in parts(stays, partial(of, known, name)):
            yield {name: value}, part


def of(known: Known, name: str, stay: Stay) -> str:
    """The part that an episode belongs to."""
    match name:
        case "name":
            return "new" if known.is_new(stay) else "returning"
        case "persona":
            someone = known.people.get(stay.person)
            return someone.persona if someone else UNKNOWN
    return str(getattr(stay, name)) or UNKNOWN


def parts(things: Iterable[T], key: Callable[[T], str]) -> list[tuple[str, list[T]]]:
    """Things by what they have in common, the largest part first."""
    found: defaultdict[str, list[T]] = defaultdict(list)
    for thing in things:
        found[" ".join(key(thing).split()) or UNKNOWN].append(thing)
    return sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
