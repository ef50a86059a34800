"""Which clicks no human made: link scanners, and clicks that come too soon after the sending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from connector.engine.rule import MachineTests
from connector.engine.timeline import Engaged
from connector.model import Evidence, Kind

_CLICKED = Kind.EMAIL_CLICKED.code
_SENT = Kind.EMAIL_SENT.code
_MACHINE = int(Evidence.MACHINE)
_ANY = ""
"""Stands for "any message" among the latest sendings."""
_id = itemgetter(1)


def classify(engagements: Iterable[Engaged], tests: MachineTests) -> tuple[Engaged, ...]:
    """The engagements of one person with their evidence class after our own machine tests.

    Takes any order and repeated ids; gives (instant, id) order without duplicates, of which the
    first is kept. A class is only ever lowered to machine, never raised. Linear after sorting.
    """
    return tuple(classify_sorted(sorted(engagements), tests))


def may_be_machines(engagements: Iterable[Engaged]) -> bool:
    """Whether `classify` could say of any of them that no human did it; if not, don't ask."""
    return any(one[2] == _CLICKED or one[3] == _MACHINE for one in engagements)


def classify_sorted(engagements: Sequence[Engaged], tests: MachineTests) -> Sequence[Engaged]:
    """The same for engagements that are sorted already."""
    ordered = _without_duplicates(engagements)
    clicks = [index for index, one in enumerate(ordered) if one[2] == _CLICKED]
    if not clicks:
        return ordered
    found = {*_too_soon(ordered, clicks, tests), *_scanning(ordered, clicks, tests)}
    if not found:
        return ordered
    return [
        one._replace(evidence=_MACHINE) if index in found and one[3] != _MACHINE else one
        for index, one in enumerate(ordered)
    ]


def _without_duplicates(ordered: Sequence[Engaged]) -> Sequence[Engaged]:
    """Of several with one id the first stays."""
    if len(set(map(_id, ordered))) == len(ordered):
        return ordered
    first: dict[int, Engaged] = {}
    for one in ordered:
        first.setdefault(one[1], one)
    return list(first.values())


def _too_soon(ordered: Sequence[Engaged], clicks: Sequence[int], tests: MachineTests) -> list[int]:
    """Indexes of the clicks that follow the sending of their message within the limit.

    A click of which nobody knows the message is held against every sending.
    """
    found: list[int] = []
    if tests.click_after_send <= 0:
        return found
    sendings = [one for one in ordered if one[2] == _SENT]
    sent_at: dict[str, int] = {}
    passed = 0
    for index in clicks:
        at = ordered[index][0]
        while passed < len(sendings) and sendings[passed][0] <= at:
            sent_at[_ANY] = sent_at[sendings[passed][4].message] = sendings[passed][0]
            passed += 1
        sent = sent_at.get(ordered[index][4].message)
        if sent is not None and at - sent <= tests.click_after_send:
            found.append(index)
    return found


def _scanning(ordered: Sequence[Engaged], clicks: Sequence[int], tests: MachineTests) -> list[int]:
    """Indexes of the clicks in any span of `scan_within` ms with `scan_links` distinct links.

    A span may as well begin with a click, so a window with two ends meets every span once.
    """
    found: list[int] = []
    if len(clicks) < tests.scan_links or tests.scan_links <= 0 or tests.scan_within <= 0:
        return found
    links: dict[str, int] = {}
    end = marked = 0
    for start, first in enumerate(clicks):
        while (
            end < len(clicks) and ordered[clicks[end]][0] - ordered[first][0] <= tests.scan_within
        ):
            link = ordered[clicks[end]][4].link
            links[link] = links.get(link, 0) + 1
            end += 1
        if len(links) - ("" in links) >= tests.scan_links:
            found.extend(clicks[max(start, marked) : end])
            marked = end
        _drop(links, ordered[first][4].link)
    return found


def _drop(links: dict[str, int], link: str) -> None:
    if links[link] == 1:
        del links[link]
    else:
        links[link] -= 1
