"""Which alert under one side is which under the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.backtest.play import Played
from connector.diff.told import Past

Pair = tuple[Played | None, Played | None]
"""One alert under the old rules and under the new ones; None: there is none."""


def differing(old: Sequence[Played], new: Sequence[Played]) -> Iterator[tuple[Past, Pair]]:
    """What is not the same of the alerts of one person and rule, each side in order of time.

    Swapping the sides swaps the pairs and nothing else.
    """
    for pair in (*_entries(old, new), *_raised(old, new)):
        what = _what(*pair)
        if what is not None:
            yield what, pair


def _entries(old: Sequence[Played], new: Sequence[Played]) -> Iterator[Pair]:
    """Stays that overlap are one stay; those of one side never overlap."""
    ours, theirs = ([one for one in side if one.entered] for side in (old, new))
    i = j = 0
    while i < len(ours) or j < len(theirs):
        if j == len(theirs) or (i < len(ours) and _is_before(ours[i], theirs[j])):
            yield ours[i], None
            i += 1
        elif i == len(ours) or _is_before(theirs[j], ours[i]):
            yield None, theirs[j]
            j += 1
        else:
            yield ours[i], theirs[j]
            i, j = i + 1, j + 1


def _is_before(one: Played, other: Played) -> bool:
    """Whether a stay was over before the burst of the other began."""
    return one.left_at is not None and one.left_at < other.burst


def _raised(old: Sequence[Played], new: Sequence[Played]) -> Iterator[Pair]:
    """Raised hands within an episode; one that began the other side's episode is told there."""
    ours, theirs = (
        {one.happened_at: one for one in side if not one.entered} for side in (old, new)
    )
    for at in sorted(ours.keys() | theirs.keys()):
        yield ours.get(at), theirs.get(at)


def _what(old: Played | None, new: Played | None) -> Past | None:
    if old is None or new is None:
        return Past.ONLY_NEW if old is None else Past.ONLY_OLD
    if old.happened_at != new.happened_at:
        return Past.MOVED
    if old.hold is not new.hold:
        return Past.HELD
    return Past.ENDED if old.entered and old.left_at != new.left_at else None
