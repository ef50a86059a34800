"""Which part of time a search reads next: windows that hold fewer rows than a search can give.

A search gives 10,000 results at most, in an order that is not always the one asked for, with short
and empty pages on the way (https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm).
So time is cut into windows, each is read to its end, and what it said at first is compared with
what came. Nothing here asks for anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

MOST: Final = 10_000
"""Results of one search; HubSpot refuses to go beyond."""
CAP: Final = 9_800
"""Results above which a window is cut: some may be added while it is read."""
TRIES: Final = 2
"""How often a window that lost rows is read again before it is halved."""
MOST_CUTS: Final = 400
"""In one pass; more means that the totals make no sense."""
NUMBERS: Final = "n"
TEXTS: Final = "t"


class Untrusted(Exception):
    """What the searches say does not fit together: read the whole list instead."""


class Window(NamedTuple):
    """From `low` (UTC ms) up to, but not with, `high`; open above when that is None."""

    low: int
    high: int | None


class Hit(NamedTuple):
    """A result of a search."""

    id: str
    stamp: int | None


class Found(NamedTuple):
    """A page of results."""

    hits: Sequence[Hit]
    total: int
    after: str | None
    """Where the next page begins; None behind the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One reading of a span of time, window by window."""

    began: int
    """The server's clock at its first page, UTC ms; 0 before it."""
    windows: tuple[Window, ...]
    """Still to be read; the first one is under way."""
    after: str = ""
    """Where its next page begins."""
    total: int = -1
    """What its first page said that it holds; -1 before it."""
    seen: int = 0
    """Results that came so far."""
    tries: int = 0
    cuts: int = 0
    peeled: bool = False
    """Whether the last cut was around a single millisecond."""
    by_id: str = ""
    """Inside one millisecond: the orders of ids that still fit; empty: by pages."""
    behind: str = ""
    """The id behind which the search looks, as HubSpot spelled it."""
    last: str = ""
    """The last id that came."""

    @property
    def window(self) -> Window:
        """The window that is read now."""
        return self.windows[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a page means."""

    onward: Pass | None
    """Where to go on; None: everything was read."""
    keep: bool = True
    """False: the results come again in smaller windows."""


def fresh(going: Pass, windows: Sequence[Window], **changes: object) -> Pass:
    """The pass at the beginning of its next window."""
    plain = Pass(began=going.began, windows=tuple(windows), cuts=going.cuts, peeled=going.peeled)
    return replace(plain, **changes)  # type: ignore[arg-type]


def turned(going: Pass, found: Found, *, limit: int) -> Turn:
    """What to do after a page of at most `limit` results. Raises Untrusted."""
    if found.after is not None and found.after == going.after:
        raise Untrusted
    if going.by_id:
        return _inside(going, found, limit)
    if going.after == "":
        if found.total > CAP:
            return Turn(onward=cut(going, found.hits), keep=False)
        going = replace(going, total=found.total)
    elif found.total < going.total:
        # Rows left the window, and those behind moved up: one may have slipped by.
        return Turn(onward=_again(going, found.hits))
    going = replace(going, seen=going.seen + len(found.hits))
    if found.after is None:
        return Turn(onward=_ended(going, found.hits))
    if _beyond(found.after, limit):
        return Turn(onward=cut(going, found.hits))
    return Turn(onward=replace(going, after=found.after))


def _beyond(after: str, limit: int) -> bool:
    """Whether a next page would reach past what a search gives."""
    return after.isascii() and after.isdigit() and int(after) + limit > MOST


def _ended(going: Pass, hits: Sequence[Hit]) -> Pass | None:
    if going.seen < going.total and going.tries == 0:
        return _again(going, hits)
    rest = going.windows[1:]
    return fresh(going, rest) if rest else None


def _again(going: Pass, hits: Sequence[Hit]) -> Pass:
    if going.tries < TRIES:
        return fresh(going, going.windows, tries=going.tries + 1)
    return cut(going, hits)


def cut(going: Pass, hits: Sequence[Hit]) -> Pass:
    """The pass with its first window cut into smaller ones; a millisecond is read by ids."""
    if going.cuts >= MOST_CUTS:
        raise Untrusted
    low, high = window = going.window
    if high is not None and high - low <= 1:
        return fresh(going, going.windows, by_id=NUMBERS + TEXTS)
    stamps = [hit.stamp for hit in hits if hit.stamp is not None]
    parts = [] if going.peeled else _around(window, stamps)
    peeled = bool(parts)
    parts = parts or _halves(window, max([going.began, *stamps]))
    going = replace(going, cuts=going.cuts + 1, peeled=peeled)
    return fresh(going, [*parts, *going.windows[1:]])


def _around(window: Window, stamps: Sequence[int]) -> list[Window]:
    """Around the one stamp of all results, as many rows changed by a machine have it."""
    low, high = window
    if len(stamps) < 2 or len(set(stamps)) > 1:
        return []
    stamp = stamps[0]
    if stamp < low or (high is not None and stamp >= high):
        return []
    parts = [Window(stamp + 1, high), Window(stamp, stamp + 1), Window(low, stamp)]
    return [part for part in parts if part.high is None or part.low < part.high]


def _halves(window: Window, newest: int) -> list[Window]:
    low, high = window
    top = high if high is not None else max(newest + 1, low + 2)
    middle = (low + top) // 2
    return [Window(middle, high), Window(low, middle)]


def _inside(going: Pass, found: Found, limit: int) -> Turn:
    """A page inside one millisecond: ids ascend, and every count is as foretold, or nothing goes.

    HubSpot seems to sort ids as text now and then; either order will do, as long as it is one.
    https://github.com/airbytehq/airbyte/pull/80745
    """
    if going.total < 0:
        going = replace(going, total=found.total)
    block = going.total - going.seen if going.after == "" else None
    if block is not None and found.total != block:
        raise Untrusted
    ids = [hit.id for hit in found.hits]
    orders = _orders(going.by_id, [*filter(None, [going.last]), *ids])
    if not orders:
        raise Untrusted
    seen = going.seen + len(ids)
    going = replace(going, by_id=orders, seen=seen, last=ids[-1] if ids else going.last)
    if found.after is None:
        if seen != going.total:
            raise Untrusted
        rest = going.windows[1:]
        return Turn(onward=fresh(going, rest) if rest else None)
    if not _beyond(found.after, limit):
        return Turn(onward=replace(going, after=found.after))
    if going.last == going.behind:
        raise Untrusted  # pages without end that bring nothing new
    return Turn(onward=replace(going, after="", behind=going.last))


def _orders(allowed: str, ids: Sequence[str]) -> str:
    """Those of the allowed orders in which the ids ascend strictly."""
    pairs = list(pairwise(ids))
    kept = ""
    if NUMBERS in allowed and all(_as_number(one) < _as_number(two) for one, two in pairs):
        kept += NUMBERS
    if TEXTS in allowed and all(one < two for one, two in pairs):
        kept += TEXTS
    return kept


def _as_number(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() else -1
