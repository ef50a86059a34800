"""The order of results: by one property, missing values last; without a sort, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sandbox.hubspot.kept import Kept
from sandbox.hubspot.search.asking import Sort
from sandbox.hubspot.search.faults import SearchFaults
from sandbox.hubspot.search.values import MOMENTS, OBJECT_ID, Comparable, reading

Hit = tuple[Kept, Mapping[str, str]]
"""An object, and its properties as the index has them."""


def ordered(
    hits: Iterable[Hit], sort: Sort | None, kind: str, faults: SearchFaults, now: int
) -> list[Hit]:
    """The hits in their order; `kind` is the type of the property to sort by."""
    if sort is None:
        return sorted(hits, key=lambda hit: (hit[0].created_at, hit[0].id))
    tie = _tie(faults)
    read = _reader(sort.name, faults.kind_of(sort.name, kind), faults, now)
    with_value: list[tuple[Comparable, int | str, Hit]] = []
    without: list[Hit] = []
    for hit in hits:
        value = read(hit)
        if value is None:
            without.append(hit)
        else:
            with_value.append((value, tie(hit[0].id), hit))
    with_value.sort(key=lambda entry: entry[:2], reverse=sort.descending)
    return [hit for _, _, hit in with_value] + sorted(without, key=lambda hit: hit[0].id)


def _tie(faults: SearchFaults) -> Callable[[int], int | str]:
    return str if faults.ids_as_text else int


def _reader(
    name: str, kind: str, faults: SearchFaults, now: int
) -> Callable[[Hit], Comparable | None]:
    read = reading(kind)

    def value_of(hit: Hit) -> Comparable | None:
        text = str(hit[0].id) if name == OBJECT_ID else hit[1].get(name)
        if not text:
            return None
        found = read(text)
        if kind in MOMENTS and isinstance(found, float):
            return faults.displaced(found, hit[0].id, now)
        return found

    return value_of
